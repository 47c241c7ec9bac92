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
from kioskd.screens.canvas import SHRINK_TO, Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.drawn import Run
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.navigation import Navigation
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, action_row, heading, reason_strip
from kioskd.screens.widgets.blocks import (
    Block,
    draw_blocks,
    minor_if_elder,
    money_block,
    text_block,
)
from kioskd.screens.widgets.month_tiles import MonthTile, month_tile, month_tile_height
from kioskd.screens.widgets.months import month_name_in, months_text
from kioskd.screens.widgets.pages import Page, page_buttons, page_buttons_width, page_of, turned
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
MONTHS_OF_A_PAGE, ELDER_ACROSS = 4, 2
"""In elder mode: few choices at a time, in letters that are large."""


@dataclass(frozen=True, slots=True)
class ChooseMonths(Screen[MonthsAnswer]):
    """Step three of paying. A touch chooses a month with its unit, a second one undoes it.

    Above the months: several at one touch (this quarter, all arrears...), by the same rules.
    In elder mode the months stand on pages of four.
    """

    id = "choose-months"
    offer: Offer
    grade: Grade
    chosen: frozenset[Month]
    now: Month | None = None
    """The current month, to say what is in arrears; None: no choices of several months."""
    page: int | None = None
    """Of the months in elder mode, from 0; None: where the first stands that she has to do with."""

    def draw(self, canvas: Canvas) -> None:
        """Draw the year's months and, beside or below them, what they come to."""
        body, actions = pay_page(canvas, "months")
        rules = "crosses" if self.offer.periods.cross_year else "subtitle"
        note = canvas.words(f"choose_months.{rules}", year=self.offer.year)
        room = heading(canvas, body, canvas.words("choose_months.title"), note)
        if any(offered.status is MonthStatus.LOCKED for offered in self.offer.months):
            room = reason_strip(canvas, room, canvas.words("choose_months.locked_why"))
        back = Action("back", canvas.words("pay.back"))
        between = action_row(canvas, actions, self._main(canvas), back)
        across = ELDER_ACROSS if canvas.theme.elder else 3 if canvas.portrait else 4
        page = self._page(canvas)
        down = -(-len(page.items) // across)
        room = self._draw_quick(canvas, room, down)
        tiles, card = _parts(canvas, room)
        if page.count > 1:
            tiles = _draw_pager(canvas, tiles, between, page)
        elif not canvas.portrait:
            hint = canvas.words("choose_months.hint")
            canvas.text(between, hint, Type.NOTE, t.SECOND_INK, "centre", "middle")
        cells, reachable = layout.grid(tiles, across, down, canvas.px(14)), self._reachable()
        for offered, cell in zip(page.items, cells, strict=False):
            month_tile(canvas, cell, self._tile(canvas, offered, offered.month in reachable))
        self._draw_sum(canvas, card)

    def tap(self, button: str) -> "Screen[MonthsAnswer] | Done[MonthsAnswer] | None":
        """Choose or undo a payable month, answer with those chosen in order, or go back."""
        if button == "back":
            return Done(Navigation.BACK)
        if button == "next" and self._forbidden() is None:
            return Done(self._months())
        if (page := turned(self._wanted_page, button)) is not None:
            return replace(self, page=page)
        for quick in self._quick():
            if button == f"quick-{quick.kind.value.replace('_', '-')}":
                return replace(self, chosen=frozenset() if self._is_chosen(quick) else quick.months)
        for month in self._reachable():
            if button == f"month-{month}":
                return replace(self, chosen=self._toggled(month), page=self._wanted_page)
        return None

    @property
    def _wanted_page(self) -> int:
        """The page asked for; at first the one of the first month chosen, or that can be."""
        if self.page is not None:
            return self.page
        months = [offered.month for offered in self.offer.months]
        concerned = sorted(self._chosen() or self._reachable())
        return months.index(concerned[0]) // MONTHS_OF_A_PAGE if concerned else 0

    def _page(self, canvas: Canvas) -> Page[OfferedMonth]:
        """Return the months that are shown: all, or four in elder mode."""
        at_most = MONTHS_OF_A_PAGE if canvas.theme.elder else len(self.offer.months)
        return page_of(self.offer.months, self._wanted_page, at_most)

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

    def _draw_quick(self, canvas: Canvas, room: Rect, down: int) -> Rect:
        """Draw the choices of several months if there is room; return the room below them."""
        quick, least = self._quick(), canvas.theme.min_touch
        high = max(least, canvas.px(54))
        if canvas.theme.elder:
            least = month_tile_height(canvas)
        needed = max(down * (least + canvas.px(14)), _sum_height(canvas))
        if not quick or room.h <= high + needed:
            return room
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

    def _tile(self, canvas: Canvas, offered: OfferedMonth, can: bool) -> MonthTile:
        chosen = offered.month in self._chosen()
        said, sign = self._said(canvas, offered, can, chosen)
        name = month_name_in(canvas.words, offered.month, self.offer.year)
        return MonthTile(name, said, sign, chosen, f"month-{offered.month}" if can else None)

    def _said(
        self, canvas: Canvas, offered: OfferedMonth, can: bool, chosen: bool
    ) -> tuple[str, Icon | None]:
        if offered.status is MonthStatus.PAID:
            return canvas.words("choose_months.paid"), Icon.CHECK
        if offered.status is MonthStatus.LOCKED:
            return canvas.words("choose_months.locked"), None
        if offered.status is MonthStatus.CLOSED:
            return canvas.words(f"choose_months.{WHY[offered.why]}"), None
        if not can:
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
        details = _monthly(canvas, inner.w, grade, strong=not count)
        if count and canvas.theme.elder:  # those on other pages are out of sight
            named = months_text(canvas.words, self._months())
            details.append(text_block(canvas, inner.w, named, Type.NOTE_STRONG, t.DEEP_BLUE))
        if count:
            details.append(split_block(canvas, grade.personal * count, grade.pool * count))
        blocks += minor_if_elder(canvas, details)
        if not count:
            start = canvas.words("choose_months.start")
            blocks.append(text_block(canvas, inner.w, start, Type.TITLE, t.DEEP_BLUE, 24))
        draw_blocks(canvas, inner, blocks, "middle" if canvas.portrait else "top")


def _parts(canvas: Canvas, room: Rect) -> tuple[Rect, Rect]:
    """Return the room of the tiles and the card of the sum; tiles are not stretched too high."""
    gap, elder = canvas.px(28), canvas.theme.elder
    if canvas.portrait:
        card_height = min(canvas.px(340), room.h * 2 // 5)
        tiles, card = room.cut_bottom(card_height, gap)
        high = min(tiles.h, canvas.px(4 * 130))
        return Rect(tiles.x, tiles.y, tiles.w, high), card.moved(0, high - tiles.h)
    high = min(room.h, canvas.px(3 * 128))
    return Rect(room.x, room.y, room.w, high).cut_right(canvas.px(500 if elder else 400), gap)


def _sum_height(canvas: Canvas) -> int:
    """Return the least height of the card of the sum in large letters: how many, how much."""
    if not canvas.theme.elder or canvas.portrait:
        return 0
    lines = canvas.line_height(Type.BODY) + canvas.line_height(Type.FIGURE)
    return lines + canvas.px(2 * 22 + 14)


def _draw_pager(canvas: Canvas, tiles: Rect, between: Rect, page: Page[OfferedMonth]) -> Rect:
    """Draw the pager between the actions, or under the tiles; return the tiles' room."""
    if canvas.portrait or between.w < page_buttons_width(canvas) * 3 // 4:
        tiles, between = tiles.cut_bottom(canvas.theme.button_height, canvas.px(14))
    page_buttons(canvas, between, page.index, page.count)
    return tiles


def _monthly(canvas: Canvas, width: int, grade: Grade, strong: bool) -> list[Block]:
    """Return what a month costs, on one line where that fits."""
    label, unit = canvas.words("choose_months.monthly"), canvas.words("unit.yuan")
    figure = Type.RESULT if strong else Type.STRONG
    parts = [
        Run(f"{label}  ", Type.BODY, t.SECOND_INK),
        Run(str(grade.monthly), figure),
        Run(f" {unit}", Type.BODY),
    ]
    needed = sum(canvas.text_width(run.text, run.type) for run in parts)
    if round(needed * SHRINK_TO) > width:
        said = text_block(canvas, width, label, Type.BODY, t.SECOND_INK)
        return [said, money_block(canvas, grade.monthly, figure, gap=2)]
    high = canvas.line_height(figure)
    return [Block(high, lambda rect: canvas.runs(rect, parts), canvas.px(6))]
