"""Checking a receipt in public: no kiosk, no log-in, and nothing personal to see."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from kiosk_central.api.request import centre_of
from kiosk_central.verify import check_with_books
from kiosk_central.verify_page import HEADERS, checked_page, form_page, no_proof_page
from kioskd.protocols.receipt_facts import ReceiptFormatError


async def form(request: Request) -> Response:
    """GET /r: asks for the text of a QR code, and with ``?code=`` checks it."""
    code = request.query_params.get("code")
    return _page(form_page()) if code is None else await _checked(request, code)


async def receipt(request: Request) -> Response:
    """GET /r/{code}: where the QR code on a receipt leads."""
    return await _checked(request, request.path_params["code"])


async def _checked(request: Request, code: str) -> Response:
    try:
        checked = await centre_of(request).read(
            lambda connection: check_with_books(connection, code)
        )
    except ReceiptFormatError:
        return _page(no_proof_page())
    return _page(checked_page(checked))


def _page(html: str) -> Response:
    return HTMLResponse(html, headers=HEADERS)


ROUTES = [
    Route("/r", form, methods=["GET"]),
    # The QR code is all upper case, and browsers keep a path as it is.
    Route("/R", form, methods=["GET"]),
    Route("/r/{code:path}", receipt, methods=["GET"]),
    Route("/R/{code:path}", receipt, methods=["GET"]),
]
