"""A serial line to a simulated device, in memory: no system calls, so virtual time can rule it.

The device's end is a ``Port``, as ``PtyPort`` is; the kiosk's end, from ``open``, is a byte stream
as ``kioskd.transports`` gives one. What happens to bytes on their way is told by two ``Carry``.
"""

from collections.abc import Callable, Iterable
from heapq import heappop, heappush
from itertools import count

import trio

from kiosk_bench.devices.pty_port import Unplugged
from kioskd.errors import DeviceUnavailable

Carry = Callable[[bytes, float], Iterable[tuple[float, bytes]]]
"""Takes bytes and the time they are sent at; tells which pieces arrive when, in seconds."""


def at_once(data: bytes, now: float) -> Iterable[tuple[float, bytes]]:
    """A perfect line without any delay."""
    return ((now, data),)


class MemoryPort:
    """The device's end of the line; starts unplugged."""

    def __init__(self, to_device: Carry = at_once, to_kiosk: Carry = at_once) -> None:
        self._carries = to_device, to_kiosk
        self._to_device, self._to_kiosk = _Way(to_device), _Way(to_kiosk)
        self._plugged = trio.Event()

    @property
    def plugged(self) -> bool:
        return self._plugged.is_set()

    def plug(self) -> None:
        if self.plugged:
            return
        self._to_device, self._to_kiosk = map(_Way, self._carries)
        self._plugged.set()

    def unplug(self) -> None:
        """Cut the line; what was on its way is lost, and whoever listens is told."""
        self._to_device.cut()
        self._to_kiosk.cut()
        self._plugged = trio.Event()

    async def wait_plugged(self) -> None:
        await self._plugged.wait()

    async def receive_some(self) -> bytes:
        data = await self._to_device.take()
        if data is None:
            raise Unplugged
        return data

    async def send_all(self, data: bytes) -> None:
        await trio.lowlevel.checkpoint()
        if not self._to_kiosk.put(data):
            raise Unplugged

    async def open(self) -> "KioskEnd":
        """Open the line as the kiosk; what came before is thrown away. Raises DeviceUnavailable."""
        await trio.lowlevel.checkpoint()
        if not self.plugged:
            raise DeviceUnavailable("memory", "unplugged")
        self._to_kiosk.clear()
        return KioskEnd(self._to_kiosk, self._to_device)


class KioskEnd:
    """The kiosk's end of the line as it was when it was opened; another plug gives another."""

    def __init__(self, incoming: "_Way", outgoing: "_Way") -> None:
        self._incoming, self._outgoing = incoming, outgoing
        self._closed = False

    async def receive_some(self) -> bytes:
        """Return the next bytes, at least one. Raises DeviceUnavailable when the line is gone."""
        data = None if self._closed else await self._incoming.take()
        if data is None:
            raise DeviceUnavailable("memory", "unplugged")
        return data

    async def send_all(self, data: bytes) -> None:
        """Send to the device. Raises DeviceUnavailable when the line is gone."""
        await trio.lowlevel.checkpoint()
        if self._closed or not self._outgoing.put(data):
            raise DeviceUnavailable("memory", "unplugged")

    async def aclose(self) -> None:
        """Close this end; the line stays plugged."""
        await trio.lowlevel.checkpoint()
        self._closed = True


class _Way:
    """One direction: pieces under way, ordered by when they arrive."""

    def __init__(self, carry: Carry) -> None:
        self._carry = carry
        self._pieces: list[tuple[float, int, bytes]] = []
        self._numbers = count()
        self._moved = trio.Event()
        self._cut = False

    def put(self, data: bytes) -> bool:
        """Send; return whether there still was a line."""
        if not self._cut:
            for due, piece in self._carry(data, trio.current_time()):
                heappush(self._pieces, (due, next(self._numbers), piece))
            self._moved.set()
        return not self._cut

    async def take(self) -> bytes | None:
        """Wait for what arrives next; None once the line is cut."""
        await trio.lowlevel.checkpoint()
        while not self._cut:
            arrived = self._arrived(trio.current_time())
            if arrived:
                return arrived
            self._moved = trio.Event()
            with trio.move_on_at(self._pieces[0][0] if self._pieces else float("inf")):
                await self._moved.wait()
        return None

    def _arrived(self, now: float) -> bytes:
        data = b""
        while self._pieces and self._pieces[0][0] <= now:
            data += heappop(self._pieces)[2]
        return data

    def clear(self) -> None:
        """Forget what is under way."""
        self._pieces.clear()

    def cut(self) -> None:
        """End this way for ever."""
        self._cut = True
        self._moved.set()
