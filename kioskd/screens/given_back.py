"""Charged, but the months had been paid meanwhile: the money goes back, and how far that is."""

from dataclasses import dataclass
from enum import Enum

from kioskd.domain.money import Money
from kioskd.domain.payment import Printed
from kioskd.domain.text import Text
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.looks import Look
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, Sign, action_row
from kioskd.screens.widgets.blocks import (
    Block,
    boxed_block,
    fact_blocks,
    minor,
    money_block,
    text_block,
)
from kioskd.screens.widgets.pay_page import where_to_ask
from kioskd.screens.widgets.result_page import (
    draw_result,
    paper_block,
    result_body,
    result_width,
)


class GivingBack(Enum):
    """How far the giving back is; the words are under ``given_back.<value>``."""

    GOING = "going"
    """The PIN pad is being asked, or will be."""
    DONE = "done"
    """The PIN pad has said that the charge is undone."""
    BY_HAND = "by_hand"
    """The PIN pad could not: people at the centre give it back."""


SIGNS = {GivingBack.GOING: Sign.WAIT, GivingBack.DONE: Sign.DONE, GivingBack.BY_HAND: Sign.DOUBT}


@dataclass(frozen=True, slots=True)
class GivenBack(Screen[None]):
    """Never said as paid: her card was charged and these months are not booked with it."""

    id = "given-back"
    stage: GivingBack
    amount: Money
    scheme_name: Text
    ref: str
    printed: Printed | None = None
    """What became of the slip; None while there is none."""
    asking: bool = False
    """The bank is being asked: she waits for a moment."""
    printing: bool = False
    """The slip is printing."""

    def draw(self, canvas: Canvas) -> None:
        """Draw the sign, what happened, what happens next, the amount and where to ask."""
        canvas.say_in_footer(canvas.words("pay.ref"), self.ref)
        body, actions = result_body(canvas)
        blocks = self._blocks(canvas, result_width(canvas))
        draw_result(canvas, body, SIGNS[self.stage], blocks)
        label = canvas.words("given_back.wait" if self._busy else "given_back.end")
        action_row(canvas, actions, Action("end", label, not self._busy))

    def tap(self, button: str) -> "Screen[None] | Done[None] | None":
        """End, once there is nothing to wait for."""
        return Done(None) if button == "end" and not self._busy else None

    @property
    def _busy(self) -> bool:
        return self.asking or self.printing

    def _blocks(self, canvas: Canvas, width: int) -> list[Block]:
        words, stage = canvas.words, self.stage.value
        told = "given_back.asking" if self.asking else f"given_back.{stage}.next"
        scheme = self.scheme_name.in_language(canvas.language)
        blocks = [
            text_block(canvas, width, words(f"given_back.{stage}.title"), Type.RESULT),
            money_block(canvas, self.amount, gap=6),
            minor(text_block(canvas, width, words("given_back.why", scheme=scheme), gap=10)),
            text_block(canvas, width, words(told), Type.STRONG, gap=6),
            # both are in the footer as well
            minor(boxed_block(canvas, Look.PLAIN, self._facts(canvas, width - 2 * canvas.px(26)))),
        ]
        if self.printing or self.printed is not None:
            blocks.append(paper_block(canvas, width, "given_back", self.printed, gap=12))
        return blocks

    def _facts(self, canvas: Canvas, width: int) -> list[Block]:
        words = canvas.words
        facts = [
            (words("pay.ref"), self.ref),
            (words("pay.where"), where_to_ask(canvas)),
        ]
        return fact_blocks(canvas, width, facts, gap=4)
