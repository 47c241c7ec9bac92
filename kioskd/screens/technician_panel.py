"""The panel tried by the technician: crosses to be touched, colours to be looked at."""

from dataclasses import dataclass, field, replace
from typing import ClassVar

from kioskd.domain.selftest import Result
from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.theme import Colour, Type
from kioskd.screens.widgets import Action, action_row, heading

CROSSES = 5
"""One in each corner of the middle, and one in its middle."""


@dataclass(frozen=True, slots=True)
class TechnicianTouch(Screen[Result]):
    """Passed once every cross was touched; failed if she cannot touch one."""

    names_nobody: ClassVar[bool] = True
    id: ClassVar[str] = "technician-touch"
    touched: frozenset[int] = field(default_factory=frozenset)

    def tap(self, button: str) -> "TechnicianTouch | Done[Result] | None":
        """A cross (``cross-0``), or ``cannot``."""
        if button == "cannot":
            return Done(Result.FAIL)
        touched = self.touched | {int(button.removeprefix("cross-"))}
        return Done(Result.PASS) if len(touched) == CROSSES else replace(self, touched=touched)

    def draw(self, canvas: Canvas) -> None:
        """Draw the crosses that are still to be touched, and those that were."""
        words, side = canvas.words, max(canvas.theme.min_touch, canvas.px(84))
        area = canvas.area
        for index, place in enumerate(_places(area, side)):
            done = index in self.touched
            canvas.card(place, Look.DONE if done else Look.OPEN, f"cross-{index}")
            if done:
                mark = place.centred(side // 2, side // 2)
                canvas.icon(Icon.CHECK, mark, t.DONE, Look.DONE.fill)
            else:
                _cross(canvas, place, t.INK)
        middle = area.centred(area.w - 2 * side - canvas.px(40), area.h)
        above = middle.cut_top((area.h - side) // 2 - canvas.px(10))[0]
        title = words("technician_touch.title")
        canvas.text(above, title, Type.TITLE, t.INK, "centre", "middle", shrink_to=0.6)
        row = middle.cut_bottom(canvas.theme.button_height)[1]
        action_row(canvas, row, back=Action("cannot", words("technician_touch.cannot")))


def _places(area: Rect, side: int) -> list[Rect]:
    corners = [(x, y) for y in (area.y, area.bottom - side) for x in (area.x, area.right - side)]
    return [*(Rect(x, y, side, side) for x, y in corners), area.centred(side, side)]


def _cross(canvas: Canvas, place: Rect, ink: Colour) -> None:
    x, y = place.centre
    arm, width = place.w * 3 // 10, max(2, canvas.px(3))
    canvas.fill(Rect(x - arm, y - width // 2, 2 * arm, width), ink)
    canvas.fill(Rect(x - width // 2, y - arm, width, 2 * arm), ink)


COLOURS: tuple[tuple[str, Colour], ...] = (
    ("red", (0xFF, 0, 0)),
    ("green", (0, 0xFF, 0)),
    ("blue", (0, 0, 0xFF)),
    ("white", (0xFF, 0xFF, 0xFF)),
    ("black", (0, 0, 0)),
)
GREYS = 16


@dataclass(frozen=True, slots=True)
class TechnicianColours(Screen[Result]):
    """Passed if she sees every colour, and each grey apart from the next."""

    names_nobody: ClassVar[bool] = True
    id: ClassVar[str] = "technician-colours"

    def tap(self, button: str) -> "Done[Result] | None":
        """``yes`` or ``no``."""
        return Done(Result.PASS if button == "yes" else Result.FAIL)

    def draw(self, canvas: Canvas) -> None:
        """Draw a bar of each colour with its name below, and greys from black to white."""
        words = canvas.words
        room, row = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
        yes = Action("yes", words("technician_ask.yes"))
        action_row(canvas, row, yes, Action("no", words("technician_ask.no")))
        room = heading(canvas, room, words("technician_colours.title"))
        bars, greys = room.cut_top(room.h * 6 // 10, canvas.px(12))
        for (name, colour), cell in zip(COLOURS, layout.columns(bars, [1] * 5), strict=True):
            bar, label = cell.cut_bottom(canvas.line_height(Type.NOTE), canvas.px(4))
            canvas.fill(bar, colour)
            said = words(f"technician_colours.{name}")
            canvas.text(label, said, Type.NOTE, align="centre", shrink_to=0.6)
        for step, cell in enumerate(layout.columns(greys, [1] * GREYS)):
            level = 255 * step // (GREYS - 1)
            canvas.fill(cell, (level, level, level))
