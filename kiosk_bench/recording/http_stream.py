"""HTTP on a trio stream, as much of it as IPP needs: one request, one answer, whole bodies."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial

import h11
import trio

LOOPBACK = "127.0.0.1"
CHUNK_BYTES = 65536
BODY_MAX_BYTES = 64 << 20
"""A page with pictures is some megabytes; more is nothing a kiosk prints."""
IPP = (b"content-type", b"application/ipp")
HOP_BY_HOP = {b"connection", b"content-length", b"keep-alive", b"transfer-encoding", b"expect"}


class NoHttp(Exception):
    """The other side does not speak HTTP, or stopped in the middle of it."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a printer is asked."""

    method: bytes
    target: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Response:
    """What it answers."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes


Serve = Callable[[trio.SocketStream], Awaitable[None]]


async def serve_on_loopback(serve: Serve, port: int, task_status: trio.TaskStatus[int]) -> None:
    """Serve connections for ever; started with the port, which 0 has chosen freely."""
    async with trio.open_nursery() as nursery:
        listen = partial(trio.serve_tcp, serve, port, host=LOOPBACK)
        (listener,) = await nursery.start(listen)
        task_status.started(listener.socket.getsockname()[1])


class HttpServer:
    """The kiosk's connection, seen from the printer's side."""

    def __init__(self, stream: trio.SocketStream) -> None:
        self._stream, self._machine = stream, h11.Connection(h11.SERVER)

    async def next_request(self) -> Request | None:
        """Return the next request; None when the kiosk has closed. Raises NoHttp."""
        if self._machine.our_state is h11.DONE:
            self._machine.start_next_cycle()
        event = await _next(self._stream, self._machine)
        if not isinstance(event, h11.Request):
            return None
        if self._machine.they_are_waiting_for_100_continue:
            go_on = h11.InformationalResponse(status_code=100, headers=[])
            await _send(self._stream, self._machine, go_on)
        body = await _body(self._stream, self._machine)
        return Request(event.method, event.target, _kept(event.headers), body)

    @property
    def more(self) -> bool:
        """Whether the kiosk may ask again on this connection."""
        return self._machine.our_state is h11.DONE

    async def respond(self, response: Response) -> None:
        """Answer. Raises NoHttp when the kiosk is gone."""
        length = (b"content-length", str(len(response.body)).encode())
        head = h11.Response(status_code=response.status, headers=[*response.headers, length])
        await _send(self._stream, self._machine, head)
        await _send(self._stream, self._machine, h11.Data(data=response.body))
        await _send(self._stream, self._machine, h11.EndOfMessage())


async def ask(host: str, port: int, request: Request) -> Response:
    """Ask a printer once, on a connection of its own. Raises OSError, NoHttp."""
    stream = await trio.open_tcp_stream(host, port)
    async with stream:
        machine = h11.Connection(h11.CLIENT)
        length = (b"content-length", str(len(request.body)).encode())
        headers = [*request.headers, length, (b"connection", b"close")]
        if not any(name == b"host" for name, _ in headers):
            headers.insert(0, (b"host", f"{host}:{port}".encode()))
        head = h11.Request(method=request.method, target=request.target, headers=headers)
        await _send(stream, machine, head)
        await _send(stream, machine, h11.Data(data=request.body))
        await _send(stream, machine, h11.EndOfMessage())
        event = await _next(stream, machine)
        while isinstance(event, h11.InformationalResponse):
            event = await _next(stream, machine)
        if not isinstance(event, h11.Response):
            raise NoHttp("closed without an answer")
        body = await _body(stream, machine)
        return Response(event.status_code, _kept(event.headers), body)


async def _next(stream: trio.SocketStream, machine: h11.Connection) -> object:
    try:
        while (event := machine.next_event()) is h11.NEED_DATA:
            machine.receive_data(await stream.receive_some(CHUNK_BYTES))
    except (h11.RemoteProtocolError, trio.BrokenResourceError) as fault:
        raise NoHttp(str(fault)) from fault
    return event


async def _body(stream: trio.SocketStream, machine: h11.Connection) -> bytes:
    body = bytearray()
    while isinstance(event := await _next(stream, machine), h11.Data):
        body += event.data
        if len(body) > BODY_MAX_BYTES:
            raise NoHttp(f"a body of more than {BODY_MAX_BYTES} bytes")
    return bytes(body)


async def _send(stream: trio.SocketStream, machine: h11.Connection, event: h11.Event) -> None:
    try:
        data = machine.send(event)
        if data:
            await stream.send_all(data)
    except (h11.LocalProtocolError, trio.BrokenResourceError) as fault:
        raise NoHttp(str(fault)) from fault


def _kept(headers: Iterable[tuple[bytes, bytes]]) -> tuple[tuple[bytes, bytes], ...]:
    """Return the headers but for those that are about this one connection."""
    return tuple((bytes(name), bytes(value)) for name, value in headers if name not in HOP_BY_HOP)
