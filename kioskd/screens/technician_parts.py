"""All parts of the kiosk and how each did, for the technician; one to look at."""

from dataclasses import dataclass, replace
from enum import Enum
from typing import ClassVar

from kioskd.domain.selftest import Finding, Result, verdict
from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.theme import Colour, Type
from kioskd.screens.widgets import Action, action_row, heading
from kioskd.screens.widgets.pages import page_buttons, page_of, rows_that_fit, stretched, turned
from kioskd.screens.words import Public, together

SIGNS: dict[Result, tuple[Icon, Colour]] = {
    Result.PASS: (Icon.CHECK, t.DONE),
    Result.FAIL: (Icon.CROSS, t.STOP),
    Result.UNKNOWN: (Icon.QUESTION, t.DOUBT),
    Result.ABSENT: (Icon.DOTS, t.OFF_INK),
}
"""Each result has a sign and a word, never a colour alone."""
INKS = {result: ink for result, (_, ink) in SIGNS.items()} | {Result.UNKNOWN: t.DOUBT_INK}
"""Of the words: letters want more contrast than a sign."""
PART = "part-"


class PartsChoice(Enum):
    """What she may choose besides a part."""

    SHEET = "sheet"
    DOCTOR = "doctor"
    """Look at everything, not only at parts."""
    END = "end"


PartsAnswer = str | PartsChoice


@dataclass(frozen=True, slots=True)
class TechnicianParts(Screen[PartsAnswer]):
    """Answers the name of a part, or that she wants the sheet, or is done."""

    names_nobody: ClassVar[bool] = True
    id: ClassVar[str] = "technician-parts"
    findings: tuple[Finding, ...]
    until: str
    """HH:MM, when the session ends by itself."""
    page: int = 0

    def tap(self, button: str) -> "TechnicianParts | Done[PartsAnswer] | None":
        """A part (``part-pin_pad``), another page, ``doctor``, ``sheet``, or ``end``."""
        if button in ("doctor", "sheet", "end"):
            return Done(PartsChoice(button))
        page = turned(self.page, button)
        if page is not None:
            return replace(self, page=page)
        return Done(button.removeprefix(PART)) if button.startswith(PART) else None

    def draw(self, canvas: Canvas) -> None:
        """Draw the parts in two columns (portrait: one), the rest on further pages."""
        words, gap = canvas.words, canvas.px(10)
        room, row = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
        sheet = Action("sheet", words("technician_parts.sheet"), icon=Icon.PRINTER)
        between = action_row(canvas, row, sheet, Action("end", words("technician_parts.end")))
        whole = words(f"technician.{verdict(self.findings).value}")
        room = heading(canvas, room, words("technician_parts.title"), whole)
        across = 1 if canvas.portrait else 2
        high = max(canvas.theme.min_touch, canvas.px(76))
        if between.w < canvas.px(420) and len(self.findings) + 1 > across * rows_that_fit(
            room.h, high, gap
        ):
            room, between = room.cut_bottom(canvas.theme.button_height, gap)
        rows = rows_that_fit(room.h, high, gap)
        page = page_of((None, *self.findings), self.page, across * rows)
        lines = layout.stack(room, [stretched(room.h, high, gap)] * rows, gap)
        cells = [cell for line in lines for cell in layout.columns(line, [1] * across, gap)]
        for finding, cell in zip(page.items, cells, strict=False):
            if finding is None:
                _draw_doctor(canvas, cell)
            else:
                _draw_part(canvas, cell, finding)
        page_buttons(canvas, between, page.index, page.count)
        canvas.say_in_footer(words("technician.until"), Public(self.until))


def _draw_doctor(canvas: Canvas, cell: Rect) -> None:
    canvas.card(cell, Look.OPEN, "doctor")
    mark, room = cell.inset(canvas.px(18), canvas.px(6)).cut_left(canvas.px(34), canvas.px(14))
    side = canvas.px(30)
    canvas.icon(Icon.SEARCH, mark.centred(side, side), t.BLUE, t.SURFACE)
    name = canvas.words("technician_doctor.open")
    canvas.text(room, name, Type.STRONG, t.BLUE, valign="middle", shrink_to=0.6)


def _draw_part(canvas: Canvas, cell: Rect, finding: Finding) -> None:
    words, result = canvas.words, finding.result
    canvas.card(cell, Look.OPEN, f"{PART}{finding.part}")
    room = cell.inset(canvas.px(18), canvas.px(6))
    said = words(f"technician.{result.value}")
    if finding.trouble:
        said = together(said, Public(finding.trouble), by=" ")
    width = canvas.text_width(said, Type.NOTE_STRONG) + canvas.px(4)
    room, right = room.cut_right(min(width, room.w * 2 // 5), canvas.px(10))
    mark, room = room.cut_left(canvas.px(34), canvas.px(14))
    icon, ink = SIGNS[result]
    canvas.disc(mark.centre, canvas.px(17), ink)
    side = canvas.px(19)
    canvas.icon(icon, mark.centred(side, side), t.SURFACE, ink)
    name = words(f"technician.part.{finding.part}")
    canvas.text(room, name, Type.STRONG, valign="middle", shrink_to=0.6)
    canvas.text(right, said, Type.NOTE_STRONG, INKS[result], "right", "middle", shrink_to=0.6)
