"""A sealed paper comes out of the A4 printer: which page, and what to do when it stands still."""

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from kioskd.domain.document import PrintProgress
from kioskd.domain.trouble import Trouble
from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, Sign, action_row
from kioskd.screens.widgets.blocks import Block, boxed_block, text_block
from kioskd.screens.widgets.result_page import draw_result, result_body, result_width
from kioskd.screens.words import Public

SHEETS_MAX = 12
"""So many pages are drawn as sheets; more as a bar."""


class PrintingChoice(Enum):
    """What the visitor may answer."""

    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class DocumentPrinting(Screen[PrintingChoice]):
    """Followed while the printer works; ``kind`` names the paper: ``rights_record``."""

    names_nobody: ClassVar[bool] = True
    id = "document-printing"
    kind: str
    progress: PrintProgress

    def draw(self, canvas: Canvas) -> None:
        """Draw the page under way, the sheets that are out, and why it stands still if it does."""
        body, actions = result_body(canvas)
        blocks = self._blocks(canvas, result_width(canvas))
        draw_result(canvas, body, self._sign(), blocks)
        stop = Action("cancel", canvas.words("document_printing.cancel"))
        rest = action_row(canvas, actions, back=None if self.progress.cancelled else stop)
        if not self.progress.cancelled:
            stay = canvas.words("document_printing.stay")
            canvas.text(rest, stay, Type.NOTE, t.SECOND_INK, valign="middle")
        canvas.say_in_footer(canvas.words("busy.wait"))

    def tap(self, button: str) -> "Screen[PrintingChoice] | Done[PrintingChoice] | None":
        """Ask to stop, once."""
        stops = button == "cancel" and not self.progress.cancelled
        return Done(PrintingChoice.CANCEL) if stops else None

    def _sign(self) -> Sign:
        if self.progress.cancelled:
            return Sign.WAIT
        return Sign.ATTENTION if self.progress.trouble else Sign.PRINTING

    def _blocks(self, canvas: Canvas, width: int) -> list[Block]:
        words, now = canvas.words, self.progress
        title = words("document_printing.title", paper=words(f"document.{self.kind}"))
        if now.cancelled:
            title = words("document_printing.title_cancelled")
        return [
            text_block(canvas, width, title, Type.QUESTION),
            text_block(canvas, width, self._where(canvas), Type.RESULT, t.DEEP_BLUE, gap=10),
            _sheets_block(canvas, now, gap=18),
            *self._notes(canvas, width),
        ]

    def _where(self, canvas: Canvas) -> str:
        now = self.progress
        pages = Public(now.pages)
        if now.done >= now.pages:
            return canvas.words("document_printing.all_out", pages=pages)
        if now.cancelled:
            return canvas.words("document_printing.out", done=Public(now.done), pages=pages)
        return canvas.words("document_printing.page", page=Public(now.done + 1), pages=pages)

    def _notes(self, canvas: Canvas, width: int) -> list[Block]:
        """What to do: take the pages, or get help, with the promise that it goes on by itself."""
        now = self.progress
        if now.trouble is not None and not now.cancelled:
            inside = width - 2 * canvas.px(26)
            return [boxed_block(canvas, Look.DOUBT, _help(canvas, inside, now.trouble))]
        key = "cancelling" if now.cancelled else "take"
        return [
            text_block(canvas, width, canvas.words(f"document_printing.{key}"), Type.LEAD, gap=18)
        ]


def _help(canvas: Canvas, width: int, trouble: Trouble) -> list[Block]:
    """Return what is the matter, what to do, and the code for the attendant."""
    words, reason = canvas.words, trouble.reason.value
    return [
        text_block(canvas, width, words(f"document_stop.{reason}.title"), Type.TITLE),
        text_block(canvas, width, words(f"document_stop.{reason}.do"), Type.BODY, gap=4),
        text_block(
            canvas, width, words("document_printing.code", code=Public(trouble.code)), Type.NOTE,
            t.SECOND_INK, gap=4,
        ),
    ]  # fmt: skip


def _sheets_block(canvas: Canvas, now: PrintProgress, gap: float) -> Block:
    """Return the pages as sheets in a row: out, under way, to come; many pages are a bar."""
    high = canvas.px(84)

    def draw(rect: Rect) -> None:
        if now.pages > SHEETS_MAX:
            bar = Rect(rect.x, rect.y, rect.w, min(rect.h, canvas.px(28)))
            canvas.bar(bar, [(now.done, t.DONE)], now.pages, t.LINE)
            return
        side = min(rect.h * 7 // 10, rect.w // SHEETS_MAX - canvas.px(8))
        row = Rect(rect.x, rect.y, now.pages * (side + canvas.px(12)), rect.h)
        for number, cell in enumerate(layout.columns(row, [1] * now.pages), start=1):
            _draw_sheet(canvas, Rect(cell.x, cell.y, side, rect.h), number, now)

    return Block(high, draw, canvas.px(gap))


def _draw_sheet(canvas: Canvas, rect: Rect, number: int, now: PrintProgress) -> None:
    out = number <= now.done
    under_way = number == now.done + 1 and not now.cancelled
    look = Look.DONE if out else Look.DOUBT if under_way and now.trouble else Look.PLAIN
    if under_way and not now.trouble:
        look = Look.CHOSEN
    canvas.card(rect, look)
    if out:
        size = rect.w * 6 // 10
        canvas.icon(Icon.CHECK, rect.centred(size, size), t.DONE, look.fill)
        return
    ink = t.INK if under_way else t.OFF_INK
    canvas.text(rect, str(number), Type.STRONG, ink, "centre", "middle")
