"""Every key of what a kiosk tells begins with the kiosk: decision 0045.

The tables are copied out, made anew with their keys, and filled again, in one transaction: SQLite
cannot change the key of a table that others refer to. On PostgreSQL the reports of payments are
partitioned by month from now on.
"""

from collections.abc import Iterable, Iterator

from alembic import op

from kiosk_central.store.migrations import guards
from kiosk_central.store.migrations.keyed import ledger, others, payments
from kiosk_central.store.migrations.keyed.parts import STAY, metadata

revision = "0011"
down_revision = "0009"

MADE_BY = (payments, ledger, others)
ANEW = [table for table in metadata.sorted_tables if table not in STAY]
NUMBERED = ("bank_lines", "kiosk_events", "postings", "profile_changes", "refunds")
"""Tables that number their rows: PostgreSQL must go on after the last."""

OF_PAYMENT = "LEFT JOIN kept_payments AS paid ON paid.ref = own.payment_ref"
OF_ASSESSMENT = "LEFT JOIN kept_assessments AS paid ON paid.ref = own.assessment_ref"
FROM = {
    "charges": OF_PAYMENT,
    "month_locks": OF_ASSESSMENT,
    "payment_reports": OF_PAYMENT,
    "postings": OF_PAYMENT,
    "prints": OF_PAYMENT,
    "refunds": OF_PAYMENT,
}
"""Where a row finds the kiosk that it did not hold until now."""


def upgrade() -> None:
    """Do it, and put the guards up again."""
    at = op.get_bind()
    for statement in (*_away(), *_differences()):
        at.exec_driver_sql(statement)
    metadata.create_all(at, tables=ANEW, checkfirst=False)
    if at.dialect.name == "postgresql":
        months = at.exec_driver_sql("SELECT DISTINCT substr(heard_at, 1, 7) FROM kept_payments")
        for statement in _partitions([row[0] for row in months]):
            at.exec_driver_sql(statement)
    for statement in _back(at.dialect.name):
        at.exec_driver_sql(statement)


def _away() -> Iterator[str]:
    for table in ANEW:
        yield f"CREATE TEMPORARY TABLE kept_{table.name} AS SELECT * FROM {table.name}"  # noqa: S608
    for table in reversed(ANEW):
        yield f"DROP TABLE {table.name}"


def _differences() -> Iterator[str]:
    yield "DROP INDEX one_open_difference"
    yield (
        "CREATE UNIQUE INDEX one_open_difference ON differences"
        " (payment_ref, kind, claimed_state, place, kiosk_id) WHERE settled_at = ''"
    )


def _partitions(months: Iterable[str]) -> Iterator[str]:
    """Yield the partitions of months that are there; ``store.partitions`` makes those to come."""
    yield from guards.rest_of("payment_reports")
    for month in months:
        yield from guards.month_of("payment_reports", month)


def _back(kind: str) -> Iterator[str]:
    for table in ANEW:
        names = table.columns.keys()
        values = ", ".join(_value(table.name, name) for name in names)
        source = f"kept_{table.name} AS own {FROM.get(table.name, '')}"
        yield f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {values} FROM {source}"  # noqa: S608
    for table in ANEW:
        yield f"DROP TABLE kept_{table.name}"
    yield from guards.put_up_again(kind, [table.name for table in ANEW])
    yield from guards.kept_for_ever(kind, ["kiosk_events"])
    if kind == "postgresql":
        for name in NUMBERED:
            yield (
                f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}"  # noqa: S608
            )


def _value(table: str, column: str) -> str:
    """Return where a column of a new row comes from."""
    if column == "month" and table in ("payments", "payment_reports"):
        return f"substr({'own' if table == 'payments' else 'paid'}.heard_at, 1, 7)"
    if column == "kiosk_id" and table in FROM:
        return "paid.kiosk_id"
    return "own.kiosk_id" if column == "at_kiosk" else f"own.{column}"
