"""The row of buttons at the bottom: main action right, back left; and turning pages."""

from dataclasses import dataclass

from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.theme import Type
from kioskd.screens.words import Public


@dataclass(frozen=True, slots=True)
class Action:
    """A button of the action row: its id, and what it says it will do."""

    button: str
    label: str
    enabled: bool = True
    icon: Icon | None = None


def action_row(
    canvas: Canvas, rect: Rect, main: Action | None = None, back: Action | None = None
) -> Rect:
    """Draw ``main`` at the right and ``back`` at the left of ``rect``; return the room between.

    For a left hand they change places. The room between has a gap at each side and is for a side
    note or a pager.
    """
    height, gap = canvas.theme.button_height, canvas.px(20)
    room = Rect(rect.x, rect.bottom - height, rect.w, height)
    main_width, back_width = _widths(canvas, room.w - gap, main, back)
    if back is not None:
        place, room = _cut(room, back_width, gap, from_left=not canvas.theme.left_handed)
        _draw(canvas, place, back, Look.SECOND)
        canvas.back = back.button
    if main is not None:
        place, room = _cut(room, main_width, gap, from_left=canvas.theme.left_handed)
        _draw(canvas, place, main, Look.MAIN)
    return Rect(room.x, room.y, max(0, room.w), height)


def _cut(room: Rect, width: int, gap: int, from_left: bool) -> tuple[Rect, Rect]:
    """Return the place at one end of the row, and the room that is left."""
    if from_left:
        return room.cut_left(width, gap)
    rest, place = room.cut_right(width, gap)
    return place, rest


def between_action(canvas: Canvas, body: Rect, between: Rect, action: Action) -> Rect:
    """Draw a further action in the room that ``action_row`` left; return what is left of ``body``.

    Where that room is too narrow, the button stands above the row, at the right end of ``body``.
    """
    wanted = _width(canvas, action, body.w, canvas.px(220))
    if wanted <= between.w:
        place = Rect(between.right - wanted, between.y, wanted, between.h)
    else:
        body, row = body.cut_bottom(canvas.theme.button_height, canvas.px(14))
        place = Rect(row.right - wanted, row.y, wanted, row.h)
    _draw(canvas, place, action, Look.SECOND)
    return body


def _widths(canvas: Canvas, room: int, main: Action | None, back: Action | None) -> tuple[int, int]:
    """Return the widths of both; where the row is too narrow they share it by their labels."""
    wide = canvas.theme.width
    wanted = (
        _width(canvas, main, wide, canvas.px(380)) if main else 0,
        _width(canvas, back, wide, canvas.px(220)) if back else 0,
    )
    if sum(wanted) <= room:
        return wanted
    labels = [_label_width(canvas, action) for action in (main, back)]
    needed = room * labels[0] // sum(labels)
    return needed, room - needed


def _label_width(canvas: Canvas, action: Action | None) -> int:
    return _width(canvas, action, canvas.theme.width, 0) if action else 0


def _width(canvas: Canvas, action: Action, most: int, least: int) -> int:
    extra = canvas.px(72) + (canvas.px(44) if action.icon else 0)
    return min(most, max(least, canvas.text_width(action.label, Type.TITLE) + extra))


def _draw(canvas: Canvas, rect: Rect, action: Action, look: Look) -> None:
    canvas.button(action.button, rect, action.label, look, action.enabled, action.icon)


def pager(canvas: Canvas, rect: Rect, page: int, pages: int) -> None:
    """Draw buttons ``page-before`` and ``page-after`` with "2 / 3" between, ``page`` from 0.

    Draws nothing where there is one page. ``rect`` is cut to the height of a button and at most
    360 reference pixels of width, in its middle.
    """
    if pages < 2:
        return
    rect = rect.centred(min(rect.w, canvas.px(360)), min(rect.h, canvas.theme.button_height))
    side = max(canvas.theme.min_touch, rect.w * 3 // 10)
    before, rest = rect.cut_left(side)
    middle, after = rest.cut_right(side)
    _turn(canvas, before, "page-before", Icon.ARROW_UP, page > 0)
    canvas.text(
        middle, Public(f"{page + 1} / {pages}"), Type.STRONG, t.SECOND_INK, "centre", "middle"
    )
    _turn(canvas, after, "page-after", Icon.ARROW_DOWN, page < pages - 1)


def _turn(canvas: Canvas, rect: Rect, button: str, icon: Icon, enabled: bool) -> None:
    look = Look.SECOND if enabled else Look.OFF
    canvas.card(rect, look, button if enabled else None)
    size = canvas.px(34)
    canvas.icon(icon, rect.centred(size, size), look.ink, look.fill)
