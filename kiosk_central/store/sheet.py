"""The rows of one transaction: a batch reads them together, decides, and writes them together.

By itself a sheet is the connection and no more: a look asks the database, a change is made at once.
Inside ``together`` a look is answered from what was read before, changes included, and changes wait
for the end. Whoever takes the ``connection`` meanwhile finds all of them written; the sheet then
forgets what it knew, for it does not see what is done behind its back.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Row, Table

from kiosk_central.store.counters import next_value, set_value
from kiosk_central.store.looks import Key, Line, Look
from kiosk_central.store.schema import NAMED_BY
from kiosk_central.store.statements import insert_rows, update_rows
from kiosk_central.store.tables import metadata


class Sheet:
    """What a transaction has read and is about to write."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._held = False
        self._forget()
        self._added: dict[Table, list[Line]] = {}
        self._changed: dict[Line, set[str]] = {}
        self._deleted: dict[Look, list[Key]] = {}
        self._numbers: dict[str, int] = {}

    @property
    def connection(self) -> Connection:
        """The connection, with every change written."""
        self.flush()
        self._forget()
        return self._connection

    @property
    def knows(self) -> bool:
        """Whether anything that was looked ahead is still known."""
        return bool(self._found)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Answer looks from memory and let changes wait until the end of this block."""
        assert not self._held, "no batch within a batch"
        self._held = True
        yield
        self.flush()
        self._forget()
        self._held = False

    def look_ahead(self, look: Look, keys: Iterable[Key]) -> None:
        """Read the rows of all keys in one query: later looks at them cost nothing."""
        self.flush()
        known = self._found.setdefault(look.table, {}).setdefault(look, {})
        asked = [key for key in dict.fromkeys(keys) if key not in known]
        known.update({key: [] for key in asked})
        for values in look.ask(self._connection, asked):
            known[look.key_of(values)].append(self._line(look.table, values))

    def rows(self, look: Look, *of: Any) -> list[Line]:
        """Return the rows of a key, by their primary key; new ones last."""
        key = of if len(of) > 1 else of[0]
        if not self._held:
            return [Line(look.table, found) for found in look.ask(self._connection, [key])]
        if key not in self._found.get(look.table, {}).get(look, {}):
            self.look_ahead(look, [key])
        found = self._found[look.table][look][key]
        return [line for line in found if look.key_of(line.values) == key]

    def row(self, look: Look, *of: Any) -> Line | None:
        """Return the row of a key of which there is one at most."""
        found = self.rows(look, *of)
        assert len(found) <= 1, "a unique key"
        return found[0] if found else None

    def add(self, table: Table, **values: Any) -> Line:
        """Insert a row. A value may be a new line that has no ``id`` yet: it stands for that."""
        line = Line(table, values)
        if self._held:
            line.is_new = True
            self._added.setdefault(table, []).append(line)
            self._place(line)
        else:
            self._insert(table, [line])
        return line

    def change(self, line: Line, **values: Any) -> None:
        """Update a row that was found or added."""
        line.values.update(values)
        line.read = None
        if not self._held:
            self._update([line], tuple(values))
            return
        self._place(line)
        if not line.is_new:
            self._changed.setdefault(line, set()).update(values)

    def delete(self, look: Look, *of: Any) -> None:
        """Delete the rows of a key of a table at which nobody looks through a sheet."""
        key = of if len(of) > 1 else of[0]
        if self._held:
            self._deleted.setdefault(look, []).append(key)
        else:
            look.delete(self._connection, [key])

    def next_value(self, name: str) -> int:
        """Take the next value of a counter, from 1 on."""
        if name not in self._numbers:
            value = next_value(self._connection, name)
        else:
            value = self._numbers[name] + 1
        if self._held:
            self._numbers[name] = value
        return value

    def flush(self) -> None:
        """Write what waits, a table at a time: what is referred to comes first."""
        for table, lines in sorted(self._added.items(), key=lambda one: _ranks()[one[0]]):
            self._insert(table, lines)
        same: dict[tuple[Table, tuple[str, ...]], list[Line]] = {}
        for line, changed in self._changed.items():
            same.setdefault((line.of_table, tuple(sorted(changed))), []).append(line)
        for (_table, names), lines in same.items():
            self._update(lines, names)
        for look, keys in self._deleted.items():
            look.delete(self._connection, keys)
        for name, value in self._numbers.items():
            set_value(self._connection, name, value)
        for waiting in (self._added, self._changed, self._deleted, self._numbers):
            waiting.clear()

    def _forget(self) -> None:
        self._found: dict[Table, dict[Look, dict[Key, list[Line]]]] = {}
        self._lines: dict[tuple[Table, Key], Line] = {}

    def _line(self, table: Table, values: dict[str, Any]) -> Line:
        """Return the one line of a row, however often it is found."""
        key = (table, _key_of(table)(values))
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = Line(table, values)
        return line

    def _place(self, line: Line) -> None:
        """Let a new or changed line be found by whatever looks at its key."""
        for look, known in self._found.get(line.of_table, {}).items():
            lines = known.get(look.key_of(line.values))
            if lines is not None and line not in lines:
                lines.append(line)

    def _insert(self, table: Table, lines: list[Line]) -> None:
        """Insert lines; where they differ in the columns they name, in as many goes."""
        named_by: str | None = table.info.get(NAMED_BY)
        same: dict[tuple[str, ...], list[Line]] = {}
        for line in lines:
            line.is_new = False
            same.setdefault(tuple(line.values), []).append(line)
        for names, some in same.items():
            rows = [_row(line) for line in some]
            if named_by is None:
                insert_rows(self._connection, table, names, rows)
            else:
                made = insert_rows(self._connection, table, names, rows, ("id", named_by))
                _give_ids(some, named_by, made)

    def _update(self, lines: list[Line], names: tuple[str, ...]) -> None:
        table = lines[0].of_table
        wanted = (*_key_names(table), *names)
        rows = [[line.values[name] for name in wanted] for line in lines]
        update_rows(self._connection, table, names, rows)


def sheet_on(at: Connection | Sheet) -> Sheet:
    """Return the sheet itself, or a new one of a connection."""
    return at if isinstance(at, Sheet) else Sheet(at)


def _give_ids(lines: list[Line], named_by: str, made: list[Row[Any]]) -> None:
    if len(lines) == 1:  # it need not have a name
        lines[0].values["id"] = made[0].id
        return
    ids = {getattr(row, named_by): row.id for row in made}
    for line in lines:
        line.values["id"] = ids[line.values[named_by]]


def _row(line: Line) -> list[Any]:
    """Return the values to insert, with the ids that lines stand for."""
    return [
        value.values["id"] if isinstance(value, Line) else value for value in line.values.values()
    ]


@cache
def _ranks() -> dict[Table, int]:
    return {table: rank for rank, table in enumerate(metadata.sorted_tables)}


@cache
def _key_of(table: Table) -> Callable[[dict[str, Any]], Key]:
    return itemgetter(*_key_names(table))


@cache
def _key_names(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key)
