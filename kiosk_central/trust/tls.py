"""TLS as the server speaks it: our certificate, theirs if they have one, both of the private CA.

uvicorn tells an application nothing of the peer's certificate. ``PeerProtocol`` adds it to the
state that every request gets; that leans on an attribute of uvicorn, which a test pins.
"""

import asyncio
import ssl
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from kiosk_central.trust.ca import CA_FILE, SERVER_FILE, SERVER_KEY_FILE, NoTrust
from kioskd.errors import KioskError

PROXIES = "127.0.0.1,::1"
"""Whose word about a client's address is believed, behind a proxy: this machine's."""
KEEP_ALIVE_S = 30
"""Longer than a kiosk is silent, which asks for the time every 15 s: it need not begin again."""
GRACE_S = 15
"""For requests that are under way when the server is told to end; kiosks repeat what they miss."""
HEAD_BYTES_MAX = 32 * 1024
"""Address and header fields of one request; a kiosk's take some 2 KiB with its certificate."""
TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)
PEER = "peer"
"""Name in a request's state: the peer's certificate (DER), which TLS has verified; or None."""


class HeadTooLarge(KioskError):
    """Stops the parser; what the peer is told is a status."""


class PeerProtocol(HttpToolsProtocol):
    """uvicorn's own, which also tells who is at the other end, and keeps no endless head.

    uvicorn with httptools knows no limit of its own. A head that goes on beyond ours is answered
    with 431 (RFC 6585) and the connection is closed, before any of it reaches the application.
    """

    in_head = False
    head_bytes = 0
    """Received of a head that is not complete."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        tls = transport.get_extra_info("ssl_object")
        peer = None if tls is None else tls.getpeercert(binary_form=True)
        self.app_state = {**self.app_state, PEER: peer}

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self.head_bytes += len(data)
        if self.in_head and self.head_bytes > HEAD_BYTES_MAX and not self.transport.is_closing():
            self._refuse_head()

    def on_message_begin(self) -> None:
        self.in_head, self.head_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Count once more, exactly: a whole head may have come at one blow."""
        if self._is_too_large():
            raise HeadTooLarge
        self.in_head = False
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what the parser stopped at: with 431 where it was we who stopped it."""
        if self._is_too_large():
            self._refuse_head()
        else:
            super().send_400_response(msg)

    def _is_too_large(self) -> bool:
        fields = sum(len(name) + len(value) for name, value in self.headers)
        return self.in_head and len(self.url) + fields > HEAD_BYTES_MAX

    def _refuse_head(self) -> None:
        self.transport.write(TOO_LARGE)
        self.transport.close()

    def shutdown(self) -> None:
        """End at once where nothing is under way: a silent peer would be waited for, for 30 s."""
        super().shutdown()
        if self.cycle is None or self.cycle.response_complete:
            self.transport.abort()


def server_tls(folder: Path) -> ssl.SSLContext:
    """Return what the server needs for TLS. Raises NoTrust.

    A certificate is asked for, not insisted on: time, enrolment and the pages of people need none.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_OPTIONAL
    try:
        context.load_cert_chain(folder / SERVER_FILE, folder / SERVER_KEY_FILE)
        context.load_verify_locations(folder / CA_FILE)
    except OSError as error:  # ssl.SSLError is one
        raise NoTrust(f"{folder}: {error.strerror or error}") from None
    return context


def http_config(app: ASGIApp, tls: ssl.SSLContext | None) -> uvicorn.Config:
    """Return how uvicorn serves ``app``: over TLS, or plain where a proxy has ended it.

    A proxy says in ``X-Forwarded-For`` who asks; over TLS that header is anybody's invention.
    """
    return uvicorn.Config(
        app,
        http=PeerProtocol,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=tls is None,
        forwarded_allow_ips=PROXIES,  # not the environment's FORWARDED_ALLOW_IPS
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
        ssl_context_factory=None if tls is None else lambda _config, _default: tls,
    )
