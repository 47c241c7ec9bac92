"""Nothing was charged: said first and plainly, then why, and what to do."""

from dataclasses import dataclass
from enum import Enum

from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.looks import Look
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, Sign, action_row
from kioskd.screens.widgets.blocks import Block, boxed_block, fact_blocks, minor, text_block
from kioskd.screens.widgets.pay_page import hotline
from kioskd.screens.widgets.result_page import (
    draw_result,
    result_body,
    result_width,
)


class NotPaidReason(Enum):
    """Why nothing was charged; the words are under ``not_paid.why`` and ``not_paid.do``."""

    DECLINED = "declined"
    CANCELLED = "cancelled"
    TIMED_OUT = "timed_out"
    NOT_STARTED = "not_started"
    PIN_PAD_FAULT = "pin_pad_fault"
    CENTRE_REFUSED = "centre_refused"
    CENTRE_UNREACHABLE = "centre_unreachable"
    KIOSK_FAULT = "kiosk_fault"
    """The journal takes no payment: damaged, full, or another payment is in the way."""
    REVERSED = "reversed"
    """The bank had said yes, and the charge was undone at once."""


class NotPaidChoice(Enum):
    """What the visitor may do next."""

    AGAIN = "again"
    END = "end"


@dataclass(frozen=True, slots=True)
class NotPaid(Screen[NotPaidChoice]):
    """It is certain that no money moved. Never shown for an outcome nobody knows."""

    id = "not-paid"
    why: NotPaidReason
    code: str
    """For the attendant; empty where there is none."""
    ref: str
    """The payment's reference; empty where the payment never got one."""

    def draw(self, canvas: Canvas) -> None:
        """Draw the sign, the sentence, the reason and the way on."""
        body, actions = result_body(canvas)
        draw_result(canvas, body, self._sign(), self._blocks(canvas, result_width(canvas)))
        end = Action("end", canvas.words("not_paid.end"))
        if self._can_try_again():
            action_row(canvas, actions, Action("again", canvas.words("not_paid.again")), end)
        else:
            action_row(canvas, actions, end)

    def tap(self, button: str) -> "Screen[NotPaidChoice] | Done[NotPaidChoice] | None":
        """Pay again, where this terminal can, or end."""
        if button == "again" and not self._can_try_again():
            return None
        return {choice.value: Done(choice) for choice in NotPaidChoice}.get(button)

    def _can_try_again(self) -> bool:
        return self.why is not NotPaidReason.KIOSK_FAULT

    def _sign(self) -> Sign:
        """What she chose herself is told, not refused."""
        return Sign.TELL if self.why is NotPaidReason.CANCELLED else Sign.REFUSED

    def _blocks(self, canvas: Canvas, width: int) -> list[Block]:
        words, why = canvas.words, self.why.value
        blocks = [
            text_block(canvas, width, words("not_paid.title"), Type.RESULT),
            text_block(canvas, width, words("not_paid.sentence"), Type.TITLE, gap=10),
            text_block(canvas, width, words(f"not_paid.why.{why}"), Type.LEAD, gap=20),
            text_block(canvas, width, words(f"not_paid.do.{why}"), Type.LEAD, gap=4),
        ]
        inner = width - 2 * canvas.px(26)
        facts = [("not_paid.ref", self.ref), ("not_paid.code", self.code)]
        rows = fact_blocks(canvas, inner, [(words(k), value) for k, value in facts if value])
        number = hotline(canvas)
        if number and not canvas.theme.elder:
            ask = words("not_paid.ask" if self.ref else "not_paid.ask_plain", hotline=number)
            rows.append(text_block(canvas, inner, ask, Type.NOTE, t.SECOND_INK))
        return [*blocks, minor(boxed_block(canvas, Look.PLAIN, rows))] if rows else blocks
