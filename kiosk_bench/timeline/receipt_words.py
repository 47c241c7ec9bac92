"""What went between kiosk and receipt printer, in words; of a row only what names nobody."""

import re
from collections.abc import Callable

from kioskd.errors import ProtocolViolation
from kioskd.protocols.escpos_status import OfflineCause, PaperSensors, PrinterStatus

MASK = "▒"
QUESTIONS = {
    "DLE EOT 1": "printer status?",
    "DLE EOT 2": "why offline?",
    "DLE EOT 3": "which error?",
    "DLE EOT 4": "paper?",
    "GS r": "all printed?",
}
_IMPERSONAL = re.compile(
    r"-?[\d,]{1,12}\.\d\d(?: 元)?|\d{1,3}%|\d{4}-\d\d(?:-\d\d)?(?: \d\d:\d\d)?(?: \d{4}-\d\d)*"
    r"|[A-Z]\d{4}-[A-Z0-9]{4}-\d{6}|\d{4}-\d{4}-\d{4}-\d\d"
)
"""Amounts, shares, months, times, references of payments, numbers of receipts."""
_COLUMNS = re.compile(r" {2,}")


class ReceiptWords:
    """Follows the wire: what a byte answers depends on what was asked."""

    def __init__(self) -> None:
        self._asked = ""

    def tell(self, direction: str, logged: str) -> str:
        """Return what a line of the wire log means. Never raises for what a wire may carry."""
        if direction == ">":
            self._asked = logged if logged in QUESTIONS else self._asked
            return QUESTIONS.get(logged, logged)
        try:
            return _ANSWERS.get(self._asked, _any)(int(logged, 16))
        except (ProtocolViolation, ValueError):
            return "not an answer"


def masked_row(row: str) -> str:
    """Return a printed row with what could name somebody blotted out.

    A label stays where a value stands beside it, and a value that is an amount or the like.
    """
    if not row.strip(" -"):
        return row.strip()
    label, *values = _COLUMNS.split(row.strip())
    return "  ".join([label if values else _kept(label), *map(_kept, values)])


def _kept(value: str) -> str:
    return value if _IMPERSONAL.fullmatch(value) else MASK * len(value)


def _printer(byte: int) -> str:
    return "offline" if PrinterStatus.of(byte).offline else "online"


def _cause(byte: int) -> str:
    cause = OfflineCause.of(byte)
    told = {"cover open": cause.cover_open, "no paper": cause.paper_end, "error": cause.error}
    return ", ".join(words for words, so in told.items() if so) or "no reason"


def _paper(byte: int) -> str:
    sensors = PaperSensors.of(byte)
    if sensors.end:
        return "no paper"
    return "paper near its end" if sensors.near_end else "paper enough"


def _in_turn(byte: int) -> str:
    return "all printed, paper near its end" if byte & 0x03 else "all printed"


def _any(byte: int) -> str:
    return f"status {byte:02X}"


_ANSWERS: dict[str, Callable[[int], str]] = {
    "DLE EOT 1": _printer,
    "DLE EOT 2": _cause,
    "DLE EOT 4": _paper,
    "GS r": _in_turn,
}
