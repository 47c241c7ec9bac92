"""Her accounts and her payments, over HTTP."""

from starlette.requests import Request
from starlette.responses import Response

from kiosk_central.accounts import pension_account
from kiosk_central.api.operation import By, Operation
from kiosk_central.api.request import answer, centre_of, checked_year, visit_of
from kiosk_central.clock import local_date
from kiosk_central.medical_accounts import medical_account
from kiosk_central.my_payments import payments_of
from kioskd.domain.account import MedicalAccount, MyPayment, PensionAccount
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
    Operation(
        "GET",
        central_accounts.PENSION_ACCOUNT_PATH,
        pension,
        by=By.VISIT,
        gives=PensionAccount,
    ),
    Operation(
        "GET",
        central_accounts.MEDICAL_ACCOUNT_PATH,
        medical,
        by=By.VISIT,
        gives=MedicalAccount,
        query=("year",),
    ),
    Operation(
        "GET",
        central_accounts.MY_PAYMENTS_PATH,
        my_payments,
        by=By.VISIT,
        gives=tuple[MyPayment, ...],
    ),
]
