"""What outlives the programs: journal, the PIN pad's books, the centre's database.

Copied, put back, and compared: two states are equal if they differ only in moments of time and in
random names, because nothing that a kiosk decides after a crash depends on those.
"""

import json
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

STATE: Final = "state"
CENTRE: Final = "centre"
BOOKS: Final = "pin-pad-books.json"
UNTOLD_COLUMNS: Final = frozenset({"openings"})
"""How often a journal was opened; nobody reads it."""
EXPIRY: Final = "2000-01-01T00:00:00.000Z"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ][\d:.]+Z?")
_PAD_MOMENT = re.compile(r'("(?:date|time)\\*": ?\\*")\d{4,6}')
"""Of the PIN pad's clock, in JSON and in JSON within JSON."""
_PATH = re.compile(r"/v1/[^\"\\ ]+")
_RANDOM = re.compile(
    r"[0-9A-Za-z+/_-]{31,}=*"  # a digest, a signature, a made-up reference
    r'|(?<=-)[0-9A-Z]{4}(?=-\d{6})|(?<="series": ")[0-9A-Z]{4}'  # a journal's series
)


def restore(start: Path, folder: Path) -> None:
    """Copy everything durable from one world's folder to another's."""
    for name in (STATE, CENTRE):
        if (start / name).exists():
            shutil.copytree(start / name, folder / name)
    if (start / BOOKS).exists():
        shutil.copy(start / BOOKS, folder / BOOKS)


def fingerprint(folder: Path) -> str:
    """Return the same text for states that are equal."""
    names = _Names()
    told = [f"{name}: {row}" for name, row in _everything(folder, names)]
    return sha256("\n".join(told).encode()).hexdigest()


def described(folder: Path) -> list[str]:
    """Return the lines that the fingerprint is made of, to see how two states differ."""
    return [f"{name}: {row}" for name, row in _everything(folder, _Names())]


def let_time_pass(folder: Path) -> None:
    """Make the time of every open assessment be over: she comes back a quarter of an hour later."""
    with closing(sqlite3.connect(folder / CENTRE / "central.db")) as db, db:
        db.execute("UPDATE assessments SET expires_at = ? WHERE state = 'open'", (EXPIRY,))


class _Names:
    """Gives each random name the number of its first appearance."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def plain(self, text: str) -> str:
        text = _PAD_MOMENT.sub(r"\1then", _MOMENT.sub("then", text))
        text = _PATH.sub(lambda path: path.group().replace("/", " "), text)
        return _RANDOM.sub(self._number, text)

    def _number(self, found: re.Match[str]) -> str:
        return f"name{self._numbers.setdefault(found.group(), len(self._numbers))}"


def _everything(folder: Path, names: _Names) -> Iterator[tuple[str, str]]:
    books = folder / BOOKS
    if books.exists():
        yield BOOKS, names.plain(json.dumps(json.loads(books.read_text(encoding="utf-8"))))
    for database in [*sorted(folder.glob(f"{STATE}/*.db")), folder / CENTRE / "central.db"]:
        for table, row in _rows(database, names.plain):
            yield f"{database.parent.name} {table}", row


def _rows(database: Path, plain: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        for (table,) in db.execute(query).fetchall():
            for row in db.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - its own word
                yield table, plain(json.dumps(_told(row), ensure_ascii=False))


def _told(row: sqlite3.Row) -> dict[str, Any]:
    return {key: _text(row[key]) for key in row.keys() if key not in UNTOLD_COLUMNS}  # noqa: SIM118


def _text(value: object) -> object:
    """Return bytes as the text that they hold, or only their length: a chain depends on time."""
    if not isinstance(value, bytes):
        return value
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return f"{len(value)} bytes"
