"""ISO 7816: answer to reset, command and response APDUs, status words, one-byte records. Sans-IO.

Knows nothing of any application on the card. Sources: ISO 7816-3 (answer to reset, T=0 status
61xx and 6Cxx), ISO 7816-4 (APDUs, status words), facts/card-and-id-readers.md 1.2, 1.6-1.8.
What a card sends that breaks the rules raises CardUnreadable: it is the card that is at fault.
"""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Self

from kioskd.errors import CardUnreadable

MAX_TURNS = 8
"""Commands that one exchange may take, so that a card cannot hold us in a loop (facts 1.7)."""
MAX_ANSWER = 256 + 2
"""Bytes in a short response APDU."""
FILLER = (0x00, 0xFF)


class Status(Enum):
    """What a status word means (facts 1.6); words that are not listed are OTHER."""

    OK = 0x9000
    MEMORY_FAILURE = 0x6581
    WRONG_LENGTH = 0x6700
    SECURITY_CONDITION = 0x6982
    """The record or command wants a PIN or a key first."""
    BLOCKED = 0x6983
    NO_RANDOM = 0x6984
    CONDITIONS_OF_USE = 0x6985
    WRONG_DATA = 0x6A80
    NOT_SUPPORTED = 0x6A81
    FILE_NOT_FOUND = 0x6A82
    RECORD_NOT_FOUND = 0x6A83
    WRONG_P1_P2 = 0x6A86
    REFERENCE_NOT_FOUND = 0x6A88
    P1_P2_OUT_OF_RANGE = 0x6B00
    INSTRUCTION_UNKNOWN = 0x6D00
    CLASS_UNKNOWN = 0x6E00
    APPLICATION_LOCKED = 0x9303
    KEY_NOT_FOUND = 0x9403
    OTHER = -1

    @classmethod
    def _missing_(cls, value: object) -> "Status":
        return cls.OTHER


@dataclass(frozen=True, slots=True)
class Command:
    """A short command APDU: four header bytes, up to 255 bytes of data, ``le`` 1-256 or None."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    le: int | None = None

    def encode(self) -> bytes:
        """Return the bytes for the card; ``le`` 256 is written 00 (ISO 7816-4 5.1)."""
        assert len(self.data) <= 255 and (self.le is None or 1 <= self.le <= 256)
        body = bytes([len(self.data)]) + self.data if self.data else b""
        tail = b"" if self.le is None else bytes([self.le % 256])
        return bytes([self.cla, self.ins, self.p1, self.p2]) + body + tail


@dataclass(frozen=True, slots=True)
class Response:
    """A response APDU: data and status word."""

    data: bytes
    sw: int

    @classmethod
    def parse(cls, answer: bytes) -> Self:
        """Split an answer of 2-258 bytes. Raises CardUnreadable for any other length."""
        if not 2 <= len(answer) <= MAX_ANSWER:
            raise CardUnreadable("answer")
        return cls(answer[:-2], int.from_bytes(answer[-2:], "big"))

    @property
    def status(self) -> Status:
        return Status(self.sw)

    @property
    def tries_left(self) -> int | None:
        """Return the tries that 63Cx or 6983 tell of; None for any other status word."""
        if self.sw & 0xFFF0 == 0x63C0:
            return self.sw & 0x0F
        return 0 if self.status is Status.BLOCKED else None


class Exchange:
    """One command and the turns T=0 makes of it: 61xx is fetched, 6Cxx is asked again.

    Send ``next_command()``, give the answer to ``receive()``, until ``response`` is there. The
    PC/SC library does none of this by itself (facts 1.7).
    """

    def __init__(self, command: Command) -> None:
        self.response: Response | None = None
        self._command = command
        self._cla = command.cla
        self._data = bytearray()
        self._turns = 0

    def next_command(self) -> bytes:
        """Return the APDU to send now."""
        assert self.response is None, "the exchange is over"
        return self._command.encode()

    def receive(self, answer: bytes) -> None:
        """Take the card's answer. Raises CardUnreadable for nonsense and after MAX_TURNS turns."""
        part = Response.parse(answer)
        self._turns += 1
        sw1, count = part.sw >> 8, (part.sw & 0xFF) or 256
        if sw1 == 0x6C:
            self._go_on(replace(self._command, le=count))
            return
        self._data += part.data
        if sw1 == 0x61:
            self._go_on(Command(self._cla, 0xC0, 0x00, 0x00, le=count))
            return
        self.response = Response(bytes(self._data), part.sw)

    def _go_on(self, command: Command) -> None:
        if self._turns >= MAX_TURNS:
            raise CardUnreadable("answer")
        self._command = command


@dataclass(frozen=True, slots=True)
class Record:
    """A record of one data item: ``tag`` (1 byte), length (1 byte), ``value`` (facts 1.2)."""

    tag: int
    value: bytes

    def encode(self) -> bytes:
        """Return the record as a card stores it."""
        return bytes([self.tag, len(self.value)]) + self.value


def parse_record(data: bytes, item: str) -> Record:
    """Split a record; filler bytes (00, FF) may follow the value, nothing else.

    Raises CardUnreadable(item) when the length byte does not fit the bytes that came.
    """
    if len(data) < 2 or len(data) < 2 + data[1]:
        raise CardUnreadable(item)
    end = 2 + data[1]
    if any(byte not in FILLER for byte in data[end:]):
        raise CardUnreadable(item)
    return Record(data[0], data[2:end])


@dataclass(frozen=True, slots=True)
class Atr:
    """An answer to reset: the protocols it offers and its historical bytes (ISO 7816-3 8.2)."""

    protocols: tuple[int, ...]
    history: bytes


def parse_atr(atr: bytes) -> Atr:
    """Walk TS, T0, the chain TA-TD, the historical bytes and TCK. Raises CardUnreadable("ATR").

    TCK is there, and checked, when any protocol other than T=0 is offered.
    """
    if len(atr) < 2 or atr[0] not in (0x3B, 0x3F):
        raise CardUnreadable("ATR")
    position, protocols = _walk_interface_bytes(atr)
    end = position + (atr[1] & 0x0F)
    checked = any(protocol != 0 for protocol in protocols)
    if len(atr) != end + checked or (checked and _xor(atr[1:]) != 0):
        raise CardUnreadable("ATR")
    return Atr(protocols or (0,), atr[position:end])


def _walk_interface_bytes(atr: bytes) -> tuple[int, tuple[int, ...]]:
    position, present = 2, atr[1] >> 4
    protocols: list[int] = []
    while present:
        position += present.bit_count()
        if position > len(atr):
            raise CardUnreadable("ATR")
        if not present & 0x8:
            break
        protocols.append(atr[position - 1] & 0x0F)
        present = atr[position - 1] >> 4
    return position, tuple(protocols)


def _xor(data: bytes) -> int:
    check = 0
    for byte in data:
        check ^= byte
    return check
