"""IPP on its way to a recording: attributes stay, but for those that may name somebody.

A message is the body of one HTTP request or answer. Of names and texts in operations and jobs
nothing is kept but their length; of the printer's own only where and whose it is goes. A document
is left out altogether: the recording says how long it was. What is no IPP becomes zeros.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from kiosk_bench.recording.codec import NO_MESSAGE, TO_DEVICE, TO_KIOSK, Message, is_noise
from kioskd.protocols.ipp_shape import HEAD_BYTES, Malformed, well_formed

END, LAST_DELIMITER, PRINTER_GROUP = 0x03, 0x0F, 0x04
TEXTS = {0x30, 0x35, 0x36, 0x41, 0x42}
"""Octet strings, texts and names, with and without language."""
WHERE_AND_WHOSE = (
    b"printer-contact", b"printer-geo-location", b"printer-location", b"printer-organization",
    b"printer-organizational-unit", b"printer-owner", b"printer-message", b"printer-state-message",
)  # fmt: skip
MODEL, FIRMWARE = b"printer-make-and-model", b"printer-firmware-string-version"
IDENTITY = {MODEL: "model", FIRMWARE: "firmware"}
OPERATIONS = {
    0x0002: "Print-Job", 0x0004: "Validate-Job", 0x0005: "Create-Job", 0x0006: "Send-Document",
    0x0008: "Cancel-Job", 0x0009: "Get-Job-Attributes", 0x000A: "Get-Jobs",
    0x000B: "Get-Printer-Attributes",
}  # fmt: skip
ASKS = (0x0009, 0x000A, 0x000B)
CODE_AT = slice(2, 4)


class IppCodec:
    """Both directions of a printer; each ``feed`` is the body of one request or answer."""

    def __init__(self) -> None:
        self.identity: dict[str, str] = {}

    def feed(self, direction: str, data: bytes) -> list[Message]:
        """Take one body."""
        try:
            # Compared, not kept: it drops empty groups, and a recording keeps them.
            well_formed(data)
        except Malformed as fault:
            return [Message(direction, bytes(len(data)), f"{NO_MESSAGE}: {fault}")]
        end, masked = self._masked(data)
        note = _told(direction, int.from_bytes(data[CODE_AT], "big"))
        return [Message(direction, masked, note, left_out=len(data) - end)]

    def flush(self) -> list[Message]:
        """HTTP says where a body ends."""
        return []

    def same(self, recorded: Message, now: Message) -> bool:
        """The operation counts: numbers, names and the printer's address differ by nature."""
        return recorded.data[CODE_AT] == now.data[CODE_AT]

    def may_repeat(self, request: Message) -> bool:
        """A printer and its jobs are asked for their state again and again."""
        return int.from_bytes(request.data[CODE_AT], "big") in ASKS

    def is_hint(self, request: Message) -> bool:
        """There are no acknowledgements."""
        return is_noise(request)

    def _masked(self, data: bytes) -> tuple[int, bytes]:
        """Return where the attributes end, and all of them masked. The form is known to be good."""
        masked = bytearray(data)
        end = HEAD_BYTES
        for one in _walk(data):
            self._learn(one.group, one.name, one.value)
            masked[one.end - len(one.value) : one.end] = _value(one)
            end = one.end
        while data[end] != END:  # groups without attributes
            end += 1
        return end + 1, bytes(masked[: end + 1])

    def _learn(self, group: int, name: bytes, value: bytes) -> None:
        if group == PRINTER_GROUP and name in IDENTITY:
            self.identity[IDENTITY[name]] = value.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class _Attribute:
    group: int
    tag: int
    name: bytes
    value: bytes
    end: int
    """Where it ends in the message."""


def attributes(data: bytes) -> Iterator[tuple[int, int, bytes, bytes]]:
    """Give group, tag, name and value of each attribute of a message that is ``well_formed``."""
    return ((one.group, one.tag, one.name, one.value) for one in _walk(data))


def _walk(data: bytes) -> Iterator[_Attribute]:
    at, group, name = HEAD_BYTES, 0, b""
    while data[at] != END:
        tag = data[at]
        if tag <= LAST_DELIMITER:
            group, at = tag, at + 1
            continue
        name_end = at + 3 + int.from_bytes(data[at + 1 : at + 3], "big")
        name = data[at + 3 : name_end] or name  # a further value of the one before has none
        end = name_end + 2 + int.from_bytes(data[name_end : name_end + 2], "big")
        yield _Attribute(group, tag, name, data[name_end + 2 : end], end)
        at = end


def _value(one: _Attribute) -> bytes:
    value = one.value
    if one.tag not in TEXTS:
        return value
    if one.group == PRINTER_GROUP and not one.name.startswith(WHERE_AND_WHOSE):
        return value
    if one.tag in (0x35, 0x36):  # a language, then a text, each with its length
        text_at = 4 + int.from_bytes(value[:2], "big")
        return value[:text_at] + b"x" * (len(value) - text_at)
    return b"x" * len(value)


def _told(direction: str, code: int) -> str:
    if direction == TO_KIOSK:
        return f"status {code:04X}"
    return OPERATIONS.get(code, f"operation {code:04X}") if direction == TO_DEVICE else ""
