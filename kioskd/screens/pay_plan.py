"""Two insurances in one visit: what each payment is, what both come to, and that it is two."""

from dataclasses import dataclass
from enum import Enum

from kioskd.domain.contribution import Grade
from kioskd.domain.money import Money, total
from kioskd.domain.text import Text
from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.navigation import Navigation
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, action_row, heading
from kioskd.screens.widgets.blocks import (
    Block,
    boxed_block,
    draw_blocks,
    minor,
    money_block,
    text_block,
)
from kioskd.screens.widgets.pay_page import pay_page


class PlanChoice(Enum):
    """What may be answered besides going back."""

    BEGIN = "begin"


PlanAnswer = PlanChoice | Navigation


@dataclass(frozen=True, slots=True)
class PlannedPayment:
    """One of the payments, as she chose it; the centre assesses each before it is charged."""

    name: Text
    grade: Grade
    count: int
    """Months."""

    @property
    def amount(self) -> Money:
        return self.grade.monthly * self.count


@dataclass(frozen=True, slots=True)
class PayPlan(Screen[PlanAnswer]):
    """Said once, before the first review."""

    id = "pay-plan"
    payments: tuple[PlannedPayment, ...]

    def draw(self, canvas: Canvas) -> None:
        """Draw one card a payment, and below them the sum and what will be asked of her."""
        body, actions = pay_page(canvas, "review")
        room = heading(canvas, body, canvas.words("pay_plan.title"))
        whole = self._whole(canvas, room)
        upper, lower = room.cut_bottom(min(whole.height, room.h // 2), canvas.theme.gap)
        if canvas.portrait:
            high = min(canvas.px(240), upper.h // len(self.payments) - canvas.theme.gap)
            cells = layout.stack(upper, [high] * len(self.payments), canvas.theme.gap)
            lower = Rect(lower.x, cells[-1].bottom + canvas.theme.gap, lower.w, lower.h)
        else:
            high = min(upper.h, canvas.px(250))
            row = Rect(upper.x, upper.y, upper.w, high)
            cells = layout.columns(row, [1] * len(self.payments), canvas.theme.gap)
            lower = lower.moved(0, high - upper.h)
        for number, (payment, cell) in enumerate(zip(self.payments, cells, strict=True), start=1):
            inner = canvas.card(cell)
            draw_blocks(canvas, inner, _blocks(canvas, inner.w, number, payment), "middle")
        whole.draw(lower)
        name = self.payments[0].name.in_language(canvas.language)
        main = Action("begin", canvas.words("pay_plan.next", scheme=name))
        action_row(canvas, actions, main, Action("back", canvas.words("pay.back")))

    def tap(self, button: str) -> Done[PlanAnswer] | None:
        """Begin with the first, or go back."""
        if button == "back":
            return Done(Navigation.BACK)
        return Done(PlanChoice.BEGIN) if button == "begin" else None

    def _whole(self, canvas: Canvas, room: Rect) -> Block:
        """Return the sum and what will be asked of her; where room is short, what she must know."""
        words, width = canvas.words, room.w - 2 * canvas.px(26)
        sum_of_all = total([payment.amount for payment in self.payments])
        blocks = [
            text_block(canvas, width, words("pay_plan.total"), Type.BODY, t.SECOND_INK),
            money_block(canvas, sum_of_all, gap=2),
        ]
        told = text_block(canvas, width, words("pay_plan.told"), Type.BODY, t.INK, 6)
        whole = boxed_block(canvas, Look.DOUBT, [*blocks, told])
        return whole if whole.height <= room.h // 2 else boxed_block(canvas, Look.DOUBT, [told])


def _blocks(canvas: Canvas, width: int, number: int, payment: PlannedPayment) -> list[Block]:
    words = canvas.words
    months = words("pay_plan.months", count=payment.count, monthly=payment.grade.monthly)
    return [
        minor(
            text_block(
                canvas, width, words("pay_plan.line", number=number), Type.NOTE, t.SECOND_INK
            )
        ),
        text_block(canvas, width, payment.name.in_language(canvas.language), Type.TITLE, gap=2),
        money_block(canvas, payment.amount, Type.RESULT, 4),
        minor(text_block(canvas, width, months, Type.NOTE, t.SECOND_INK, 2)),
    ]
