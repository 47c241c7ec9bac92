"""Papers as content, not as printer commands."""

from dataclasses import dataclass, field
from enum import Enum


class LineStyle(Enum):
    """How a receipt line is set."""

    NORMAL = "normal"
    HEADING = "heading"
    """Double size, centred."""
    STRONG = "strong"
    CENTRED = "centred"
    RULE = "rule"
    """A line across the paper; the text is not used."""


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One line: ``left`` alone, or ``left`` and ``right`` at the two edges."""

    left: str = ""
    right: str = ""
    style: LineStyle = LineStyle.NORMAL


@dataclass(frozen=True, slots=True)
class Receipt:
    """A slip for the receipt printer; ``qr`` is printed below the lines if not empty."""

    lines: tuple[ReceiptLine, ...]
    qr: bytes = field(default=b"")


class PaperState(Enum):
    """What the receipt printer itself says of its paper; no answer is unknown, never adequate."""

    ADEQUATE = "adequate"
    NEAR_END = "near_end"
    OUT = "out"
    COVER_OPEN = "cover_open"
    UNKNOWN = "unknown"
