"""Sealed documents over HTTP: compose one, hear what became of its print, check any paper."""

from starlette.requests import Request
from starlette.responses import Response

from kiosk_central.api.operation import By, Operation
from kiosk_central.api.request import (
    answer,
    body_of,
    centre_of,
    checked_reference,
    checked_text,
    is_open_to,
    kiosk_of,
    reference_of,
    visit_of,
)
from kiosk_central.clock import local_date
from kiosk_central.documents.issue import Asked, issue, made, take_print
from kiosk_central.documents.mine import documents_of
from kiosk_central.documents.numbers import random_group
from kiosk_central.problems import Refused
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_documents import (
    DOCUMENT_PATH,
    DOCUMENT_PRINT_PATH,
    MY_DOCUMENTS_PATH,
    DocumentKind,
    DocumentPrintReport,
    DocumentRequest,
    IssuedDocument,
    SealedDocument,
)

SERVICES = {
    DocumentKind.RIGHTS_RECORD: "print-rights-record",
    DocumentKind.ENROLMENT_CERTIFICATE: "print-enrolment",
    DocumentKind.CONTRIBUTION_RECEIPT: "print-receipt-a4",
    DocumentKind.CARD_CERTIFICATE: "reissue-card",
}
"""Which service of the region pack says how well she must have proved who she is."""
REPRINT_SERVICE = "reprint-documents"
STAMP_MAX = 40
FAULT_MAX = 8
YEARS_MAX = 100
PAGES_MAX = 10**4


async def put_document(request: Request) -> Response:
    """PUT /v1/documents/{ref}: the same reference gives the same document again."""
    ref = reference_of(request)
    wanted = await body_of(request, DocumentRequest)
    visit, centre = await visit_of(request, SERVICES[wanted.kind]), centre_of(request)
    if wanted.subject:
        checked_reference(wanted.subject)
    if len(wanted.years) > YEARS_MAX or not all(1900 <= year <= 9999 for year in wanted.years):
        raise Refused(ProblemCode.BAD_REQUEST, "years")
    asked = Asked(ref, visit.kiosk_id, visit.person_id, wanted)
    chance = random_group()
    paper = await centre.write(
        lambda desk: issue(desk, centre.region, asked, chance), asked.kiosk_id
    )
    done = await centre.press.make(paper)
    hashed = await centre.write(lambda desk: made(desk, ref, done), asked.kiosk_id)
    sealed = SealedDocument(
        ref, paper.kind, paper.number, done.pages, hashed, done.sealed, paper.issued_at
    )
    return answer(sealed)


async def my_documents(request: Request) -> Response:
    """GET /v1/me/documents; those that this visit has not proved enough for are not told."""
    visit, centre = await visit_of(request, REPRINT_SERVICE), centre_of(request)
    kinds = [kind for kind, service in SERVICES.items() if is_open_to(visit, centre, service)]
    region, today = centre.region, local_date(centre.now())
    return answer(
        await centre.read(lambda at: documents_of(at, region, visit.person_id, kinds, today))
    )


async def put_print(request: Request) -> Response:
    """PUT /v1/documents/{ref}/prints/{print_ref}."""
    kiosk, centre = await kiosk_of(request), centre_of(request)
    ref, print_ref = reference_of(request), reference_of(request, "print_ref")
    report = await body_of(request, DocumentPrintReport)
    if (report.ref, report.print_ref) != (ref, print_ref):
        raise Refused(ProblemCode.BAD_REQUEST, "the references in path and body differ")
    checked_text(report.at, STAMP_MAX)
    checked_text(report.fault, FAULT_MAX)
    if not 0 <= report.pages_done <= PAGES_MAX:
        raise Refused(ProblemCode.BAD_REQUEST, "pages")
    return answer(await centre.write(lambda desk: take_print(desk, kiosk.id, report), kiosk.id))


ROUTES = [
    Operation(
        "GET",
        MY_DOCUMENTS_PATH,
        my_documents,
        by=By.VISIT,
        gives=tuple[IssuedDocument, ...],
    ),
    Operation(
        "PUT",
        DOCUMENT_PATH,
        put_document,
        by=By.VISIT,
        takes=DocumentRequest,
        gives=SealedDocument,
        refuses=(
            ProblemCode.STATE_CONFLICT,
            ProblemCode.NOT_PRINTABLE,
            ProblemCode.REFERENCE_REUSED,
        ),
    ),
    Operation(
        "PUT",
        DOCUMENT_PRINT_PATH,
        put_print,
        by=By.KIOSK,
        takes=DocumentPrintReport,
        gives=DocumentPrintReport,
        refuses=(ProblemCode.NOT_FOUND, ProblemCode.REFERENCE_REUSED),
    ),
]
