"""A list of what happens one after the other, with the line that is going on now."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.theme import Colour, Type


class State(Enum):
    """Where a line of the list stands: colour of its mark and of its words, and its sign."""

    DONE = (t.DONE, t.DONE, Icon.CHECK)
    NOW = (t.BLUE, t.INK, Icon.DOTS)
    DOUBT = (t.DOUBT, t.INK, Icon.EXCLAMATION)
    REFUSED = (t.STOP, t.INK, Icon.CROSS)
    LATER = (t.LINE, t.OFF_INK, None)

    def __init__(self, mark: Colour, ink: Colour, icon: Icon | None) -> None:
        self.mark, self.ink, self.icon = mark, ink, icon

    @property
    def going_on(self) -> bool:
        return self not in (State.DONE, State.LATER)


@dataclass(frozen=True, slots=True)
class Line:
    """One line; ``beside`` says whose turn it is, on the line that is going on."""

    text: str
    state: State
    beside: str = ""


def draw_checklist(canvas: Canvas, room: Rect, lines: Sequence[Line]) -> None:
    """Draw the lines evenly spaced from the top of ``room``."""
    height = min(room.h // len(lines), canvas.px(86))
    for line, cell in zip(lines, layout.stack(room, [height] * len(lines)), strict=True):
        _draw_line(canvas, line, cell)


def _draw_line(canvas: Canvas, line: Line, cell: Rect) -> None:
    state = line.state
    if state.going_on:
        canvas.rounded(cell.inset(0, canvas.px(2)), canvas.px(14), t.PALE_BLUE)
    cell = cell.inset(canvas.px(12), 0)
    mark, rest = cell.cut_left(canvas.px(44), canvas.px(18))
    radius = min(mark.w, mark.h) // 2
    canvas.disc(mark.centre, radius, state.mark)
    if state.icon is not None:
        side = radius * 11 // 10
        canvas.icon(state.icon, mark.centred(side, side), t.SURFACE, state.mark)
    if line.beside:
        rest = _draw_beside(canvas, line.beside, rest)
    style = Type.TITLE if state.going_on else Type.LEAD
    canvas.text(rest, line.text, style, state.ink, valign="middle")


def _draw_beside(canvas: Canvas, beside: str, rest: Rect) -> Rect:
    width = canvas.text_width(beside, Type.NOTE_STRONG) + canvas.px(26)
    rest, right = rest.cut_right(width, canvas.px(10))
    chip = right.centred(width, min(rest.h, canvas.line_height(Type.NOTE_STRONG) + canvas.px(8)))
    canvas.rounded(chip, chip.h // 2, t.DEEP_BLUE)
    canvas.text(chip, beside, Type.NOTE_STRONG, t.SURFACE, "centre", "middle")
    return rest
