"""A list of papers on pages, of which she marks one and touches print."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from kioskd.screens import layout
from kioskd.screens.canvas import Canvas
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.theme import Type
from kioskd.screens.widgets.actions import Action, action_row
from kioskd.screens.widgets.headings import heading
from kioskd.screens.widgets.pages import Page, page_buttons, page_of, rows_that_fit, stretched
from kioskd.screens.widgets.pay_page import choice_mark, hotline

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class ChoiceList:
    """What a list of rows looks like. ``section`` has the words: title, hint, none, print..."""

    section: str
    page: int
    row_height: int
    """The least, in pixels; rows grow where there is room."""
    ready: bool
    """Whether one is marked, so that it can be printed."""


def draw_choices(
    canvas: Canvas, shape: ChoiceList, rows: Sequence[R], draw_row: Callable[[R, Rect], None]
) -> None:
    """Draw as many rows as fit, the rest on further pages; words of their own for none."""
    body, actions = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
    words, back = canvas.words, Action("back", canvas.words("pay.back"))
    title = words(f"{shape.section}.title")
    if not rows:
        room = heading(canvas, body, title)
        canvas.text(room, words(f"{shape.section}.none", hotline=hotline(canvas)), Type.LEAD)
        action_row(canvas, actions, back=back)
        return
    room = heading(canvas, body, title, words(f"{shape.section}.hint"))
    between = action_row(canvas, actions, _print(canvas, shape), back)
    page, room, turning = _page(canvas, shape, rows, room, between)
    high = stretched(room.h, shape.row_height, _gap(canvas))
    cells = layout.stack(room, [high] * len(page.items), _gap(canvas))
    for row, cell in zip(page.items, cells, strict=True):
        draw_row(row, cell)
    page_buttons(canvas, turning, page.index, page.count)


def choice_lines(
    canvas: Canvas, cell: Rect, button: str, chosen: bool, heights: Sequence[int]
) -> list[Rect]:
    """Draw the card of one row with its mark; return its lines of ``heights``."""
    canvas.card(cell, Look.CHOSEN if chosen else Look.OPEN, button)
    inner = cell.inset(canvas.px(22), canvas.px(8))
    mark, inner = inner.cut_left(canvas.px(34), canvas.px(18))
    choice_mark(canvas, mark.centre, chosen)
    return layout.stack(inner.centred(inner.w, sum(heights)), heights)


def _print(canvas: Canvas, shape: ChoiceList) -> Action:
    if not shape.ready:
        return Action("print", canvas.words(f"{shape.section}.print_none"), enabled=False)
    return Action("print", canvas.words(f"{shape.section}.print"), icon=Icon.PRINTER)


def _page(
    canvas: Canvas, shape: ChoiceList, rows: Sequence[R], room: Rect, between: Rect
) -> tuple[Page[R], Rect, Rect]:
    """Return the page, the room for its rows and where its buttons go.

    Where there is too little room between the main buttons, they stand above them.
    """
    row, gap = shape.row_height, _gap(canvas)
    page = page_of(rows, shape.page, rows_that_fit(room.h, row, gap))
    if page.count > 1 and between.w < canvas.px(560):
        room, between = room.cut_bottom(canvas.theme.button_height, gap)
        page = page_of(rows, shape.page, rows_that_fit(room.h, row, gap))
    return page, room, between


def _gap(canvas: Canvas) -> int:
    return canvas.px(10)
