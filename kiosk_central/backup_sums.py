"""What must be found again in a copy of a centre: every table's rows and fen, and every guard."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, select, text

from kiosk_central.store.books import entries, journal_links, payments, postings
from kiosk_central.store.schema import fen_sum
from kiosk_central.store.tables import metadata

ROWS = "rows"
_GUARDS = {
    "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal",
}


@dataclass(frozen=True, slots=True)
class Sums:
    """What the books came to in one moment."""

    payments: int
    payments_fen: int
    postings: int
    entries: int
    debits_fen: int
    links: int
    """Entries of kiosks' journals that are anchored."""
    tables: dict[str, dict[str, int]]
    """By table: how many rows, and for each amount the sum without signs, in fen."""
    guards: int
    """Triggers: a copy without them would let somebody change what is booked."""


def sums_of(connection: Connection) -> Sums:
    """Return what a snapshot shows; reads every table once."""
    tables = {table.name: _table_sums(connection, table) for table in metadata.sorted_tables}
    debits = select(func.coalesce(fen_sum(entries.c.debit_fen), 0)).where(entries.c.debit_fen > 0)
    return Sums(
        payments=tables[payments.name][ROWS],
        payments_fen=tables[payments.name][payments.c.amount_fen.name],
        postings=tables[postings.name][ROWS],
        entries=tables[entries.name][ROWS],
        debits_fen=_number(connection, debits),
        links=tables[journal_links.name][ROWS],
        tables=tables,
        guards=_number(connection, text(_GUARDS[connection.dialect.name])),
    )


def _table_sums(connection: Connection, table: Table) -> dict[str, int]:
    amounts = [one for one in table.columns if one.name.endswith("_fen")]
    wanted: list[ColumnElement[Any]] = [func.count().label(ROWS)]
    wanted += [func.coalesce(fen_sum(func.abs(one)), 0).label(one.name) for one in amounts]
    found = connection.execute(select(*wanted).select_from(table)).mappings().one()
    return {name: int(value) for name, value in found.items()}


def _number(connection: Connection, query: Any) -> int:
    return int(connection.execute(query).scalar_one())
