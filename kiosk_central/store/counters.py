"""Numbers that follow each other without a gap, as official numbers must."""

from collections.abc import Callable
from functools import cache

from sqlalchemy import Connection, Executable, Table, update
from sqlalchemy.dialects import postgresql, sqlite

from kiosk_central.store.schema import counters

Upsert = Callable[[Table], postgresql.Insert | sqlite.Insert]
UPSERT: dict[str, Upsert] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def next_value(connection: Connection, name: str) -> int:
    """Take the next value, from 1 on; it is only used up if the transaction commits.

    Until then whoever else wants one waits: take it last (``store.locks``).
    """
    raised = _raised(connection.dialect.name)
    value: int = connection.execute(raised, {"name": name, "value": 1}).scalar_one()
    return value


@cache
def _raised(dialect: str) -> Executable:
    raised = UPSERT[dialect](counters).on_conflict_do_update(
        index_elements=[counters.c.name], set_={"value": counters.c.value + 1}
    )
    return raised.returning(counters.c.value)


def set_value(connection: Connection, name: str, value: int) -> None:
    """Keep the last value that was taken, by whoever took the one before with ``next_value``."""
    own = counters.c.name == name
    connection.execute(update(counters).where(own).values(value=value))
