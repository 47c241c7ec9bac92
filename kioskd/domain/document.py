"""Papers as content, not as printer commands."""

from dataclasses import dataclass, field
from enum import Enum

from kioskd.domain.payment import Printed
from kioskd.domain.trouble import Trouble


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


@dataclass(frozen=True, slots=True)
class GenuinePages:
    """A4 pages whose seal has been checked, ready for the printer. In memory only."""

    ref: str
    """The document's, or the name of a page of our own."""
    pages: int
    pdf: bytes


@dataclass(frozen=True, slots=True)
class PrintProgress:
    """How far a print is, by the printer's own count."""

    pages: int
    done: int = 0
    """Pages that came out."""
    trouble: Trouble | None = None
    """Why it stands still; it goes on by itself when that is over."""
    cancelled: bool = False
    """The printer was told to stop; what comes out now was under way."""


@dataclass(frozen=True, slots=True)
class PrintEnd:
    """What became of a print.

    YES: the printer has counted every page and called the job completed. NO: certainly nothing
    came out. All else is UNKNOWN, with as many pages as were counted.
    """

    printed: Printed
    pages: int
    done: int
    trouble: Trouble | None = None
    """Why not YES, if the printer said."""
    cancelled: bool = False
