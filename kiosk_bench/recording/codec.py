"""What a recording needs of a wire: whole messages, masked, and how a request is recognised.

A codec cuts both directions of a wire into messages and gives each only after masking it: what
may name a person, a card, a key or a PIN is replaced by as many bytes that say nothing, and
checksums are mended. Masking goes by what is known to be harmless, never by what is known to be
secret. Bytes that are no message cannot be masked so, hence only their number is kept.
"""

from dataclasses import dataclass
from typing import Protocol

TO_DEVICE, TO_KIOSK, EVENT = ">", "<", "!"
"""As in the wire logs."""
THERE, GONE = "the device is there", "the device is gone"
"""Events of a wire."""
NOISE_MAX_BYTES = 4096
"""So many bytes without a message are told of at once, that a line of noise shows in time."""
NO_MESSAGE = "no message"
SYNTHETIC_NAME = "某"
SYNTHETIC_ID = "111111199001010019"
"""Area 111111 is nowhere; its last digit checks."""


@dataclass(frozen=True, slots=True)
class Message:
    """One whole message as it may be kept; of an event ``note`` tells all."""

    direction: str
    data: bytes
    note: str
    left_out: int = 0
    """So many bytes that followed are not kept at all: a document."""


class Codec(Protocol):
    """One wire, from its beginning."""

    identity: dict[str, str]
    """What the device has said of itself: names and versions, nothing of a person."""

    def feed(self, direction: str, data: bytes) -> list[Message]:
        """Take bytes; return what they completed, masked. Never raises for what they are."""

    def flush(self) -> list[Message]:
        """Tell of what was left without an end."""

    def same(self, recorded: Message, now: Message) -> bool:
        """Tell whether a request is the recorded one, but for what differs by nature."""

    def may_repeat(self, request: Message) -> bool:
        """Tell whether the kiosk asks this as often as it likes, with nothing changed by it."""

    def is_hint(self, request: Message) -> bool:
        """Tell whether this came from the kiosk without being a request: an acknowledgement."""


class Noise:
    """Counts, for one direction, the bytes that belong to no message; keeps none of them."""

    def __init__(self, direction: str) -> None:
        self._direction, self.count = direction, 0

    def add(self, count: int) -> list[Message]:
        """Count bytes; return a message when there are many."""
        self.count += count
        return self.told() if self.count >= NOISE_MAX_BYTES else []

    def told(self) -> list[Message]:
        """Return what was counted, as zeros, and begin anew."""
        count, self.count = self.count, 0
        note = f"{NO_MESSAGE}: {count} bytes"
        return [Message(self._direction, bytes(count), note)] if count else []


def is_noise(message: Message) -> bool:
    """Tell whether this was no message."""
    return message.note.startswith(NO_MESSAGE)


def blank_text(text: bytes) -> bytes:
    """Return as many bytes that say nothing: 1 for digits, X for other letters; filler stays."""
    return bytes(_blank(byte) for byte in text)


def _blank(byte: int) -> int:
    if byte in (0x00, 0x20, 0xFF):
        return byte
    return ord("1") if chr(byte).isascii() and chr(byte).isdigit() else ord("X")
