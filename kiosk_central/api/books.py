"""What kiosks tell and ask of money beside the payments: papers, day-ends, journals."""

from starlette.requests import Request
from starlette.responses import Response

from kiosk_central.api.operation import By, Operation
from kiosk_central.api.request import (
    answer,
    body_of,
    centre_of,
    checked_reference,
    checked_text,
    kiosk_of,
    reference_of,
    visit_of,
)
from kiosk_central.chain import head_of, take_links
from kiosk_central.day_ends import take_day_end
from kiosk_central.prints import COPY_MAX, give_copy, receipts_of, take_print
from kiosk_central.problems import Refused
from kioskd.protocols import central_books
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_books import (
    ChainHead,
    ChainLinks,
    DayEndAnswer,
    DayEndReport,
    PrintReport,
    ReceiptCopy,
    ReceiptEntry,
)

REPRINT_SERVICE = "reprint-receipts"
STAMP_MAX = 40
TERMINAL_MAX = 16
DAY_END_BYTES_MAX = 2 * 1024 * 1024
COUNT_MAX = 10**6


async def receipts(request: Request) -> Response:
    """GET /v1/me/receipts."""
    visit, centre = await visit_of(request, REPRINT_SERVICE), centre_of(request)
    return answer(await centre.read(lambda at: receipts_of(at, visit.person_id)))


async def put_copy(request: Request) -> Response:
    """PUT /v1/me/receipts/{ref}/prints/{print_ref}, without a body."""
    visit, centre = await visit_of(request, REPRINT_SERVICE), centre_of(request)
    ref, print_ref = reference_of(request), reference_of(request, "print_ref")
    return answer(
        await centre.write(
            lambda desk: give_copy(desk, visit.kiosk_id, visit.person_id, ref, print_ref),
            visit.kiosk_id,
        )
    )


async def put_print(request: Request) -> Response:
    """PUT /v1/payments/{ref}/prints/{print_ref}."""
    kiosk, centre = await kiosk_of(request), centre_of(request)
    ref, print_ref = reference_of(request), reference_of(request, "print_ref")
    report = await body_of(request, PrintReport)
    if (report.ref, report.print_ref) != (ref, print_ref):
        raise Refused(ProblemCode.BAD_REQUEST, "the references in path and body differ")
    checked_text(report.at, STAMP_MAX)
    if not 0 <= report.copy <= COPY_MAX:
        raise Refused(ProblemCode.BAD_REQUEST, "copy")
    return answer(await centre.write(lambda desk: take_print(desk, kiosk.id, report), kiosk.id))


async def put_day_end(request: Request) -> Response:
    """PUT /v1/day-ends/{ref}."""
    kiosk, centre = await kiosk_of(request), centre_of(request)
    ref = reference_of(request)
    report = await body_of(request, DayEndReport, DAY_END_BYTES_MAX)
    if report.ref != ref:
        raise Refused(ProblemCode.BAD_REQUEST, "the references in path and body differ")
    checked_text(report.at, STAMP_MAX)
    checked_text(report.terminal_id, TERMINAL_MAX)
    for one in report.payments:
        checked_reference(one.ref)
        if not 0 <= (one.receipt or 0) <= COUNT_MAX:
            raise Refused(ProblemCode.BAD_REQUEST, "receipt")
    if not 0 <= report.told[0] <= COUNT_MAX:
        raise Refused(ProblemCode.BAD_REQUEST, "count")
    return answer(await centre.write(lambda desk: take_day_end(desk, kiosk.id, report), kiosk.id))


async def journal(request: Request) -> Response:
    """GET /v1/journals/{series}: of the kiosk that asks."""
    kiosk, centre = await kiosk_of(request), centre_of(request)
    series = reference_of(request, "series")
    return answer(await centre.read(lambda at: head_of(at, kiosk.id, series)))


async def put_links(request: Request) -> Response:
    """PUT /v1/journals/{series}/links/{first}."""
    kiosk, centre = await kiosk_of(request), centre_of(request)
    series, first = reference_of(request, "series"), reference_of(request, "first")
    links = await body_of(request, ChainLinks)
    if (links.series, str(links.first)) != (series, first):
        raise Refused(ProblemCode.BAD_REQUEST, "path and body differ")
    result = await centre.write(lambda desk: take_links(desk, kiosk.id, links), kiosk.id)
    if isinstance(result, Refused):
        raise result
    return answer(result)


ROUTES = [
    Operation(
        "GET",
        central_books.RECEIPTS_PATH,
        receipts,
        by=By.VISIT,
        gives=tuple[ReceiptEntry, ...],
    ),
    Operation(
        "PUT",
        central_books.COPY_PATH,
        put_copy,
        by=By.VISIT,
        gives=ReceiptCopy,
        refuses=(ProblemCode.REFERENCE_REUSED,),
    ),
    Operation(
        "PUT",
        central_books.PRINT_PATH,
        put_print,
        by=By.KIOSK,
        takes=PrintReport,
        gives=PrintReport,
        refuses=(ProblemCode.NOT_FOUND, ProblemCode.REFERENCE_REUSED),
    ),
    Operation(
        "PUT",
        central_books.DAY_END_PATH,
        put_day_end,
        by=By.KIOSK,
        takes=DayEndReport,
        gives=DayEndAnswer,
        refuses=(ProblemCode.REFERENCE_REUSED,),
    ),
    Operation("GET", central_books.JOURNAL_PATH, journal, by=By.KIOSK, gives=ChainHead),
    Operation(
        "PUT",
        central_books.LINKS_PATH,
        put_links,
        by=By.KIOSK,
        takes=ChainLinks,
        gives=ChainHead,
        refuses=(ProblemCode.CHAIN_BROKEN,),
    ),
]
