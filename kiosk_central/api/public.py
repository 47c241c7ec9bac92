"""What needs no visit: time, region pack, and whether this server is well."""

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk_central.api.request import (
    answer,
    centre_of,
    kiosk_of,
    no_content,
    refuse_bad_certificate,
)
from kiosk_central.clock import stamp
from kiosk_central.problems import Refused
from kioskd.protocols import central
from kioskd.protocols.central import ProblemCode, ServerTime

HEALTH_PATH = "/healthz"


async def time(request: Request) -> Response:
    """GET /v1/time; asked before a kiosk can prove who it is, and to see whether it still can."""
    await refuse_bad_certificate(request)
    return answer(ServerTime(stamp(centre_of(request).now())))


async def region(request: Request) -> Response:
    """GET /v1/region."""
    await kiosk_of(request)
    return answer(centre_of(request).region)


async def health(request: Request) -> Response:
    """GET /healthz: 204 while the database answers and the writer lives; for watchdogs."""
    centre = centre_of(request)
    if not centre.writer.alive:
        raise Refused(ProblemCode.UNAVAILABLE)
    await centre.read(lambda connection: connection.execute(select(1)).scalar_one())
    return no_content()


ROUTES = [
    Route(central.TIME_PATH, time, methods=["GET"]),
    Route(central.REGION_PATH, region, methods=["GET"]),
    Route(HEALTH_PATH, health, methods=["GET"]),
]
