"""What the books do when a payment ends: book its months, keep its money, or give it back."""

from enum import Enum

from kiosk_central.assessments import KnownAssessment, settle
from kiosk_central.contributions import any_paid
from kiosk_central.desk import Desk
from kiosk_central.differences import Claim, explain, note_claim
from kiosk_central.ledger import post_contribution, post_reversal, post_suspense
from kiosk_central.payment_refs import key_of
from kiosk_central.store.books import payments
from kiosk_central.store.looks import Look
from kiosk_central.store.sheet import Sheet
from kioskd.domain.contribution import AssessmentState
from kioskd.domain.payment import PaymentState
from kioskd.protocols.central_books import DifferenceKind

PAYMENT = Look(payments.c.kiosk_id, payments.c.ref)
IMPOSSIBLE_PREFIX = "R-"
"""Begins the operator code of a reversal that the PIN pad refused."""
IN_DOUBT = (DifferenceKind.OUTCOME_UNRESOLVED, DifferenceKind.MONTHS_LOCKED_ELSEWHERE)
NOT_BOOKED = (DifferenceKind.MONTHS_PAID_ELSEWHERE, DifferenceKind.ASSESSMENT_UNKNOWN)


class GiveBack(Enum):
    """Whether a charge in suspense is to be reversed at the PIN pad."""

    NO = ""
    ASKED = "asked"
    DONE = "done"
    IMPOSSIBLE = "impossible"


def paid_already(sheet: Sheet, assessment: KnownAssessment) -> bool:
    """Tell whether any month of the assessment is paid, by whatever payment."""
    scheme = assessment.content.scheme.value
    return any_paid(sheet, assessment.person_id, scheme, assessment.month_texts)


def book(desk: Desk, claim: Claim, assessment: KnownAssessment | None) -> bool:
    """Book a charge on its months, or in suspense; return whether it is on its months."""
    ref, amount = claim.report.ref, claim.report.amount
    said = f"reported as {claim.report.state.value}"
    explain(desk, said, (*IN_DOUBT, DifferenceKind.NOT_POSTED), ref)
    if assessment is None:
        note_claim(desk, DifferenceKind.ASSESSMENT_UNKNOWN, claim)
        post_suspense(desk, ref, amount, None)
        return False
    if paid_already(desk.sheet, assessment):
        note_claim(desk, DifferenceKind.MONTHS_PAID_ELSEWHERE, claim)
        post_suspense(desk, ref, amount, assessment)
        set_free(desk.sheet, assessment, ref)
        return False
    post_contribution(desk, ref, assessment)
    settle(desk.sheet, assessment.key, AssessmentState.PAID, ref)
    return True


def ask_back(desk: Desk, claim: Claim) -> None:
    """Ask the kiosk to reverse a charge in suspense, unless it says that it cannot."""
    if claim.report.reason.startswith(IMPOSSIBLE_PREFIX):
        note_claim(desk, DifferenceKind.NOT_GIVEN_BACK, claim)
        _set_give_back(desk.sheet, claim.report.ref, GiveBack.IMPOSSIBLE)
    else:
        _set_give_back(desk.sheet, claim.report.ref, GiveBack.ASKED)


def given_back(desk: Desk, claim: Claim) -> None:
    """Book that the charge in suspense was reversed, as it was asked for."""
    ref = claim.report.ref
    number = post_reversal(desk, ref)
    _set_give_back(desk.sheet, ref, GiveBack.DONE)
    explain(desk, f"given back, receipt {number}", NOT_BOOKED, ref)


def not_charged(desk: Desk, ref: str, state: PaymentState, about: KnownAssessment | None) -> None:
    """Give the months free of a payment that took no money."""
    explain(desk, f"reported as {state.value}", IN_DOUBT, ref)
    if about is not None:
        set_free(desk.sheet, about, ref)


def set_free(sheet: Sheet, assessment: KnownAssessment, payment_ref: str) -> None:
    """Release the months unless another payment holds them or they are paid."""
    holder = assessment.payment_ref
    open_states = (AssessmentState.OPEN, AssessmentState.PAYING)
    if assessment.state in open_states and holder in (None, payment_ref):
        settle(sheet, assessment.key, AssessmentState.RELEASED, payment_ref)


def _set_give_back(sheet: Sheet, ref: str, value: GiveBack) -> None:
    stored = sheet.row(PAYMENT, *key_of(ref))
    assert stored is not None, "it was just looked at"
    sheet.change(stored, give_back=value.value)
