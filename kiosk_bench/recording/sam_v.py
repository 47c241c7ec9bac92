"""A resident ID reader's line on its way to a recording: frames, the card's holder replaced.

A reading becomes that of one synthetic card of the same kind; photo, fingerprints, the card's own
serial numbers and every answer that is not known become zeros. The module's number stays: it is
the device's. Frames as in ``kioskd.protocols.sam_v``.
"""

import struct
from functools import reduce
from operator import xor

from kiosk_bench.devices.id_card_layouts import IdCardPersona, text_block
from kiosk_bench.recording.codec import (
    SYNTHETIC_ID,
    SYNTHETIC_NAME,
    TO_DEVICE,
    TO_KIOSK,
    Message,
    Noise,
    is_noise,
)
from kioskd.errors import ProtocolViolation
from kioskd.protocols.sam_v import (
    LONGEST_LEN,
    PREAMBLE,
    SAM_ID_BYTES,
    TEXT_BYTES,
    Answer,
    Command,
    Status,
    sam_id,
)

HEAD_BYTES = len(PREAMBLE) + 2
SHORTEST_REQUEST = 3
STATUS_BYTES = 3
KIND_AT = slice(248, 250)
KINDS = {"J": "J", "I": "I", "Y": "Y"}
WITH_READING = (Command.READ_TEXT_AND_PHOTO, Command.READ_WITH_FINGERPRINT)
COMMANDS = {command.value: command for command in Command}


class SamVCodec:
    """Both directions of an ID reader's line."""

    def __init__(self) -> None:
        self.identity: dict[str, str] = {}
        self._ways = {way: _Way(way) for way in (TO_DEVICE, TO_KIOSK)}
        self._asked: Command | None = None

    def feed(self, direction: str, data: bytes) -> list[Message]:
        """Take bytes of one direction."""
        messages = []
        for found in self._ways[direction].take(data):
            if isinstance(found, Message):
                messages.append(found)
            elif direction == TO_DEVICE:
                messages.append(self._request(found))
            else:
                messages.append(self._answer(found))
        return messages

    def flush(self) -> list[Message]:
        """Tell of frames without an end."""
        return [message for way in self._ways.values() for message in way.flush()]

    def same(self, recorded: Message, now: Message) -> bool:
        """Compare bytes: a request names nothing that differs."""
        return recorded.data == now.data

    def may_repeat(self, request: Message) -> bool:
        """A card is looked for again and again."""
        return request.data == framed(Command.FIND_CARD.value)

    def is_hint(self, request: Message) -> bool:
        """There are no acknowledgements; noise is none either."""
        return is_noise(request)

    def _request(self, body: bytes) -> Message:
        self._asked = COMMANDS.get(body)
        if self._asked is None:
            return Message(TO_DEVICE, framed(body[:2].ljust(len(body), b"\0")), "unknown request")
        return Message(TO_DEVICE, framed(body), self._asked.name)

    def _answer(self, body: bytes) -> Message:
        head, data = body[:STATUS_BYTES], body[STATUS_BYTES:]
        if len(head) < STATUS_BYTES:
            return Message(TO_KIOSK, framed(bytes(len(body))), "an answer without a status")
        status = Status(head[2]).name if head[2] in list(Status) else f"{head[2]:02X}"
        masked = self._masked(Answer(head[2], data))
        return Message(TO_KIOSK, framed(head + masked), f"{status}, {len(data)} bytes")

    def _masked(self, answer: Answer) -> bytes:
        data = answer.data
        if self._asked is Command.SAM_ID and len(data) == SAM_ID_BYTES:
            try:
                self.identity["module"] = sam_id(answer)
            except ProtocolViolation:
                return bytes(len(data))
            return data
        if self._asked in WITH_READING:
            return _masked_reading(data)
        return bytes(len(data))


def _masked_reading(data: bytes) -> bytes:
    """Return a reading with the same lengths; zeros where they do not add up."""
    if len(data) < 4:
        return bytes(len(data))
    text, photo = struct.unpack_from(">HH", data)
    fingerprints = int.from_bytes(data[4:6], "big")
    for header, tail in ((4, 0), (6, fingerprints)):
        if text == TEXT_BYTES and len(data) == header + text + photo + tail:
            kind = data[header : header + text][KIND_AT].decode("utf-16-le", "replace")
            masked = data[:header] + synthetic_text(kind)
            return masked + bytes(len(data) - len(masked))
    return bytes(len(data))


def synthetic_text(kind: str) -> bytes:
    """Return the text of the one card that recordings know, laid out as this kind of card."""
    number = "XXX111111111111" if kind == "I" else SYNTHETIC_ID
    persona = IdCardPersona(
        SYNTHETIC_NAME * 2, number, KINDS.get(kind, " "), "XXX", birth="19900101", country="XXX"
    )
    return text_block(persona)


def framed(body: bytes) -> bytes:
    """Return a frame of either direction around its command or statuses and data."""
    counted = struct.pack(">H", len(body) + 1) + body
    return PREAMBLE + counted + bytes([reduce(xor, counted, 0)])


class _Way:
    """One direction: finds frames whose checksum is right, and counts the rest."""

    def __init__(self, direction: str) -> None:
        self._buffer = b""
        self._noise = Noise(direction)

    def take(self, data: bytes) -> list[bytes | Message]:
        """Return the bodies of whole frames, and messages about what is none."""
        self._buffer += data
        found: list[bytes | Message] = []
        while (start := self._buffer.find(PREAMBLE)) >= 0:
            found += self._skip(start)
            body = self._body()
            if body is None:
                if not self._hopeless():
                    return found
                found += self._skip(len(PREAMBLE))
                continue
            found += [*self._noise.told(), body]
            self._buffer = self._buffer[HEAD_BYTES + len(body) + 1 :]
        return found + self._skip(max(0, len(self._buffer) - len(PREAMBLE) + 1))

    def flush(self) -> list[Message]:
        return [*self._skip(len(self._buffer)), *self._noise.told()]

    def _skip(self, count: int) -> list[Message]:
        self._buffer = self._buffer[count:]
        return self._noise.add(count)

    def _length(self) -> int:
        return int.from_bytes(self._buffer[len(PREAMBLE) : HEAD_BYTES], "big")

    def _whole(self) -> bool:
        return len(self._buffer) >= HEAD_BYTES and len(self._buffer) >= HEAD_BYTES + self._length()

    def _hopeless(self) -> bool:
        """Tell whether this preamble begins no frame, however many bytes may follow."""
        if len(self._buffer) < HEAD_BYTES:
            return False
        return self._whole() or not SHORTEST_REQUEST <= self._length() <= LONGEST_LEN

    def _body(self) -> bytes | None:
        if not self._whole() or not SHORTEST_REQUEST <= self._length() <= LONGEST_LEN:
            return None
        counted = self._buffer[len(PREAMBLE) : HEAD_BYTES + self._length()]
        return None if reduce(xor, counted, 0) else counted[2:-1]
