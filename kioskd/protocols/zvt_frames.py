"""ZVT blocks on a serial line: stuffing, checksum, and a deframer that survives anything.

A block is ``10 02 | APDU with each 10 doubled | 10 03 | checksum, low byte first``. The checksum
is CRC-16/KERMIT over the unstuffed APDU and the ``03``; its two bytes are never stuffed, so after
``10 03`` exactly two raw bytes follow, whatever they look like. ``06`` and ``15`` outside a block
acknowledge and refuse the block before. Knows nothing of time and of what an APDU means.

Source: PA00P016 rev 04, 2.1 and 3.1; facts/pin-pad-and-payments.md 1.2 and 1.3.
"""

from dataclasses import dataclass
from enum import Enum

DLE, STX, ETX = 0x10, 0x02, 0x03
ACK, NAK = 0x06, 0x15

APDU_MAX_BYTES = 8192
"""More than any message of a PIN pad without files; a longer block is noise."""
_POLYNOMIAL = 0x8408


def checksum(apdu: bytes) -> int:
    """Return CRC-16/KERMIT over ``apdu`` and the closing ``03``."""
    crc = 0
    for byte in apdu + bytes([ETX]):
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ _POLYNOMIAL if crc & 1 else crc >> 1
    return crc


def encode_block(apdu: bytes) -> bytes:
    """Return the bytes of ``apdu`` on the line."""
    stuffed = apdu.replace(bytes([DLE]), bytes([DLE, DLE]))
    head, tail = bytes([DLE, STX]), bytes([DLE, ETX])
    return head + stuffed + tail + checksum(apdu).to_bytes(2, "little")


@dataclass(frozen=True, slots=True)
class Block:
    """A whole block with a right checksum; ``apdu`` is unstuffed."""

    apdu: bytes


class Signal(Enum):
    """A single byte outside a block. Not protected by a checksum: a hint, never evidence."""

    ACKNOWLEDGED = ACK
    REFUSED = NAK


@dataclass(frozen=True, slots=True)
class Damaged:
    """A block that cannot be used; ``reason`` is for the operator."""

    reason: str
    ended: bool = False
    """Its end has passed: refuse it at once. Otherwise the rest may still be coming."""


LineEvent = Block | Signal | Damaged


class _State(Enum):
    OUTSIDE = "outside"
    OUTSIDE_DLE = "outside, after 10"
    INSIDE = "inside"
    INSIDE_DLE = "inside, after 10"
    CRC_LOW = "first checksum byte"
    CRC_HIGH = "second checksum byte"
    LOST = "inside a block that is given up"
    LOST_DLE = "there, after 10"


_SIGNALS = {signal.value: signal for signal in Signal}


class Deframer:
    """Takes the line's bytes one at a time; holds at most ``apdu_max`` of them."""

    def __init__(self, apdu_max: int = APDU_MAX_BYTES) -> None:
        self._apdu_max = apdu_max
        self._state = _State.OUTSIDE
        self._apdu = bytearray()
        self._crc_low = 0
        self._reported = False

    @property
    def inside(self) -> bool:
        """Whether a block has begun and not ended."""
        return self._state not in (_State.OUTSIDE, _State.OUTSIDE_DLE)

    @property
    def held_bytes(self) -> int:
        """How many bytes of an unfinished block are kept."""
        return len(self._apdu)

    def receive(self, data: bytes) -> list[LineEvent]:
        """Take bytes from the line; return what they completed, in order. Never raises."""
        events = []
        for byte in data:
            event = self._take(byte)
            if event is not None:
                events.append(event)
        return events

    def give_up(self) -> Damaged | None:
        """The line fell silent: forget an unfinished block; return Damaged once for each.

        Bytes that still straggle in are skipped until a new block or the next silence.
        """
        if not self.inside:
            return None
        if self._state in (_State.LOST, _State.LOST_DLE) and self._reported:
            self._outside()
            return None
        damaged = self._lose("block was cut")
        self._reported = True
        return damaged

    def _take(self, byte: int) -> LineEvent | None:
        match self._state:
            case _State.OUTSIDE:
                return self._take_outside(byte)
            case _State.INSIDE:
                return self._take_inside(byte)
            case _State.INSIDE_DLE:
                return self._take_escaped(byte)
            case _State.CRC_HIGH:
                return self._finish(byte)
            case _:
                self._pass_over(byte)
                return None

    def _pass_over(self, byte: int) -> None:
        match self._state:
            case _State.OUTSIDE_DLE:
                self._begin_or(byte, _State.OUTSIDE_DLE, _State.OUTSIDE)
            case _State.CRC_LOW:
                self._crc_low, self._state = byte, _State.CRC_HIGH
            case _State.LOST:
                self._state = _State.LOST_DLE if byte == DLE else _State.LOST
            case _:
                # 10 10 02 may be data; a false start costs no more than a missed one.
                self._begin_or(byte, _State.LOST_DLE, _State.LOST)

    def _take_outside(self, byte: int) -> Signal | None:
        self._state = _State.OUTSIDE_DLE if byte == DLE else _State.OUTSIDE
        return _SIGNALS.get(byte)

    def _begin_or(self, byte: int, after_dle: _State, otherwise: _State) -> None:
        if byte == STX:
            self._apdu.clear()
            self._state = _State.INSIDE
        else:
            self._state = after_dle if byte == DLE else otherwise

    def _take_inside(self, byte: int) -> Damaged | None:
        if byte == DLE:
            self._state = _State.INSIDE_DLE
            return None
        return self._keep(byte)

    def _take_escaped(self, byte: int) -> Damaged | None:
        if byte == ETX:
            self._state = _State.CRC_LOW
            return None
        if byte == STX:
            # The peer began anew; refusing now would refuse its new block.
            self._apdu.clear()
            self._state = _State.INSIDE
            return None
        if byte == DLE:
            self._state = _State.INSIDE
            return self._keep(byte)
        return self._lose("10 followed by neither 02, 03 nor 10")

    def _keep(self, byte: int) -> Damaged | None:
        if len(self._apdu) >= self._apdu_max:
            return self._lose("block is too long")
        self._apdu.append(byte)
        return None

    def _lose(self, reason: str) -> Damaged:
        # Its remaining bytes must not pass for 06 or 15, so stay inside until 10 02 or silence.
        self._apdu.clear()
        self._state = _State.LOST
        self._reported = False
        return Damaged(reason)

    def _finish(self, crc_high: int) -> Block | Damaged:
        apdu = bytes(self._apdu)
        self._outside()
        if checksum(apdu) != self._crc_low | crc_high << 8:
            return Damaged("checksum is wrong", ended=True)
        return Block(apdu)

    def _outside(self) -> None:
        self._apdu.clear()
        self._state = _State.OUTSIDE
