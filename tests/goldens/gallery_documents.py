"""Sealed papers: which years, the printer at work, and how a print ended."""

from dataclasses import replace
from typing import Any

from kioskd.domain.document import PrintEnd, PrintProgress
from kioskd.domain.payment import Printed
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.screens.choose_years import ChooseYears
from kioskd.screens.contract import Screen
from kioskd.screens.document_printed import DocumentPrinted
from kioskd.screens.document_printing import DocumentPrinting

NUMBER = "320100-2026-QY-00004711"
FEW, MANY = (2024, 2025, 2026), tuple(range(1996, 2027))
AT_TWO = DocumentPrinting("rights_record", PrintProgress(5, 1))
PAPER_OUT = Trouble(TroubleReason.DOCUMENT_PAPER_OUT, "D-21")
JAM = Trouble(TroubleReason.DOCUMENT_PAPER_JAM, "D-22")
GONE = Trouble(TroubleReason.DOCUMENT_PRINTER_GONE, "D-20")
ALL = DocumentPrinted("rights_record", NUMBER, PrintEnd(Printed.YES, 5, 5))


def printing(progress: PrintProgress) -> DocumentPrinting:
    """Return the screen at this progress."""
    return replace(AT_TWO, progress=progress)


def ended(end: PrintEnd, kind: str = "rights_record") -> DocumentPrinted:
    """Return the result screen of this end."""
    return replace(ALL, end=end, kind=kind)


SCREENS: tuple[tuple[str, Screen[Any]], ...] = (
    ("choose-years", ChooseYears(FEW, frozenset({2026}), 0)),
    ("choose-years-none", ChooseYears(FEW, frozenset(), 0)),
    ("choose-years-many", ChooseYears(MANY, frozenset({2025, 2026}), 0, most=5)),
    ("choose-years-full", ChooseYears(MANY, frozenset(range(2022, 2027)), 0, most=5)),
    ("choose-years-one", ChooseYears((2026,), frozenset({2026}), 0)),
    ("document-printing", AT_TWO),
    ("document-printing-certificate", DocumentPrinting("enrolment_certificate", PrintProgress(1))),
    ("document-printing-many", printing(PrintProgress(31, 12))),
    ("document-printing-paper-out", printing(PrintProgress(5, 1, PAPER_OUT))),
    ("document-printing-jam", printing(PrintProgress(12, 11, JAM))),
    ("document-printing-cancelled", printing(PrintProgress(5, 2, cancelled=True))),
    ("document-printing-all-out", printing(PrintProgress(5, 5))),
    ("document-printed", ALL),
    ("document-not-printed", ended(PrintEnd(Printed.NO, 1, 0, PAPER_OUT), "enrolment_certificate")),
    ("document-printed-some", ended(PrintEnd(Printed.UNKNOWN, 5, 2, GONE))),
    ("document-print-unknown", ended(PrintEnd(Printed.UNKNOWN, 5, 0, JAM))),
    ("document-print-stopped", ended(PrintEnd(Printed.NO, 5, 0, cancelled=True))),
    ("document-print-stopped-some", ended(PrintEnd(Printed.UNKNOWN, 5, 2, cancelled=True))),
)
