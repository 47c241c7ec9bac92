"""Payments as kiosks report them: states only go forward, and a charge is booked exactly once.

``report_payment`` is a job for the writer. It *returns* a refusal that must leave a trace (a
difference), and raises one that must not.
"""

from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from kiosk_central.assessments import (
    KnownAssessment,
    expire_due,
    find_assessment,
    hold,
    settle,
)
from kiosk_central.clock import stamp
from kiosk_central.contributions import any_paid
from kiosk_central.differences import Claim, DifferenceKind, note
from kiosk_central.ledger import Posted, find_posting, post_contribution, post_suspense
from kiosk_central.problems import Refused
from kiosk_central.store.schema import payment_reports, payments
from kioskd.domain.contribution import AssessmentState
from kioskd.domain.payment import PaymentState
from kioskd.protocols.central import PaymentReport, Posting, ProblemCode

_S = PaymentState

NEXT: dict[PaymentState, frozenset[PaymentState]] = {
    _S.INTENDED: frozenset(
        {_S.APPROVED, _S.UNKNOWN, _S.CONFIRMED, _S.DECLINED, _S.NOT_STARTED, _S.REVERSED}
    ),
    _S.APPROVED: frozenset({_S.UNKNOWN, _S.CONFIRMED, _S.REVERSED}),
    _S.UNKNOWN: frozenset({_S.CONFIRMED, _S.DECLINED, _S.NOT_STARTED, _S.REVERSED}),
    _S.CONFIRMED: frozenset(),
    _S.DECLINED: frozenset(),
    _S.NOT_STARTED: frozenset(),
    _S.REVERSED: frozenset(),
}
"""Which state may follow which. A payment may be first heard of in any state."""

FINAL = frozenset(state for state, following in NEXT.items() if not following)
AMOUNT_FEN_MAX = 10**11


def report_payment(
    connection: Connection, now: datetime, kiosk_id: str, report: PaymentReport
) -> Posting | Refused:
    """Take note of what a kiosk says of a payment; the answer is the payment as it now stands.

    The same state again gives the present answer and changes nothing. Refusals: BAD_REQUEST,
    NOT_FOUND (no such assessment), ASSESSMENT_CLOSED, STATE_CONFLICT, REFERENCE_REUSED.
    """
    _check(report)
    expire_due(connection, now)
    claim = Claim(kiosk_id, report)
    query = select(payments).where(payments.c.ref == report.ref)
    stored = connection.execute(query).one_or_none()
    if stored is None:
        return _first(connection, now, claim)
    if stored.kiosk_id != kiosk_id:
        raise Refused(ProblemCode.REFERENCE_REUSED)
    same = (report.amount.fen, report.assessment) == (stored.amount_fen, stored.assessment_ref)
    if not (same and _charged_as_reported(report)):
        return _other_body(connection, now, claim)
    return _further(connection, now, claim, stored)


def _check(report: PaymentReport) -> None:
    """Raise Refused(BAD_REQUEST) for what no PIN pad could have said."""
    if not 0 < report.amount.fen <= AMOUNT_FEN_MAX:
        raise Refused(ProblemCode.BAD_REQUEST, "amount")
    if report.state is _S.CONFIRMED and report.record is None:
        raise Refused(ProblemCode.BAD_REQUEST, "this state comes with the PIN pad's record")


def _charged_as_reported(report: PaymentReport) -> bool:
    """Tell whether the PIN pad's record of a charge is an approval of the reported amount."""
    charged = report.record if report.state is _S.CONFIRMED else None
    return charged is None or (charged.approved and charged.amount == report.amount)


def _other_body(connection: Connection, now: datetime, claim: Claim) -> Refused:
    if claim.report.state is _S.CONFIRMED:
        note(connection, now, DifferenceKind.BODY, claim)
    return Refused(ProblemCode.REFERENCE_REUSED, "amount or assessment")


def _first(connection: Connection, now: datetime, claim: Claim) -> Posting | Refused:
    """Take in a payment not heard of before."""
    report = claim.report
    assessment = find_assessment(connection, report.assessment)
    if assessment is not None and assessment.kiosk_id != claim.kiosk_id:
        assessment = None
    if assessment is None and report.state is not _S.CONFIRMED:
        raise Refused(ProblemCode.NOT_FOUND, "assessment")
    amount = report.amount if assessment is None else assessment.content.amount
    if amount != report.amount or not _charged_as_reported(report):
        return _other_body(connection, now, claim)
    if report.state is _S.INTENDED and not _may_be_charged(connection, assessment):
        raise Refused(ProblemCode.ASSESSMENT_CLOSED)
    values = {
        "ref": report.ref,
        "kiosk_id": claim.kiosk_id,
        "assessment_ref": report.assessment,
        "amount_fen": report.amount.fen,
        "state": report.state.value,
        "changed_at": stamp(now),
    }
    connection.execute(insert(payments).values(values))
    return _enter(connection, now, claim, assessment)


def _may_be_charged(connection: Connection, assessment: KnownAssessment | None) -> bool:
    """Tell whether a charge may start: open, and none of its months paid in another way."""
    if assessment is None or assessment.state is not AssessmentState.OPEN:
        return False
    return not _paid_already(connection, assessment)


def _paid_already(connection: Connection, assessment: KnownAssessment) -> bool:
    scheme = assessment.content.scheme.value
    return any_paid(connection, assessment.person_id, scheme, assessment.month_texts)


def _further(
    connection: Connection, now: datetime, claim: Claim, stored: Row[tuple[object, ...]]
) -> Posting | Refused:
    """Take in another report on a known payment."""
    report, state = claim.report, _S(stored.state)
    told = payment_reports.c
    query = select(told.record).where(
        told.payment_ref == report.ref, told.state == report.state.value
    )
    record = connection.execute(query).scalar_one_or_none()
    if record is not None:
        if report.state is _S.CONFIRMED and record != claim.record_text:
            note(connection, now, DifferenceKind.RECORD, claim)
            return Refused(ProblemCode.STATE_CONFLICT, "record")
        return _answer(report.ref, state, find_posting(connection, report.ref))
    if report.state not in NEXT[state]:
        if report.state in FINAL:
            note(connection, now, DifferenceKind.STATE, claim)
        return Refused(ProblemCode.STATE_CONFLICT)
    values = {"state": report.state.value, "changed_at": stamp(now)}
    connection.execute(update(payments).where(payments.c.ref == report.ref).values(values))
    return _enter(connection, now, claim, find_assessment(connection, report.assessment))


def _enter(
    connection: Connection, now: datetime, claim: Claim, assessment: KnownAssessment | None
) -> Posting:
    """Do what the new state asks for: keep the months, book them, or give them free."""
    report = claim.report
    values = {
        "payment_ref": report.ref,
        "state": report.state.value,
        "record": claim.record_text,
        "kiosk_at": report.at,
        "received_at": stamp(now),
    }
    connection.execute(insert(payment_reports).values(values))
    if report.state is _S.CONFIRMED:
        _book(connection, now, claim, assessment)
    elif assessment is not None and report.state in FINAL:
        _set_free(connection, assessment, report.ref)
    elif assessment is not None and not hold(connection, assessment, report.ref):
        note(connection, now, DifferenceKind.MONTHS_LOCKED_ELSEWHERE, claim)
    return _answer(report.ref, report.state, find_posting(connection, report.ref))


def _book(
    connection: Connection, now: datetime, claim: Claim, assessment: KnownAssessment | None
) -> None:
    ref, amount = claim.report.ref, claim.report.amount
    if assessment is None:
        note(connection, now, DifferenceKind.ASSESSMENT_UNKNOWN, claim)
        post_suspense(connection, now, ref, amount, None)
    elif _paid_already(connection, assessment):
        note(connection, now, DifferenceKind.MONTHS_PAID_ELSEWHERE, claim)
        post_suspense(connection, now, ref, amount, assessment.person_id)
        _set_free(connection, assessment, ref)
    else:
        post_contribution(connection, now, ref, assessment)
        settle(connection, assessment.content.ref, AssessmentState.PAID, ref)


def _set_free(connection: Connection, assessment: KnownAssessment, payment_ref: str) -> None:
    """Release the months unless another payment holds them or they are paid."""
    holder = assessment.payment_ref
    open_states = (AssessmentState.OPEN, AssessmentState.PAYING)
    if assessment.state in open_states and holder in (None, payment_ref):
        settle(connection, assessment.content.ref, AssessmentState.RELEASED, payment_ref)


def _answer(ref: str, state: PaymentState, posted: Posted | None) -> Posting:
    if posted is None:
        return Posting(ref, state)
    return Posting(ref, state, posted.receipt_number, posted.posted_at)
