"""Her receipts, newest first: what was paid, and what became of the paper; one to choose."""

from dataclasses import dataclass, replace

from kioskd.domain.contribution import Month
from kioskd.domain.money import Money
from kioskd.domain.payment import Printed
from kioskd.domain.text import Text
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.navigation import Navigation
from kioskd.screens.theme import Type
from kioskd.screens.widgets import money
from kioskd.screens.widgets.choice_list import ChoiceList, choice_lines, draw_choices
from kioskd.screens.widgets.months import months_text
from kioskd.screens.widgets.pages import turned

ReceiptsAnswer = str | Navigation
ORIGINALS = {
    Printed.YES: "original_printed",
    Printed.NO: "original_not_printed",
    Printed.UNKNOWN: "original_unknown",
    None: "original_unknown",
}
"""What is said of the original's paper; nothing heard of it is not "not printed"."""


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """One receipt as the list shows it."""

    ref: str
    """The payment's: its name in touches and answers."""
    number: str
    date: str
    """Of the posting, by the clock on the wall: ``2026-11-22``."""
    scheme_name: Text
    months: tuple[Month, ...]
    amount: Money
    original: Printed | None
    copies: int


@dataclass(frozen=True, slots=True)
class MyReceipts(Screen[ReceiptsAnswer]):
    """Answers with the reference of the receipt to print, or back."""

    id = "my-receipts"
    rows: tuple[ReceiptRow, ...]
    chosen: str | None
    """The reference of the marked one."""
    page: int

    def draw(self, canvas: Canvas) -> None:
        """Draw as many receipts as fit, the rest on further pages."""
        shape = ChoiceList("my_receipts", self.page, _row_height(canvas), self.chosen is not None)
        draw_choices(canvas, shape, self.rows, lambda row, cell: self._draw_row(canvas, row, cell))

    def tap(self, button: str) -> "Screen[ReceiptsAnswer] | Done[ReceiptsAnswer] | None":
        """Mark a receipt, turn the page, answer with the marked one, or go back."""
        if button == "back":
            return Done(Navigation.BACK)
        if button == "print" and self.chosen is not None:
            return Done(self.chosen)
        if (page := turned(self.page, button)) is not None:
            return replace(self, page=page)
        for row in self.rows:
            if button == f"receipt-{row.ref}":
                return replace(self, chosen=row.ref)
        return None

    def _draw_row(self, canvas: Canvas, row: ReceiptRow, cell: Rect) -> None:
        chosen, heights = row.ref == self.chosen, _line_heights(canvas)
        lines = choice_lines(canvas, cell, f"receipt-{row.ref}", chosen, heights)
        self._draw_lines(canvas, row, lines)

    def _draw_lines(self, canvas: Canvas, row: ReceiptRow, lines: list[Rect]) -> None:
        """Write scheme and amount, months, number and date, and what became of the paper."""
        yuan = canvas.text_width(f" {canvas.words('unit.yuan')}", Type.BODY)
        width = canvas.text_width(str(row.amount), Type.TITLE) + yuan
        left, right = lines[0].cut_right(width, canvas.px(16))
        name = row.scheme_name.in_language(canvas.language)
        canvas.text(left, name, Type.STRONG, valign="middle", shrink_to=0.6)
        money(canvas, right, row.amount, Type.TITLE, align="right")
        paper, ink = _paper(canvas, row)
        left, right = lines[1], lines[-1]
        if not canvas.portrait:
            left, right = left.cut_right(_paper_width(canvas, paper), canvas.px(16))
        canvas.text(left, months_text(canvas.words, row.months), Type.NOTE, valign="middle")
        _draw_paper(canvas, right, paper, ink)
        told = canvas.words("my_receipts.number", number=row.number, date=row.date)
        canvas.text(lines[2], told, Type.NOTE, t.SECOND_INK, valign="middle")


def _row_height(canvas: Canvas) -> int:
    return max(canvas.theme.min_touch, sum(_line_heights(canvas)) + canvas.px(12))


def _line_heights(canvas: Canvas) -> list[int]:
    """Upright panels have no room for the paper beside the months: it has a line of its own."""
    note = canvas.line_height(Type.NOTE)
    return [canvas.line_height(Type.STRONG), *[note] * (3 if canvas.portrait else 2)]


def _paper(canvas: Canvas, row: ReceiptRow) -> tuple[str, t.Colour]:
    """Return what became of the paper, and the ink to say it in."""
    said = canvas.words(f"my_receipts.{ORIGINALS[row.original]}")
    if row.copies:
        said += canvas.words("my_receipts.copies", count=row.copies)
    return said, t.DONE if row.original is Printed.YES else t.DOUBT_INK


def _paper_width(canvas: Canvas, paper: str) -> int:
    return canvas.text_width(paper, Type.NOTE) + canvas.px(24 + 10) + 2


def _draw_paper(canvas: Canvas, rect: Rect, paper: str, ink: t.Colour) -> None:
    side = canvas.px(24)
    icon, words = rect.cut_left(side, canvas.px(10))
    canvas.icon(Icon.PRINTER, icon.centred(side, side), ink)
    canvas.text(words, paper, Type.NOTE, ink, valign="middle")
