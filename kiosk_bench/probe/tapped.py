"""A line to a device that keeps, masked, what went over it; every wait on it ends."""

from collections.abc import Callable
from typing import Protocol

import trio

from kiosk_bench.devices.pty_port import Unplugged
from kiosk_bench.probe.findings import Silent
from kiosk_bench.recording.codec import TO_DEVICE, TO_KIOSK, Codec, Message, is_noise
from kioskd.errors import DeviceUnavailable


class Line(Protocol):
    """A serial line, opened."""

    async def receive_some(self) -> bytes:
        """Return the next bytes. Raises Unplugged or DeviceUnavailable."""

    async def send_all(self, data: bytes) -> None:
        """Send. Raises Unplugged or DeviceUnavailable."""


class TappedLine:
    """The probe's end. A message shorter than ``shortest`` bytes could be noise, too."""

    def __init__(self, line: Line, codec: Codec, shortest: int = 1) -> None:
        self._line, self._codec, self._shortest = line, codec, shortest
        self._shown: list[Message] = []
        self.spoke = False
        """Whether a whole message has ever come."""
        self.noise_bytes = 0

    @property
    def identity(self) -> dict[str, str]:
        """What the device has said of itself."""
        return self._codec.identity

    async def send(self, data: bytes) -> None:
        """Send to the device. Raises Silent when the line is gone."""
        self._keep(self._codec.feed(TO_DEVICE, data))
        try:
            await self._line.send_all(data)
        except (Unplugged, DeviceUnavailable) as fault:
            raise Silent("the line is gone") from fault

    async def receive(self, until: float) -> bytes:
        """Return the next bytes; b"" when ``until`` has come. Raises Silent."""
        data = b""
        with trio.move_on_at(until):
            try:
                data = await self._line.receive_some()
            except (Unplugged, DeviceUnavailable) as fault:
                raise Silent("the line is gone") from fault
        self._keep(self._codec.feed(TO_KIOSK, data))
        return data

    async def receive_until(self, enough: Callable[[bytes], bool], within_s: float) -> bytes:
        """Return what came until it is enough or the time is over."""
        until, heard = trio.current_time() + within_s, b""
        while not enough(heard):
            data = await self.receive(until)
            if not data:
                break
            heard += data
        return heard

    def shown(self) -> tuple[Message, ...]:
        """Return, once, what went over the line since the last time; noise is told of apart."""
        self._keep(self._codec.flush())
        shown, self._shown = self._shown, []
        return tuple(one for one in shown if not is_noise(one))

    def why_silent(self) -> str:
        """Say what came instead of the protocol."""
        self._keep(self._codec.flush())
        if self.noise_bytes:
            return (
                f"{self.noise_bytes} bytes came that are none of its protocol:"
                " another speed, another parity, another device?"
            )
        return "nothing came: is it on, is the cable right, is the port another's?"

    def _keep(self, messages: list[Message]) -> None:
        for message in messages:
            self._shown.append(message)
            if message.direction == TO_KIOSK:
                self.noise_bytes += len(message.data) if is_noise(message) else 0
                self.spoke |= not is_noise(message) and len(message.data) >= self._shortest
