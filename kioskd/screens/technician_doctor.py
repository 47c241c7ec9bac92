"""What the doctor found, for the technician: what is wrong first; one line to look at."""

from collections import Counter
from dataclasses import dataclass, replace
from enum import Enum
from typing import ClassVar

from kioskd.domain.diagnosis import Line, State
from kioskd.screens import diagnosis_words as said
from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.theme import Colour, Type
from kioskd.screens.widgets import Action, action_row, heading
from kioskd.screens.widgets.blocks import Block, draw_blocks, text_block
from kioskd.screens.widgets.pages import page_buttons, page_of, rows_that_fit, stretched, turned
from kioskd.screens.words import Public

SIGNS: dict[State, tuple[Icon, Colour]] = {
    State.GOOD: (Icon.CHECK, t.DONE),
    State.WRONG: (Icon.CROSS, t.STOP),
    State.UNKNOWN: (Icon.QUESTION, t.DOUBT),
}
"""Each state has a sign and a word, never a colour alone."""
LINE = "line-"


class DoctorChoice(Enum):
    """What she may choose besides a line."""

    BUNDLE = "bundle"
    BACK = "back"


DoctorAnswer = str | DoctorChoice


@dataclass(frozen=True, slots=True)
class TechnicianDoctor(Screen[DoctorAnswer]):
    """Answers the check whose line she wants to read, the bundle as codes, or back."""

    names_nobody: ClassVar[bool] = True
    id: ClassVar[str] = "technician-doctor"
    lines: tuple[Line, ...]
    """Most urgent first."""
    until: str
    """HH:MM, when the session ends by itself."""
    page: int = 0

    def tap(self, button: str) -> "TechnicianDoctor | Done[DoctorAnswer] | None":
        """A line (``line-power``), another page, ``bundle``, or ``back``."""
        if button in ("bundle", "back"):
            return Done(DoctorChoice(button))
        page = turned(self.page, button)
        if page is not None:
            return replace(self, page=page)
        return Done(button.removeprefix(LINE)) if button.startswith(LINE) else None

    def draw(self, canvas: Canvas) -> None:
        """Draw the lines in two columns (portrait: one), the rest on further pages."""
        words, gap = canvas.words, canvas.px(10)
        room, row = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
        bundle = Action("bundle", words("technician_doctor.bundle"))
        back = Action("back", words("technician_doctor.back"))
        between = action_row(canvas, row, bundle, back)
        counts = Counter(line.finding.state for line in self.lines)
        told = words("doctor.summary", **{one.value: Public(counts[one]) for one in State})
        room = heading(canvas, room, words("technician_doctor.title"), told)
        across, high = (1 if canvas.portrait else 2), max(canvas.theme.min_touch, canvas.px(76))
        if between.w < canvas.px(420):
            room, between = room.cut_bottom(canvas.theme.button_height, gap)
        rows = rows_that_fit(room.h, high, gap)
        page = page_of(self.lines, self.page, across * rows)
        stack = layout.stack(room, [stretched(room.h, high, gap)] * rows, gap)
        cells = [cell for line in stack for cell in layout.columns(line, [1] * across, gap)]
        for line, cell in zip(page.items, cells, strict=False):
            _draw_line(canvas, cell, line)
        page_buttons(canvas, between, page.index, page.count)
        canvas.say_in_footer(words("technician.until"), Public(self.until))


@dataclass(frozen=True, slots=True)
class TechnicianDoctorLine(Screen[None]):
    """One line: what was found, why, what to do. Ends with the button ``back``."""

    names_nobody: ClassVar[bool] = True
    id: ClassVar[str] = "technician-doctor-line"
    line: Line
    until: str

    def tap(self, button: str) -> "Done[None]":
        """The button ``back``."""
        return Done(None)

    def draw(self, canvas: Canvas) -> None:
        """Draw the facts, the cause and the next step below each other."""
        words, finding = canvas.words, self.line.finding
        room, row = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
        action_row(canvas, row, back=Action("back", words("technician_doctor.back")))
        name, state = said.title(self.line.check, words), said.state(finding.state, words)
        room = heading(canvas, room, name, state)
        inner = canvas.card(room).inset(canvas.px(8), canvas.px(4))
        draw_blocks(canvas, inner, self._blocks(canvas, inner.w))
        canvas.say_in_footer(words("technician.until"), Public(self.until))

    def _blocks(self, canvas: Canvas, width: int) -> list[Block]:
        words, finding = canvas.words, self.line.finding
        facts = said.value(finding, self.line.check, words)
        blocks = [text_block(canvas, width, facts, Type.NOTE)] if facts else []
        if finding.state is State.GOOD:
            return blocks or [text_block(canvas, width, said.state(finding.state, words))]
        for label, text in (
            (words("technician_doctor.cause"), said.cause(finding, words)),
            (words("technician_doctor.step"), said.next_step(finding, words)),
        ):
            blocks.append(text_block(canvas, width, label, Type.NOTE_STRONG, t.BLUE, gap=18))
            blocks.append(text_block(canvas, width, text, Type.BODY, gap=6))
        return blocks


def _draw_line(canvas: Canvas, cell: Rect, line: Line) -> None:
    words, state = canvas.words, line.finding.state
    canvas.card(cell, Look.OPEN, f"{LINE}{line.check}")
    room = cell.inset(canvas.px(18), canvas.px(6))
    told = line.finding.code or said.state(state, words)
    told = Public(told) if line.finding.code else told
    width = canvas.text_width(told, Type.NOTE_STRONG) + canvas.px(4)
    room, right = room.cut_right(min(width, room.w * 2 // 5), canvas.px(10))
    mark, room = room.cut_left(canvas.px(34), canvas.px(14))
    icon, ink = SIGNS[state]
    canvas.disc(mark.centre, canvas.px(17), ink)
    side = canvas.px(19)
    canvas.icon(icon, mark.centred(side, side), t.SURFACE, ink)
    name = said.title(line.check, words)
    canvas.text(room, name, Type.STRONG, valign="middle", shrink_to=0.6)
    canvas.text(right, told, Type.NOTE_STRONG, t.INK, "right", "middle", shrink_to=0.6)
