"""A PostgreSQL primary and its synchronous standbys, on loopback, in a folder of their own.

A commit is answered when one standby has it too (``ANY 1 (s1,s2)``). Run as an unprivileged user,
for PostgreSQL refuses root. ``kill_primary`` ends it as a power cut of its machine would.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

PROGRAMS = Path("/usr/lib/postgresql")
MEMORY = "/dev/shm"  # noqa: S108  (a private folder is made in it)
USER, SUPERUSER, DATABASE = "nobody", "postgres", "centre"
HOST, PRIMARY = "127.0.0.1", "primary"
PAIR, QUORUM = ("s1",), ("s1", "s2")
"""Names of the standbys of a pair, and of a province."""
SETTINGS = """
listen_addresses = '127.0.0.1'
max_connections = 60
hot_standby = on
wal_retrieve_retry_interval = 500ms
"""
START_S = 60


def programs() -> Path | None:
    """Return the folder of the newest PostgreSQL installed; None if there is none."""
    found = sorted(PROGRAMS.glob("*/bin/postgres"), key=lambda one: int(one.parts[-3]))
    return found[-1].parent if found else None


@dataclass(frozen=True, slots=True)
class Pair:
    """All clusters, running: a primary, and one standby or more."""

    folder: Path
    programs: Path
    ports: dict[str, int]
    """By name; the primary is the first one."""

    @property
    def standbys(self) -> tuple[str, ...]:
        """Return the names of those that follow the first primary."""
        return tuple(self.ports)[1:]

    @property
    def url(self) -> str:
        """The centre's URL: whichever of them may be written to."""
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """Return the URL of one of the databases."""
        hosts = "&".join(f"host={HOST}:{port}" for port in self.ports.values())
        about = "target_session_attrs=read-write&connect_timeout=2"
        return f"postgresql+psycopg://{SUPERUSER}@/{database}?{hosts}&{about}"

    def run(self, name: str, statement: str) -> list[tuple[object, ...]]:
        """Run a statement of an administrator."""
        where = f"host={HOST} port={self.ports[name]} user={SUPERUSER} dbname=postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to every process of a cluster."""
        head = (self.folder / name / "postmaster.pid").read_text(encoding="ascii")
        postmaster = int(head.split("\n", 1)[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children")
        backends = [int(one) for one in children.read_text(encoding="ascii").split()]
        for process in (postmaster, *backends):
            with suppress(ProcessLookupError):
                os.kill(process, number)

    def kill_primary(self) -> None:
        """End every process of the first primary with SIGKILL."""
        self.signal(PRIMARY, signal.SIGKILL)

    def farthest(self) -> str:
        """Return the standby that has received most: any commit that was answered is there.

        The others may lack some, for one standby is enough for an answer.
        """
        query = "SELECT greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) - '0/0'"
        return max(self.standbys, key=lambda name: self.run(name, query)[0][0])  # type: ignore[arg-type, return-value]

    def writable(self) -> str:
        """Return the name of the primary after one was promoted."""
        query = "SELECT pg_is_in_recovery()"
        return next(name for name in self.standbys if not self.run(name, query)[0][0])

    def promote(self, name: str = "s1") -> None:
        """Make a standby the primary that the others follow; returns when it may be written to."""
        others = [one for one in self.standbys if one != name]
        if others:
            self._need(name, others)
        self.program("pg_ctl", "-D", name, "-w", "-t", str(START_S), "promote")
        for other in others:
            self._set(other, "primary_conninfo", self._source(name, other))
        self._await_standbys(name, others)

    def need_standby(self, name: str, standbys: Sequence[str]) -> None:
        """Let commits at a primary wait for one of its standbys; returns when all follow it."""
        self._need(name, standbys)
        self._await_standbys(name, standbys)

    def _need(self, name: str, standbys: Sequence[str]) -> None:
        self._set(name, "synchronous_standby_names", f"ANY 1 ({', '.join(standbys)})")

    def _set(self, name: str, setting: str, value: str) -> None:
        self.run(name, f"ALTER SYSTEM SET {setting} = '{value}'")
        self.run(name, "SELECT pg_reload_conf()")

    def _await_standbys(self, name: str, standbys: Sequence[str]) -> None:
        synchronous = "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'quorum'"
        until = time.monotonic() + START_S
        while len(self.run(name, synchronous)) < len(standbys):
            assert time.monotonic() < until, "the standbys follow"
            time.sleep(0.05)

    def follow(self, standby: str, primary: str) -> None:
        """Make and start a standby."""
        source = self._source(primary, standby)
        self.program("pg_basebackup", "-D", standby, "-R", "-c", "fast", "-d", source)
        self.start(standby)

    def _source(self, primary: str, standby: str) -> str:
        place = f"host={HOST} port={self.ports[primary]} user={SUPERUSER}"
        return f"{place} application_name={standby}"

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

    def start(self, name: str) -> None:
        """Start the cluster in the folder ``name``."""
        options = f"-p {self.ports[name]} -k {self.folder}"
        log = str(self.folder / f"{name}.log")
        self.program(
            "pg_ctl", "-D", name, "-w", "-t", str(START_S), "-o", options, "-l", log, "start"
        )

    def stop(self, name: str) -> None:
        """Stop it, if it runs."""
        with suppress(subprocess.CalledProcessError):
            self.program("pg_ctl", "-D", name, "-m", "immediate", "-w", "stop")


@contextmanager
def running_pair(standbys: tuple[str, ...] = PAIR) -> Iterator[Pair]:
    """Make and start all, stop and remove all; ``programs`` must be there."""
    found = programs()
    assert found is not None, "looked before"
    place = MEMORY if Path(MEMORY).is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="kiosk-pair-", dir=place))
    if os.geteuid() == 0:
        user = pwd.getpwnam(USER)
        os.chown(folder, user.pw_uid, user.pw_gid)
    pair = Pair(folder, found, {name: free_port() for name in (PRIMARY, *standbys)})
    try:
        _build(pair)
        yield pair
    finally:
        for name in pair.ports:
            pair.stop(name)
        shutil.rmtree(folder)


def _build(pair: Pair) -> None:
    about = ("-A", "trust", "-E", "UTF8", "--locale=C", "--no-instructions")
    pair.program("initdb", "-D", PRIMARY, "-U", SUPERUSER, *about)
    with (pair.folder / PRIMARY / "postgresql.conf").open("a", encoding="ascii") as file:
        file.write(SETTINGS)
    pair.start(PRIMARY)
    for standby in pair.standbys:
        pair.follow(standby, PRIMARY)
    pair.need_standby(PRIMARY, pair.standbys)
    pair.run(PRIMARY, f"CREATE DATABASE {DATABASE} TEMPLATE template0")


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
