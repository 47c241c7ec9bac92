"""Personal information over HTTP."""

from starlette.requests import Request
from starlette.responses import Response

from kiosk_central.api.operation import By, Operation
from kiosk_central.api.request import (
    answer,
    body_of,
    centre_of,
    checked_text,
    reference_of,
    visit_of,
)
from kiosk_central.profiles import change_profile, profile_of
from kioskd.domain.profile import Profile
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_profile import (
    AGREED_MAX,
    PROFILE_CHANGE_PATH,
    PROFILE_PATH,
    ProfileChange,
    ProfileChanged,
)

SERVICE = "change-profile"


async def profile(request: Request) -> Response:
    """GET /v1/me/profile."""
    visit, centre = await visit_of(request, SERVICE), centre_of(request)
    return answer(await centre.read(lambda at: profile_of(at, visit.person_id)))


async def put_change(request: Request) -> Response:
    """PUT /v1/me/profile/changes/{ref}."""
    visit, centre = await visit_of(request, SERVICE), centre_of(request)
    ref, asked = reference_of(request), await body_of(request, ProfileChange)
    checked_text(asked.agreed, AGREED_MAX)
    rules = centre.region.profile
    return answer(
        await centre.write(
            lambda desk: change_profile(desk, rules, visit.kiosk_id, visit.person_id, ref, asked),
            visit.kiosk_id,
        )
    )


ROUTES = [
    Operation("GET", PROFILE_PATH, profile, by=By.VISIT, gives=Profile),
    Operation(
        "PUT",
        PROFILE_CHANGE_PATH,
        put_change,
        by=By.VISIT,
        takes=ProfileChange,
        gives=ProfileChanged,
        refuses=(
            ProblemCode.TEXT_NOT_ACCEPTED,
            ProblemCode.PROFILE_CHANGED,
            ProblemCode.REFERENCE_REUSED,
        ),
    ),
]
