"""Her social security card: its number and barcode, its status, its bank, where it works."""

from dataclasses import dataclass

from kioskd.domain.card import CardStatus, CardView
from kioskd.domain.text import Text
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.navigation import Navigation
from kioskd.screens.said import grouped, said
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, Sign, action_row, heading
from kioskd.screens.widgets.bars import bars
from kioskd.screens.widgets.blocks import Block, blocks_height, draw_blocks, fact_blocks, text_block

SIGNS = {
    CardStatus.ACTIVE: Sign.DONE,
    CardStatus.INACTIVE: Sign.TELL,
    CardStatus.PRE_REPORTED: Sign.STOP,
    CardStatus.LOST: Sign.STOP,
    CardStatus.RETURNED: Sign.STOP,
}


@dataclass(frozen=True, slots=True)
class MyCardScreen(Screen[Navigation]):
    """Answers only with back."""

    id = "my-card"
    card: CardView | None
    bank: Text | None
    """Of the issuing bank; None where the region does not know it."""

    def draw(self, canvas: Canvas) -> None:
        """Draw what is known of the card, and the barcode large on white."""
        words = canvas.words
        room, actions = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
        action_row(canvas, actions, back=Action("back", words("info.back")))
        room = heading(canvas, room, words("my_card.title"))
        if self.card is None:
            canvas.text(room, words("my_card.none"), Type.LEAD)
            return
        gap = canvas.px(20)
        if canvas.portrait:
            wanted = blocks_height(self._facts(canvas, self.card, room.w - 2 * canvas.px(26)))
            facts, code = room.cut_top(wanted + 2 * canvas.px(26), gap)
            code = code.cut_top(min(code.h, canvas.px(430)))[0]
        else:
            facts, code = room.cut_left(room.w * 47 // 100, gap)
        inner = canvas.card(facts).inset(0, -canvas.px(8))
        draw_blocks(canvas, inner, self._facts(canvas, self.card, inner.w), "middle")
        self._barcode(canvas, code, self.card.barcode.reveal())

    def tap(self, button: str) -> "Screen[Navigation] | Done[Navigation] | None":
        """Go back."""
        return Done(Navigation.BACK) if button == "back" else None

    def _facts(self, canvas: Canvas, card: CardView, width: int) -> list[Block]:
        words, status = canvas.words, card.status.value
        facts = [(words("my_card.number"), str(card.number))]
        if self.bank is not None:
            facts.append((words("my_card.bank"), said(words, self.bank)))
        facts.append((words("my_card.expires"), said(words, card.expires)))
        if card.until is not None:
            facts.append((words("my_card.until"), said(words, card.until)))
        return [
            self._status(canvas, width, card.status),
            text_block(canvas, width, words(f"my_card.use.{status}"), Type.BODY, gap=10),
            *fact_blocks(canvas, width, facts, gap=8),
        ]

    def _status(self, canvas: Canvas, width: int, status: CardStatus) -> Block:
        look = SIGNS[status]
        text = canvas.words(f"my_card.status.{status.value}")
        side = canvas.px(40)
        height = max(side, canvas.text_height(width - side - canvas.px(14), text, Type.TITLE))

        def draw(rect: Rect) -> None:
            mark, rest = rect.cut_left(side, canvas.px(14))
            ink = t.BLUE if look is Sign.TELL else t.DONE if look is Sign.DONE else t.STOP
            canvas.icon(look.icon, mark.centred(side, side), ink, t.SURFACE)
            canvas.text(rest, text, Type.TITLE, ink, valign="middle")

        return Block(height, draw)

    def _barcode(self, canvas: Canvas, rect: Rect, number: str) -> None:
        words = canvas.words
        canvas.card(rect, Look.PLAIN)
        room = rect.inset(canvas.px(14), canvas.px(16))
        title, room = room.cut_top(canvas.text_height(room.w, words("my_card.barcode"), Type.BODY))
        canvas.text(title, words("my_card.barcode"), Type.BODY, t.SECOND_INK, "centre")
        hint = words("my_card.barcode_hint")
        room, foot = room.cut_bottom(canvas.text_height(room.w, hint, Type.NOTE), canvas.px(6))
        canvas.text(foot, hint, Type.NOTE, t.SECOND_INK, "centre")
        room, digits = room.cut_bottom(canvas.line_height(Type.QUESTION), canvas.px(8))
        canvas.text(digits, grouped(number), Type.QUESTION, align="centre", valign="middle")
        high = min(room.h, canvas.px(230))
        bars(canvas, room.centred(room.w, high), number)
