"""Where she will fetch her new card."""

from dataclasses import dataclass, replace
from typing import ClassVar

from kioskd.domain.region import Outlet
from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.navigation import Navigation
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, action_row, heading
from kioskd.screens.widgets.pages import page_buttons, page_of, rows_that_fit, stretched, turned
from kioskd.screens.widgets.pay_page import choice_mark
from kioskd.screens.words import Public

OutletAnswer = Outlet | Navigation


@dataclass(frozen=True, slots=True)
class ChooseOutlet(Screen[OutletAnswer]):
    """Answers with an outlet, or back."""

    names_nobody: ClassVar[bool] = True
    id = "choose-outlet"
    outlets: tuple[Outlet, ...]
    chosen: int | None = None
    page: int = 0

    def draw(self, canvas: Canvas) -> None:
        """Draw the outlets as rows to be touched."""
        words = canvas.words
        room, actions = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
        room = heading(canvas, room, words("choose_outlet.title"), words("choose_outlet.note"))
        row = max(canvas.theme.min_touch, canvas.px(104))
        gap = canvas.px(12)
        numbered = tuple(enumerate(self.outlets))
        page = page_of(numbered, self.page, rows_that_fit(room.h, row, gap))
        height = stretched(room.h, row, gap)
        for (index, outlet), cell in zip(
            page.items, layout.stack(room, [height] * len(page.items), gap), strict=True
        ):
            self._row(canvas, cell, index, outlet)
        ready = self.chosen is not None
        label = words("choose_outlet.next" if ready else "choose_outlet.next_none")
        back = Action("back", words("info.back"))
        rest = action_row(canvas, actions, Action("next", label, ready), back)
        page_buttons(canvas, rest, page.index, page.count)

    def tap(self, button: str) -> "Screen[OutletAnswer] | Done[OutletAnswer] | None":
        """Mark an outlet (``outlet-0``), turn the page, ``next`` or ``back``."""
        if button == "back":
            return Done(Navigation.BACK)
        if button == "next":
            return Done(self.outlets[self.chosen]) if self.chosen is not None else None
        page = turned(self.page, button)
        if page is not None:
            return replace(self, page=page)
        return replace(self, chosen=int(button.removeprefix("outlet-")))

    def _row(self, canvas: Canvas, cell: Rect, index: int, outlet: Outlet) -> None:
        chosen = index == self.chosen
        canvas.card(cell, Look.CHOSEN if chosen else Look.PLAIN, f"outlet-{index}")
        room = cell.inset(canvas.px(24), canvas.px(6))
        mark, text = room.cut_left(canvas.px(40), canvas.px(18))
        choice_mark(canvas, mark.centre, chosen)
        language = canvas.language
        name = Public(outlet.name.in_language(language))
        where = Public(
            f"{outlet.address.in_language(language)} · {outlet.hours.in_language(language)}"
        )
        upper, lower = text.cut_top(text.h * 52 // 100)
        canvas.text(upper, name, Type.TITLE, valign="middle", shrink_to=0.7)
        canvas.text(lower, where, Type.NOTE, t.SECOND_INK, valign="middle", shrink_to=0.7)
