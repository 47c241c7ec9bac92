"""Who may come in: the right host, the right origin, and the token in the address.

Every address of the page begins with the token, so that relative links carry it and no cookie is
needed. A page from elsewhere that makes this browser call us shows a foreign host (DNS rebinding)
or a foreign origin, and does not know the token.
"""

import ipaddress
import secrets
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

LOOPBACK = ("127.0.0.1", "localhost", "::1")
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, when somebody asks for it
OUTSIDE = (
    "This is a bench of kioskd. Its address, with a token, is on the terminal that started it.\n"
)
HEADERS = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
        "connect-src 'self'; frame-ancestors 'none'"
    ),
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}


class Door:
    """ASGI middleware that lets in whoever knows ``token``, at the names of ``host``."""

    def __init__(self, app: ASGIApp, token: str, host: str) -> None:
        self._app, self._token, self._host = app, token, host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, or refuse with 403."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif not self._lets_in(scope):
            refusal = WebSocketClose() if scope["type"] == "websocket" else _outside()
            await refusal(scope, receive, send)
        else:
            await self._app(scope, receive, _with_headers(send))

    def _lets_in(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        shown = scope["path"].split("/")[1]
        return (
            secrets.compare_digest(shown.encode(), self._token.encode())
            and self._is_our_name(urlsplit(f"//{host}").hostname or "")
            and origin in (None, f"http://{host}")
        )

    def _is_our_name(self, name: str) -> bool:
        if name in (*LOOPBACK, self._host):
            return True
        return self._host in EVERYWHERE and _is_number(name)


def _is_number(name: str) -> bool:
    """Tell whether a host is named by its address: no foreign name can be led to it then."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _outside() -> PlainTextResponse:
    return PlainTextResponse(OUTSIDE, 403)


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            extra = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
            message = {**message, "headers": [*message["headers"], *extra]}
        await send(message)

    return sending
