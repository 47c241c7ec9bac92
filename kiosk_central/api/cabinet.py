"""What kiosks tell of their cabinets, and ask of their hold."""

from starlette.requests import Request
from starlette.responses import Response

from kiosk_central.api.operation import By, Operation
from kiosk_central.api.request import (
    answer,
    body_of,
    centre_of,
    checked_text,
    kiosk_of,
    reference_of,
)
from kiosk_central.cabinet import hold_of, take_event
from kiosk_central.problems import Refused
from kioskd.protocols import central_cabinet
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_cabinet import CabinetEvent, Hold

STAMP_MAX = 40


async def put_event(request: Request) -> Response:
    """PUT /v1/kiosks/events/{ref}."""
    kiosk, centre = await kiosk_of(request), centre_of(request)
    ref, event = reference_of(request), await body_of(request, CabinetEvent)
    if event.ref != ref:
        raise Refused(ProblemCode.BAD_REQUEST, "the references in path and body differ")
    checked_text(event.at, STAMP_MAX)
    region = centre.region
    return answer(
        await centre.write(lambda desk: take_event(desk, region, kiosk.id, event), kiosk.id)
    )


async def hold(request: Request) -> Response:
    """GET /v1/kiosks/hold."""
    kiosk, centre = await kiosk_of(request), centre_of(request)
    return answer(await centre.read(lambda at: hold_of(at, centre.region, kiosk.id)))


ROUTES = [
    Operation(
        "PUT",
        central_cabinet.EVENT_PATH,
        put_event,
        by=By.KIOSK,
        takes=CabinetEvent,
        gives=Hold,
        refuses=(ProblemCode.REFERENCE_REUSED,),
    ),
    Operation("GET", central_cabinet.HOLD_PATH, hold, by=By.KIOSK, gives=Hold),
]
