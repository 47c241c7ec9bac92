"""SQL over many rows whose texts stay the same, so that a driver keeps them prepared.

SQLAlchemy writes a statement anew for every number of rows, which costs more than the database
takes to do it. On PostgreSQL rows go as one array for each column, so there is one text; on SQLite
there is a text for each power of two, and work is cut to fit. Values go to the driver as they are:
whole numbers, texts, bytes and None.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import Boolean, Column, Connection, CursorResult, Row, Table
from sqlalchemy.dialects import postgresql, sqlite

POSTGRESQL = "postgresql"
PIECE_MAX = 64
"""Rows of one statement on SQLite: few texts, and far from how many values it takes."""
DIALECTS = {"sqlite": sqlite.dialect(), POSTGRESQL: postgresql.dialect()}  # type: ignore[no-untyped-call]
"""How names and types are written."""


def insert_rows(
    connection: Connection,
    table: Table,
    names: tuple[str, ...],
    rows: Sequence[Sequence[Any]],
    returning: tuple[str, ...] = (),
) -> list[Row[Any]]:
    """Insert rows of the columns ``names``; return ``returning`` of each, in no order."""
    made: list[Row[Any]] = []
    for kind, piece, count in _pieces(connection, rows):
        result = _run(connection, _insertion(kind, table, names, count, returning), piece)
        if returning:
            made += result.all()
    return made


def update_rows(
    connection: Connection, table: Table, names: tuple[str, ...], rows: Sequence[Sequence[Any]]
) -> None:
    """Set the columns ``names`` of rows; each begins with the values of its primary key."""
    for kind, piece, count in _pieces(connection, rows):
        _run(connection, _change(kind, table, names, count), piece)


def select_rows(
    connection: Connection,
    columns: tuple[Column[Any], ...],
    where: str,
    keys: Sequence[Sequence[Any]],
) -> Iterator[Row[Any]]:
    """Read the rows whose ``columns`` have one of the keys' values; those of one key in order.

    ``where`` is SQL that they fulfil too, or empty.
    """
    for kind, piece, count in _pieces(connection, keys):
        yield from _run(connection, _selection(kind, columns, where, count), piece)


def delete_rows(
    connection: Connection,
    columns: tuple[Column[Any], ...],
    where: str,
    keys: Sequence[Sequence[Any]],
) -> None:
    """Delete the rows that ``select_rows`` would read."""
    for kind, piece, count in _pieces(connection, keys):
        _run(connection, _deletion(kind, columns, where, count), piece)


def check_plain(table: Table) -> None:
    """Assert that a driver gives the values of a table as they are meant; SQLite has no truth."""
    assert not any(isinstance(column.type, Boolean) for column in table.columns), table.name


def _run(connection: Connection, text: str, rows: Sequence[Sequence[Any]]) -> CursorResult[Any]:
    if connection.dialect.name == POSTGRESQL:
        return connection.exec_driver_sql(text, tuple(map(list, zip(*rows, strict=True))))
    return connection.exec_driver_sql(text, tuple(chain.from_iterable(rows)))


def _pieces(
    connection: Connection, rows: Sequence[Sequence[Any]]
) -> Iterator[tuple[str, Sequence[Sequence[Any]], int]]:
    """Yield the kind of database, rows of one statement, and their number where its text tells."""
    kind = connection.dialect.name
    if kind == POSTGRESQL and rows:
        yield kind, rows, 0
        return
    done, count = 0, len(rows)
    while done < count:
        size = min(PIECE_MAX, 1 << ((count - done).bit_length() - 1))
        yield kind, rows[done : done + size], size
        done += size


@cache
def _insertion(
    kind: str, table: Table, names: tuple[str, ...], count: int, returning: tuple[str, ...]
) -> str:
    into = f"INSERT INTO {_quoted(kind, table.name)} ({_listed(kind, names)})"
    end = f" RETURNING {_listed(kind, returning)}" if returning else ""
    return f"{into} {_rows(kind, [table.c[name] for name in names], count)}{end}"


@cache
def _change(kind: str, table: Table, names: tuple[str, ...], count: int) -> str:
    keys, own = tuple(column.name for column in table.primary_key), _quoted(kind, table.name)
    told = (*keys, *names)
    as_told = {
        name: f"{_quoted(kind, name)} = told.column{number}"
        for number, name in enumerate(told, start=1)
    }
    new = ", ".join(as_told[name] for name in names)
    same = " AND ".join(f"{own}.{as_told[key]}" for key in keys)
    rows = _rows(kind, [table.c[name] for name in told], count)
    return f"UPDATE {own} SET {new} FROM ({rows}) AS told WHERE {same}"


@cache
def _selection(kind: str, columns: tuple[Column[Any], ...], where: str, count: int) -> str:
    """Key by key, whatever a planner thinks of the tables' sizes: by the index of the key.

    On PostgreSQL that is also the key's own partition.
    """
    table: Table = columns[0].table
    own, order = _quoted(kind, table.name), _listed(kind, table.primary_key.c.keys())
    names, keys = _listed(kind, table.columns.keys()), f"({_rows(kind, columns, count)}) AS told"
    if kind != POSTGRESQL:
        found = f"{keys} CROSS JOIN {own} WHERE {_same(kind, columns, where)}"
        return f"SELECT {names} FROM {found} ORDER BY {order}"
    found = f"SELECT {names} FROM {own} WHERE {_same(kind, columns, where)} OFFSET 0"
    return f"SELECT {names} FROM {keys} CROSS JOIN LATERAL ({found}) AS found ORDER BY {order}"


@cache
def _deletion(kind: str, columns: tuple[Column[Any], ...], where: str, count: int) -> str:
    own, same = _quoted(kind, columns[0].table.name), _same(kind, columns, where)
    keys = f"({_rows(kind, columns, count)}) AS told"
    if kind == POSTGRESQL:
        return f"DELETE FROM {own} USING {keys} WHERE {same}"
    found = f"SELECT {own}.rowid FROM {keys} CROSS JOIN {own} WHERE {same}"
    return f"DELETE FROM {own} WHERE rowid IN ({found})"


def _same(kind: str, columns: tuple[Column[Any], ...], where: str) -> str:
    """Return the condition that a row has a key that is told."""
    own = _quoted(kind, columns[0].table.name)
    same = [
        f"{own}.{_quoted(kind, column.name)} = told.column{number}"
        for number, column in enumerate(columns, start=1)
    ]
    return " AND ".join([*same, where] if where else same)


def _rows(kind: str, columns: Sequence[Column[Any]], count: int) -> str:
    """Return the rows that are told, as a table whose columns are ``column1`` and so on."""
    if kind == POSTGRESQL:
        dialect = DIALECTS[kind]
        arrays = ", ".join(f"%b::{column.type.compile(dialect)}[]" for column in columns)
        names = ", ".join(f"column{number}" for number in range(1, len(columns) + 1))
        return f"SELECT * FROM unnest({arrays}) AS told({names})"
    row = f"({', '.join(['?'] * len(columns))})"
    return f"VALUES {', '.join([row] * count)}"


def _listed(kind: str, names: Sequence[str]) -> str:
    return ", ".join(_quoted(kind, name) for name in names)


def _quoted(kind: str, name: str) -> str:
    return DIALECTS[kind].identifier_preparer.quote(name)
