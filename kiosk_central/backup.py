"""Backups: a copy of the whole database of one moment, with what must be found in it again.

SQLite is copied by its own online backup, PostgreSQL by ``pg_dump`` on a snapshot; the server goes
on meanwhile. Beside the file stands ``FILE.json``: its SHA-256, the revision, and what every table
came to in that very moment. Putting it back checks all of them.
"""

import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import msgspec
from psycopg.conninfo import make_conninfo
from sqlalchemy import Connection, Engine, inspect, make_url, text

from kiosk_central.backup_sums import Sums, sums_of
from kiosk_central.clock import stamp
from kiosk_central.laws import misposted, unbalanced
from kiosk_central.store.engine import SNAPSHOT, open_engine, read
from kiosk_central.store.revisions import revision_of
from kioskd.errors import KioskError

FORMAT = 2
PRIVATE = 0o600


class BackupError(KioskError):
    """The backup cannot be taken or put back; the text says why. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What stands beside a backup."""

    format: int
    kind: str
    """Of the database: ``sqlite`` or ``postgresql``; one is never put back as the other."""
    revision: str
    taken_at: str
    sha256: str
    sums: Sums


def manifest_file(file: Path) -> Path:
    """Return where the manifest of a backup is."""
    return file.with_name(file.name + ".json")


def take_backup(url: str, file: Path, now: datetime) -> Manifest:
    """Copy a centre's database into ``file``, readable by its owner only, durable on return.

    Raises BackupError; a file that is there is never written over.
    """
    for place in (file, manifest_file(file)):
        if place.exists():
            raise BackupError(f"{place} is there already")
    part, beside = (one.with_name(f"{one.name}.part") for one in (file, manifest_file(file)))
    try:
        made = _take(url, part, now)
        _new_private(beside)
        beside.write_bytes(msgspec.json.format(msgspec.json.encode(asdict(made))) + b"\n")
        _keep(part, file)
        _keep(beside, manifest_file(file))
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"{file} cannot be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)
        beside.unlink(missing_ok=True)
    return made


def _take(url: str, part: Path, now: datetime) -> Manifest:
    engine = open_engine(url)
    try:
        _new_private(part)
        kind = engine.dialect.name
        revision, sums = _copy_sqlite(engine, part) if kind == "sqlite" else _dump(engine, part)
    finally:
        engine.dispose()
    return Manifest(FORMAT, kind, revision, stamp(now), _digest(part), sums)


def check_backup(file: Path) -> Manifest:
    """Return a backup's manifest if the file is what was taken. Raises BackupError."""
    try:
        made = msgspec.json.decode(manifest_file(file).read_bytes(), type=Manifest)
        digest = _digest(file)
    except (OSError, msgspec.DecodeError) as error:
        raise BackupError(f"{file} and its manifest cannot be read: {error}") from error
    if made.format != FORMAT:
        raise BackupError(f"format {made.format} is not known here")
    if digest != made.sha256:
        raise BackupError(f"{file} is not what was taken: its SHA-256 is another")
    return made


def put_back(url: str, file: Path) -> Manifest:
    """Fill an empty database with a backup; return its manifest, whose sums were found again.

    Raises BackupError: damaged, of the other kind of database, or the database is not empty.
    """
    made, kind = check_backup(file), make_url(url).get_backend_name()
    if kind != made.kind:
        raise BackupError(f"this is a backup of {made.kind}, the database is {kind}")
    if kind == "sqlite":
        _put_back_sqlite(Path(make_url(url).database or ""), file)
    else:
        _restore(url, file)
    engine = open_engine(url)
    try:
        found = read(engine, _picture)
    finally:
        engine.dispose()
    if found != (made.revision, made.sums):
        raise BackupError(f"put back, but the books are not those of the manifest: {found}")
    return made


def _picture(connection: Connection) -> tuple[str, Sums]:
    """Return revision and sums. Raises BackupError where it is no centre's, or its laws broken."""
    revision = revision_of(connection)
    if revision is None:
        raise BackupError("there are no tables of a centre in this database")
    broken = (*unbalanced(connection), *misposted(connection))
    if broken:
        raise BackupError(f"the books are not sound: {', '.join(map(str, broken[:5]))}")
    return revision, sums_of(connection)


def _copy_sqlite(engine: Engine, part: Path) -> tuple[str, Sums]:
    source = Path(engine.url.database or "")
    if not source.is_file():
        raise BackupError(f"{source}: there is no such database")
    with _sqlite(source) as origin, _sqlite(part) as copy:
        origin.backup(copy)
        # One file and no companions: whoever carries it away has all of it.
        copy.execute("PRAGMA journal_mode=DELETE")
        said = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if said != "ok":
        raise BackupError(f"the copy is damaged: {said}")
    taken = open_engine(f"sqlite:///file:{part}?mode=ro&immutable=1&uri=true")
    try:
        with taken.connect() as connection:
            return _picture(connection)
    finally:
        taken.dispose()


@contextmanager
def _sqlite(file: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(file)
    try:
        yield connection
    finally:
        connection.close()


def _dump(engine: Engine, part: Path) -> tuple[str, Sums]:
    """Dump what one snapshot shows, and take the sums of that same snapshot."""
    with engine.connect().execution_options(isolation_level=SNAPSHOT) as connection:
        snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        words = ("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}")
        _run_tool(engine, "pg_dump", *words, f"--file={part}")
        return _picture(connection)


def _restore(url: str, file: Path) -> None:
    engine = open_engine(url)
    try:
        if read(engine, lambda connection: inspect(connection).get_table_names()):
            raise BackupError("the database is not empty: create a new one")
        words = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
        _run_tool(engine, "pg_restore", *words, str(file))
    finally:
        engine.dispose()


def _run_tool(engine: Engine, tool: str, *words: str) -> None:
    """Run a tool of PostgreSQL's on our database; the password is never seen among processes."""
    _, where = engine.dialect.create_connect_args(engine.url)
    where.pop("context", None)  # psycopg's own, no option of the connection
    password = where.pop("password", None)
    environment = os.environ | ({} if password is None else {"PGPASSWORD": password})
    place = f"--dbname={make_conninfo(**where)}"
    try:
        done = subprocess.run(  # noqa: S603  # its own program, words of ours
            [tool, place, *words], env=environment, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise BackupError(f"{tool} is not installed: it comes with PostgreSQL's client") from None
    if done.returncode:
        raise BackupError(f"{tool}: {done.stderr.strip().splitlines()[-1:]}")


def _put_back_sqlite(target: Path, file: Path) -> None:
    if target.exists():
        raise BackupError(f"{target} is there already: put it aside first")
    part = target.with_name(target.name + ".part")
    try:
        _new_private(part)
        shutil.copyfile(file, part)
        _keep(part, target)
    except OSError as error:
        raise BackupError(f"{target} cannot be written: {error}") from error
    finally:
        part.unlink(missing_ok=True)


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _new_private(file: Path) -> None:
    os.close(os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, PRIVATE))


def _keep(part: Path, file: Path) -> None:
    """Give a finished file its name, durable."""
    with part.open("rb") as opened:
        os.fsync(opened.fileno())
    part.rename(file)
    folder = os.open(file.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
