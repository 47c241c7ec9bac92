"""Read what can still be read of a damaged journal, row by row, and put the file out of the way.

The damaged file is kept as it is for people with more time. A new journal has a new series, so no
reference is made twice; what the old one left open stays locked at the centre, which lists it.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from kioskd.payments.store import Connection, probe, reading

TABLES: Final = ("journal", "payment", "day_end", "entry", "outbox")
PARTS: Final = ("", "-wal", "-shm")
"""A journal is these files together."""


def salvage(path: Path) -> Iterator[dict[str, Any]]:
    """Yield every row that can be read, as plain data with its table's name.

    Bytes are given as text where they are JSON, else in hexadecimal. Raises JournalDamaged where
    not even the file's first page can be read.
    """
    with reading(path) as db:
        for table in TABLES:
            yield from _rows(db, table)


def _rows(db: Connection, table: str) -> Iterator[dict[str, Any]]:
    """Try every row by its number: one that lies on a damaged page does not hide the others."""
    for number in range(1, _last(db, table) + 1):
        for row in probe(db, f"SELECT * FROM {table} WHERE rowid = ?", number) or ():  # noqa: S608
            yield {"table": table} | {key: _plain(row[key]) for key in row.keys()}  # noqa: SIM118


def _last(db: Connection, table: str) -> int:
    """Return the highest row number, or a guess beyond it where that page cannot be read."""
    found = probe(db, f"SELECT max(rowid) AS last FROM {table}")  # noqa: S608
    if found is not None:
        return int(found[0]["last"] or 0)
    known = probe(db, "SELECT last_number FROM journal")
    return 10 * int(known[0]["last_number"] if known else 100_000)


def _plain(value: object) -> object:
    if not isinstance(value, bytes):
        return value
    try:
        json.loads(value)
        return value.decode()
    except ValueError:
        return value.hex()


def put_aside(path: Path) -> Path:
    """Rename the journal's files, so that the next start makes a new one; return the new name."""
    kept = path.with_name(f"{path.name}.kept-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    for part in PARTS:
        file = Path(f"{path}{part}")
        if file.exists():
            file.rename(f"{kept}{part}")
    return kept
