"""Steps in the order of time with the day of each: done, now, and what comes next."""

from collections.abc import Sequence
from dataclasses import dataclass

from kioskd.domain.card import StepState
from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.theme import Colour, Type

MARKS: dict[StepState, tuple[Colour, Icon | None]] = {
    StepState.DONE: (t.DONE, Icon.CHECK),
    StepState.NOW: (t.BLUE, Icon.DOTS),
    StepState.LATER: (t.LINE, None),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One step in words; ``note`` is its day, or what is known of it."""

    text: str
    note: str
    state: StepState


def timeline(canvas: Canvas, rect: Rect, marks: Sequence[Mark]) -> None:
    """Draw the steps beside one another, or below one another where there is no width for that."""
    if canvas.portrait or rect.w // len(marks) < canvas.px(150):
        _downwards(canvas, rect, marks)
    else:
        _across(canvas, rect, marks)


def timeline_height(canvas: Canvas, width: int, marks: Sequence[Mark]) -> int:
    """Return how many pixels high the timeline wants to be at ``width``."""
    if canvas.portrait or width // len(marks) < canvas.px(150):
        return canvas.px(92) * len(marks)
    cell = width // len(marks) - canvas.px(12)
    texts = max(
        canvas.text_height(cell, mark.text, Type.STRONG)
        + canvas.text_height(cell, mark.note, Type.NOTE)
        for mark in marks
    )
    return 2 * _radius(canvas) + canvas.px(10) + texts


def _radius(canvas: Canvas) -> int:
    return canvas.px(22)


def _across(canvas: Canvas, rect: Rect, marks: Sequence[Mark]) -> None:
    radius = _radius(canvas)
    middle = rect.y + radius
    cells = layout.columns(rect, [1] * len(marks))
    for index, (mark, cell) in enumerate(zip(marks, cells, strict=True)):
        if index:
            _line(canvas, Rect(cells[index - 1].centre[0], middle, cell.w, 0), mark)
    for mark, cell in zip(marks, cells, strict=True):
        _bullet(canvas, (cell.centre[0], middle), radius, mark.state)
        below = cell.cut_top(2 * radius, canvas.px(10))[1].inset(canvas.px(6), 0)
        canvas.for_ears(canvas.words(f"timeline.{mark.state.value}"))
        used = canvas.text(below, mark.text, Type.STRONG, _ink(mark), "centre")
        rest = Rect(below.x, used.bottom, below.w, below.bottom - used.bottom)
        canvas.text(rest, mark.note, Type.NOTE, t.SECOND_INK, "centre")


def _line(canvas: Canvas, where: Rect, mark: Mark) -> None:
    colour = t.LINE if mark.state is StepState.LATER else t.DONE
    canvas.fill(Rect(where.x, where.y - canvas.px(2), where.w, canvas.px(4)), colour)


def _downwards(canvas: Canvas, rect: Rect, marks: Sequence[Mark]) -> None:
    radius = _radius(canvas)
    rows = layout.rows(rect, [1] * len(marks))
    x = rect.x + radius + canvas.px(8)
    for index, (mark, row) in enumerate(zip(marks, rows, strict=True)):
        if index:
            colour = t.LINE if mark.state is StepState.LATER else t.DONE
            above = rows[index - 1].centre[1]
            canvas.fill(Rect(x - canvas.px(2), above, canvas.px(4), row.h), colour)
    for mark, row in zip(marks, rows, strict=True):
        _bullet(canvas, (x, row.centre[1]), radius, mark.state)
        text = row.cut_left(2 * radius + canvas.px(16), canvas.px(18))[1]
        high = canvas.line_height(Type.STRONG) + canvas.line_height(Type.NOTE)
        both = text.centred(text.w, min(text.h, high))
        upper, lower = both.cut_top(both.h * 54 // 100)
        canvas.for_ears(canvas.words(f"timeline.{mark.state.value}"))
        canvas.text(upper, mark.text, Type.STRONG, _ink(mark), valign="middle")
        canvas.text(lower, mark.note, Type.NOTE, t.SECOND_INK, valign="middle")


def _ink(mark: Mark) -> Colour:
    return t.SECOND_INK if mark.state is StepState.LATER else t.INK


def _bullet(canvas: Canvas, centre: tuple[int, int], radius: int, state: StepState) -> None:
    colour, icon = MARKS[state]
    if icon is None:
        canvas.ring(centre, radius, t.OFF_LINE, t.SURFACE, max(2, canvas.px(3)))
        return
    canvas.disc(centre, radius, colour)
    box = Rect(centre[0] - radius, centre[1] - radius, 2 * radius, 2 * radius)
    canvas.icon(icon, box.inset(radius * 9 // 20), t.SURFACE, colour)
