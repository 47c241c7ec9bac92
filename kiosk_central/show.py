"""The books as plain data, for evidence: no names, no ID numbers, no card numbers."""

from typing import Any

from sqlalchemy import Connection, Table, select

from kiosk_central.laws import misposted, unbalanced
from kiosk_central.store.books import (
    differences,
    entries,
    payment_reports,
    payments,
    postings,
    prints,
)
from kiosk_central.store.schema import assessments


def books(connection: Connection) -> dict[str, Any]:
    """Return postings with entries, payments with reports, assessments, differences, prints.

    ``unbalanced`` and ``misposted`` name what breaks a law of the books: nothing ever does.
    """
    lines, reports = _rows(connection, entries), _rows(connection, payment_reports)
    return {
        "postings": [
            row
            | {"entries": [one for one in lines if one["posting_id"] == row["id"]]}
            | {"proof": row["proof"].hex()}
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
        "prints": [
            {name: value for name, value in row.items() if name != "answer"}
            for row in _rows(connection, prints)
        ],
        "balance_fen": sum(one["debit_fen"] for one in lines),
        "unbalanced": list(unbalanced(connection)),
        "misposted": list(misposted(connection)),
    }


def _rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    query = select(table).order_by(*table.primary_key.columns)
    return [dict(row) for row in connection.execute(query).mappings()]
