"""Rows as a sheet holds them, and the ways to find them."""

from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Connection, Table

from kiosk_central.store.statements import check_plain, delete_rows, select_rows

Key = Any
"""The value of the column by which rows are found; of several columns the tuple of values."""


class Line:
    """One row: its columns are attributes. Changed by ``Sheet.change`` alone."""

    __slots__ = ("is_new", "of_table", "read", "values")

    def __init__(self, table: Table, values: dict[str, Any]) -> None:
        self.of_table = table
        self.values = values
        self.is_new = False
        self.read: Any = None
        """What ``values`` mean, for whoever has worked it out; forgotten when they change."""

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            try:
                return self.values[name]
            except KeyError:
                raise AttributeError(name) from None
    else:

        def __getattr__(self, name: str) -> Any: ...


class Look:
    """A way to find rows: by the values of columns of one table, among those that are ``where``."""

    def __init__(self, *columns: Column[Any], where: str = "") -> None:
        self.table: Table = columns[0].table
        check_plain(self.table)
        self._columns, self._where = columns, where
        self._of: Callable[[dict[str, Any]], Key] = itemgetter(*(one.name for one in columns))
        self._alone = len(columns) == 1
        self._names = tuple(column.name for column in self.table.columns)

    def key_of(self, values: dict[str, Any]) -> Key:
        """Return what a row is found by."""
        return self._of(values)

    def ask(self, connection: Connection, keys: Sequence[Key]) -> Iterator[dict[str, Any]]:
        """Read the rows of all keys; those of one key by their primary key."""
        asked = self._told(keys)
        for row in select_rows(connection, self._columns, self._where, asked):
            yield dict(zip(self._names, row, strict=True))

    def delete(self, connection: Connection, keys: Sequence[Key]) -> None:
        """Delete the rows of all keys."""
        delete_rows(connection, self._columns, self._where, self._told(keys))

    def _told(self, keys: Sequence[Key]) -> Sequence[Sequence[Any]]:
        return [(key,) for key in keys] if self._alone else keys
