"""Her sealed papers, newest first: which one, about what, and when it was issued; one to choose."""

from dataclasses import dataclass, replace

from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.layout import Rect
from kioskd.screens.navigation import Navigation
from kioskd.screens.theme import Type
from kioskd.screens.widgets.choice_list import ChoiceList, choice_lines, draw_choices
from kioskd.screens.widgets.pages import turned
from kioskd.screens.words import Words

DocumentsAnswer = str | Navigation


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One paper as the list shows it."""

    ref: str
    """Its name in touches and answers."""
    kind: str
    number: str
    at: str
    """When it was issued, by the clock on the wall: ``2026-11-22 17:55``."""
    pages: int
    years: tuple[int, ...] = ()
    """Of a rights record, ascending."""
    subject: str = ""
    """The payment's or application's number."""


@dataclass(frozen=True, slots=True)
class MyDocuments(Screen[DocumentsAnswer]):
    """Answers with the reference of the paper to print again, or back."""

    id = "my-documents"
    rows: tuple[DocumentRow, ...]
    chosen: str | None
    """The reference of the marked one."""
    page: int

    def draw(self, canvas: Canvas) -> None:
        """Draw as many papers as fit, the rest on further pages."""
        heights = _line_heights(canvas)
        high = max(canvas.theme.min_touch, sum(heights) + canvas.px(16))
        shape = ChoiceList("my_documents", self.page, high, self.chosen is not None)
        draw_choices(canvas, shape, self.rows, lambda row, cell: self._draw_row(canvas, row, cell))

    def tap(self, button: str) -> "Screen[DocumentsAnswer] | Done[DocumentsAnswer] | None":
        """Mark a paper, turn the page, answer with the marked one, or go back."""
        if button == "back":
            return Done(Navigation.BACK)
        if button == "print" and self.chosen is not None:
            return Done(self.chosen)
        if (page := turned(self.page, button)) is not None:
            return replace(self, page=page)
        for row in self.rows:
            if button == f"document-{row.ref}":
                return replace(self, chosen=row.ref)
        return None

    def _draw_row(self, canvas: Canvas, row: DocumentRow, cell: Rect) -> None:
        chosen, heights = row.ref == self.chosen, _line_heights(canvas)
        lines = choice_lines(canvas, cell, f"document-{row.ref}", chosen, heights)
        words = canvas.words
        name, pages = words(f"document.{row.kind}"), words("my_documents.pages", pages=row.pages)
        width = canvas.text_width(pages, Type.NOTE) + 2
        left, right = lines[0].cut_right(width, canvas.px(16))
        canvas.text(left, name, Type.STRONG, valign="middle", shrink_to=0.6)
        canvas.text(right, pages, Type.NOTE, t.SECOND_INK, "right", "middle")
        canvas.text(lines[1], _about(words, row), Type.NOTE, valign="middle", shrink_to=0.6)
        number = words("my_documents.number", number=row.number)
        canvas.text(lines[2], number, Type.NOTE, t.SECOND_INK, valign="middle", shrink_to=0.6)


def _line_heights(canvas: Canvas) -> list[int]:
    note = canvas.line_height(Type.NOTE)
    return [canvas.line_height(Type.STRONG), note, note]


def _about(words: Words, row: DocumentRow) -> str:
    """Say when it was issued, and about what where that tells one paper from another."""
    issued = words("my_documents.issued", at=row.at)
    if row.years:
        named = words("pay.comma").join(str(year) for year in row.years)
        return words("my_documents.years", issued=issued, years=named)
    if row.subject:
        return words("my_documents.subject", issued=issued, subject=row.subject)
    return issued
