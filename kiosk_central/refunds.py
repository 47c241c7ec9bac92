"""Refunds by transfer: one person asks, another decides; the months paid are free again.

For money in suspense that the PIN pad could not give back, and for a contribution made in error.
Jobs for a transaction; a refund is a whole payment's, and a payment is refunded at most once.
"""

from enum import Enum
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from kiosk_central.assessments import find_assessment, lock_payer
from kiosk_central.booking import GiveBack
from kiosk_central.desk import Desk
from kiosk_central.differences import NotToBeSettled, decide, explain
from kiosk_central.ledger import Posted, PostingKind, find_posting, post_refund_due
from kiosk_central.payment_refs import is_of
from kiosk_central.payment_rows import StoredPayment, find_payment
from kiosk_central.store.accounts import pension_interest
from kiosk_central.store.closing import refunded_months, refunds
from kiosk_central.store.locks import lock_alone, lock_kiosk
from kiosk_central.store.schema import contributions
from kiosk_central.transfer_file import account_is_right, holder_is_right
from kioskd.protocols.central_books import DifferenceKind

CLOSING_BOOK = "closing"
"""The name of the book of refunds and month-ends: one decision about it at a time."""
NOT_BOOKED = (
    DifferenceKind.NOT_GIVEN_BACK,
    DifferenceKind.MONTHS_PAID_ELSEWHERE,
    DifferenceKind.ASSESSMENT_UNKNOWN,
)
"""What a refund settles."""


class RefundState(Enum):
    """How far a refund is."""

    ASKED = "asked"
    REFUSED = "refused"
    DUE = "due"
    """Decided; the next month-end transfers it."""
    ORDERED = "ordered"
    PAID = "paid"


class RefundRefused(NotToBeSettled):
    """The payment cannot be refunded, or not by these two persons."""


def ask_refund(desk: Desk, payment_ref: str, account: str, holder: str, by: str, why: str) -> int:
    """Ask for a payment's money to be transferred; return the refund's number.

    Raises RefundRefused where there is nothing to refund or a refund exists.
    """
    stored = _locked(desk, payment_ref)
    _check_bank_account(account, holder)
    posted = _refundable(desk.connection, stored)
    if refund_of(desk.connection, payment_ref) is not None:
        raise RefundRefused(f"{payment_ref} has a refund already")
    about = find_assessment(desk.connection, stored.kiosk_id, stored.assessment_ref)
    row = {
        "kiosk_id": stored.kiosk_id,
        "payment_ref": payment_ref,
        "person_id": None if about is None else about.person_id,
        "amount_fen": stored.amount_fen,
        "state": RefundState.ASKED.value,
        "account": account,
        "holder": holder,
        "asked_at": desk.stamp,
        "asked_by": by,
        "asked_why": why,
        "decided_at": "",
        "decided_by": "",
        "decided_why": "",
    }
    decide(desk.connection, desk.now, by, f"refund asked ({posted.kind.value})", payment_ref, why)
    made = desk.connection.execute(insert(refunds).returning(refunds.c.id), [row])
    number: int = made.scalar_one()
    return number


def approve_refund(desk: Desk, refund_id: int, by: str, why: str) -> str:
    """Book that the money is owed to her again, its months free; return the receipt number.

    Raises RefundRefused: the same person asked, it is decided, or the payment has changed.
    """
    row = _asked(desk, refund_id, by)
    stored = find_payment(desk.connection, row.payment_ref)
    assert stored is not None, "payments are never deleted"
    posted = _refundable(desk.connection, stored)
    decide(desk.connection, desk.now, by, "refund approved", row.payment_ref, why)
    posting_id, number = post_refund_due(desk, row.payment_ref, row.person_id)
    if posted.kind is PostingKind.CONTRIBUTION:
        assert posted.id is not None, "read from the database"
        _free_months(desk.connection, posted.id)
    _decided(desk, refund_id, by, why, state=RefundState.DUE.value, posting_id=posting_id)
    explain(desk, f"refund {refund_id}, receipt {number}", NOT_BOOKED, row.payment_ref)
    return number


def refuse_refund(desk: Desk, refund_id: int, by: str, why: str) -> None:
    """Leave the payment as it is. Raises RefundRefused as ``approve_refund``."""
    row = _asked(desk, refund_id, by)
    decide(desk.connection, desk.now, by, "refund refused", row.payment_ref, why)
    _decided(desk, refund_id, by, why, state=RefundState.REFUSED.value)


def correct_account(
    desk: Desk, refund_id: int, account: str, holder: str, by: str, why: str
) -> None:
    """Name another bank account, before it is ordered or after the bank could not carry it out.

    Raises RefundRefused.
    """
    lock_alone(desk.connection, CLOSING_BOOK)
    _check_bank_account(account, holder)
    row = _find(desk.connection, refund_id)
    if RefundState(row.state) not in (RefundState.ASKED, RefundState.DUE):
        raise RefundRefused(f"refund {refund_id} is {row.state}")
    decide(desk.connection, desk.now, by, "refund's account changed", row.payment_ref, why)
    own = update(refunds).where(refunds.c.id == refund_id)
    desk.connection.execute(own.values(account=account, holder=holder))


def refund_of(connection: Connection, payment_ref: str) -> Row[Any] | None:
    """Return the refund of a payment that was not refused, if there is one."""
    query = select(refunds).where(
        is_of(refunds, payment_ref), refunds.c.state != RefundState.REFUSED.value
    )
    return connection.execute(query).one_or_none()


def all_refunds(connection: Connection) -> list[dict[str, Any]]:
    """Return every refund, the oldest first, as plain data."""
    rows = connection.execute(select(refunds).order_by(refunds.c.id)).mappings()
    return [dict(row) for row in rows]


def _locked(desk: Desk, payment_ref: str) -> StoredPayment:
    known = find_payment(desk.connection, payment_ref)
    if known is None:
        raise RefundRefused(f"there is no payment {payment_ref}")
    lock_kiosk(desk.connection, known.kiosk_id)
    lock_payer(desk.connection, desk.now, known.kiosk_id, known.assessment_ref)
    lock_alone(desk.connection, CLOSING_BOOK)
    stored = find_payment(desk.connection, payment_ref)
    assert stored is not None, "payments are never deleted"
    return stored


def _check_bank_account(account: str, holder: str) -> None:
    if not account_is_right(account) or not holder_is_right(holder):
        raise RefundRefused("a bank account has 8 to 30 digits, its holder one line of text")


def _refundable(connection: Connection, stored: StoredPayment) -> Posted:
    """Return the posting to be undone. Raises RefundRefused where the money may go another way."""
    posted = find_posting(connection, stored.ref)
    if posted is None or posted.kind is PostingKind.REVERSAL:
        raise RefundRefused(f"{stored.ref} is {stored.state}: we do not have its money")
    if GiveBack(stored.give_back) is GiveBack.ASKED:
        raise RefundRefused(f"{stored.ref}: the kiosk is still to give it back at the PIN pad")
    assert posted.id is not None, "read from the database"
    if posted.kind is PostingKind.CONTRIBUTION:
        _check_interest(connection, posted.id)
    return posted


def _check_interest(connection: Connection, posting_id: int) -> None:
    """Raise RefundRefused where interest was credited on a month since: it would be wrong."""
    paid = contributions.c
    query = select(paid.person_id, paid.month).where(paid.posting_id == posting_id)
    for person_id, month in connection.execute(query).all():
        credited = select(pension_interest.c.year).where(
            pension_interest.c.person_id == person_id, pension_interest.c.year >= int(month[:4])
        )
        if connection.execute(credited).first() is not None:
            raise RefundRefused(f"interest is credited on {month}: that year is closed")


def _find(connection: Connection, refund_id: int) -> Row[Any]:
    row = connection.execute(select(refunds).where(refunds.c.id == refund_id)).one_or_none()
    if row is None:
        raise RefundRefused(f"there is no refund {refund_id}")
    return row


def _asked(desk: Desk, refund_id: int, by: str) -> Row[Any]:
    _locked(desk, _find(desk.connection, refund_id).payment_ref)
    row = _find(desk.connection, refund_id)
    if RefundState(row.state) is not RefundState.ASKED:
        raise RefundRefused(f"refund {refund_id} is {row.state}")
    if by.strip() == row.asked_by.strip():
        raise RefundRefused("somebody else must decide than who asked")
    return row


def _decided(desk: Desk, refund_id: int, by: str, why: str, **values: object) -> None:
    told = {"decided_at": desk.stamp, "decided_by": by, "decided_why": why}
    own = update(refunds).where(refunds.c.id == refund_id)
    desk.connection.execute(own.values(**told, **values))


def _free_months(connection: Connection, posting_id: int) -> None:
    """Keep the months as they were paid, and make them payable again."""
    paid = contributions.c.posting_id == posting_id
    names = [column.name for column in refunded_months.columns]
    rows = select(*(contributions.c[name] for name in names)).where(paid)
    connection.execute(insert(refunded_months).from_select(names, rows))
    connection.execute(delete(contributions).where(paid))
