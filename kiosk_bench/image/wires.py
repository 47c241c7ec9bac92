"""A serial line into the emulated machine: QEMU's socket behind a USB adapter.

While nobody holds the socket the adapter is not plugged in: to connect is to plug.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

import trio

from kiosk_bench.devices.pty_port import Unplugged, serve_each_plug

CHUNK = 4096
LOOK_S = 0.1


class SocketPort:
    """The device's end of the line. It outlives the machine: it plugs into the next one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._wanted = trio.Event()
        self._stream: trio.SocketStream | None = None
        self._turn = trio.Lock()

    @property
    def plugged(self) -> bool:
        return self._stream is not None

    def plug(self) -> None:
        self._wanted.set()

    def unplug(self) -> None:
        self._wanted = trio.Event()
        self._lose()

    async def wait_plugged(self) -> None:
        await self._wanted.wait()
        while self._stream is None:
            try:
                self._stream = await trio.open_unix_socket(str(self.path))
            except OSError:
                await trio.sleep(LOOK_S)  # no machine is there

    async def receive_some(self) -> bytes:
        stream = self._stream
        if stream is None:
            raise Unplugged
        try:
            data = await stream.receive_some(CHUNK)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            data = b""
        if not data:
            self._lose()
            raise Unplugged
        return data

    async def send_all(self, data: bytes) -> None:
        async with self._turn:
            if self._stream is None:
                raise Unplugged
            try:
                await self._stream.send_all(data)
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                self._lose()
                raise Unplugged from None

    async def serve(self, converse: Callable[[], Awaitable[None]]) -> None:
        await serve_each_plug(self, converse)

    def _lose(self) -> None:
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.socket.close()
