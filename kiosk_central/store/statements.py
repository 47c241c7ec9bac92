"""SQL over many rows whose texts stay the same, so that a driver keeps them prepared.

SQLAlchemy writes a statement anew for every number of rows, which costs more than the database
takes to do it. Here a text is written once for each power of two, and work is cut to fit. Values go
to the driver as they are: whole numbers, texts, bytes and None.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import Boolean, Column, Connection, CursorResult, Dialect, Row, Table
from sqlalchemy.dialects import postgresql, sqlite

PIECE_MAX = 64
"""Rows of one statement: few texts, and far from what a driver takes as parameters."""
DIALECTS: dict[str, tuple[str, Dialect]] = {
    "sqlite": ("?", sqlite.dialect()),
    "postgresql": ("%s", postgresql.dialect()),  # type: ignore[no-untyped-call]
}
"""How the driver marks a parameter, and how names and types are written."""


def insert_rows(
    connection: Connection,
    table: Table,
    names: tuple[str, ...],
    rows: Sequence[Sequence[Any]],
    returning: tuple[str, ...] = (),
) -> list[Row[Any]]:
    """Insert rows of the columns ``names``; return ``returning`` of each, in no order."""
    made: list[Row[Any]] = []
    for piece in _pieces(rows):
        text = _insertion(connection.dialect.name, table, names, len(piece), returning)
        result = _run(connection, text, piece)
        if returning:
            made += result.all()
    return made


def update_rows(
    connection: Connection, table: Table, names: tuple[str, ...], rows: Sequence[Sequence[Any]]
) -> None:
    """Set the columns ``names`` of rows; each begins with the values of its primary key."""
    for piece in _pieces(rows):
        _run(connection, _change(connection.dialect.name, table, names, len(piece)), piece)


def select_rows(
    connection: Connection, columns: tuple[Column[Any], ...], where: str, keys: Sequence[Any]
) -> Iterator[Row[Any]]:
    """Read the rows whose ``columns`` have one of the values, by their primary key in a piece.

    A key is a tuple, or the value itself where there is one column. ``where`` is SQL, or empty.
    """
    for piece in _pieces(keys):
        text = _selection(connection.dialect.name, columns, where, len(piece))
        yield from _run(connection, text, piece, alone=len(columns) == 1)


def delete_rows(
    connection: Connection, columns: tuple[Column[Any], ...], where: str, keys: Sequence[Any]
) -> None:
    """Delete the rows that ``select_rows`` would read."""
    for piece in _pieces(keys):
        text = _deletion(connection.dialect.name, columns, where, len(piece))
        _run(connection, text, piece, alone=len(columns) == 1)


def check_plain(table: Table) -> None:
    """Assert that a driver gives the values of a table as they are meant; SQLite has no truth."""
    assert not any(isinstance(column.type, Boolean) for column in table.columns), table.name


def _run(
    connection: Connection, text: str, rows: Sequence[Any], alone: bool = False
) -> CursorResult[Any]:
    values = tuple(rows) if alone else tuple(chain.from_iterable(rows))
    return connection.exec_driver_sql(text, values)


def _pieces(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Cut into pieces of a power of two."""
    done, count = 0, len(rows)
    while done < count:
        size = min(PIECE_MAX, 1 << ((count - done).bit_length() - 1))
        yield rows[done : done + size]
        done += size


@cache
def _insertion(
    kind: str, table: Table, names: tuple[str, ...], count: int, returning: tuple[str, ...]
) -> str:
    into = f"INSERT INTO {_name(kind, table)} ({_names(kind, table, names)})"
    end = f" RETURNING {_names(kind, table, returning)}" if returning else ""
    return f"{into} VALUES {_values(kind, len(names), count)}{end}"


@cache
def _change(kind: str, table: Table, names: tuple[str, ...], count: int) -> str:
    keys, own = tuple(column.name for column in table.primary_key), _name(kind, table)
    told = dict(zip((*keys, *names), range(1, len(keys) + len(names) + 1), strict=True))
    # PostgreSQL takes what it is not told for text.
    as_told = {
        name: f"{_quoted(kind, name)} = CAST(told.column{number} AS {_type(kind, table, name)})"
        for name, number in told.items()
    }
    new = ", ".join(as_told[name] for name in names)
    same = " AND ".join(f"{own}.{as_told[key]}" for key in keys)
    values = _values(kind, len(told), count)
    return f"UPDATE {own} SET {new} FROM (VALUES {values}) AS told WHERE {same}"


@cache
def _selection(kind: str, columns: tuple[Column[Any], ...], where: str, count: int) -> str:
    table: Table = columns[0].table
    names = _names(kind, table, tuple(column.name for column in table.columns))
    order = _names(kind, table, tuple(column.name for column in table.primary_key))
    among = _among(kind, columns, where, count)
    return f"SELECT {names} FROM {_name(kind, table)} WHERE {among} ORDER BY {order}"


@cache
def _deletion(kind: str, columns: tuple[Column[Any], ...], where: str, count: int) -> str:
    table: Table = columns[0].table
    return f"DELETE FROM {_name(kind, table)} WHERE {_among(kind, columns, where, count)}"


def _among(kind: str, columns: tuple[Column[Any], ...], where: str, count: int) -> str:
    names = _names(kind, columns[0].table, tuple(column.name for column in columns))
    if len(columns) == 1:
        marks = ", ".join([DIALECTS[kind][0]] * count)
        among = f"{names} IN ({marks})"
    else:
        among = f"({names}) IN (VALUES {_values(kind, len(columns), count)})"
    return f"{among} AND {where}" if where else among


def _values(kind: str, width: int, count: int) -> str:
    row = f"({', '.join([DIALECTS[kind][0]] * width)})"
    return ", ".join([row] * count)


def _names(kind: str, table: Table, names: tuple[str, ...]) -> str:
    return ", ".join(_quoted(kind, table.c[name].name) for name in names)


def _name(kind: str, table: Table) -> str:
    return _quoted(kind, table.name)


def _type(kind: str, table: Table, name: str) -> str:
    return table.c[name].type.compile(DIALECTS[kind][1])


def _quoted(kind: str, name: str) -> str:
    return DIALECTS[kind][1].identifier_preparer.quote(name)
