"""Routes without a database: the same server, decoding and encoding, nothing else.

``python -m tools.load.bare_route`` prints the same line of JSON as ``kiosk-central serve``.
"""

import json
import socket
from itertools import count

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kiosk_central.api.request import answer, body_of, reference_of
from kiosk_central.receipt_numbers import receipt_number
from kioskd.protocols import central
from kioskd.protocols.central import PaymentReport, Posting
from kioskd.protocols.central_fleet import HEARTBEAT_PATH, Heartbeat, HeartbeatAnswer

PROOF = bytes(150)
AT = "2026-11-22T09:55:01Z"
_numbers = count(1)


async def put_payment(request: Request) -> Response:
    """Answer a report as if it were booked."""
    ref, report = reference_of(request), await body_of(request, PaymentReport)
    number = receipt_number(2026, next(_numbers))
    return answer(Posting(ref, report.state, number, AT, PROOF, False))


async def heartbeat(request: Request) -> Response:
    """Answer a heartbeat as if it were kept."""
    heart = await body_of(request, Heartbeat)
    return answer(HeartbeatAnswer(AT, 60.0, heart.software, heart.region, False, (), ()))


def main() -> None:
    """Serve on a free port of loopback."""
    routes = [
        Route(central.PAYMENT_PATH, put_payment, methods=["PUT"]),
        Route(HEARTBEAT_PATH, heartbeat, methods=["PUT"]),
    ]
    listener = socket.create_server(("127.0.0.1", 0), backlog=256)
    print(json.dumps({"ready": True, "port": listener.getsockname()[1]}), flush=True)
    app = Starlette(routes=routes)
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
