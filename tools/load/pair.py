"""A PostgreSQL primary and its synchronous standby, on loopback, in a folder of their own.

A commit is answered when the standby has it too (``ANY 1 (s1)``). Run as an unprivileged user, for
PostgreSQL refuses root. ``kill_primary`` ends it as a power cut of its machine would.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

PROGRAMS = Path("/usr/lib/postgresql")
MEMORY = "/dev/shm"  # noqa: S108  (a private folder is made in it)
USER, SUPERUSER, DATABASE = "nobody", "postgres", "centre"
HOST, STANDBY = "127.0.0.1", "s1"
SETTINGS = "listen_addresses='127.0.0.1'\nmax_connections=60\nhot_standby=on\n"
START_S = 60


def programs() -> Path | None:
    """Return the folder of the newest PostgreSQL installed; None if there is none."""
    found = sorted(PROGRAMS.glob("*/bin/postgres"), key=lambda one: int(one.parts[-3]))
    return found[-1].parent if found else None


@dataclass(frozen=True, slots=True)
class Pair:
    """Both clusters, running."""

    folder: Path
    programs: Path
    ports: tuple[int, int]

    @property
    def url(self) -> str:
        """The centre's URL: whichever of both may be written to."""
        hosts = "&".join(f"host={HOST}:{port}" for port in self.ports)
        about = "target_session_attrs=read-write&connect_timeout=2"
        return f"postgresql+psycopg://{SUPERUSER}@/{DATABASE}?{hosts}&{about}"

    def run(self, port: int, statement: str) -> list[tuple[object, ...]]:
        """Run a statement of an administrator."""
        where = f"host={HOST} port={port} user={SUPERUSER} dbname=postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def kill_primary(self) -> None:
        """End every process of the primary with SIGKILL."""
        head = (self.folder / "primary" / "postmaster.pid").read_text(encoding="ascii")
        postmaster = int(head.split("\n", 1)[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children")
        backends = [int(one) for one in children.read_text(encoding="ascii").split()]
        for process in (postmaster, *backends):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def promote(self) -> None:
        """Make the standby the primary; returns when it may be written to."""
        self.program("pg_ctl", "-D", "standby", "-w", "-t", str(START_S), "promote")

    def program(self, name: str, *words: str) -> None:
        """Run a program of PostgreSQL as the unprivileged user."""
        as_user: dict[str, int | list[str]] = {}
        if os.geteuid() == 0:
            user = pwd.getpwnam(USER)
            as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        command = [str(self.programs / name), *words]
        subprocess.run(  # type: ignore[call-overload]
            command,
            check=True,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **as_user,
        )

    def start(self, name: str, port: int) -> None:
        """Start the cluster in the folder ``name``."""
        options = f"-p {port} -k {self.folder}"
        log = str(self.folder / f"{name}.log")
        self.program(
            "pg_ctl", "-D", name, "-w", "-t", str(START_S), "-o", options, "-l", log, "start"
        )

    def stop(self, name: str) -> None:
        """Stop it, if it runs."""
        with suppress(subprocess.CalledProcessError):
            self.program("pg_ctl", "-D", name, "-m", "immediate", "-w", "stop")


@contextmanager
def running_pair() -> Iterator[Pair]:
    """Make and start both, stop and remove both; ``programs`` must be there."""
    found = programs()
    assert found is not None, "looked before"
    place = MEMORY if Path(MEMORY).is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="kiosk-pair-", dir=place))
    if os.geteuid() == 0:
        user = pwd.getpwnam(USER)
        os.chown(folder, user.pw_uid, user.pw_gid)
    pair = Pair(folder, found, (_free_port(), _free_port()))
    try:
        _build(pair)
        yield pair
    finally:
        pair.stop("primary")
        pair.stop("standby")
        shutil.rmtree(folder)


def _build(pair: Pair) -> None:
    first, second = pair.ports
    about = ("-A", "trust", "-E", "UTF8", "--locale=C", "--no-instructions")
    pair.program("initdb", "-D", "primary", "-U", SUPERUSER, *about)
    with (pair.folder / "primary" / "postgresql.conf").open("a", encoding="ascii") as file:
        file.write(SETTINGS)
    pair.start("primary", first)
    source = f"host={HOST} port={first} user={SUPERUSER} application_name={STANDBY}"
    pair.program("pg_basebackup", "-D", "standby", "-R", "-c", "fast", "-d", source)
    pair.start("standby", second)
    pair.run(first, f"ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 ({STANDBY})'")
    pair.run(first, "SELECT pg_reload_conf()")
    synchronous = "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'quorum'"
    until = time.monotonic() + START_S
    while not pair.run(first, synchronous):
        assert time.monotonic() < until, "the standby follows"
        time.sleep(0.05)
    pair.run(first, f"CREATE DATABASE {DATABASE} TEMPLATE template0")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
