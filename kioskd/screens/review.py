"""Everything in full before the card is asked for: who, what, which months, how much."""

from dataclasses import dataclass
from enum import Enum

from kioskd.domain.contribution import Assessment
from kioskd.domain.secret import PersonName
from kioskd.domain.text import Text
from kioskd.domain.waiting import Entitlement
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.navigation import Navigation
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, action_row, heading
from kioskd.screens.widgets.blocks import (
    Block,
    blocks_height,
    draw_blocks,
    fact_blocks,
    minor,
    money_block,
    text_block,
)
from kioskd.screens.widgets.months import chips_block
from kioskd.screens.widgets.pay_page import grade_and_amount, pay_page, split_block
from kioskd.screens.widgets.waiting import waiting_text


class ReviewChoice(Enum):
    """What the visitor may answer besides going back."""

    PAY = "pay"


ReviewAnswer = ReviewChoice | Navigation


@dataclass(frozen=True, slots=True)
class Review(Screen[ReviewAnswer]):
    """Step four of paying: the centre's word on amount and months, to be agreed to."""

    id = "review"
    assessment: Assessment
    scheme_name: Text
    person_name: PersonName
    """Shown masked."""
    city: str
    benefit: Entitlement | None = None
    """What paying does for her benefits, where the scheme has a waiting period."""
    place: tuple[int, int] = (1, 1)
    """Which payment of how many she has asked for."""

    def draw(self, canvas: Canvas) -> None:
        """Draw the facts, and the sum as the largest thing."""
        body, actions = pay_page(canvas, "review")
        number, of = self.place
        step = canvas.words("pay_plan.step", number=number, count=of) if of > 1 else ""
        room = heading(canvas, body, canvas.words("review.title"), step)
        left, right = self._parts(canvas, room)
        inner = canvas.card(left).inset(0, -canvas.px(6))
        draw_blocks(canvas, inner, self._facts(canvas, inner.w))
        inner = canvas.card(right)
        draw_blocks(canvas, inner, self._sum(canvas, inner.w))
        pay = canvas.words("review.pay", amount=self.assessment.amount)
        main = Action("pay", pay, icon=Icon.BANK_CARD)
        back = Action("back", canvas.words("pay.back"))
        rest = action_row(canvas, actions, main, back)
        if not canvas.portrait:
            hint = canvas.words("review.next_hint")
            canvas.text(rest, hint, Type.NOTE, t.SECOND_INK, "centre", "middle")

    def tap(self, button: str) -> "Screen[ReviewAnswer] | Done[ReviewAnswer] | None":
        """Agree to pay, or go back."""
        if button == "back":
            return Done(Navigation.BACK)
        return Done(ReviewChoice.PAY) if button == "pay" else None

    def _parts(self, canvas: Canvas, room: Rect) -> tuple[Rect, Rect]:
        gap = canvas.px(24)
        if not canvas.portrait:
            high = min(room.h, canvas.px(420))
            return Rect(room.x, room.y, room.w, high).cut_right(canvas.px(430), gap)
        inner = room.w - 2 * canvas.px(26)
        padding = 2 * canvas.px(22)
        above = blocks_height(self._facts(canvas, inner)) + padding
        below = blocks_height(self._sum(canvas, inner)) + padding
        first, rest = room.cut_top(min(above, room.h * 3 // 5), gap)
        return first, rest.cut_top(min(below, rest.h))[0]

    def _facts(self, canvas: Canvas, width: int) -> list[Block]:
        bill, words = self.assessment, canvas.words
        years, count = sorted({month.year for month in bill.months}), len(bill.months)
        year = "-".join(map(str, years))
        facts = [
            (words("review.person"), str(self.person_name)),
            (words("review.city"), self.city),
            (words("review.scheme"), self.scheme_name.in_language(canvas.language)),
            (words("review.grade"), grade_and_amount(canvas, bill.grade)),
            (words("review.base"), words("review.base_value", base=bill.grade.base)),
            (words("review.months"), words("review.months_value", year=year, count=count)),
        ]
        if self.benefit is not None:
            after = waiting_text(words, self.benefit, "waiting_after")
            facts.append((words("waiting_after.title"), after))
        blocks = fact_blocks(canvas, width, facts, gap=10)
        for least in (4, 1):  # the base follows from the grade, and she knows her city
            blocks[least] = minor(blocks[least])
        return [*blocks, chips_block(canvas, bill.months)]

    def _sum(self, canvas: Canvas, width: int) -> list[Block]:
        bill, words = self.assessment, canvas.words
        times = words("review.times", monthly=bill.grade.monthly, count=len(bill.months))
        blocks = [
            text_block(canvas, width, words("review.sum"), Type.BODY, t.SECOND_INK),
            money_block(canvas, bill.amount, gap=2),
            minor(text_block(canvas, width, times, Type.NOTE, t.SECOND_INK, 2)),
            split_block(canvas, bill.personal, bill.pool, 18),
        ]
        if canvas.portrait:
            hint = words("review.next_hint")
            blocks.append(minor(text_block(canvas, width, hint, Type.NOTE, t.SECOND_INK, 18)))
        return blocks
