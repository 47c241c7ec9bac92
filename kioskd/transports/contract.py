"""What a driver may ask of a wire: bytes in, bytes out, and an end."""

from typing import Protocol


class ByteStream(Protocol):
    """A byte wire to one device, used by at most one reading and one writing task at a time.

    All calls may be cancelled. A cancelled ``send_all`` may have sent a part.
    """

    async def receive_some(self) -> bytes:
        """Return the next bytes, at least one. Raises DeviceUnavailable when the wire is gone."""

    async def send_all(self, data: bytes) -> None:
        """Return when the system has taken every byte. Raises DeviceUnavailable."""

    async def aclose(self) -> None:
        """Close the wire, throwing unsent bytes away; harmless when repeated."""
