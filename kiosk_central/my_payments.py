"""A person's payments at all kiosks, each with where it stands, said so that she understands it."""

from typing import Any

from sqlalchemy import Connection, Row, select

from kiosk_central.assessments import find_assessment
from kiosk_central.booking import GiveBack
from kiosk_central.ledger import PostingKind, find_posting
from kiosk_central.payment_rows import ASSESSED
from kiosk_central.refunds import RefundState, refund_of
from kiosk_central.store.books import payments
from kiosk_central.store.schema import assessments
from kioskd.domain.account import MyPayment, PaymentStanding
from kioskd.domain.payment import PaymentState
from kioskd.protocols.central_accounts import PAYMENTS_MAX

_S = PaymentState
STANDINGS = {
    _S.INTENDED: PaymentStanding.IN_PROGRESS,
    _S.APPROVED: PaymentStanding.IN_PROGRESS,
    _S.UNKNOWN: PaymentStanding.IN_DOUBT,
    _S.UNRESOLVED: PaymentStanding.IN_DOUBT,
    _S.DECLINED: PaymentStanding.NOT_CHARGED,
    _S.NOT_STARTED: PaymentStanding.NOT_CHARGED,
    _S.REVERSED: PaymentStanding.NOT_CHARGED,
}
"""How a payment without a posting stands, by its state. A reversal before posting took nothing."""


def payments_of(connection: Connection, person_id: int) -> tuple[MyPayment, ...]:
    """Return her payments, newest first, at most ``PAYMENTS_MAX``."""
    query = (
        select(payments)
        .join(assessments, ASSESSED)
        .where(assessments.c.person_id == person_id)
        .order_by(payments.c.heard_at.desc(), payments.c.ref.desc())
        .limit(PAYMENTS_MAX)
    )
    return tuple(_payment(connection, row) for row in connection.execute(query))


def _payment(connection: Connection, row: Row[Any]) -> MyPayment:
    about = find_assessment(connection, row.kiosk_id, row.assessment_ref)
    assert about is not None, "joined"
    standing, number = _standing(connection, row)
    return MyPayment(
        row.ref,
        row.begun_at,
        row.kiosk_id,
        about.content.scheme,
        about.content.months,
        about.content.amount,
        standing,
        number,
    )


def _standing(connection: Connection, row: Row[Any]) -> tuple[PaymentStanding, str]:
    """Say where the payment stands, by the books first and by its state where they are silent."""
    posted = find_posting(connection, row.ref)
    if posted is None:
        return STANDINGS.get(_S(row.state), PaymentStanding.IN_DOUBT), ""
    refund = refund_of(connection, row.ref)
    if refund is not None and refund.posting_id is not None:
        paid = RefundState(refund.state) is RefundState.PAID
        return (PaymentStanding.GIVEN_BACK if paid else PaymentStanding.TO_BE_GIVEN_BACK), ""
    if posted.kind is PostingKind.REVERSAL or GiveBack(row.give_back) is GiveBack.DONE:
        return PaymentStanding.GIVEN_BACK, ""
    if posted.kind is PostingKind.SUSPENSE:
        return PaymentStanding.TO_BE_GIVEN_BACK, ""
    return PaymentStanding.POSTED, posted.receipt_number
