"""A payment as the centre keeps it: its row, the reports it is made of, and how it is answered."""

from enum import Enum
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from kiosk_central.booking import GiveBack
from kiosk_central.charges import remember_terminal
from kiosk_central.desk import Desk
from kiosk_central.differences import Claim
from kiosk_central.ledger import find_posting
from kiosk_central.store.books import charges, payment_reports, payments
from kioskd.domain.payment import PaymentState
from kioskd.protocols.central import PaymentReport, Posting

StoredPayment = Row[Any]


class Decided(Enum):
    """What a person has settled a payment to be."""

    NO = ""
    CHARGED = "charged"
    NOT_CHARGED = "not charged"


def find_payment(connection: Connection, ref: str) -> StoredPayment | None:
    """Return the row of a payment, if there is one."""
    return connection.execute(select(payments).where(payments.c.ref == ref)).one_or_none()


def told_before(connection: Connection, report: PaymentReport) -> str | None:
    """Return the record that came with this state before; None if the state is new."""
    told = payment_reports.c
    query = select(told.record).where(
        told.payment_ref == report.ref, told.state == report.state.value
    )
    return connection.execute(query.order_by(told.received_at)).scalars().first()


def keep_report(desk: Desk, claim: Claim) -> None:
    """Keep a report for ever, and which PIN pad its kiosk has."""
    report = claim.report
    values = {
        "payment_ref": report.ref,
        "state": report.state.value,
        "reason": report.reason,
        "record": claim.record_text,
        "kiosk_at": report.at,
        "received_at": desk.stamp,
    }
    desk.connection.execute(insert(payment_reports).values(values))
    if report.record is not None:
        remember_terminal(desk, claim.kiosk_id, report.record.terminal_id)


def is_settled_charge(connection: Connection, report: PaymentReport) -> bool:
    """Tell whether the kiosk's record of a charge, if it has one, is the one the person found."""
    known = connection.execute(select(charges).where(charges.c.payment_ref == report.ref)).one()
    told = report.record
    if told is None or not told.approved:
        return True
    own = (known.terminal_id, known.receipt, known.trace)
    return own == (told.terminal_id, told.receipt, told.trace)


def answer_of(connection: Connection, ref: str) -> Posting:
    """Return a known payment as it now stands."""
    stored = find_payment(connection, ref)
    assert stored is not None, "it was just looked at"
    state, posted = PaymentState(stored.state), find_posting(connection, ref)
    if posted is None:
        return Posting(ref, state)
    asked_back = GiveBack(stored.give_back) is GiveBack.ASKED
    return Posting(ref, state, posted.receipt_number, posted.posted_at, posted.proof, asked_back)
