"""Checking a paper in public: no kiosk, no log-in, and of a person no more than a mask."""

from datetime import timedelta

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from kiosk_central.api.request import centre_of
from kiosk_central.verify import check_with_books, find_receipt
from kiosk_central.verify_page import (
    HEADERS,
    checked_page,
    form_page,
    no_proof_page,
    receipt_page,
    too_often_page,
)
from kiosk_central.web.limits import Limiter, address_of
from kioskd.protocols.receipt_facts import ReceiptFormatError

CHECKS, WITHIN = 60, timedelta(minutes=5)
"""How often one address may look a paper up: enough for any counter, too few to guess by."""


def limiter() -> Limiter:
    """Return what counts the checks of each address."""
    return Limiter(CHECKS, WITHIN)


async def form(request: Request) -> Response:
    """GET /r: asks for the text of a QR code, and with ``?code=`` checks it."""
    code = request.query_params.get("code")
    return _page(form_page()) if code is None else await _checked(request, code)


async def receipt(request: Request) -> Response:
    """GET /r/{code}: where the QR code on a paper leads; a number will do too."""
    return await _checked(request, request.path_params["code"])


async def _checked(request: Request, code: str) -> Response:
    counted: Limiter = request.app.state.check_limiter
    if not counted.allows(address_of(request), centre_of(request).now()):
        return HTMLResponse(too_often_page(), 429, HEADERS)
    return _page(await centre_of(request).read(lambda connection: _looked_up(connection, code)))


def _looked_up(connection: Connection, code: str) -> str:
    known = find_receipt(connection, code)
    if known is not None:
        return receipt_page(known)
    try:
        return checked_page(check_with_books(connection, code))
    except ReceiptFormatError:
        return no_proof_page()


def _page(html: str) -> Response:
    return HTMLResponse(html, headers=HEADERS)


ROUTES = [
    Route("/r", form, methods=["GET"]),
    # The QR code is all upper case, and browsers keep a path as it is.
    Route("/R", form, methods=["GET"]),
    Route("/r/{code:path}", receipt, methods=["GET"]),
    Route("/R/{code:path}", receipt, methods=["GET"]),
]
