"""Her accounts and her payments, over HTTP."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk_central.accounts import pension_account
from kiosk_central.api.request import answer, centre_of, checked_year, visit_of
from kiosk_central.clock import local_date
from kiosk_central.medical_accounts import medical_account
from kiosk_central.my_payments import payments_of
from kioskd.protocols import central_accounts

PENSION_SERVICE = "pension-account"
MEDICAL_SERVICE = "medical-account"
PAYMENTS_SERVICE = "my-payments"


async def pension(request: Request) -> Response:
    """GET /v1/me/pension-account."""
    visit, centre = await visit_of(request, PENSION_SERVICE), centre_of(request)
    today = local_date(centre.now())
    return answer(await centre.read(lambda at: pension_account(at, visit.person_id, today)))


async def medical(request: Request) -> Response:
    """GET /v1/me/medical-account[?year=2026]; without a year the latest with anything."""
    visit, centre = await visit_of(request, MEDICAL_SERVICE), centre_of(request)
    year = checked_year(request.query_params.get("year"))
    today = local_date(centre.now())
    return answer(await centre.read(lambda at: medical_account(at, visit.person_id, year, today)))


async def my_payments(request: Request) -> Response:
    """GET /v1/me/payments."""
    visit, centre = await visit_of(request, PAYMENTS_SERVICE), centre_of(request)
    return answer(await centre.read(lambda at: payments_of(at, visit.person_id)))


ROUTES = [
    Route(central_accounts.PENSION_ACCOUNT_PATH, pension, methods=["GET"]),
    Route(central_accounts.MEDICAL_ACCOUNT_PATH, medical, methods=["GET"]),
    Route(central_accounts.MY_PAYMENTS_PATH, my_payments, methods=["GET"]),
]
