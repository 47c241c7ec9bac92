"""A payment as the centre keeps it: its row, the reports it is made of, and how it is answered."""

from enum import Enum
from typing import Any

from sqlalchemy import Connection, Row

from kiosk_central.booking import PAYMENT, GiveBack
from kiosk_central.charges import remember_terminal
from kiosk_central.desk import Desk
from kiosk_central.differences import Claim
from kiosk_central.ledger import find_posting
from kiosk_central.payment_refs import key_of
from kiosk_central.store.books import charges, payment_reports, payments
from kiosk_central.store.looks import Line, Look
from kiosk_central.store.schema import assessments
from kiosk_central.store.sheet import Sheet, sheet_on
from kioskd.domain.payment import PaymentState
from kioskd.protocols.central import PaymentReport, Posting

StoredPayment = Line | Row[Any]
REPORTS = Look(payment_reports.c.month, payment_reports.c.kiosk_id, payment_reports.c.payment_ref)
ASSESSED = (assessments.c.kiosk_id == payments.c.kiosk_id) & (
    assessments.c.ref == payments.c.assessment_ref
)
"""Which assessment a payment is of; there may be none, so it is no foreign key."""
CHARGE = Look(charges.c.kiosk_id, charges.c.payment_ref)


class Decided(Enum):
    """What a person has settled a payment to be."""

    NO = ""
    CHARGED = "charged"
    NOT_CHARGED = "not charged"


def find_payment(at: Connection | Sheet, ref: str) -> Line | None:
    """Return the row of a payment, if there is one."""
    return sheet_on(at).row(PAYMENT, *key_of(ref))


def told_before(sheet: Sheet, report: PaymentReport) -> str | None:
    """Return the record that came with this state before; None if the state is new."""
    reports = sheet.rows(REPORTS, _month_of(sheet, report.ref), *key_of(report.ref))
    told = [one for one in reports if one.state == report.state.value]
    first: str | None = min(told, key=lambda one: one.received_at).record if told else None
    return first


def _month_of(sheet: Sheet, ref: str) -> str:
    stored = find_payment(sheet, ref)
    assert stored is not None, "it was just looked at, or kept"
    month: str = stored.month
    return month


def keep_report(desk: Desk, claim: Claim) -> None:
    """Keep a report for ever, and which PIN pad its kiosk has."""
    report = claim.report
    desk.sheet.add(
        payment_reports,
        month=_month_of(desk.sheet, report.ref),
        kiosk_id=claim.kiosk_id,
        payment_ref=report.ref,
        state=report.state.value,
        reason=report.reason,
        record=claim.record_text,
        kiosk_at=report.at,
        received_at=desk.stamp,
    )
    if report.record is not None:
        remember_terminal(desk, claim.kiosk_id, report.record.terminal_id)


def is_settled_charge(sheet: Sheet, report: PaymentReport) -> bool:
    """Tell whether the kiosk's record of a charge, if it has one, is the one the person found."""
    known = sheet.row(CHARGE, *key_of(report.ref))
    assert known is not None, "settled as charged"
    told = report.record
    if told is None or not told.approved:
        return True
    own = (known.terminal_id, known.receipt, known.trace)
    return own == (told.terminal_id, told.receipt, told.trace)


def answer_of(sheet: Sheet, ref: str) -> Posting:
    """Return a known payment as it now stands."""
    stored = find_payment(sheet, ref)
    assert stored is not None, "it was just looked at"
    state, posted = PaymentState(stored.state), find_posting(sheet, ref)
    if posted is None:
        return Posting(ref, state)
    asked_back = GiveBack(stored.give_back) is GiveBack.ASKED
    return Posting(ref, state, posted.receipt_number, posted.posted_at, posted.proof, asked_back)
