"""Whom to call: each number large, with what it does and when somebody answers."""

from dataclasses import dataclass, replace
from typing import ClassVar

from kioskd.domain.region_info import Hotline
from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.drawn import Run
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.navigation import Navigation
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, action_row, heading
from kioskd.screens.widgets.blocks import Block, blocks_height, draw_blocks, text_block
from kioskd.screens.widgets.pages import page_buttons, page_of, rows_that_fit, stretched, turned
from kioskd.screens.words import Public


@dataclass(frozen=True, slots=True)
class Hotlines(Screen[Navigation]):
    """Answers only with back."""

    names_nobody: ClassVar[bool] = True
    id = "hotlines"
    hotlines: tuple[Hotline, ...]
    page: int = 0

    def draw(self, canvas: Canvas) -> None:
        """Draw a card a number."""
        room, actions = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
        words = canvas.words
        between = action_row(canvas, actions, back=Action("back", words("info.back")))
        room = heading(canvas, room, words("outlets.hotlines"), words("hotlines.note"))
        if not self.hotlines:
            canvas.text(room, words("hotlines.none"), Type.LEAD)
            return
        gap, padding = canvas.theme.gap, canvas.px(26)
        width = room.w - 2 * padding
        high = max(blocks_height(_blocks(canvas, one, width)) for one in self.hotlines)
        row = high + 2 * canvas.px(18)
        page = page_of(self.hotlines, self.page, rows_that_fit(room.h, row, gap))
        cells = layout.stack(room, [stretched(room.h, row, gap)] * len(page.items), gap)
        for hotline, cell in zip(page.items, cells, strict=True):
            canvas.card(cell)
            inner = cell.inset(padding, canvas.px(12))
            draw_blocks(canvas, inner, _blocks(canvas, hotline, width), "middle")
        page_buttons(canvas, between, page.index, page.count)

    def tap(self, button: str) -> "Screen[Navigation] | Done[Navigation] | None":
        """Turn the page, or go back."""
        if button == "back":
            return Done(Navigation.BACK)
        page = turned(self.page, button)
        return None if page is None else replace(self, page=page)


def _blocks(canvas: Canvas, hotline: Hotline, width: int) -> list[Block]:
    language = canvas.language
    blocks = [
        _number(canvas, hotline),
        text_block(canvas, width, Public(hotline.does.in_language(language)), Type.BODY),
    ]
    if hours := Public(hotline.hours.in_language(language)):
        blocks.append(text_block(canvas, width, hours, Type.NOTE, t.SECOND_INK, 4))
    return blocks


def _number(canvas: Canvas, hotline: Hotline) -> Block:
    parts = [
        Run(Public(hotline.number), Type.RESULT),
        Run(Public(f"   {hotline.name.in_language(canvas.language)}"), Type.STRONG, t.SECOND_INK),
    ]
    side = canvas.px(38)

    def draw(rect: Rect) -> None:
        icon, rest = rect.cut_left(side, canvas.px(14))
        canvas.icon(Icon.PHONE, icon.centred(side, side), t.BLUE)
        canvas.runs(rest, parts)

    return Block(canvas.line_height(Type.RESULT), draw)
