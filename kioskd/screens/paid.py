"""It is paid: the amount, what it was for, the numbers to keep, and the receipt or the slip."""

from dataclasses import dataclass
from enum import Enum

from kioskd.domain.contribution import Month
from kioskd.domain.money import Money
from kioskd.domain.payment import Printed
from kioskd.domain.text import Text
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, Sign, action_row
from kioskd.screens.widgets.blocks import Block, fact_blocks, minor, money_block, text_block
from kioskd.screens.widgets.months import months_text
from kioskd.screens.widgets.pay_page import grade_name, where_to_ask
from kioskd.screens.widgets.result_page import (
    draw_result,
    paper_block,
    result_body,
    result_width,
)


class PaidChoice(Enum):
    """What the visitor may do next."""

    END = "end"
    MORE = "more"
    NEXT = "next"
    """Pay the other scheme, without going home."""


@dataclass(frozen=True, slots=True)
class Paid(Screen[PaidChoice]):
    """The charge is certain; whether it is posted is another question, and never guessed.

    With a receipt number it is. Without one the report is on its way, unless ``in_question``: the
    centre has not accepted it, and people look into that.
    """

    id = "paid"
    amount: Money
    scheme_name: Text
    percent: int
    months: tuple[Month, ...]
    ref: str
    receipt_number: str
    """Empty: paid, not posted yet."""
    printed: Printed | None
    """What became of the receipt, or the slip where there is no number; None: it is printing."""
    in_question: bool = False
    next_scheme: Text | None = None
    """What else she may pay in this visit."""

    def draw(self, canvas: Canvas) -> None:
        """Draw the sign, the amount and what became of the receipt."""
        body, actions = result_body(canvas)
        sign = Sign.DOUBT if self.in_question else Sign.DONE
        draw_result(canvas, body, sign, self._blocks(canvas, result_width(canvas)))
        ready = self.printed is not None
        wait = f"{self._paper()}.wait"
        main = Action("end", canvas.words("paid.end" if ready else wait), ready)
        action_row(canvas, actions, main, self._more(canvas, ready))

    def tap(self, button: str) -> "Screen[PaidChoice] | Done[PaidChoice] | None":
        """End the visit, or do something else; not before the receipt is out."""
        if self.printed is None:
            return None
        if button == PaidChoice.NEXT.value and self.next_scheme is None:
            return None
        return {choice.value: Done(choice) for choice in PaidChoice}.get(button)

    def _more(self, canvas: Canvas, ready: bool) -> Action:
        if self.next_scheme is None:
            return Action("more", canvas.words("paid.more"), ready)
        if canvas.theme.elder:
            return Action("next", canvas.words("paid_more.next_short"), ready)
        name = self.next_scheme.in_language(canvas.language)
        return Action("next", canvas.words("paid_more.next", scheme=name), ready)

    def _paper(self) -> str:
        """Return the section of words about the paper: receipt or slip."""
        return "paid" if self.receipt_number else "paid_slip"

    def _blocks(self, canvas: Canvas, width: int) -> list[Block]:
        words = canvas.words
        title = "paid.title_in_question" if self.in_question else "paid.title"
        return [
            text_block(canvas, width, words(title), Type.RESULT),
            money_block(canvas, self.amount, gap=6),
            *self._not_posted(canvas, width),
            minor(text_block(canvas, width, self._what(canvas), Type.LEAD, gap=8)),
            minor(text_block(canvas, width, months_text(words, self.months), Type.LEAD, gap=0)),
            *self._fact_blocks(canvas, width),
            paper_block(canvas, width, self._paper(), self.printed),
        ]

    def _not_posted(self, canvas: Canvas, width: int) -> list[Block]:
        if self.receipt_number:
            return []
        key = "paid.in_question" if self.in_question else "paid.unposted"
        return [text_block(canvas, width, canvas.words(key), Type.STRONG, gap=12)]

    def _what(self, canvas: Canvas) -> str:
        scheme = self.scheme_name.in_language(canvas.language)
        return canvas.words("paid.what", scheme=scheme, grade=grade_name(canvas, self.percent))

    def _fact_blocks(self, canvas: Canvas, width: int) -> list[Block]:
        """Return the number to keep, and what gives way to it: of the receipt, else of the pay."""
        words = canvas.words
        facts = [(words("pay.ref"), self.ref), (words("pay.where"), where_to_ask(canvas))]
        if self.receipt_number:
            facts = [(words("paid.receipt"), self.receipt_number), facts[0]]
        first, second = fact_blocks(canvas, width, facts, gap=8)
        return [first, minor(second)]
