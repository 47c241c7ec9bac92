"""It is paid: the amount, what it was for, the numbers to keep, and the receipt."""

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
from kioskd.screens.widgets.blocks import Block, fact_blocks, money_block, text_block
from kioskd.screens.widgets.months import months_text
from kioskd.screens.widgets.pay_page import grade_name
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


@dataclass(frozen=True, slots=True)
class Paid(Screen[PaidChoice]):
    """The charge is certain. Without a receipt number the centre will post it by itself, later."""

    id = "paid"
    amount: Money
    scheme_name: Text
    percent: int
    months: tuple[Month, ...]
    ref: str
    receipt_number: str
    """Empty: paid, not posted yet."""
    printed: Printed | None
    """None: the receipt is being printed."""

    def draw(self, canvas: Canvas) -> None:
        """Draw the sign, the amount and what became of the receipt."""
        body, actions = result_body(canvas)
        draw_result(canvas, body, Sign.DONE, self._blocks(canvas, result_width(canvas)))
        ready = self.printed is not None
        main = Action("end", canvas.words("paid.end" if ready else "paid.wait"), ready)
        action_row(canvas, actions, main, Action("more", canvas.words("paid.more"), ready))

    def tap(self, button: str) -> "Screen[PaidChoice] | Done[PaidChoice] | None":
        """End the visit, or do something else; not before the receipt is out."""
        if self.printed is None:
            return None
        return {choice.value: Done(choice) for choice in PaidChoice}.get(button)

    def _blocks(self, canvas: Canvas, width: int) -> list[Block]:
        words = canvas.words
        scheme = self.scheme_name.in_language(canvas.language)
        what = words("paid.what", scheme=scheme, grade=grade_name(canvas, self.percent))
        months = months_text(words, self.months)
        facts = [(words("pay.ref"), self.ref)]
        if self.receipt_number:
            facts.insert(0, (words("paid.receipt"), self.receipt_number))
        blocks = [
            text_block(canvas, width, words("paid.title"), Type.RESULT),
            money_block(canvas, self.amount, gap=6),
            text_block(canvas, width, what, Type.LEAD, gap=8),
            text_block(canvas, width, months, Type.LEAD, gap=0),
            *fact_blocks(canvas, width, facts, gap=8),
        ]
        if not self.receipt_number:
            blocks.insert(2, text_block(canvas, width, words("paid.unposted"), Type.TITLE, gap=12))
        return [*blocks, paper_block(canvas, width, "paid", self.printed)]
