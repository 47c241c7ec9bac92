"""The differences as an operator reads them: what is written down, and what the time tells."""

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, select

from kiosk_central.bank_match import candidates_for
from kiosk_central.clock import Clock, stamp
from kiosk_central.payment_rows import find_payment
from kiosk_central.store.books import differences, payments
from kioskd.domain.payment import PaymentState
from kioskd.protocols.central_books import DifferenceKind

NEVER_ENDED_AFTER = timedelta(hours=1)
"""A charge takes minutes; a kiosk that is still asking has told us UNRESOLVED by then."""
UNENDED = (PaymentState.INTENDED, PaymentState.APPROVED, PaymentState.UNKNOWN)


def all_differences(
    connection: Connection, clock: Clock, only_open: bool = False
) -> list[dict[str, Any]]:
    """Return the differences, oldest first, each with candidates where a person must decide.

    A payment that never ended has no id: it is no row, and vanishes when the payment ends.
    """
    query = select(differences).order_by(differences.c.id)
    if only_open:
        query = query.where(differences.c.settled_at == "")
    rows = [dict(row) for row in connection.execute(query).mappings()]
    rows += _never_ended(connection, stamp(clock() - NEVER_ENDED_AFTER))
    return [row | {"candidates": _candidates(connection, row)} for row in rows]


def _never_ended(connection: Connection, before: str) -> list[dict[str, Any]]:
    states = [state.value for state in UNENDED]
    query = select(payments).where(payments.c.state.in_(states), payments.c.heard_at <= before)
    return [
        {
            "id": None,
            "payment_ref": row.ref,
            "kind": DifferenceKind.NEVER_ENDED.value,
            "claimed_state": row.state,
            "place": "",
            "kiosk_id": row.kiosk_id,
            "amount_fen": row.amount_fen,
            "other_fen": None,
            "record": "",
            "noticed_at": row.heard_at,
            "settled_at": "",
            "settled_by": "",
            "settled_note": "",
        }
        for row in connection.execute(query.order_by(payments.c.heard_at, payments.c.ref))
    ]


def _candidates(connection: Connection, row: dict[str, Any]) -> list[int]:
    """Return the ids of the bank lines that may be a payment of unknown outcome."""
    undecided = (DifferenceKind.OUTCOME_UNRESOLVED.value, DifferenceKind.NEVER_ENDED.value)
    if row["kind"] not in undecided or row["settled_at"]:
        return []
    payment = find_payment(connection, row["payment_ref"])
    assert payment is not None, "payments are never deleted"
    return [line.id for line in candidates_for(connection, payment, in_time=True)]
