"""GET /metrics: for Prometheus on this machine, or with the token that the server was given."""

import ipaddress
import os
import secrets

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk_central.api.request import centre_of
from kiosk_central.metrics import figures
from kiosk_central.problems import Refused
from kioskd.protocols.central import ProblemCode

METRICS_PATH = "/metrics"
TOKEN_VARIABLE = "KIOSK_CENTRAL_METRICS_TOKEN"  # noqa: S105 - a name, not a secret
FORWARDED = ("Forwarded", "X-Forwarded-For")


async def metrics(request: Request) -> Response:
    """Answer everything; 404 to whoever may not ask, as if there were nothing."""
    if not _may_ask(request):
        raise Refused(ProblemCode.NOT_FOUND)
    centre = centre_of(request)
    found = await centre.read(figures)
    writer = centre.writer
    text = request.app.state.meters.text(found, writer.waiting, writer.alive)
    return Response(text, headers={"Cache-Control": "no-store"}, media_type=CONTENT_TYPE_LATEST)


def _may_ask(request: Request) -> bool:
    """With a token set only the token counts; else this machine, and nobody through a proxy."""
    token = os.environ.get(TOKEN_VARIABLE, "")
    if token:
        sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(sent.encode(), token.encode())
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


ROUTES = [Route(METRICS_PATH, metrics, methods=["GET"])]
