"""What needs no visit: time, region pack, and whether this server is well."""

from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response

from kiosk_central.api.json_body import JSON
from kiosk_central.api.operation import By, Operation
from kiosk_central.api.request import (
    answer,
    centre_of,
    kiosk_of,
    no_content,
    refuse_bad_certificate,
)
from kiosk_central.clock import stamp
from kiosk_central.problems import Refused
from kioskd.domain.region import RegionPack
from kioskd.protocols import central
from kioskd.protocols.central import ProblemCode, ServerTime, encode
from kioskd.protocols.central_pack import PROOF_HEADER, PackProof, tag_of

HEALTH_PATH = "/healthz"


async def time(request: Request) -> Response:
    """GET /v1/time; asked before a kiosk can prove who it is, and to see whether it still can."""
    await refuse_bad_certificate(request)
    return answer(ServerTime(stamp(centre_of(request).now())))


async def region(request: Request) -> Response:
    """GET /v1/region: the pack that this kiosk shall have, signed; 304 where it has that already.

    Raises Refused(UNAVAILABLE) on a server that has no CA.
    """
    kiosk, centre = await kiosk_of(request), centre_of(request)
    if centre.packs is None:
        raise Refused(ProblemCode.UNAVAILABLE, "no CA")
    edition = centre.fleet.edition_of(kiosk.id, centre.region, centre.since)
    tag = tag_of(edition.body)
    headers = {"Cache-Control": "no-cache, private", "ETag": tag}
    if tag in request.headers.get("If-None-Match", ""):
        return Response(status_code=304, headers=headers)
    headers[PROOF_HEADER] = encode(centre.packs.proof(kiosk.id, edition)).decode("ascii")
    return Response(edition.body, headers=headers, media_type=JSON)


async def health(request: Request) -> Response:
    """GET /healthz: 204 while the database answers and the writer lives; for watchdogs."""
    centre = centre_of(request)
    if not centre.writer.alive:
        raise Refused(ProblemCode.UNAVAILABLE)
    await centre.read(lambda connection: connection.execute(select(1)).scalar_one())
    return no_content()


ROUTES = [
    Operation(
        "GET",
        central.TIME_PATH,
        time,
        by=By.ANYBODY,
        gives=ServerTime,
        refuses=(
            ProblemCode.CERTIFICATE_NEEDED,
            ProblemCode.CERTIFICATE_REVOKED,
            ProblemCode.KIOSK_UNKNOWN,
        ),
    ),
    Operation(
        "GET",
        central.REGION_PATH,
        region,
        by=By.KIOSK,
        gives=RegionPack,
        proved_by=(PROOF_HEADER, PackProof),
    ),
    Operation("GET", HEALTH_PATH, health, by=By.ANYBODY, refuses=(ProblemCode.UNAVAILABLE,)),
]
