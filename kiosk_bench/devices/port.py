"""What a simulated device needs of its end of a serial line, whatever the line is made of."""

from collections.abc import Awaitable, Callable
from typing import Protocol


class Port(Protocol):
    """The device's end: a pseudo-terminal (``pty_port``) or memory (``memory_port``)."""

    @property
    def plugged(self) -> bool:
        """Whether the kiosk could open the line."""

    def plug(self) -> None:
        """Make the line appear; harmless when it is there."""

    def unplug(self) -> None:
        """Make the line vanish, as a pulled cable does; within a trio run."""

    async def wait_plugged(self) -> None:
        """Return when the line is there."""

    async def receive_some(self) -> bytes:
        """Return the kiosk's next bytes. Raises ``pty_port.Unplugged``."""

    async def send_all(self, data: bytes) -> None:
        """Send to the kiosk. Raises ``pty_port.Unplugged``."""


class ServedPort(Port, Protocol):
    """A line of a device that begins anew with each plugging-in."""

    async def serve(self, converse: Callable[[], Awaitable[None]]) -> None:
        """Run ``converse`` anew each time the line is plugged in; never returns."""
