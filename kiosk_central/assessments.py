"""核定单: the centre fixes scheme, grade, months and fen, and locks those months.

All functions that change something are jobs for the writer. An assessment that nobody pays
expires; from the moment a kiosk reports that it will charge, it does not.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from kiosk_central.clock import stamp
from kiosk_central.offers import offers_for
from kiosk_central.problems import Refused
from kiosk_central.store.locks import lock_kiosk, lock_person
from kiosk_central.store.looks import Line, Look
from kiosk_central.store.schema import assessments, month_locks
from kiosk_central.store.sheet import Sheet, sheet_on
from kioskd.domain.contribution import (
    Assessment,
    AssessmentState,
    Grade,
    Month,
    Offer,
    Scheme,
)
from kioskd.domain.money import Money
from kioskd.domain.periods import Forbidden, what_forbids
from kioskd.domain.region import RegionPack
from kioskd.protocols.central import AssessmentRequest, ProblemCode

ASSESSMENT = Look(assessments.c.kiosk_id, assessments.c.ref)
IN_STATE = Look(assessments.c.person_id, assessments.c.state)
LOCKS = Look(month_locks.c.kiosk_id, month_locks.c.assessment_ref)
ASSESSMENT_LASTS = timedelta(minutes=15)
FORBIDDEN = {
    Forbidden.NO_MONTH: ProblemCode.BAD_REQUEST,
    Forbidden.TAKEN: ProblemCode.MONTHS_TAKEN,
    Forbidden.NOT_OPEN: ProblemCode.MONTHS_NOT_OPEN,
    Forbidden.EARLIER_FIRST: ProblemCode.EARLIER_FIRST,
    Forbidden.WHOLE_PERIODS: ProblemCode.WHOLE_PERIODS_ONLY,
    Forbidden.TOO_FEW: ProblemCode.TOO_FEW_MONTHS,
}


@dataclass(frozen=True, slots=True)
class KnownAssessment:
    """An assessment as the centre keeps it."""

    kiosk_id: str
    person_id: int
    payment_ref: str | None
    """The payment that holds it, or held it last."""
    content: Assessment

    @property
    def key(self) -> tuple[str, str]:
        """Its kiosk and its reference there."""
        return self.kiosk_id, self.content.ref

    @property
    def month_texts(self) -> list[str]:
        return [str(month) for month in self.content.months]

    @property
    def state(self) -> AssessmentState:
        return self.content.state


def find_assessment(at: Connection | Sheet, kiosk_id: str, ref: str) -> KnownAssessment | None:
    """Return a kiosk's assessment, or None if it has none of that reference."""
    row = sheet_on(at).row(ASSESSMENT, kiosk_id, ref)
    if row is None:
        return None
    row.read = row.read or _known(row)
    known: KnownAssessment = row.read
    return known


def _known(row: Line) -> KnownAssessment:
    months = tuple(Month.parse(text) for text in row.months.split())
    monthly, personal = Money(row.monthly_fen), Money(row.monthly_personal_fen)
    grade = Grade(row.percent, Money(row.base_fen), monthly, personal, monthly - personal)
    content = Assessment(
        row.ref,
        Scheme(row.scheme),
        grade,
        months,
        grade.monthly * len(months),
        grade.personal * len(months),
        grade.pool * len(months),
        row.expires_at,
        AssessmentState(row.state),
    )
    return KnownAssessment(row.kiosk_id, row.person_id, row.payment_ref, content)


def assess(
    connection: Connection,
    now: datetime,
    region: RegionPack,
    kiosk_id: str,
    person_id: int,
    ref: str,
    request: AssessmentRequest,
) -> Assessment:
    """Make the assessment and lock its months, or return the one made before under ``ref``.

    Raises Refused: BAD_REQUEST (nothing of the offer), GRADE_FIXED, what ``FORBIDDEN`` says of the
    months, REFERENCE_REUSED.
    """
    lock_kiosk(connection, kiosk_id)
    lock_person(connection, person_id)
    expire_due(Sheet(connection), now, person_id)
    known = find_assessment(connection, kiosk_id, ref)
    if known is not None:
        return _same_again(known, person_id, request)
    offers = offers_for(connection, region, person_id, now)
    grade = _grade_on_offer(offers, request)
    months = sorted(request.months)
    values = {
        "ref": ref,
        "kiosk_id": kiosk_id,
        "person_id": person_id,
        "scheme": request.scheme.value,
        "percent": grade.percent,
        "base_fen": grade.base.fen,
        "monthly_fen": grade.monthly.fen,
        "monthly_personal_fen": grade.personal.fen,
        "months": " ".join(map(str, months)),
        "created_at": stamp(now),
        "expires_at": stamp(now + ASSESSMENT_LASTS),
        "state": AssessmentState.OPEN.value,
    }
    connection.execute(insert(assessments).values(values))
    made = find_assessment(connection, kiosk_id, ref)
    assert made is not None, "just inserted"
    if not lock_months(connection, made):
        raise Refused(ProblemCode.MONTHS_TAKEN)
    return made.content


def _same_again(known: KnownAssessment, person_id: int, request: AssessmentRequest) -> Assessment:
    told = (known.person_id, known.content.scheme, known.content.grade.percent)
    asked = (person_id, request.scheme, request.percent)
    if told != asked or list(known.content.months) != sorted(request.months):
        raise Refused(ProblemCode.REFERENCE_REUSED)
    return known.content


def _grade_on_offer(offers: tuple[Offer, ...], request: AssessmentRequest) -> Grade:
    """Return the grade asked for. Raises Refused if grade or months are not on offer."""
    offer = next((offer for offer in offers if offer.scheme is request.scheme), None)
    if offer is None:
        raise Refused(ProblemCode.BAD_REQUEST, "not enrolled in this scheme")
    grade = next((one for one in offer.grades if one.percent == request.percent), None)
    if grade is None:
        raise Refused(ProblemCode.BAD_REQUEST, "no such grade")
    if offer.fixed_percent not in (None, request.percent):
        raise Refused(ProblemCode.GRADE_FIXED)
    if len(set(request.months)) != len(request.months):
        raise Refused(ProblemCode.BAD_REQUEST, "months must be named once each")
    forbidden = what_forbids(offer.periods, offer.months, request.months)
    if forbidden is not None:
        raise Refused(FORBIDDEN[forbidden])
    return grade


def lock_months(connection: Connection, assessment: KnownAssessment) -> bool:
    """Lock all months of it, or none and return False: the unique key decides, not a look."""
    rows = [
        {
            "person_id": assessment.person_id,
            "scheme": assessment.content.scheme.value,
            "month": month,
            "kiosk_id": assessment.kiosk_id,
            "assessment_ref": assessment.content.ref,
        }
        for month in assessment.month_texts
    ]
    try:
        with connection.begin_nested():
            connection.execute(insert(month_locks), rows)
    except IntegrityError:
        return False
    return True


def lock_payer(connection: Connection, now: datetime, kiosk_id: str, ref: str) -> None:
    """Be alone with the months of whoever the assessment is for, as they stand by the clock."""
    about = Sheet(connection).row(ASSESSMENT, kiosk_id, ref)
    if about is not None:
        lock_person(connection, about.person_id)
        expire_due(Sheet(connection), now, about.person_id)


def expire_due(sheet: Sheet, now: datetime, person_id: int) -> None:
    """Give the months of a person's open assessments free whose time is over."""
    over = stamp(now)
    for one in sheet.rows(IN_STATE, person_id, AssessmentState.OPEN.value):
        if one.expires_at <= over:
            settle(sheet, (one.kiosk_id, one.ref), AssessmentState.EXPIRED)


def release(connection: Connection, now: datetime, kiosk_id: str, ref: str) -> None:
    """Give the months free again; once more changes nothing.

    Raises Refused: NOT_FOUND, STATE_CONFLICT while a payment holds it, ASSESSMENT_CLOSED if paid.
    """
    lock_kiosk(connection, kiosk_id)
    lock_payer(connection, now, kiosk_id, ref)
    known = find_assessment(connection, kiosk_id, ref)
    if known is None:
        raise Refused(ProblemCode.NOT_FOUND)
    if known.state is AssessmentState.PAYING:
        raise Refused(ProblemCode.STATE_CONFLICT, "a payment holds it")
    if known.state is AssessmentState.PAID:
        raise Refused(ProblemCode.ASSESSMENT_CLOSED, "it is paid")
    if known.state is AssessmentState.OPEN:
        settle(Sheet(connection), known.key, AssessmentState.RELEASED)


def hold(sheet: Sheet, assessment: KnownAssessment, payment_ref: str) -> bool:
    """Keep its months locked for a payment; False if another has them meanwhile."""
    if assessment.state in (AssessmentState.PAYING, AssessmentState.PAID):
        return assessment.payment_ref == payment_ref
    locked = assessment.state is AssessmentState.OPEN
    if not locked and not lock_months(sheet.connection, assessment):
        return False
    _set_state(sheet, assessment.key, AssessmentState.PAYING, payment_ref)
    return True


def settle(
    sheet: Sheet, key: tuple[str, str], state: AssessmentState, payment_ref: str | None = None
) -> None:
    """Close the assessment of ``key`` in ``state`` and give its locks back."""
    _set_state(sheet, key, state, payment_ref)
    sheet.delete(LOCKS, *key)


def _set_state(
    sheet: Sheet, key: tuple[str, str], state: AssessmentState, payment_ref: str | None
) -> None:
    known = sheet.row(ASSESSMENT, *key)
    assert known is not None, "it was just looked at"
    holder = known.payment_ref if payment_ref is None else payment_ref
    sheet.change(known, state=state.value, payment_ref=holder)
