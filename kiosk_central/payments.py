"""Payments as kiosks report them: states only go forward, and a charge is booked exactly once.

``take_report`` holds the rules; ``kiosk_central.reports`` brings reports to it. It *returns* a
refusal that must leave a trace (a difference), and raises one that must not, before it changes
anything.
"""

from sqlalchemy import Connection

from kiosk_central.assessments import KnownAssessment, expire_due, find_assessment, hold
from kiosk_central.booking import (
    IMPOSSIBLE_PREFIX,
    GiveBack,
    ask_back,
    book,
    given_back,
    not_charged,
    paid_already,
)
from kiosk_central.charges import keep_charge
from kiosk_central.clock import month_of, stamp_of_kiosk
from kiosk_central.desk import Desk
from kiosk_central.differences import Claim, note_claim
from kiosk_central.payment_refs import kiosk_in
from kiosk_central.payment_rows import (
    Decided,
    answer_of,
    find_payment,
    is_settled_charge,
    keep_report,
    told_before,
)
from kiosk_central.problems import Refused
from kiosk_central.store.books import payments
from kiosk_central.store.looks import Line
from kiosk_central.store.sheet import Sheet
from kioskd.domain.contribution import AssessmentState
from kioskd.domain.payment import PaymentState
from kioskd.protocols.central import PaymentReport, Posting, ProblemCode
from kioskd.protocols.central_books import DifferenceKind

_S = PaymentState

NOT_CHARGED = frozenset({_S.DECLINED, _S.NOT_STARTED, _S.REVERSED})
FINAL = NOT_CHARGED | {_S.CONFIRMED}
IN_DOUBT = frozenset({_S.UNKNOWN, _S.UNRESOLVED})
NEXT: dict[PaymentState, frozenset[PaymentState]] = {
    _S.INTENDED: FINAL | IN_DOUBT | {_S.APPROVED},
    _S.APPROVED: frozenset({_S.UNKNOWN, _S.UNRESOLVED, _S.CONFIRMED, _S.REVERSED}),
    _S.UNKNOWN: FINAL | {_S.UNRESOLVED},
    _S.UNRESOLVED: FINAL,
    _S.CONFIRMED: frozenset(),
    _S.DECLINED: frozenset(),
    _S.NOT_STARTED: frozenset(),
    _S.REVERSED: frozenset(),
}
"""Which state may follow which. A payment may be first heard of in any of these.

REVERSED follows CONFIRMED too, where the kiosk was asked to give the charge back. REVERSING is the
kiosk's own affair and never reported.
"""

AMOUNT_FEN_MAX = 10**11


def take_report(desk: Desk, claim: Claim) -> Posting | Refused:
    """Take note of what a kiosk says of a payment; the answer is the payment as it now stands.

    The same state again gives the present answer and changes nothing. Refusals: BAD_REQUEST,
    KIOSK_OTHER (another kiosk's reference), NOT_FOUND (no such assessment), ASSESSMENT_CLOSED,
    STATE_CONFLICT, REFERENCE_REUSED.
    """
    report = claim.report
    if kiosk_in(report.ref) != claim.kiosk_id:
        raise Refused(ProblemCode.KIOSK_OTHER, "the reference names another kiosk, or none")
    stored = find_payment(desk.sheet, report.ref)
    _check(report, stored)
    about = find_assessment(desk.sheet, claim.kiosk_id, report.assessment)
    if about is not None:
        expire_due(desk.sheet, desk.now, about.person_id)
    if stored is None:
        return _first(desk, claim)
    if (report.amount.fen, report.assessment) != (stored.amount_fen, stored.assessment_ref):
        return _other_body(desk, claim, stored.amount_fen)
    if Decided(stored.decided) is not Decided.NO:
        return _after_decision(desk, claim, stored)
    if not _charged_as_reported(report):
        return _other_body(desk, claim, stored.amount_fen)
    return _further(desk, claim, stored)


def payment_of(connection: Connection, kiosk_id: str, ref: str) -> Posting:
    """Return how a kiosk's payment stands. Raises Refused(NOT_FOUND)."""
    stored = find_payment(connection, ref)
    if stored is None or stored.kiosk_id != kiosk_id:
        raise Refused(ProblemCode.NOT_FOUND)
    return answer_of(Sheet(connection), ref)


def _check(report: PaymentReport, stored: Line | None) -> None:
    """Raise Refused(BAD_REQUEST) for what no kiosk could have meant.

    Only a payment that a person settled may be confirmed without a record: the kiosk has none.
    """
    if not 0 < report.amount.fen <= AMOUNT_FEN_MAX:
        raise Refused(ProblemCode.BAD_REQUEST, "amount")
    if report.state not in NEXT:
        raise Refused(ProblemCode.BAD_REQUEST, "this state is not reported")
    decided = stored is not None and Decided(stored.decided) is Decided.CHARGED
    if report.state is _S.CONFIRMED and report.record is None and not decided:
        raise Refused(ProblemCode.BAD_REQUEST, "this state comes with the PIN pad's record")


def _charged_as_reported(report: PaymentReport) -> bool:
    """Tell whether the PIN pad's record of a charge is an approval of the reported amount."""
    charged = report.record if report.state is _S.CONFIRMED else None
    return charged is None or (charged.approved and charged.amount == report.amount)


def _other_body(desk: Desk, claim: Claim, known_fen: int) -> Refused:
    if claim.report.state is _S.CONFIRMED:
        note_claim(desk, DifferenceKind.BODY, claim, known_fen)
    return Refused(ProblemCode.REFERENCE_REUSED, "amount or assessment")


def _first(desk: Desk, claim: Claim) -> Posting | Refused:
    """Take in a payment not heard of before."""
    report = claim.report
    assessment = find_assessment(desk.sheet, claim.kiosk_id, report.assessment)
    if assessment is None and report.state not in IN_DOUBT | {_S.CONFIRMED}:
        raise Refused(ProblemCode.NOT_FOUND, "assessment")
    amount = report.amount if assessment is None else assessment.content.amount
    if amount != report.amount or not _charged_as_reported(report):
        return _other_body(desk, claim, amount.fen)
    if report.state is _S.INTENDED and not _may_be_charged(desk.sheet, assessment):
        raise Refused(ProblemCode.ASSESSMENT_CLOSED)
    desk.sheet.add(
        payments,
        ref=report.ref,
        kiosk_id=claim.kiosk_id,
        assessment_ref=report.assessment,
        amount_fen=report.amount.fen,
        state=report.state.value,
        begun_at=stamp_of_kiosk(report.at, desk.now),
        heard_at=desk.stamp,
        month=month_of(desk.stamp),
        changed_at=desk.stamp,
        give_back=GiveBack.NO.value,
        decided=Decided.NO.value,
    )
    return _enter(desk, claim, assessment, None)


def _may_be_charged(sheet: Sheet, assessment: KnownAssessment | None) -> bool:
    """Tell whether a charge may start: open, and none of its months paid in another way."""
    if assessment is None or assessment.state is not AssessmentState.OPEN:
        return False
    return not paid_already(sheet, assessment)


def _further(desk: Desk, claim: Claim, stored: Line) -> Posting | Refused:
    """Take in another report on a known payment."""
    report, state = claim.report, _S(stored.state)
    told = told_before(desk.sheet, report)
    if told is not None:
        return _again(desk, claim, stored, told)
    if report.state is state:
        return _long_ago(desk, claim)
    asked_back = GiveBack(stored.give_back) is GiveBack.ASKED
    if report.state not in NEXT[state] | ({_S.REVERSED} if asked_back else set()):
        if report.state in FINAL:
            note_claim(desk, DifferenceKind.STATE, claim)
        return Refused(ProblemCode.STATE_CONFLICT)
    desk.sheet.change(stored, state=report.state.value, changed_at=desk.stamp)
    assessment = find_assessment(desk.sheet, claim.kiosk_id, report.assessment)
    return _enter(desk, claim, assessment, state)


def _again(desk: Desk, claim: Claim, stored: Line, told: str) -> Posting | Refused:
    """Answer a state that was told before; CONFIRMED may add that the charge cannot be undone."""
    report = claim.report
    if report.state is _S.CONFIRMED and told != claim.record_text:
        note_claim(desk, DifferenceKind.RECORD, claim)
        return Refused(ProblemCode.STATE_CONFLICT, "record")
    confirmed = report.state is _S.CONFIRMED and _S(stored.state) is _S.CONFIRMED
    asked_back = GiveBack(stored.give_back) is GiveBack.ASKED
    if confirmed and asked_back and report.reason.startswith(IMPOSSIBLE_PREFIX):
        keep_report(desk, claim)
        ask_back(desk, claim)
    return answer_of(desk.sheet, report.ref)


def _long_ago(desk: Desk, claim: Claim) -> Posting | Refused:
    """Answer a state whose report is gone with its month (``store.partitions``): as ever."""
    if claim.report.state is _S.CONFIRMED and not is_settled_charge(desk.sheet, claim.report):
        note_claim(desk, DifferenceKind.RECORD, claim)
        return Refused(ProblemCode.STATE_CONFLICT, "record")
    return answer_of(desk.sheet, claim.report.ref)


def _after_decision(desk: Desk, claim: Claim, stored: Line) -> Posting | Refused:
    """Answer a kiosk that is heard of after a person has settled the payment."""
    report = claim.report
    charged = Decided(stored.decided) is Decided.CHARGED
    if report.state is _S.CONFIRMED and not charged:
        return _charged_after_all(desk, claim, stored)
    if report.state in NOT_CHARGED and charged:
        note_claim(desk, DifferenceKind.STATE, claim)
        return Refused(ProblemCode.STATE_CONFLICT, "a person has settled it")
    if report.state is _S.CONFIRMED and not is_settled_charge(desk.sheet, report):
        note_claim(desk, DifferenceKind.RECORD, claim)
        return Refused(ProblemCode.STATE_CONFLICT, "record")
    if told_before(desk.sheet, report) is None:
        keep_report(desk, claim)
    return answer_of(desk.sheet, report.ref)


def _charged_after_all(desk: Desk, claim: Claim, stored: Line) -> Posting:
    """Book what the PIN pad shows, though a person took it for not charged; list her error.

    Her decision stays in the books; if the months are gone by now, the kiosk gives the money back.
    """
    note_claim(desk, DifferenceKind.STATE, claim)
    before, confirmed = _S(stored.state), _S.CONFIRMED.value
    desk.sheet.change(stored, state=confirmed, decided=Decided.NO.value, changed_at=desk.stamp)
    about = find_assessment(desk.sheet, claim.kiosk_id, claim.report.assessment)
    return _enter(desk, claim, about, before)


def _enter(
    desk: Desk, claim: Claim, assessment: KnownAssessment | None, before: PaymentState | None
) -> Posting:
    """Do what the new state asks for: keep the months, book them, or give them free."""
    report = claim.report
    keep_report(desk, claim)
    if report.state is _S.CONFIRMED:
        assert report.record is not None, "checked"
        keep_charge(desk, report.ref, report.record, report.at)
        if not book(desk, claim, assessment):
            ask_back(desk, claim)
    elif before is _S.CONFIRMED:
        given_back(desk, claim)
    elif report.state in NOT_CHARGED:
        not_charged(desk, report.ref, report.state, assessment)
    else:
        _keep_months(desk, claim, assessment)
    return answer_of(desk.sheet, report.ref)


def _keep_months(desk: Desk, claim: Claim, assessment: KnownAssessment | None) -> None:
    """Keep the months locked as long as nobody knows, however long that is."""
    if claim.report.state is _S.UNRESOLVED:
        note_claim(desk, DifferenceKind.OUTCOME_UNRESOLVED, claim)
    if assessment is None:
        note_claim(desk, DifferenceKind.ASSESSMENT_UNKNOWN, claim)
    elif not hold(desk.sheet, assessment, claim.report.ref):
        note_claim(desk, DifferenceKind.MONTHS_LOCKED_ELSEWHERE, claim)
