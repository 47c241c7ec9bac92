"""A serial line to a simulated device: a pseudo-terminal behind a stable name.

The kiosk opens ``path``, a symlink that is repointed at every plug, as udev does for an adapter.
Parity and speed have no effect here: a pseudo-terminal drops them silently.
"""

import errno
import os
import tty
from collections.abc import Awaitable, Callable
from pathlib import Path

import trio

from kiosk_bench.devices.port import Port

_CHUNK_BYTES = 4096


class Unplugged(Exception):
    """The line was pulled while the device listened or spoke."""


class PtyPort:
    """The device's end of the line; starts unplugged."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._master = -1
        self._slave = -1
        self._plugged = trio.Event()

    @property
    def plugged(self) -> bool:
        """Whether the kiosk could open the line."""
        return self._master >= 0

    def plug(self) -> None:
        """Make the line appear; harmless when it is there."""
        if self.plugged:
            return
        # The slave stays open here: without it the master reads EIO until the kiosk opens it.
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self._point_to(os.ttyname(self._slave))
        self._plugged.set()

    def unplug(self) -> None:
        """Make the line vanish, as a pulled cable does; within a trio run.

        The kiosk reads the end of the line and writes EIO.
        """
        if not self.plugged:
            return
        self.path.unlink(missing_ok=True)
        master, self._master = self._master, -1
        self._plugged = trio.Event()
        trio.lowlevel.notify_closing(master)
        os.close(self._slave)
        os.close(master)

    def replug(self) -> None:
        """Pull the line and put it back under the same name, on another node."""
        self.unplug()
        self.plug()

    async def wait_plugged(self) -> None:
        """Return when the line is there."""
        await self._plugged.wait()

    async def receive_some(self) -> bytes:
        """Return the kiosk's next bytes. Raises Unplugged."""
        return await read_some(self._master)

    async def send_all(self, data: bytes) -> None:
        """Send to the kiosk; what it does not take waits in the line. Raises Unplugged."""
        await trio.lowlevel.checkpoint()
        await write_all(self._master, data)

    async def serve(self, converse: Callable[[], Awaitable[None]]) -> None:
        """Run ``converse`` anew each time the line is plugged in; never returns."""
        await serve_each_plug(self, converse)

    def _point_to(self, node: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_name(self.path.name + ".new")
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(node)
        os.replace(fresh, self.path)


async def read_some(descriptor: int) -> bytes:
    """Return the next bytes of a terminal that does not block. Raises Unplugged."""
    while True:
        try:
            await trio.lowlevel.wait_readable(descriptor)
            data = os.read(descriptor, _CHUNK_BYTES)
        except BlockingIOError:
            continue
        except (OSError, ValueError, trio.ClosedResourceError):
            raise Unplugged from None
        if data:
            return data
        raise Unplugged


async def write_all(descriptor: int, data: bytes) -> None:
    """Send to a terminal that does not block, waiting while it is full. Raises Unplugged."""
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(descriptor, rest) :]
        except BlockingIOError:
            await _wait_writable(descriptor)
        except OSError as fault:
            if fault.errno not in (errno.EIO, errno.EBADF):
                raise
            raise Unplugged from None


async def serve_each_plug(port: Port, converse: Callable[[], Awaitable[None]]) -> None:
    """Run ``converse`` anew each time the line is plugged in; never returns."""
    while True:
        await port.wait_plugged()
        try:
            await converse()
        except Unplugged:
            await trio.lowlevel.checkpoint()


async def _wait_writable(descriptor: int) -> None:
    try:
        await trio.lowlevel.wait_writable(descriptor)
    except (OSError, trio.ClosedResourceError):
        raise Unplugged from None
