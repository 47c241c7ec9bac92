"""The journal's file: SQLite, write-ahead log, one sync per durable commit. The only sqlite3 here.

Knows no payments. WAL with ``synchronous=FULL`` costs one sync per commit (facts,
pin-pad-and-payments 5.1). Checkpoints happen in ``tidy`` and ``shut`` only; the first commit of a
new log also syncs its header, so ``_open_new_log`` makes one in idle time and no payment pays for
it. Every ``sqlite3.Error`` becomes JournalDamaged.

May be used from any thread. Writing and reading have a connection each: while one thread waits for
a slow disk, the screen's thread still reads.
"""

import os
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from importlib import resources
from pathlib import Path
from typing import Final

from kioskd import log
from kioskd.errors import JournalDamaged

SCHEMA_VERSION: Final = 1
BUSY_TIMEOUT_S: Final = 5.0
TIDY_LOG_BYTES: Final = 1 << 20
"""``tidy`` leaves a shorter write-ahead log alone."""
SERIES_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No letters and digits that are mistaken for each other on paper or on the telephone."""
SERIES_LENGTH: Final = 4
_UNTRUSTWORTHY: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
"""After these nothing in the file is believed. After SQLITE_IOERR it is opened anew first."""

Connection = sqlite3.Connection
Row = sqlite3.Row


class Store:
    """One open file. Every method raises JournalDamaged where the file fails."""

    def __init__(self, path: Path, kiosk_id: str) -> None:
        """Open, or create, the file. Raises JournalDamaged, also for another kiosk's journal."""
        self._path = path
        self._unusable = ""
        self._io_failed = self._write_failed = False
        self._writing, self._reading = threading.RLock(), threading.Lock()
        with _translated():
            self._writer = _open(path, kiosk_id)
            self._reader = _connect(path)
            self._reader.execute("PRAGMA query_only = ON")
        (about,) = self.read("SELECT kiosk, series FROM journal")
        self.kiosk_id, self.series = str(about["kiosk"]), str(about["series"])
        if self.kiosk_id != kiosk_id:
            self.shut()
            raise JournalDamaged(f"the journal of {self.kiosk_id}, not of {kiosk_id}")
        self._open_new_log()

    @contextmanager
    def commit(self, *, synced: bool) -> Iterator[Connection]:
        """Run the block as one transaction; whatever it raises undoes it."""
        with self._writing:
            self._check_usable()
            with self._judged():
                self._writer.execute(f"PRAGMA synchronous = {'FULL' if synced else 'NORMAL'}")
                self._writer.execute("BEGIN IMMEDIATE")
                try:
                    yield self._writer
                    self._writer.execute("COMMIT")
                    self._write_failed = False
                except BaseException:
                    with suppress(sqlite3.Error):  # the first error is the one that matters
                        self._writer.rollback()
                    raise

    def read(self, query: str, *values: object) -> list[Row]:
        """Return what is committed."""
        with self._reading:
            self._check_usable()
            with self._judged():
                return self._reader.execute(query, values).fetchall()

    def distrust(self, reason: str) -> None:
        """Neither read nor write any more: what it says cannot be believed."""
        log.warning("journal.distrusted", reason=reason)
        self._unusable = self._unusable or reason

    def tidy(self) -> None:
        """Checkpoint a long log."""
        if self._unusable or self.failing or self._log_bytes() < TIDY_LOG_BYTES:
            return
        with self._writing, self._reading, _translated():
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self._open_new_log()

    @property
    def failing(self) -> bool:
        """Whether the disk refused the last write: full, read-only, or broken."""
        return self._io_failed or self._write_failed

    def mend(self) -> None:
        """Try a disk that was failing: open the file anew where it must be, and write to it.

        The caller has looked that the file is sound. A file that is distrusted stays so.
        """
        if self._io_failed:
            with self._writing, self._reading, _translated():
                self._reader.close()
                self._writer.close()
                self._writer, self._reader = _open(self._path, self.kiosk_id), _connect(self._path)
                self._reader.execute("PRAGMA query_only = ON")
                # A failed sync may have left pages that are in memory and not on the disk. All
                # that can be read is written again, and synced, before anything is added to it.
                (busy, *_) = self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy:
                raise JournalDamaged("somebody reads it: not written anew")
            self._io_failed = False
        self._open_new_log()
        log.event("journal.mended")

    def shut(self) -> None:
        """Checkpoint and close the file."""
        with self._writing, self._reading, _translated():
            self._reader.close()
            self._writer.close()

    def _check_usable(self) -> None:
        if self._unusable:
            raise JournalDamaged(f"not to be believed: {self._unusable}")
        if self._io_failed:
            raise JournalDamaged("not used until opened and checked anew")

    @contextmanager
    def _judged(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            primary_code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            self._write_failed |= not isinstance(error, sqlite3.IntegrityError)
            if primary_code in _UNTRUSTWORTHY:
                self.distrust(str(error))
            self._io_failed |= primary_code == sqlite3.SQLITE_IOERR
            log.warning("journal.failed", error=str(error), failing=self.failing)
            raise JournalDamaged(str(error)) from error

    def _open_new_log(self) -> None:
        with self.commit(synced=True) as db:
            db.execute("UPDATE journal SET openings = openings + 1")

    def _log_bytes(self) -> int:
        try:
            return os.stat(f"{self._path}-wal").st_size
        except FileNotFoundError:
            return 0


@contextmanager
def reading(path: Path) -> Iterator[Connection]:
    """Lend a connection that changes nothing, of a journal that is in use or at rest."""
    with _translated(), closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        db.row_factory = Row
        yield db


def probe(db: Connection, query: str, *values: object) -> list[Row] | None:
    """Return what ``query`` finds, or None where it meets a page that cannot be read."""
    try:
        return db.execute(query, values).fetchall()
    except sqlite3.DatabaseError:
        return None


def _connect(path: Path) -> Connection:
    db = sqlite3.connect(
        path, isolation_level=None, timeout=BUSY_TIMEOUT_S, check_same_thread=False
    )
    db.row_factory = Row
    return db


def _open(path: Path, kiosk_id: str) -> Connection:
    """Open the file for writing. Raises sqlite3.Error, JournalDamaged."""
    is_new = not path.exists()
    db = _connect(path)
    try:
        _set_up(db)
        _make_tables(db, kiosk_id)
    except BaseException:
        db.close()
        raise
    if is_new:
        _sync_directory(path.parent)
    return db


def _set_up(db: Connection) -> None:
    (mode,) = db.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise JournalDamaged(f"journal_mode is {mode}: not on this file system")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA wal_autocheckpoint = 0")


def _make_tables(db: Connection, kiosk_id: str) -> None:
    (found,) = db.execute("PRAGMA user_version").fetchone()
    if found > SCHEMA_VERSION:
        raise JournalDamaged(f"written by a newer kioskd: schema {found}")
    if found == SCHEMA_VERSION:
        return
    schema = resources.files("kioskd.payments") / "schema" / "0001_journal.sql"
    script = schema.read_text(encoding="utf-8")
    series = "".join(secrets.choice(SERIES_ALPHABET) for _ in range(SERIES_LENGTH))
    (kiosk,) = db.execute("SELECT quote(?)", (kiosk_id,)).fetchone()
    about = f"INSERT INTO journal VALUES (1, {kiosk}, '{series}', 0, 0, 0)"  # noqa: S608  (quoted)
    version = f"PRAGMA user_version = {SCHEMA_VERSION}"
    db.executescript(f"BEGIN IMMEDIATE; {script}; {about}; {version}; COMMIT;")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise JournalDamaged(str(error)) from error


def _sync_directory(directory: Path) -> None:
    """Make the new file's name durable; SQLite syncs only what is in it."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
