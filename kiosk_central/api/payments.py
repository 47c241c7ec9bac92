"""Assessments and payments: every change under a reference that the kiosk made."""

from starlette.requests import Request
from starlette.responses import Response

from kiosk_central.api.me import PAY_SERVICE
from kiosk_central.api.operation import By, Operation
from kiosk_central.api.request import (
    answer,
    body_of,
    centre_of,
    checked_reference,
    checked_text,
    kiosk_of,
    no_content,
    reference_of,
    visit_of,
)
from kiosk_central.assessments import assess, release
from kiosk_central.cabinet import refuse_if_held
from kiosk_central.differences import Claim
from kiosk_central.payments import payment_of
from kiosk_central.problems import Refused
from kioskd.domain.contribution import Assessment
from kioskd.domain.payment import TransactionRecord
from kioskd.protocols import central
from kioskd.protocols.central import AssessmentRequest, PaymentReport, Posting, ProblemCode

STAMP_MAX = 40
REASON_MAX = 40
RECORD_TEXT_MAX = 16
TRANSACTION_ID_MAX = 64
NUMBER_MAX = 10**11


async def put_assessment(request: Request) -> Response:
    """PUT /v1/assessments/{ref}."""
    visit, centre = await visit_of(request, PAY_SERVICE), centre_of(request)
    ref, wanted = reference_of(request), await body_of(request, AssessmentRequest)
    region, kiosk_id, person_id = centre.region, visit.kiosk_id, visit.person_id
    await centre.read(lambda at: refuse_if_held(at, region, kiosk_id))
    made = await centre.write(
        lambda desk: assess(desk.connection, desk.now, region, kiosk_id, person_id, ref, wanted),
        kiosk_id,
    )
    return answer(made)


async def delete_assessment(request: Request) -> Response:
    """DELETE /v1/assessments/{ref}: by the kiosk that made it, visit or no visit."""
    kiosk, centre = await kiosk_of(request), centre_of(request)
    ref = reference_of(request)
    await centre.write(lambda desk: release(desk.connection, desk.now, kiosk.id, ref), kiosk.id)
    return no_content()


async def put_payment(request: Request) -> Response:
    """PUT /v1/payments/{ref}: long after the visit too, so the kiosk alone stands for it."""
    kiosk, centre = await kiosk_of(request), centre_of(request)
    ref, report = reference_of(request), await body_of(request, PaymentReport)
    if report.ref != ref:
        raise Refused(ProblemCode.BAD_REQUEST, "the reference in path and body differ")
    _check_storable(report)
    result = await centre.report(Claim(kiosk.id, report))
    if isinstance(result, Refused):
        raise result
    return answer(result)


async def get_payment(request: Request) -> Response:
    """GET /v1/payments/{ref}: by the kiosk whose payment it is."""
    kiosk, centre = await kiosk_of(request), centre_of(request)
    ref = reference_of(request)
    return answer(await centre.read(lambda connection: payment_of(connection, kiosk.id, ref)))


def _check_storable(report: PaymentReport) -> None:
    """Raise Refused(BAD_REQUEST) for texts and numbers that no record of a payment holds."""
    checked_reference(report.assessment)
    checked_text(report.at, STAMP_MAX)
    checked_text(report.reason, REASON_MAX)
    if report.record is not None:
        _check_record(report.record)


def _check_record(record: TransactionRecord) -> None:
    for text in (record.terminal_id, record.date, record.time):
        checked_text(text, RECORD_TEXT_MAX)
    numbers = (record.amount.fen, record.receipt, record.trace, record.result)
    if max(map(abs, numbers)) > NUMBER_MAX or len(record.transaction_id) > TRANSACTION_ID_MAX:
        raise Refused(ProblemCode.BAD_REQUEST, "record")


ROUTES = [
    Operation(
        "PUT",
        central.ASSESSMENT_PATH,
        put_assessment,
        by=By.VISIT,
        takes=AssessmentRequest,
        gives=Assessment,
        refuses=(
            ProblemCode.MONTHS_TAKEN,
            ProblemCode.MONTHS_NOT_OPEN,
            ProblemCode.EARLIER_FIRST,
            ProblemCode.WHOLE_PERIODS_ONLY,
            ProblemCode.TOO_FEW_MONTHS,
            ProblemCode.GRADE_FIXED,
            ProblemCode.ASSESSMENT_CLOSED,
            ProblemCode.KIOSK_HELD,
            ProblemCode.STATE_CONFLICT,
            ProblemCode.REFERENCE_REUSED,
        ),
    ),
    Operation(
        "DELETE",
        central.ASSESSMENT_PATH,
        delete_assessment,
        by=By.KIOSK,
        refuses=(ProblemCode.NOT_FOUND, ProblemCode.STATE_CONFLICT, ProblemCode.ASSESSMENT_CLOSED),
    ),
    Operation(
        "PUT",
        central.PAYMENT_PATH,
        put_payment,
        by=By.KIOSK,
        takes=PaymentReport,
        gives=Posting,
        refuses=(
            ProblemCode.NOT_FOUND,
            ProblemCode.ASSESSMENT_CLOSED,
            ProblemCode.STATE_CONFLICT,
            ProblemCode.REFERENCE_REUSED,
        ),
    ),
    Operation(
        "GET",
        central.PAYMENT_PATH,
        get_payment,
        by=By.KIOSK,
        gives=Posting,
        refuses=(ProblemCode.NOT_FOUND,),
    ),
]
