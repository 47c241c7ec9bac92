"""What a person's papers state, from the centre's books. Nobody gets anybody else's."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import Connection, select

from kiosk_central.assessments import find_assessment
from kiosk_central.contributions import contributions_of, enrolments_of, insurance_view
from kiosk_central.documents.cards import find_application
from kiosk_central.documents.facts import (
    AccountYear,
    CardCertificate,
    Content,
    ContributionReceipt,
    EnrolledIn,
    EnrolmentCertificate,
    Holder,
    PaidMonth,
    RightsRecord,
)
from kiosk_central.ledger import PostingKind, stands
from kiosk_central.payment_refs import kiosk_in
from kiosk_central.payment_rows import ASSESSED
from kiosk_central.problems import Refused
from kiosk_central.store.books import charges, payments, postings
from kiosk_central.store.schema import assessments, people
from kioskd.domain.contribution import Contribution, Scheme
from kioskd.domain.money import ZERO, total
from kioskd.domain.payment import PaymentState
from kioskd.domain.region import RegionPack
from kioskd.domain.region_documents import DocumentTexts
from kioskd.domain.secret import IdNumber, PersonName
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_documents import DocumentKind, DocumentRequest

ACCOUNT_SCHEME = Scheme.PENSION


def content_of(
    connection: Connection,
    region: RegionPack,
    person_id: int,
    request: DocumentRequest,
    today: date,
) -> Content:
    """Return what the paper states.

    Raises Refused: BAD_REQUEST (does not fit its kind), NOT_FOUND (nothing of hers to state).
    """
    return _GATHER[request.kind](connection, region, person_id, request, today)


def _holder(connection: Connection, person_id: int) -> Holder:
    row = connection.execute(select(people).where(people.c.id == person_id)).one()
    return Holder(PersonName(row.name), IdNumber(row.id_number), row.city)


def rights_record(
    connection: Connection,
    region: RegionPack,
    person_id: int,
    request: DocumentRequest,
    today: date,
) -> RightsRecord:
    """State registration, the contributions of the years asked for, and the personal account."""
    _no_subject(request)
    view = insurance_view(connection, person_id, None, today.year)
    years = request.years or (view.year,)
    if len(years) > _texts(region).years_max or list(years) != sorted(set(years)):
        raise Refused(ProblemCode.BAD_REQUEST, "years")
    if not view.enrolments or not set(years) <= {view.year, *view.years}:
        raise Refused(ProblemCode.NOT_FOUND, "years")
    return RightsRecord(
        _holder(connection, person_id),
        years,
        _enrolments(connection, region, person_id),
        tuple(
            _paid_month(region, one)
            for year in years
            for one in contributions_of(connection, person_id, year)
        ),
        _account(connection, person_id, view.years, years),
    )


def _account(
    connection: Connection, person_id: int, known: tuple[int, ...], shown: tuple[int, ...]
) -> tuple[AccountYear, ...]:
    """Add up the personal account from its first year; give the years that are shown."""
    balance, found = ZERO, []
    for year in known:
        paid = [
            one.personal
            for one in contributions_of(connection, person_id, year)
            if one.scheme is ACCOUNT_SCHEME
        ]
        balance += total(paid)
        if year in shown and paid:
            found.append(AccountYear(year, len(paid), total(paid), balance))
    return tuple(found)


def _paid_month(region: RegionPack, one: Contribution) -> PaidMonth:
    name = _scheme_name(region, one.scheme)
    return PaidMonth(name, one.month, one.base, one.amount, one.personal, one.pool)


def _enrolments(
    connection: Connection, region: RegionPack, person_id: int
) -> tuple[EnrolledIn, ...]:
    return tuple(
        EnrolledIn(
            _scheme_name(region, one.scheme), one.active, one.since, one.months_paid, one.last_paid
        )
        for one in enrolments_of(connection, person_id)
    )


def _scheme_name(region: RegionPack, scheme: Scheme) -> str:
    return region.rules(scheme).name.zh


def enrolment_certificate(
    connection: Connection,
    region: RegionPack,
    person_id: int,
    request: DocumentRequest,
    today: date,
) -> EnrolmentCertificate:
    """State what she is enrolled in today."""
    _no_years(request)
    _no_subject(request)
    enrolments = _enrolments(connection, region, person_id)
    if not enrolments:
        raise Refused(ProblemCode.NOT_FOUND, "enrolments")
    return EnrolmentCertificate(_holder(connection, person_id), enrolments, today)


def contribution_receipt(
    connection: Connection,
    region: RegionPack,
    person_id: int,
    request: DocumentRequest,
    _today: date,
) -> ContributionReceipt:
    """State one payment of hers that is posted on its months and stands."""
    _no_years(request)
    query = (
        select(payments.c.ref, payments.c.assessment_ref, postings, charges)
        .join(postings)
        .join(charges)
        .join(assessments, ASSESSED)
        .where(
            payments.c.kiosk_id == kiosk_in(request.subject),
            payments.c.ref == request.subject,
            assessments.c.person_id == person_id,
            postings.c.kind == PostingKind.CONTRIBUTION.value,
            payments.c.state == PaymentState.CONFIRMED.value,
            stands(),
        )
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise Refused(ProblemCode.NOT_FOUND, "payment")
    about = find_assessment(connection, kiosk_in(row.ref), row.assessment_ref)
    assert about is not None, "joined"
    known = about.content
    return ContributionReceipt(
        _holder(connection, person_id),
        row.receipt_number,
        row.ref,
        row.posted_at,
        _scheme_name(region, known.scheme),
        known.grade.percent,
        known.grade.base,
        known.grade.monthly,
        known.months,
        known.amount,
        known.personal,
        known.pool,
        row.terminal_id,
        row.receipt,
    )


def card_certificate(
    connection: Connection,
    region: RegionPack,
    person_id: int,
    request: DocumentRequest,
    _today: date,
) -> CardCertificate:
    """State her application for a new card and when to collect it."""
    _no_years(request)
    found = find_application(connection, region, person_id, request.subject)
    holder = _holder(connection, person_id)
    return found.certificate(holder, _texts(region).card_entitles)


_GATHER: dict[
    DocumentKind, Callable[[Connection, RegionPack, int, DocumentRequest, date], Content]
] = {
    DocumentKind.RIGHTS_RECORD: rights_record,
    DocumentKind.ENROLMENT_CERTIFICATE: enrolment_certificate,
    DocumentKind.CONTRIBUTION_RECEIPT: contribution_receipt,
    DocumentKind.CARD_CERTIFICATE: card_certificate,
}


def _texts(region: RegionPack) -> DocumentTexts:
    assert region.documents is not None, "a region without papers is refused before"
    return region.documents


def _no_years(request: DocumentRequest) -> None:
    if request.years:
        raise Refused(ProblemCode.BAD_REQUEST, "years")


def _no_subject(request: DocumentRequest) -> None:
    if request.subject:
        raise Refused(ProblemCode.BAD_REQUEST, "subject")
