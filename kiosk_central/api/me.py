"""What a logged-in person may see of herself."""

from starlette.requests import Request
from starlette.responses import Response

from kiosk_central.api.operation import By, Operation
from kiosk_central.api.request import answer, centre_of, checked_year, visit_of
from kiosk_central.clock import local_month
from kiosk_central.contributions import insurance_view
from kiosk_central.offers import offers_for
from kioskd.domain.contribution import InsuranceView, Offer
from kioskd.protocols import central

INSURANCE_SERVICE = "insurance"
PAY_SERVICE = "pay-contribution"


async def insurance(request: Request) -> Response:
    """GET /v1/me/insurance[?year=2026]; without a year the latest with anything."""
    visit, centre = await visit_of(request, INSURANCE_SERVICE), centre_of(request)
    year = checked_year(request.query_params.get("year"))
    this_year = local_month(centre.now()).year
    return answer(
        await centre.read(
            lambda connection: insurance_view(connection, visit.person_id, year, this_year)
        )
    )


async def offers(request: Request) -> Response:
    """GET /v1/me/offers: what she may pay now."""
    visit, centre = await visit_of(request, PAY_SERVICE), centre_of(request)
    now = centre.now()
    return answer(
        await centre.read(
            lambda connection: offers_for(connection, centre.region, visit.person_id, now)
        )
    )


ROUTES = [
    Operation(
        "GET",
        central.INSURANCE_PATH,
        insurance,
        by=By.VISIT,
        gives=InsuranceView,
        query=("year",),
    ),
    Operation("GET", central.OFFERS_PATH, offers, by=By.VISIT, gives=tuple[Offer, ...]),
]
