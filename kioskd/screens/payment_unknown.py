"""Nobody knows whether the card was charged: what not to do, what is blocked, where to ask."""

from dataclasses import dataclass
from enum import Enum

from kioskd.domain.money import Money
from kioskd.domain.payment import Printed
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.icons import Icon
from kioskd.screens.looks import Look
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, Sign, action_row
from kioskd.screens.widgets.blocks import Block, boxed_block, fact_blocks, minor, text_block
from kioskd.screens.widgets.pay_page import where_to_ask
from kioskd.screens.widgets.result_page import (
    draw_result,
    paper_block,
    result_body,
    result_width,
)


class UnknownChoice(Enum):
    """What the visitor may do next."""

    PRINT_SLIP = "print-slip"
    END = "end"


@dataclass(frozen=True, slots=True)
class PaymentUnknown(Screen[UnknownChoice]):
    """The unknown outcome, with its own sign; never said as paid, never as not paid."""

    id = "payment-unknown"
    ref: str
    amount: Money
    at: str
    """HH:MM."""
    printed: Printed | None
    """What became of the slip; None while there is none."""
    printing: bool = False
    unresolved: bool = False
    """This terminal cannot find out any more: the centre clears it up with the bank."""

    def draw(self, canvas: Canvas) -> None:
        """Draw the sign, the sentence, the reference and where to ask."""
        going_on = "centre_checks" if self.unresolved else "enquiring"
        canvas.say_in_footer(canvas.words(f"payment_unknown.{going_on}"), "")
        body, actions = result_body(canvas)
        draw_result(canvas, body, Sign.DOUBT, self._blocks(canvas, result_width(canvas)))
        key = "wait" if self.printing else "end"
        end = Action("end", canvas.words(f"payment_unknown.{key}"), not self.printing)
        if not self._may_print():
            action_row(canvas, actions, end)
            return
        slip = Action("print-slip", canvas.words("payment_unknown.print"), icon=Icon.PRINTER)
        action_row(canvas, actions, slip, end)

    def tap(self, button: str) -> "Screen[UnknownChoice] | Done[UnknownChoice] | None":
        """Print a slip as long as none came out, or end; nothing while it prints."""
        if self.printing:
            return None
        if button == "print-slip" and self._may_print():
            return Done(UnknownChoice.PRINT_SLIP)
        return Done(UnknownChoice.END) if button == "end" else None

    def _may_print(self) -> bool:
        return not self.printing and self.printed is not Printed.YES

    def _blocks(self, canvas: Canvas, width: int) -> list[Block]:
        words = canvas.words
        known = "_unresolved" if self.unresolved else ""
        blocks = [
            text_block(canvas, width, words(f"payment_unknown.title{known}"), Type.RESULT),
            text_block(canvas, width, words("payment_unknown.sentence"), Type.TITLE, gap=10),
            minor(text_block(canvas, width, words(f"payment_unknown.explain{known}"), gap=8)),
            minor(text_block(canvas, width, words("payment_unknown.blocked"), gap=4)),
            boxed_block(canvas, Look.PLAIN, self._facts(canvas, width - 2 * canvas.px(26))),
        ]
        if self.printing or self.printed is not None:
            printed = None if self.printing else self.printed
            paper = paper_block(canvas, width, "payment_unknown", printed, gap=12)
            blocks.append(paper)
        return blocks

    def _facts(self, canvas: Canvas, width: int) -> list[Block]:
        words = canvas.words
        amount = f"{self.amount} {words('unit.yuan')}"
        facts = [
            (words("pay.ref"), self.ref),
            (words("payment_unknown.amount"), amount),
            (words("pay.where"), where_to_ask(canvas)),
        ]
        if not canvas.theme.elder:
            facts.insert(2, (words("payment_unknown.time"), self.at))
        return fact_blocks(canvas, width, facts, gap=4)
