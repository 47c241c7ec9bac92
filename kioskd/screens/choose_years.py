"""Which years the rights record shall be about: newest first, any number of them."""

from dataclasses import dataclass, replace

from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.navigation import Navigation
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, action_row, heading
from kioskd.screens.widgets.pages import Page, page_buttons, page_of, rows_that_fit, turned
from kioskd.screens.widgets.pay_page import choice_mark

YearsAnswer = tuple[int, ...] | Navigation


@dataclass(frozen=True, slots=True)
class ChooseYears(Screen[YearsAnswer]):
    """A touch marks a year, a second one undoes it. Answers with the marked years, ascending."""

    id = "choose-years"
    years: tuple[int, ...]
    chosen: frozenset[int]
    page: int
    most: int = 100
    """So many years may stand on one paper."""

    def draw(self, canvas: Canvas) -> None:
        """Draw as many years as fit, the rest on further pages."""
        words = canvas.words
        body, actions = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
        hint = "hint" if len(self.years) <= self.most else "hint_most"
        note = words(f"choose_years.{hint}", most=self.most)
        room = heading(canvas, body, words("choose_years.title"), note)
        if 1 < len(self.years) <= self.most:
            tools, room = room.cut_top(canvas.theme.button_height, canvas.px(16))
            self._draw_all_button(canvas, tools)
        across = 2 if canvas.portrait else 4
        page, room, turning = self._page(canvas, room, across)
        down = -(-len(page.items) // across)
        high = min(room.h, down * _tile(canvas) * 6 // 5 + (down - 1) * canvas.px(14))
        cells = layout.grid(Rect(room.x, room.y, room.w, high), across, down, canvas.px(14))
        for year, cell in zip(page.items, cells, strict=False):
            self._draw_year(canvas, year, cell)
        page_buttons(canvas, turning, page.index, page.count)
        action_row(canvas, actions, self._main(canvas), Action("back", words("pay.back")))

    def tap(self, button: str) -> "Screen[YearsAnswer] | Done[YearsAnswer] | None":
        """Mark a year, mark all or none, turn the page, answer, or go back."""
        if button == "back":
            return Done(Navigation.BACK)
        if button == "print" and self.chosen:
            return Done(tuple(sorted(self.chosen)))
        if button == "all":
            whole = frozenset(self.years)
            return replace(self, chosen=frozenset() if self.chosen == whole else whole)
        if (page := turned(self.page, button)) is not None:
            return replace(self, page=page)
        for year in self.years:
            if button == f"year-{year}" and self._can_take(year):
                return replace(self, chosen=self.chosen ^ {year})
        return None

    def _can_take(self, year: int) -> bool:
        return year in self.chosen or len(self.chosen) < self.most

    def _main(self, canvas: Canvas) -> Action:
        count = len(self.chosen)
        if not count:
            return Action("print", canvas.words("choose_years.print_none"), enabled=False)
        key = "print_one" if count == 1 else "print"
        label = canvas.words(f"choose_years.{key}", count=count, year=max(self.chosen))
        return Action("print", label, icon=Icon.PRINTER)

    def _draw_all_button(self, canvas: Canvas, rect: Rect) -> None:
        whole = len(self.chosen) == len(self.years)
        label = canvas.words(f"choose_years.{'none' if whole else 'all'}", count=len(self.years))
        width = min(rect.w, canvas.text_width(label, Type.TITLE) + canvas.px(64))
        canvas.button("all", Rect(rect.x, rect.y, width, rect.h), label, Look.SECOND)

    def _page(self, canvas: Canvas, room: Rect, across: int) -> tuple[Page[int], Rect, Rect]:
        """Return the page, the room for its tiles, and where the buttons to turn it go."""
        newest = sorted(self.years, reverse=True)
        gap = canvas.px(14)
        fits = across * rows_that_fit(room.h, _tile(canvas), gap)
        if len(newest) <= fits:
            return page_of(newest, self.page, fits), room, Rect(room.x, room.bottom, room.w, 0)
        room, turning = room.cut_bottom(canvas.theme.button_height, gap)
        fits = across * rows_that_fit(room.h, _tile(canvas), gap)
        return page_of(newest, self.page, fits), room, turning

    def _draw_year(self, canvas: Canvas, year: int, cell: Rect) -> None:
        chosen = year in self.chosen
        able = self._can_take(year)
        look = Look.CHOSEN if chosen else Look.OPEN if able else Look.OFF
        canvas.card(cell, look, f"year-{year}" if able else None)
        inner = cell.inset(canvas.px(22), canvas.px(8))
        mark, text = inner.cut_left(canvas.px(34), canvas.px(16))
        if able:
            choice_mark(canvas, mark.centre, chosen)
        said = canvas.words("choose_years.year", year=year)
        ink = t.DEEP_BLUE if chosen else t.INK if able else t.OFF_INK
        canvas.text(text, said, Type.TITLE, ink, valign="middle")


def _tile(canvas: Canvas) -> int:
    return max(canvas.theme.min_touch, canvas.px(92))
