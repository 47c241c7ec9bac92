"""Where to go: outlets on a plain map and as a list, and one of them with all that is known."""

from dataclasses import dataclass, replace
from enum import Enum
from typing import ClassVar

from kioskd.domain.region_info import CityMap, OpenNow, Outlet, OutletNeed
from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.city_map import Pin, draw_map
from kioskd.screens.contract import Done, Screen
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.navigation import Navigation
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, action_row, heading
from kioskd.screens.widgets.blocks import draw_blocks, fact_blocks, text_block
from kioskd.screens.widgets.pages import page_buttons, page_of, rows_that_fit, stretched, turned
from kioskd.screens.widgets.pay_page import hotline as first_hotline
from kioskd.screens.words import Public


@dataclass(frozen=True, slots=True)
class Place:
    """An outlet with what of it belongs to the moment."""

    outlet: Outlet
    now: OpenNow | None
    """None where its hours are not known as times."""
    here: bool
    """Whether this kiosk stands in it."""


class OutletsChoice(Enum):
    """What she may do besides looking at one."""

    FILTER = "filter"
    BACK = "back"


OutletsAnswer = Place | OutletsChoice


@dataclass(frozen=True, slots=True)
class Outlets(Screen[OutletsAnswer]):
    """Answers with the outlet she wants to know more of, with what she needs, or back."""

    names_nobody: ClassVar[bool] = True
    id = "outlets"
    places: tuple[Place, ...]
    """Those that can help with ``need``; numbered in this order."""
    city: CityMap | None
    need: OutletNeed | None = None
    here: Place | None = None
    """Where this kiosk stands, if that is known."""
    page: int = 0

    def draw(self, canvas: Canvas) -> None:
        """Draw the map beside (portrait: above) the list."""
        room, actions = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
        words = canvas.words
        main = Action("filter", words("outlets.filter"), icon=Icon.SEARCH)
        between = action_row(canvas, actions, main, Action("back", words("info.back")))
        room = heading(canvas, room, words("outlets.title"), self._note(canvas))
        if not self.places:
            none = words("outlets.none", hotline=first_hotline(canvas))
            canvas.text(room, none, Type.LEAD)
            return
        if self.city is not None:
            if canvas.portrait:
                chart, room = room.cut_top(canvas.px(450), canvas.theme.gap)
            else:
                chart, room = room.cut_left(room.w * 50 // 100, canvas.px(20))
            draw_map(canvas, chart, self.city, self._pins())
        self._draw_list(canvas, room, between)

    def tap(self, button: str) -> "Screen[OutletsAnswer] | Done[OutletsAnswer] | None":
        """Answer with an outlet, turn the page, filter, or go back."""
        if button in ("back", "filter"):
            return Done(OutletsChoice(button))
        if (page := turned(self.page, button)) is not None:
            return replace(self, page=page)
        for number, place in enumerate(self.places, start=1):
            if button == f"outlet-{number}":
                return Done(place)
        return None

    def _note(self, canvas: Canvas) -> str:
        if self.need is None:
            return canvas.words("outlets.all")
        name = self.need.name.in_language(canvas.language)
        return canvas.words("outlets.filtered", need=name, count=len(self.places))

    def _pins(self) -> list[Pin]:
        pins = [
            Pin(str(number), place.outlet.at, place.here)
            for number, place in enumerate(self.places, start=1)
            if place.outlet.at is not None
        ]
        return pins if any(pin.here for pin in pins) else [*pins, *here_pin(self.here)]

    def _draw_list(self, canvas: Canvas, room: Rect, between: Rect) -> None:
        gap, row = canvas.px(10), self._row_height(canvas, room.w)
        page = page_of(self.places, self.page, rows_that_fit(room.h, row, gap))
        if page.count > 1 and between.w < canvas.px(440):
            room, between = room.cut_bottom(canvas.theme.button_height, gap)
            page = page_of(self.places, self.page, rows_that_fit(room.h, row, gap))
        first = self.places.index(page.items[0]) + 1
        cells = layout.stack(room, [stretched(room.h, row, gap)] * len(page.items), gap)
        for number, (place, cell) in enumerate(zip(page.items, cells, strict=True), start=first):
            _draw_row(canvas, place, cell, number)
        page_buttons(canvas, between, page.index, page.count)

    def _row_height(self, canvas: Canvas, width: int) -> int:
        name_w = width - canvas.px(22) * 2 - canvas.px(38 + 14) - canvas.px(24 + 12)
        names = (place.outlet.name.in_language(canvas.language) for place in self.places)
        high = max(canvas.text_height(name_w, name, Type.STRONG) for name in names)
        return max(high + canvas.line_height(Type.NOTE) + canvas.px(16), canvas.theme.min_touch)


def _draw_row(canvas: Canvas, place: Place, cell: Rect, number: int) -> None:
    canvas.card(cell, Look.SECOND, f"outlet-{number}")
    inner = cell.inset(canvas.px(22), canvas.px(6))
    mark, inner = inner.cut_left(canvas.px(38), canvas.px(14))
    words, arrow = inner.cut_right(canvas.px(24), canvas.px(12))
    canvas.disc(mark.centre, canvas.px(19), t.STOP if place.here else t.BLUE)
    canvas.text(mark, str(number), Type.NOTE_STRONG, t.SURFACE, "centre", "middle")
    canvas.icon(Icon.ARROW_RIGHT, arrow.centred(arrow.w, arrow.w))
    name = Public(place.outlet.name.in_language(canvas.language))
    high = canvas.text_height(words.w, name, Type.STRONG)
    line = canvas.line_height(Type.NOTE)
    upper, lower = words.centred(words.w, min(words.h, high + line)).cut_top(high)
    canvas.text(upper, name, Type.STRONG)
    said, ink = open_words(canvas, place.now)
    canvas.text(lower, said, Type.NOTE, ink, valign="middle", shrink_to=0.7)


def here_pin(here: Place | None) -> list[Pin]:
    """Return the mark of where she stands, where that is known and on the map."""
    if here is None or here.outlet.at is None:
        return []
    return [Pin("", here.outlet.at, here=True)]


def open_words(canvas: Canvas, now: OpenNow | None) -> tuple[str, t.Colour]:
    """Say whether it is open and until when, or when it opens, and the ink to say it in."""
    words = canvas.words
    if now is None:
        return words("outlets.hours_unknown"), t.SECOND_INK
    if now.open:
        return words("outlets.open", clock=now.clock), t.DONE
    if now.today:
        return words("outlets.opens_today", clock=now.clock), t.DOUBT_INK
    day = words(f"outlets.day{now.day}")
    return words("outlets.opens", day=day, clock=now.clock), t.DOUBT_INK


@dataclass(frozen=True, slots=True)
class OutletDetail(Screen[Navigation]):
    """One outlet: where, when, what, telephone. Answers only with back."""

    names_nobody: ClassVar[bool] = True
    id = "outlet"
    place: Place
    number: int
    """The one it had in the list."""
    city: CityMap | None
    here: Place | None
    """Where this kiosk stands, if that is known."""

    def draw(self, canvas: Canvas) -> None:
        """Draw the map with this outlet and with where she stands, and the facts."""
        room, actions = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
        action_row(canvas, actions, back=Action("back", canvas.words("info.back")))
        outlet, language = self.place.outlet, canvas.language
        room = heading(canvas, room, Public(outlet.name.in_language(language)))
        if self.city is not None and outlet.at is not None:
            if canvas.portrait:
                chart, room = room.cut_top(canvas.px(450), canvas.theme.gap)
            else:
                chart, room = room.cut_left(room.w * 46 // 100, canvas.px(24))
            draw_map(canvas, chart, self.city, self._pins())
        self._draw_facts(canvas, canvas.card(room).inset(0, -canvas.px(8)))

    def tap(self, button: str) -> "Done[Navigation] | None":
        """Go back."""
        return Done(Navigation.BACK) if button == "back" else None

    def _pins(self) -> list[Pin]:
        assert self.place.outlet.at is not None, "asked before"
        own = Pin(str(self.number), self.place.outlet.at, self.place.here)
        return [own] if self.place.here else [own, *here_pin(self.here)]

    def _draw_facts(self, canvas: Canvas, room: Rect) -> None:
        words, outlet = canvas.words, self.place.outlet
        language = canvas.language
        facts = [
            (words("outlets.address"), Public(outlet.address.in_language(language))),
            (words("outlets.hours"), Public(outlet.hours.in_language(language))),
            (words("outlets.services"), Public(outlet.services.in_language(language))),
            (words("outlets.phone"), outlet.phone),
        ]
        said, ink = open_words(canvas, self.place.now)
        if self.place.here:
            said = f"{words('outlets.here')} · {said}"
        blocks = [
            text_block(canvas, room.w, said, Type.STRONG, ink),
            *fact_blocks(canvas, room.w, [f for f in facts if f[1]], Type.BODY, 10),
            text_block(canvas, room.w, words("outlets.holidays"), Type.NOTE, t.SECOND_INK, 14),
        ]
        draw_blocks(canvas, room, blocks, "middle")


@dataclass(frozen=True, slots=True)
class OutletNeeds(Screen[OutletNeed | Navigation | None]):
    """What does she want to do? Answers with a need, None for all outlets, or back."""

    names_nobody: ClassVar[bool] = True
    id = "outlet-needs"
    needs: tuple[OutletNeed, ...]

    def draw(self, canvas: Canvas) -> None:
        """Draw one button a need, and one for all outlets."""
        room, actions = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
        words = canvas.words
        all_of_them = Action("all", words("outlets.show_all"))
        action_row(canvas, actions, all_of_them, Action("back", words("info.back")))
        room = heading(canvas, room, words("outlets.what_for"))
        across = 2 if canvas.portrait else 3
        down = max(3, -(-len(self.needs) // across))
        high = min(room.h, down * canvas.px(130))
        cells = layout.grid(Rect(room.x, room.y, room.w, high), across, down, canvas.px(16))
        for need, cell in zip(self.needs, cells, strict=False):
            name = Public(need.name.in_language(canvas.language))
            canvas.button(f"need-{need.id}", cell, name, Look.SECOND)

    def tap(self, button: str) -> "Done[OutletNeed | Navigation | None] | None":
        """Answer with a need, all of them, or back."""
        if button == "back":
            return Done(Navigation.BACK)
        if button == "all":
            return Done(None)
        for need in self.needs:
            if button == f"need-{need.id}":
                return Done(need)
        return None
