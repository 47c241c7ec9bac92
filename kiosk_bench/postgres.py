"""A PostgreSQL of its own for tests and measurements: from Debian's package, by its socket.

Nothing listens on a network. PostgreSQL refuses to run as root, so it then runs as an unprivileged
user that every Debian has. Safety of the disk is switched off: a test's database ends with it.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

PROGRAMS = Path("/usr/lib/postgresql")
MEMORY = "/dev/shm"  # noqa: S108 - a copy of a database takes 0.03 s here, and 0.4 s on a disk
USER = "nobody"
SUPERUSER = "postgres"
START_S = "60"
SETTINGS = {
    "listen_addresses": "''",
    "fsync": "off",
    "full_page_writes": "off",
    "deadlock_timeout": "100ms",
    "max_connections": "60",
    "timezone": "Asia/Shanghai",  # nothing may depend on it
}
DURABLE = {"fsync": "on", "full_page_writes": "on"}


def programs() -> Path | None:
    """Return the folder of the newest PostgreSQL installed; None if there is none."""
    found = sorted(PROGRAMS.glob("*/bin/postgres"), key=lambda one: int(one.parts[-3]))
    return found[-1].parent if found else None


class Postgres:
    """A running cluster. Databases are named by number, so that none is ever met again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count(1)

    def url(self, name: str) -> str:
        """Return the URL of a database for the centre."""
        return f"postgresql+psycopg://{SUPERUSER}@/{name}?host={self.folder}"

    def create(self, template: str = "template0") -> str:
        """Make a database, empty or a copy of another that nobody is connected to."""
        name = f"centre{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected to it."""
        self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def run(self, statement: str) -> None:
        """Run a statement of an administrator."""
        where = f"host={self.folder} user={SUPERUSER} dbname=postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running(durable: bool = False) -> Iterator[Postgres]:
    """Start a cluster and stop it; ``programs`` must be there.

    ``durable`` is for what is measured: on the disk, and safe there as a city's would be.
    """
    found = programs()
    assert found is not None, "looked before"
    memory = MEMORY if os.path.isdir(MEMORY) and not durable else None
    # Its own short name: the path of a socket has 107 bytes at most.
    folder = Path(tempfile.mkdtemp(prefix="kiosk-pg-", dir=memory))
    data = folder / "data"
    try:
        _as_user(folder, str(found / "initdb"), "-D", str(data), "-U", SUPERUSER, *_INITDB)
        with (data / "postgresql.conf").open("a") as file:
            safety = DURABLE if durable else {}
            settings = SETTINGS | safety | {"unix_socket_directories": f"'{folder}'"}
            file.writelines(f"{name} = {value}\n" for name, value in settings.items())
        control = (str(found / "pg_ctl"), "-D", str(data), "-w", "-t", START_S)
        _as_user(folder, *control, "-l", str(folder / "log"), "start")
        try:
            yield Postgres(folder)
        finally:
            _as_user(folder, *control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


_INITDB = ("-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--no-instructions")


def _as_user(folder: Path, *command: str) -> None:
    """Run a program, as an unprivileged user where we are root."""
    as_user: dict[str, Any] = {}
    if os.geteuid() == 0:
        user = pwd.getpwnam(USER)
        os.chown(folder, user.pw_uid, user.pw_gid)
        as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, **as_user)
