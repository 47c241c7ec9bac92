"""What kiosks bring of their acceptance."""

from starlette.requests import Request
from starlette.responses import Response

from kiosk_central.acceptance import readable, take_sheet
from kiosk_central.api.operation import By, Operation
from kiosk_central.api.request import (
    answer,
    body_of,
    centre_of,
    checked_text,
    kiosk_of,
    reference_of,
)
from kioskd.protocols.acceptance import (
    ACCEPTANCE_PATH,
    NAME_MAX,
    Acceptance,
    AcceptanceTaken,
)
from kioskd.protocols.central import ProblemCode


async def put_sheet(request: Request) -> Response:
    """PUT /v1/acceptances/{ref}."""
    kiosk, centre = await kiosk_of(request), centre_of(request)
    ref, sheet = reference_of(request), await body_of(request, Acceptance)
    checked_text(readable(sheet).technician, NAME_MAX)
    return answer(await centre.write(lambda desk: take_sheet(desk, kiosk.id, ref, sheet), kiosk.id))


ROUTES = [
    Operation(
        "PUT",
        ACCEPTANCE_PATH,
        put_sheet,
        by=By.KIOSK,
        takes=Acceptance,
        gives=AcceptanceTaken,
        refuses=(ProblemCode.REFERENCE_REUSED, ProblemCode.SHEET_NOT_ACCEPTED),
    ),
]
