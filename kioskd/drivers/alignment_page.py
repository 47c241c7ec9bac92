"""A page to align a printer by: rulers, crosses, and where the seal of a paper comes.

A PDF written by hand, with one of the fonts that every reader has; in English, for technicians.
"""

from typing import Final

from kioskd.drivers.pdf_writer import A4_MM, POINTS_PER_MM, page_of

WIDTH_MM, HEIGHT_MM = A4_MM
HELVETICA: Final = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
LINE_MM: Final = 20.0
"""From the left and upper edge of the paper to the lines that are measured."""
SEAL_MM: Final = 42.0
SEAL_CENTRE_MM: Final = (163.0, 263.5)
"""Where the red seal of the centre's papers stands, from the left and upper edge."""
_ROUND: Final = 0.5523
"""Bezier handles of a quarter of a circle."""


class _Page:
    """Drawing commands in millimetres from the left upper corner."""

    def __init__(self) -> None:
        self._commands: list[str] = []

    def line(self, x1: float, y1: float, x2: float, y2: float, wide_mm: float = 0.2) -> None:
        self._commands.append(f"{wide_mm * POINTS_PER_MM:.3f} w {_at(x1, y1)} m {_at(x2, y2)} l S")

    def circle(self, x: float, y: float, r: float) -> None:
        k = r * _ROUND
        curves = (
            ((r, k), (k, r), (0, r)), ((-k, r), (-r, k), (-r, 0)),
            ((-r, -k), (-k, -r), (0, -r)), ((k, -r), (r, -k), (r, 0)),
        )  # fmt: skip
        drawn = " ".join(
            " ".join(_at(x + dx, y + dy) for dx, dy in curve) + " c" for curve in curves
        )
        self._commands.append(f"0.8 w {_at(x + r, y)} m {drawn} S")

    def text(self, x: float, y: float, words: str, size: float = 9) -> None:
        safe = words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        self._commands.append(f"BT /F1 {size} Tf {_at(x, y)} Td ({safe}) Tj ET")

    def content(self) -> bytes:
        return "\n".join(self._commands).encode("ascii")


def _at(x: float, y: float) -> str:
    return f"{x * POINTS_PER_MM:.3f} {(HEIGHT_MM - y) * POINTS_PER_MM:.3f}"


def alignment_page(uri: str, offset_x_mm10: int, offset_y_mm10: int) -> bytes:
    """Return the page; it says which offset it was printed with, and how to correct it."""
    page = _Page()
    page.line(LINE_MM, 0, LINE_MM, HEIGHT_MM)
    page.line(0, LINE_MM, WIDTH_MM, LINE_MM)
    _rulers(page)
    for across, down in ((60, 60), (150, 60), (105, 148.5), (60, 237)):
        _cross(page, across, down)
    x, y = SEAL_CENTRE_MM
    page.circle(x, y, SEAL_MM / 2)
    _cross(page, x, y)
    page.text(x - 9, y + 10, "SAMPLE SEAL", 8)
    _explain(page, uri, offset_x_mm10, offset_y_mm10)
    return page_of(page.content(), b"/Font << /F1 5 0 R >>", HELVETICA)


def _rulers(page: _Page) -> None:
    """Draw millimetres along both lines, longer every 5 and 10, with figures."""
    for mm in range(int(HEIGHT_MM) + 1):
        tick = 4.0 if mm % 10 == 0 else 2.5 if mm % 5 == 0 else 1.2
        page.line(LINE_MM, mm, LINE_MM + tick, mm, 0.1)
        if mm <= WIDTH_MM:
            page.line(mm, LINE_MM, mm, LINE_MM + tick, 0.1)
        if mm % 10 == 0 and mm:
            page.text(LINE_MM + 4.6, mm + 1, str(mm), 6)
            if mm <= WIDTH_MM - 5:
                page.text(mm - 1.5, LINE_MM + 7, str(mm), 6)


def _cross(page: _Page, x: float, y: float) -> None:
    page.line(x - 5, y, x + 5, y)
    page.line(x, y - 5, x, y + 5)


def _explain(page: _Page, uri: str, offset_x_mm10: int, offset_y_mm10: int) -> None:
    said = (
        "kioskd: seal alignment",
        f"printer {uri[:80]}",
        f"printed with offset_x_mm10 = {offset_x_mm10}, offset_y_mm10 = {offset_y_mm10}",
        "",
        "1. Measure from the left edge of the paper to the upright line, in 0.1 mm: X.",
        "2. Measure from the upper edge of the paper to the level line, in 0.1 mm: Y.",
        f"3. Set offset_x_mm10 = {offset_x_mm10} + 200 - X",
        f"   and offset_y_mm10 = {offset_y_mm10} + 200 - Y in the kiosk's configuration.",
        "4. Print this page again: both lines must be 20.0 mm from the edge, and 100 mm",
        "   on a ruler must be 100 mm, or the printer scales and must be told not to.",
    )
    for row, words in enumerate(said):
        page.text(40, 80 + 6 * row, words, 13 if row == 0 else 9)
