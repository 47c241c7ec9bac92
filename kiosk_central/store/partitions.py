"""Monthly partitions on PostgreSQL: made ahead, with a default one, so that no row is ever refused.

What is kept of a payment beside the ledger goes into the month in which the payment was first heard
of (``payments.month``): that month is in its key, and holds the key to be unique. SQLite has no
partitions, and needs none: its tables are plain, with the same columns and keys.
"""

from collections.abc import Iterable

from sqlalchemy import Connection, Text, func, select, text
from sqlalchemy.sql import column, table

from kiosk_central.store.locks import lock_alone
from kiosk_central.store.migrations.guards import month_of, rest_of
from kioskd.domain.contribution import Month

PARTITIONED = ("payment_reports",)
AHEAD = 3
"""How many months are made beside the one that is."""


def make_ahead(connection: Connection, now: Month) -> list[str]:
    """Make this month's partitions and the next ones; return the names of those that are new.

    A month of which the default partition already has rows stays there: see ``put_in_order``.
    """
    if connection.dialect.name != "postgresql":
        return []
    lock_alone(connection, "partitions")
    months = {str(now.plus(number)) for number in range(AHEAD + 1)}
    return [
        made
        for name in PARTITIONED
        for made in _make(connection, name, months - _months_in_rest(connection, name))
    ]


def put_in_order(connection: Connection) -> int:
    """Move what fell into the default partitions to its months; return how many rows.

    Payments wait meanwhile, so it is for ``kiosk-central migrate``, not for a running server.
    """
    if connection.dialect.name != "postgresql":
        return 0
    lock_alone(connection, "partitions")
    return sum(_empty(connection, name) for name in PARTITIONED)


def rows_in_rest(connection: Connection) -> int:
    """Return how many rows are in default partitions: none, unless nobody made a month in time."""
    if connection.dialect.name != "postgresql":
        return 0
    counts = [select(func.count()).select_from(table(f"{name}_rest")) for name in PARTITIONED]
    return sum(connection.execute(query).scalar_one() for query in counts)


def _make(connection: Connection, name: str, months: Iterable[str]) -> list[str]:
    made = []
    for month in sorted(months):
        partition = f"{name}_{month.replace('-', '_')}"
        if connection.execute(select(func.to_regclass(partition))).scalar_one() is None:
            for statement in month_of(name, month):
                connection.exec_driver_sql(statement)
            made.append(partition)
    return made


def _months_in_rest(connection: Connection, name: str) -> set[str]:
    month = column("month", Text)
    query = select(month).select_from(table(f"{name}_rest", month)).distinct()
    return set(connection.execute(query).scalars())


def _empty(connection: Connection, name: str) -> int:
    months = _months_in_rest(connection, name)
    if not months:
        return 0
    # Detached, it is a table of its own: what guards the whole does not stand on it any more.
    connection.execute(text(f"ALTER TABLE {name} DETACH PARTITION {name}_rest"))
    connection.execute(text(f"ALTER TABLE {name}_rest RENAME TO {name}_moved"))
    for statement in rest_of(name):
        connection.exec_driver_sql(statement)
    _make(connection, name, months)
    rows = connection.execute(text(f"INSERT INTO {name} SELECT * FROM {name}_moved"))  # noqa: S608
    connection.execute(text(f"DROP TABLE {name}_moved"))
    return rows.rowcount
