"""Rows as a sheet holds them, and the ways to find them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, ColumnElement, Connection, Table, bindparam, delete, select, tuple_

Key = tuple[Any, ...]


class Line:
    """One row: its columns are attributes. Changed by ``Sheet.change`` alone."""

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

    def __init__(self, *columns: Column[Any], where: ColumnElement[bool] | None = None) -> None:
        self.table: Table = columns[0].table
        self.names = tuple(column.name for column in columns)
        self.where = where
        alone = len(columns) == 1
        named: ColumnElement[Any] = columns[0] if alone else tuple_(*columns)
        among = [named.in_(bindparam("keys", expanding=True))] + ([] if where is None else [where])
        self._query = select(self.table).where(*among).order_by(*self.table.primary_key)
        self.deletion = delete(self.table).where(*among)
        self._alone = alone

    def key_of(self, values: dict[str, Any]) -> Key:
        """Return what a row is found by."""
        return tuple([values[name] for name in self.names])

    def asking(self, keys: Sequence[Key]) -> dict[str, Any]:
        """Return the keys as the parameters of a statement."""
        asked = [key[0] for key in keys] if self._alone else list(keys)
        # A power of two: as few texts as may be, so that drivers find their prepared statements.
        asked += asked[-1:] * ((1 << (len(asked) - 1).bit_length()) - len(asked))
        return {"keys": asked}

    def ask(self, connection: Connection, keys: Sequence[Key]) -> list[dict[str, Any]]:
        """Read the rows of all keys, by their primary key."""
        rows = connection.execute(self._query, self.asking(keys))
        names = tuple(rows.keys())
        return [dict(zip(names, row, strict=True)) for row in rows]
