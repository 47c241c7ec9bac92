"""A kiosk's last word."""

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
    refuse_another,
)
from kiosk_central.problems import Refused
from kiosk_central.retirements import find_retirement, take_retirement
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_retire import RETIREMENT_PATH, Retired, Retirement

STAMP_MAX, BY_MAX, REASON_MAX = 40, 80, 400
SEQ_MAX = 2**31 - 1


async def put_retirement(request: Request) -> Response:
    """PUT /v1/kiosks/{kiosk}/retirements/{ref}: this kiosk is to be known no more."""
    kiosk, centre = await kiosk_of(request), centre_of(request)
    ref, told = reference_of(request), await body_of(request, Retirement)
    refuse_another(kiosk, reference_of(request, "kiosk"))
    if told.ref != ref:
        raise Refused(ProblemCode.BAD_REQUEST, "the references in path and body differ")
    checked_reference(told.series)
    for text, longest in ((told.at, STAMP_MAX), (told.by, BY_MAX), (told.reason, REASON_MAX)):
        checked_text(text, longest)
    if not 0 <= told.seq <= SEQ_MAX:
        raise Refused(ProblemCode.BAD_REQUEST, "seq")
    done = await centre.write(lambda desk: take_retirement(desk, kiosk.id, told), kiosk.id)
    centre.register.forget()
    return answer(done)


async def retirement(request: Request) -> Response:
    """GET /v1/kiosks/{kiosk}/retirements/{ref}, by whoever knows it: whether it is on record."""
    ref, centre = reference_of(request), centre_of(request)
    kiosk_id = reference_of(request, "kiosk")
    found = await centre.read(lambda at: find_retirement(at, kiosk_id, ref))
    if found is None:
        raise Refused(ProblemCode.NOT_FOUND)
    return answer(found)


ROUTES = [
    Operation(
        "PUT",
        RETIREMENT_PATH,
        put_retirement,
        by=By.KIOSK,
        takes=Retirement,
        gives=Retired,
        refuses=(ProblemCode.STATE_CONFLICT,),
    ),
    Operation(
        "GET",
        RETIREMENT_PATH,
        retirement,
        by=By.ANYBODY,
        gives=Retired,
        refuses=(ProblemCode.NOT_FOUND, ProblemCode.UNAVAILABLE),
    ),
]
