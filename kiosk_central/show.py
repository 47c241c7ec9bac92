"""The books as plain data, for evidence: no names, no ID numbers, no card numbers."""

from typing import Any

from sqlalchemy import Connection, Table, select

from kiosk_central.ledger import unbalanced
from kiosk_central.store.schema import (
    assessments,
    differences,
    entries,
    payment_reports,
    payments,
    postings,
)


def books(connection: Connection) -> dict[str, Any]:
    """Return postings with their entries, payments with their reports, assessments, differences."""
    lines, reports = _rows(connection, entries), _rows(connection, payment_reports)
    return {
        "postings": [
            row | {"entries": [one for one in lines if one["posting_id"] == row["id"]]}
            for row in _rows(connection, postings)
        ],
        "payments": [
            row | {"reports": [one for one in reports if one["payment_ref"] == row["ref"]]}
            for row in _rows(connection, payments)
        ],
        "assessments": [
            row | {"amount_fen": row["monthly_fen"] * len(row["months"].split())}
            for row in _rows(connection, assessments)
        ],
        "differences": _rows(connection, differences),
        "balance_fen": sum(one["debit_fen"] for one in lines),
        "unbalanced": list(unbalanced(connection)),
    }


def _rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    query = select(table).order_by(*table.primary_key.columns)
    return [dict(row) for row in connection.execute(query).mappings()]
