"""Which months to pay: the whole year in sight, what is not payable greyed and saying why."""

from dataclasses import dataclass, replace

from kioskd.domain.contribution import ClosedWhy, Grade, Month, MonthStatus, Offer, OfferedMonth
from kioskd.domain.periods import (
    Forbidden,
    QuickChoice,
    is_reachable,
    quick_choices,
    toggled,
    what_forbids,
)
from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.drawn import Run
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.navigation import Navigation
from kioskd.screens.theme import Colour, Type
from kioskd.screens.widgets import Action, action_row, heading, reason_strip
from kioskd.screens.widgets.blocks import Block, draw_blocks, minor, money_block, text_block
from kioskd.screens.widgets.months import month_name_in
from kioskd.screens.widgets.pages import Page, page_buttons, page_of, turned
from kioskd.screens.widgets.pay_page import pay_page, split_block

MonthsAnswer = tuple[Month, ...] | Navigation
WHY = {
    ClosedWhy.BEFORE_ENROLMENT: "before",
    ClosedWhy.NOT_OPEN_YET: "early",
    ClosedWhy.TOO_LATE: "late",
    None: "closed",
}
INCOMPLETE = {
    Forbidden.EARLIER_FIRST: "earlier_first",
    Forbidden.WHOLE_PERIODS: "whole_periods",
    Forbidden.TOO_FEW: "too_few",
}
"""What still keeps months that can each be chosen from being paid together."""


HALF_YEAR = 6
"""So many months stand on a page in large letters."""


@dataclass(frozen=True, slots=True)
class ChooseMonths(Screen[MonthsAnswer]):
    """Step three of paying. A touch chooses a month with its unit, a second one undoes it.

    Above the months: several at one touch (this quarter, all arrears...), by the same rules.
    """

    id = "choose-months"
    offer: Offer
    grade: Grade
    chosen: frozenset[Month]
    now: Month | None = None
    """The current month, to say what is in arrears; None: no choices of several months."""
    page: int | None = None
    """Which half of the year large letters show; None: the one with the first she may choose."""

    def draw(self, canvas: Canvas) -> None:
        """Draw the year's months and, beside or below them, what they come to."""
        body, actions = pay_page(canvas, "months")
        rules = "crosses" if self.offer.periods.cross_year else "subtitle"
        note = canvas.words(f"choose_months.{rules}", year=self.offer.year)
        room = heading(canvas, body, canvas.words("choose_months.title"), note)
        if any(offered.status is MonthStatus.LOCKED for offered in self.offer.months):
            room = reason_strip(canvas, room, canvas.words("choose_months.locked_why"))
        page = self._page(canvas)
        across = 3 if canvas.portrait or page.count > 1 else 4
        down = -(-len(page.items) // across)
        if page.count > 1 and canvas.portrait:
            room, turning = room.cut_bottom(canvas.theme.button_height, canvas.px(14))
            page_buttons(canvas, turning, page.index, page.count)
        if room.h > (max(down, 3) + 1) * (canvas.theme.min_touch + canvas.px(14)):
            room = self._draw_quick(canvas, room)
        tiles, card = _parts(canvas, room)
        cells = layout.grid(tiles, across, down, canvas.px(14))
        for offered, cell in zip(page.items, cells, strict=False):
            self._draw_tile(canvas, offered, cell)
        self._draw_sum(canvas, card)
        back = Action("back", canvas.words("pay.back"))
        rest = action_row(canvas, actions, self._main(canvas), back)
        if not canvas.portrait and page.count > 1:
            page_buttons(canvas, rest, page.index, page.count)
        elif not canvas.portrait:
            hint = canvas.words("choose_months.hint")
            canvas.text(rest, hint, Type.NOTE, t.SECOND_INK, "centre", "middle")

    def tap(self, button: str) -> "Screen[MonthsAnswer] | Done[MonthsAnswer] | None":
        """Choose or undo a payable month, answer with those chosen in order, or go back."""
        if button == "back":
            return Done(Navigation.BACK)
        if button == "next" and self._forbidden() is None:
            return Done(self._months())
        for quick in self._quick():
            if button == f"quick-{quick.kind.value.replace('_', '-')}":
                return replace(self, chosen=frozenset() if self._is_chosen(quick) else quick.months)
        if (page := turned(self._page_now(), button)) is not None:
            return replace(self, page=page)
        for month in self._reachable():
            if button == f"month-{month}":
                return replace(self, chosen=self._toggled(month), page=self._page_now())
        return None

    def _page(self, canvas: Canvas) -> Page[OfferedMonth]:
        at_once = HALF_YEAR if canvas.theme.elder else len(self.offer.months)
        return page_of(self.offer.months, self._page_now(), at_once)

    def _page_now(self) -> int:
        """Return the half of the year that is looked at; with small letters all are on one."""
        if self.page is not None:
            return self.page
        months = [offered.month for offered in self.offer.months]
        return min((months.index(month) for month in self._reachable()), default=0) // HALF_YEAR

    def _reachable(self) -> tuple[Month, ...]:
        rules, offered, chosen = self.offer.periods, self.offer.months, self._chosen()
        return tuple(o.month for o in offered if is_reachable(rules, offered, chosen, o.month))

    def _toggled(self, month: Month) -> frozenset[Month]:
        return toggled(self.offer.periods, self.offer.months, self._chosen(), month)

    def _quick(self) -> tuple[QuickChoice, ...]:
        if self.now is None:
            return ()
        return quick_choices(self.offer.periods, self.offer.months, self.now)

    def _is_chosen(self, quick: QuickChoice) -> bool:
        return quick.months == self._chosen()

    def _payable(self) -> tuple[Month, ...]:
        return tuple(o.month for o in self.offer.months if o.status is MonthStatus.PAYABLE)

    def _chosen(self) -> frozenset[Month]:
        return self.chosen & frozenset(self._payable())

    def _forbidden(self) -> Forbidden | None:
        return what_forbids(self.offer.periods, self.offer.months, self._chosen())

    def _months(self) -> tuple[Month, ...]:
        return tuple(sorted(self._chosen()))

    def _main(self, canvas: Canvas) -> Action:
        count, forbidden = len(self._months()), self._forbidden()
        if not count:
            return Action("next", canvas.words("choose_months.next_none"), enabled=False)
        if forbidden is not None:
            least = self.offer.periods.consecutive_min
            label = canvas.words(f"choose_months.next_{INCOMPLETE[forbidden]}", count=least)
            return Action("next", label, enabled=False)
        return Action("next", canvas.words("choose_months.next", count=count))

    def _draw_quick(self, canvas: Canvas, room: Rect) -> Rect:
        """Draw the choices of several months; return the room below them."""
        quick = self._quick()
        if not quick:
            return room
        high = max(canvas.theme.min_touch, canvas.px(54))
        row, rest = room.cut_top(high, canvas.px(12))
        across = max(len(quick), 2)
        for choice, cell in zip(
            quick, layout.columns(row, [1] * across, canvas.px(14)), strict=False
        ):
            chosen = self._is_chosen(choice)
            kind = choice.kind.value
            canvas.card(
                cell, Look.CHOSEN if chosen else Look.SECOND, f"quick-{kind.replace('_', '-')}"
            )
            key = f"choose_months.quick.{kind}{'_with' if choice.with_earlier else ''}"
            words = canvas.words(key, count=len(choice.months))
            ink = t.DEEP_BLUE if chosen else t.BLUE
            inner = cell.inset(canvas.px(8), 0)
            if chosen:
                mark, inner = inner.cut_left(canvas.px(24), canvas.px(6))
                canvas.icon(Icon.CHECK, mark, ink, Look.CHOSEN.fill)
            canvas.text(inner, words, Type.NOTE_STRONG, ink, "centre", "middle", shrink_to=0.7)
        return rest

    def _draw_tile(self, canvas: Canvas, offered: OfferedMonth, cell: Rect) -> None:
        can, chosen = offered.month in self._reachable(), offered.month in self._chosen()
        look = (Look.CHOSEN if chosen else Look.OPEN) if can else Look.OFF
        canvas.card(cell, look, f"month-{offered.month}" if can else None)
        ink = t.DEEP_BLUE if chosen else t.INK if can else t.OFF_INK
        said, icon = self._said(canvas, offered, chosen)
        inner = cell.inset(canvas.px(10), canvas.px(8))
        said_width = inner.w - (canvas.px(26) if icon else 0)
        month = month_name_in(canvas.words, offered.month, self.offer.year)
        name = text_block(canvas, inner.w, month, Type.TITLE, ink, align="centre")
        high = canvas.text_height(said_width, said, Type.NOTE)
        below = Block(high, lambda rect: _status(canvas, rect, said, icon, ink, look), 2)
        draw_blocks(canvas, inner, [name, below], "middle")

    def _said(self, canvas: Canvas, offered: OfferedMonth, chosen: bool) -> tuple[str, Icon | None]:
        if offered.status is MonthStatus.PAID:
            return canvas.words("choose_months.paid"), Icon.CHECK
        if offered.status is MonthStatus.LOCKED:
            return canvas.words("choose_months.locked"), None
        if offered.status is MonthStatus.CLOSED:
            return canvas.words(f"choose_months.{WHY[offered.why]}"), None
        if offered.month not in self._reachable():
            return canvas.words("choose_months.not_yet"), None
        key = "chosen" if chosen else "free"
        return canvas.words(f"choose_months.{key}"), Icon.CHECK if chosen else None

    def _draw_sum(self, canvas: Canvas, card: Rect) -> None:
        inner = canvas.card(card)
        count = len(self._months())
        grade = self.grade
        key = "choose_months.count" if count else "choose_months.count_none"
        said = canvas.words(key, count=count)
        blocks = [text_block(canvas, inner.w, said, Type.BODY, t.SECOND_INK)]
        if count:
            blocks.append(money_block(canvas, grade.monthly * count, gap=2))
        blocks.append(_monthly(canvas, grade, strong=not count))
        if count:
            blocks.append(minor(split_block(canvas, grade.personal * count, grade.pool * count)))
        else:
            start = canvas.words("choose_months.start")
            blocks.append(text_block(canvas, inner.w, start, Type.TITLE, t.DEEP_BLUE, 24))
        draw_blocks(canvas, inner, blocks, "middle" if canvas.portrait else "top")


def _parts(canvas: Canvas, room: Rect) -> tuple[Rect, Rect]:
    """Return the room of the tiles and the card of the sum; tiles are not stretched too high."""
    gap = canvas.px(28)
    if canvas.portrait:
        card_height = min(canvas.px(430 if canvas.theme.elder else 340), room.h * 2 // 5)
        tiles, card = room.cut_bottom(card_height, gap)
        high = min(tiles.h, canvas.px(4 * 130))
        return Rect(tiles.x, tiles.y, tiles.w, high), card.moved(0, high - tiles.h)
    high = min(room.h, canvas.px(3 * 128))
    return Rect(room.x, room.y, room.w, high).cut_right(canvas.px(400), gap)


def _monthly(canvas: Canvas, grade: Grade, strong: bool) -> Block:
    label, unit = canvas.words("choose_months.monthly"), canvas.words("unit.yuan")
    figure = Type.RESULT if strong else Type.STRONG
    parts = [
        Run(f"{label}  ", Type.BODY, t.SECOND_INK),
        Run(str(grade.monthly), figure),
        Run(f" {unit}", Type.BODY),
    ]
    return Block(canvas.line_height(figure), lambda rect: canvas.runs(rect, parts), canvas.px(6))


def _status(
    canvas: Canvas, rect: Rect, said: str, icon: Icon | None, ink: Colour, look: Look
) -> None:
    if icon is None:
        canvas.text(rect, said, Type.NOTE, ink, "centre", "middle")
        return
    side = canvas.px(20)
    width = min(rect.w, canvas.text_width(said, Type.NOTE) + side + canvas.px(6) + 2)
    sign, words = rect.centred(width, rect.h).cut_left(side, canvas.px(6))
    canvas.icon(icon, sign, ink, look.fill)
    canvas.text(words, said, Type.NOTE, ink, valign="middle")
