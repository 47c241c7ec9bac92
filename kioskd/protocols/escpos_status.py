"""What an ESC/POS receipt printer says of itself: questions and the bits of its answers; no I/O.

Two ways to ask. DLE EOT n is answered at once, whatever waits to be printed. GS r 1 waits its turn:
its answer proves that everything sent before it has been worked off, and a printer that is stopped
(no paper, cover open) does not give it. Fixed bits tell the two answers apart. Source: the command
reference of the de facto standard, which the makers of print heads follow.
"""

from dataclasses import dataclass
from enum import IntEnum

from kioskd.domain.document import PaperState
from kioskd.errors import ProtocolViolation

DEVICE = "receipt_printer"
PAPER_IN_TURN = b"\x1dr\x01"
"""GS r 1: tell the paper sensors when it is this command's turn."""

_FIXED_MASK, _FIXED_AT_ONCE = 0b1001_0011, 0b0001_0010
_IN_TURN_MASK, _FIXED_IN_TURN = 0b1001_0000, 0b0000_0000


class Query(IntEnum):
    """The n of DLE EOT n."""

    PRINTER = 1
    OFFLINE_CAUSE = 2
    ERROR_CAUSE = 3
    PAPER = 4


def ask_at_once(query: Query) -> bytes:
    """Return DLE EOT n."""
    return bytes([0x10, 0x04, query])


def is_answer_at_once(byte: int) -> bool:
    """Tell whether ``byte`` can answer DLE EOT: bits 1 and 4 set, 0 and 7 clear."""
    return byte & _FIXED_MASK == _FIXED_AT_ONCE


def is_answer_in_turn(byte: int) -> bool:
    """Tell whether ``byte`` can answer GS r 1: bits 4 and 7 clear."""
    return byte & _IN_TURN_MASK == _FIXED_IN_TURN


@dataclass(frozen=True, slots=True)
class PrinterStatus:
    """DLE EOT 1."""

    offline: bool

    @classmethod
    def of(cls, byte: int) -> "PrinterStatus":
        """Read the answer. Raises ProtocolViolation for a byte that is none."""
        return cls(offline=bool(_checked(byte) & 0x08))


@dataclass(frozen=True, slots=True)
class OfflineCause:
    """DLE EOT 2."""

    cover_open: bool
    paper_end: bool
    error: bool

    @classmethod
    def of(cls, byte: int) -> "OfflineCause":
        """Read the answer. Raises ProtocolViolation for a byte that is none."""
        bits = _checked(byte)
        return cls(bool(bits & 0x04), bool(bits & 0x20), bool(bits & 0x40))


@dataclass(frozen=True, slots=True)
class PaperSensors:
    """DLE EOT 4. Two bits stand for each sensor; either of them counts."""

    near_end: bool
    end: bool

    @classmethod
    def of(cls, byte: int) -> "PaperSensors":
        """Read the answer. Raises ProtocolViolation for a byte that is none."""
        bits = _checked(byte)
        return cls(bool(bits & 0x0C), bool(bits & 0x60))


def paper_state(offline_cause: int, paper: int) -> PaperState:
    """Combine the answers to DLE EOT 2 and 4; an open cover hides the paper, so it comes first.

    Raises ProtocolViolation for a byte that is no answer.
    """
    cause, sensors = OfflineCause.of(offline_cause), PaperSensors.of(paper)
    if cause.cover_open:
        return PaperState.COVER_OPEN
    if cause.paper_end or sensors.end:
        return PaperState.OUT
    return PaperState.NEAR_END if sensors.near_end else PaperState.ADEQUATE


def _checked(byte: int) -> int:
    if not is_answer_at_once(byte):
        raise ProtocolViolation(DEVICE, f"status {byte:02X}")
    return byte
