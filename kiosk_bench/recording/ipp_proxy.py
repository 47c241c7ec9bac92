"""Stands between a printer and kioskd, and records each IPP request and its answer.

A request goes on when it is whole. A printer that is off, or stops in the middle, is passed on as
what kioskd would see of it: a connection that ends without an answer.
"""

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import trio

from kiosk_bench.recording.codec import TO_DEVICE, TO_KIOSK
from kiosk_bench.recording.file import Recorder
from kiosk_bench.recording.http_stream import (
    HttpServer,
    NoHttp,
    Request,
    Response,
    ask,
    serve_on_loopback,
)

DEFAULT_PORT = 631
OK = 200
ANSWER_LIMIT_S = 120.0
"""A printer that takes longer has hung; kioskd gave up long before."""


class BadAddress(Exception):
    """No printer's address; the text says why."""


@dataclass(frozen=True, slots=True)
class PrinterAddress:
    """Where the real printer is."""

    host: str
    port: int
    path: str


def address_of(uri: str) -> PrinterAddress:
    """Read ``ipp://host[:port]/path``. Raises BadAddress."""
    parts = urlsplit(uri)
    try:
        port = parts.port or DEFAULT_PORT
    except ValueError as fault:
        raise BadAddress(f"{uri}: {fault}") from fault
    if parts.scheme != "ipp" or not parts.hostname:
        raise BadAddress(f"{uri}: not an address like ipp://printer.local:631/ipp/print")
    return PrinterAddress(parts.hostname, port, parts.path or "/")


class IppProxy:
    """``run`` it; kioskd is given ``ipp://localhost:PORT`` and the printer's own path."""

    def __init__(self, printer: PrinterAddress, port: int, recorder: Recorder) -> None:
        self._printer, self._port, self._recorder = printer, port, recorder
        self._turn = trio.Lock()

    async def run(self, task_status: trio.TaskStatus[int] = trio.TASK_STATUS_IGNORED) -> None:
        """Serve for ever, on loopback; started with the port, which 0 has chosen freely."""
        await serve_on_loopback(self._serve, self._port, task_status)

    async def _serve(self, stream: trio.SocketStream) -> None:
        async with stream:
            server = HttpServer(stream)
            try:
                while (request := await server.next_request()) is not None:
                    async with self._turn:  # in a recording an answer follows its request
                        response = await self._exchanged(request)
                    await server.respond(response)
                    if not server.more:
                        return
            except NoHttp as fault:
                self._recorder.event(f"broken off: {fault}")
            except OSError as fault:
                self._recorder.event(f"the printer cannot be reached: {type(fault).__name__}")

    async def _exchanged(self, request: Request) -> Response:
        self._recorder.took(TO_DEVICE, request.body)
        try:
            with trio.fail_after(ANSWER_LIMIT_S):
                wanted = self._readdressed(request)
                response = await ask(self._printer.host, self._printer.port, wanted)
        except trio.TooSlowError as slow:
            raise NoHttp(f"no answer in {ANSWER_LIMIT_S:.0f} s") from slow
        if response.status != OK:
            self._recorder.event(f"HTTP {response.status}")
        self._recorder.took(TO_KIOSK, response.body)
        return response

    def _readdressed(self, request: Request) -> Request:
        """Return the request for the printer's own name, which some insist on."""
        host = f"{self._printer.host}:{self._printer.port}".encode()
        others = [pair for pair in request.headers if pair[0] != b"host"]
        return replace(request, headers=((b"host", host), *others))
