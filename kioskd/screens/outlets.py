"""Where to go and whom to call: outlets with their hours and services, and the hotlines."""

from dataclasses import dataclass, replace

from kioskd.domain.region import Hotline, Outlet
from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas, Run
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
    text_block,
)
from kioskd.screens.widgets.pages import page_buttons, page_of, rows_that_fit, stretched, turned
from kioskd.screens.widgets.pay_page import hotline as first_hotline


@dataclass(frozen=True, slots=True)
class Outlets(Screen[Navigation]):
    """Answers only with back."""

    id = "outlets"
    outlets: tuple[Outlet, ...]
    hotlines: tuple[Hotline, ...]
    page: int

    def draw(self, canvas: Canvas) -> None:
        """Draw the outlets in pages, and all hotlines beside or below them."""
        room, actions = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
        between = action_row(canvas, actions, back=Action("back", canvas.words("info.back")))
        room = heading(canvas, room, canvas.words("outlets.title"))
        left, right = self._parts(canvas, room)
        if self.hotlines:
            inner = canvas.card(right)
            draw_blocks(canvas, inner, self._hotlines(canvas, inner.w))
        self._draw_outlets(canvas, left, between)

    def tap(self, button: str) -> "Screen[Navigation] | Done[Navigation] | None":
        """Turn the page, or go back."""
        if button == "back":
            return Done(Navigation.BACK)
        page = turned(self.page, button)
        return None if page is None else replace(self, page=page)

    def _parts(self, canvas: Canvas, room: Rect) -> tuple[Rect, Rect]:
        if not self.hotlines:
            return room, room
        if not canvas.portrait:
            return room.cut_right(canvas.px(380), canvas.px(24))
        inner = room.w - 2 * canvas.px(26)
        high = blocks_height(self._hotlines(canvas, inner)) + 2 * canvas.px(22)
        return room.cut_bottom(min(high, room.h // 2), canvas.theme.gap)

    def _draw_outlets(self, canvas: Canvas, room: Rect, between: Rect) -> None:
        if not self.outlets:
            none = canvas.words("outlets.none", hotline=first_hotline(canvas))
            canvas.text(room, none, Type.LEAD)
            return
        gap, padding = canvas.px(14), canvas.px(26)
        width, type = room.w - 2 * padding, Type.BODY
        row = self._row_height(canvas, width, type)
        if rows_that_fit(room.h, row, gap) == 1:
            type = Type.NOTE
            row = self._row_height(canvas, width, type)
        row = min(row, room.h)
        page = page_of(self.outlets, self.page, rows_that_fit(room.h, row, gap))
        cells = layout.stack(room, [stretched(room.h, row, gap)] * len(page.items), gap)
        for outlet, cell in zip(page.items, cells, strict=True):
            canvas.card(cell)
            inner = cell.inset(padding, canvas.px(10))
            draw_blocks(canvas, inner, _outlet(canvas, outlet, width, type), "middle")
        page_buttons(canvas, between, page.index, page.count)

    def _row_height(self, canvas: Canvas, width: int, type: Type) -> int:
        """Return the height of the highest outlet, so that all can be alike."""
        high = max(blocks_height(_outlet(canvas, o, width, type)) for o in self.outlets)
        return high + 2 * canvas.px(16)

    def _hotlines(self, canvas: Canvas, width: int) -> list[Block]:
        blocks = [text_block(canvas, width, canvas.words("outlets.hotlines"), Type.TITLE)]
        for hotline in self.hotlines:
            does = hotline.does.in_language(canvas.language)
            blocks.append(_number(canvas, hotline))
            blocks.append(text_block(canvas, width, does, Type.NOTE, t.SECOND_INK, 2))
        return blocks


def _outlet(canvas: Canvas, outlet: Outlet, width: int, type: Type) -> list[Block]:
    words, language = canvas.words, canvas.language
    facts = [
        (words("outlets.address"), outlet.address.in_language(language)),
        (words("outlets.hours"), outlet.hours.in_language(language)),
        (words("outlets.services"), outlet.services.in_language(language)),
    ]
    facts = [(label, value) for label, value in facts if value]
    return [_name_and_phone(canvas, outlet, width), *fact_blocks(canvas, width, facts, type, 2)]


def _name_and_phone(canvas: Canvas, outlet: Outlet, width: int) -> Block:
    name, side, gap = outlet.name.in_language(canvas.language), canvas.px(26), canvas.px(10)
    phone = canvas.text_width(outlet.phone, Type.STRONG) + side + gap + canvas.px(4)
    high = canvas.text_height(width - phone - gap, name, Type.TITLE)

    def draw(rect: Rect) -> None:
        left, right = rect.cut_right(phone, gap)
        canvas.text(left, name, Type.TITLE)
        if outlet.phone:
            icon, number = right.cut_left(side, gap)
            canvas.icon(Icon.PHONE, icon.centred(side, side), t.BLUE)
            canvas.text(number, outlet.phone, Type.STRONG, valign="middle")

    return Block(high, draw)


def _number(canvas: Canvas, hotline: Hotline) -> Block:
    parts = [
        Run(hotline.number, Type.RESULT),
        Run(f"  {hotline.name.in_language(canvas.language)}", Type.NOTE),
    ]
    side = canvas.px(36)

    def draw(rect: Rect) -> None:
        icon, rest = rect.cut_left(side, canvas.px(12))
        canvas.icon(Icon.PHONE, icon.centred(side, side), t.BLUE)
        canvas.runs(rest, parts)

    return Block(canvas.line_height(Type.RESULT), draw, canvas.px(20))
