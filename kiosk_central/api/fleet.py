"""Heartbeats of kiosks, and the log bundles that operators have asked them for."""

import re

from starlette.requests import Request
from starlette.responses import Response

from kiosk_central.api.operation import By, Operation
from kiosk_central.api.request import (
    answer,
    body_bytes_of,
    body_of,
    centre_of,
    checked_reference,
    checked_text,
    kiosk_of,
    no_content,
    reference_of,
)
from kiosk_central.fleet.beats import Beat
from kiosk_central.fleet.orders import take_bundle
from kiosk_central.problems import Refused
from kioskd.protocols import central_fleet
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_fleet import (
    BUNDLE_BYTES_MAX,
    MODULES_MAX,
    ORDERS_MAX,
    Heartbeat,
    HeartbeatAnswer,
)

NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
CODE = re.compile(r"[A-Za-z0-9-]{0,16}")
TEXT_MAX = 64
DETAIL_MAX = 200
NUMBER_MAX = 1 << 31
"""What an INTEGER column takes, and 68 years in seconds."""


async def heartbeat(request: Request) -> Response:
    """PUT /v1/heartbeat: kept in memory, and answered from there."""
    kiosk, centre = await kiosk_of(request), centre_of(request)
    heart = checked(await body_of(request, Heartbeat))
    now = centre.now()
    centre.fleet.take(Beat(kiosk.id, now, heart))
    return answer(centre.fleet.answer(kiosk.id, heart, now, centre.region.version))


def checked(heart: Heartbeat) -> Heartbeat:
    """Return a heartbeat fit to be stored. Raises Refused(BAD_REQUEST)."""
    for text in (heart.at, heart.software, heart.screen):
        checked_text(text, TEXT_MAX)
    checked_reference(heart.boot)
    numbers = (
        heart.sequence,
        heart.uptime_s,
        heart.region,
        heart.screen_since_s,
        heart.undelivered,
        heart.oldest_undelivered_s,
        heart.unknown_payments,
    )
    if not all(0 <= number < NUMBER_MAX for number in numbers):
        raise Refused(ProblemCode.BAD_REQUEST, "number")
    if len(heart.modules) > MODULES_MAX or len(heart.orders) > ORDERS_MAX:
        raise Refused(ProblemCode.BAD_REQUEST, "too many")
    for module in heart.modules:
        if not (NAME.fullmatch(module.module) and CODE.fullmatch(module.code)):
            raise Refused(ProblemCode.BAD_REQUEST, "module")
    for report in heart.orders:
        checked_reference(report.ref)
        checked_text(report.detail, DETAIL_MAX)
    return heart


async def bundle(request: Request) -> Response:
    """PUT /v1/bundles/{ref}."""
    kiosk, centre, ref = await kiosk_of(request), centre_of(request), reference_of(request)
    body = await body_bytes_of(request, BUNDLE_BYTES_MAX)
    await centre.write(lambda desk: take_bundle(desk, kiosk.id, ref, body), kiosk.id)
    return no_content()


ROUTES = [
    Operation(
        "PUT",
        central_fleet.HEARTBEAT_PATH,
        heartbeat,
        by=By.KIOSK,
        takes=Heartbeat,
        gives=HeartbeatAnswer,
    ),
    Operation(
        "PUT",
        central_fleet.BUNDLE_PATH,
        bundle,
        by=By.KIOSK,
        takes="application/octet-stream",
        refuses=(ProblemCode.NOT_FOUND,),
    ),
]
