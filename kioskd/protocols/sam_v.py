"""The wire of a resident ID reader with a SAM_V module: frames, statuses and answers; no I/O.

To the reader: ``AA AA AA 96 69 | Len | command, parameter | CHK``; from it: ``AA AA AA 96 69 |
Len | SW1 SW2 SW3 | data | CHK``. Len is big-endian and counts all after itself; CHK is the
exclusive or from Len on. Sources: makers' protocol pages and seven independent implementations.
What SW1 and SW2 hold differs between readers, so only SW3 decides. The cards: ``sam_v_cards``.
"""

import struct
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from functools import reduce
from operator import xor

from kioskd.errors import ProtocolViolation

DEVICE = "id_reader"
PREAMBLE = bytes.fromhex("AAAAAA9669")
LEN_BYTES = 2
SHORTEST_LEN = 4
LONGEST_LEN = 0x090A
"""Text, photo and two fingerprints: 2314 bytes after Len."""

TEXT_BYTES = 256
SAM_ID_BYTES = 16
_HEAD_BYTES = len(PREAMBLE) + LEN_BYTES


class Command(Enum):
    """What the reader can be asked: command and parameter."""

    RESET_SAM = b"\x10\xff"
    SAM_STATUS = b"\x11\xff"
    SAM_ID = b"\x12\xff"
    FIND_CARD = b"\x20\x01"
    SELECT_CARD = b"\x20\x02"
    READ_TEXT_AND_PHOTO = b"\x30\x01"
    """The shortest way to the text: there is no reading without the photo."""
    READ_NEWEST_ADDRESS = b"\x30\x03"
    READ_WITH_FINGERPRINT = b"\x30\x10"


class Status(IntEnum):
    """SW3. Codes not listed occur and are kept as plain numbers."""

    REQUEST_CHECKSUM = 0x10
    REQUEST_LENGTH = 0x11
    REQUEST_UNKNOWN = 0x21
    NOT_PERMITTED = 0x23
    UNKNOWN = 0x24
    CARD_REJECTS_SAM = 0x31
    SAM_REJECTS_CARD = 0x32
    DATA_CHECK = 0x33
    FINGERPRINT_CHECK = 0x37
    DATA_LENGTH = 0x3F
    CARD_TYPE_UNKNOWN = 0x40
    READ_FAILED = 0x41
    RANDOM_FAILED = 0x47
    SELF_TEST_FAILED = 0x60
    SAM_NOT_AUTHORISED = 0x66
    NO_CARD = 0x80
    SELECT_FAILED = 0x81
    OK = 0x90
    ITEM_ABSENT = 0x91
    CARD_FOUND = 0x9F


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; ``status`` is SW3. The data may be personal and stays out of ``repr``."""

    status: int
    data: bytes = field(default=b"", repr=False)


def request(command: Command) -> bytes:
    """Return the frame that asks ``command``."""
    return _framed(command.value)


def _framed(body: bytes) -> bytes:
    counted = struct.pack(">H", len(body) + 1) + body
    return PREAMBLE + counted + bytes([_checksum(counted)])


def _checksum(data: bytes) -> int:
    return reduce(xor, data, 0)


class AnswerReader:
    """Finds answers in a stream of bytes that may be torn, noisy or hostile; bounded memory."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def receive(self, data: bytes) -> None:
        """Take bytes from the line."""
        self._buffer += data

    def next_answer(self) -> Answer | None:
        """Return the next answer, None if more bytes are needed.

        Noise before a frame and frames of an impossible length are passed over. Raises
        ProtocolViolation for a frame with a wrong checksum, once; the search then goes on inside
        it, since a torn frame swallows the beginning of the next.
        """
        while self._at_preamble():
            end = self._end_of_frame()
            if end is None:
                self._pass_over_preamble()
            elif len(self._buffer) < end:
                return None
            else:
                return self._take(end)
        return None

    def clear(self) -> None:
        """Forget what was received."""
        self._buffer.clear()

    def _at_preamble(self) -> bool:
        start = self._buffer.find(PREAMBLE)
        if start < 0:
            # The last bytes may be the first of a preamble.
            del self._buffer[: max(0, len(self._buffer) - len(PREAMBLE) + 1)]
            return False
        del self._buffer[:start]
        return len(self._buffer) >= _HEAD_BYTES

    def _end_of_frame(self) -> int | None:
        (length,) = struct.unpack_from(">H", self._buffer, len(PREAMBLE))
        return _HEAD_BYTES + length if SHORTEST_LEN <= length <= LONGEST_LEN else None

    def _take(self, end: int) -> Answer:
        counted = bytes(self._buffer[len(PREAMBLE) : end])
        if _checksum(counted):
            self._pass_over_preamble()
            raise ProtocolViolation(DEVICE, "checksum of an answer")
        del self._buffer[:end]
        body = counted[LEN_BYTES:-1]
        return Answer(body[2], body[3:])

    def _pass_over_preamble(self) -> None:
        del self._buffer[: len(PREAMBLE)]


def sam_id(answer: Answer) -> str:
    """Return the module's number as it is registered: ``05.01-20200101-0000012345-0000067890``.

    Raises ProtocolViolation if the answer does not hold one.
    """
    if answer.status != Status.OK or len(answer.data) != SAM_ID_BYTES:
        raise ProtocolViolation(DEVICE, f"no module number, status {answer.status:02X}")
    major, minor, day, serial, suffix = struct.unpack("<HHIII", answer.data)
    return f"{major:02d}.{minor:02d}-{day:08d}-{serial:010d}-{suffix:010d}"


def text_block(answer: Answer) -> bytes:
    """Return the 256 bytes of text of a reading; photo and fingerprints are dropped unread.

    Raises ProtocolViolation if the lengths in the answer do not add up.
    """
    data = answer.data
    if answer.status != Status.OK or len(data) < 4:
        raise ProtocolViolation(DEVICE, f"no reading, status {answer.status:02X}")
    text, photo = struct.unpack_from(">HH", data)
    for header, fingerprints in ((4, 0), (6, _fingerprint_bytes(data))):
        if text == TEXT_BYTES and len(data) == header + text + photo + fingerprints:
            return data[header : header + TEXT_BYTES]
    raise ProtocolViolation(DEVICE, "lengths of a reading")


def _fingerprint_bytes(data: bytes) -> int:
    return int.from_bytes(data[4:6], "big")
