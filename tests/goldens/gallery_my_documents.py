"""Her sealed papers, to print one again: few, many, none."""

from typing import Any

from kioskd.screens.contract import Screen
from kioskd.screens.my_documents import DocumentRow, MyDocuments


def row_of(number: int, kind: str, pages: int = 1, **about: Any) -> DocumentRow:
    """Return a row whose reference and number end in ``number``."""
    told = f"SB2026-{number:06d}-7KQ4MN"
    return DocumentRow(f"d{number}", kind, told, f"2026-11-{number:02d} 17:55", pages, **about)


FEW = (
    row_of(22, "contribution_receipt", subject="K0123-7KQ4-000457"),
    row_of(21, "rights_record", 5, years=(2022, 2023, 2024, 2025, 2026)),
    row_of(20, "enrolment_certificate"),
    row_of(19, "card_certificate", subject="BK2026-000017"),
)
MANY = (*FEW, *(row_of(day, "rights_record", 3, years=(2026,)) for day in range(18, 12, -1)))
SCREENS: list[tuple[str, Screen[Any]]] = [
    ("my-documents", MyDocuments(FEW, FEW[1].ref, 0)),
    ("my-documents-many", MyDocuments(MANY, None, 1)),
    ("my-documents-none", MyDocuments((), None, 0)),
]
