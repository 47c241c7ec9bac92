"""A short bundle as QR codes, one at a time, for the technician's telephone."""

from dataclasses import dataclass, replace
from enum import Enum
from typing import ClassVar

from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, action_row, heading
from kioskd.screens.widgets.code import draw_code
from kioskd.screens.widgets.pages import page_buttons, turned
from kioskd.screens.words import Public


class PagesChoice(Enum):
    """What she may do besides turning pages."""

    STICK = "stick"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class TechnicianPages(Screen[PagesChoice]):
    """Answers that she wants the whole bundle on a stick, or goes back."""

    names_nobody: ClassVar[bool] = True
    id: ClassVar[str] = "technician-pages"
    pages: tuple[str, ...]
    """Texts, as ``kioskd.technician.bundle.pages`` splits a bundle; at least one."""
    until: str
    page: int = 0

    def tap(self, button: str) -> "TechnicianPages | Done[PagesChoice] | None":
        """Another page, ``stick``, or ``back``."""
        if button in ("stick", "back"):
            return Done(PagesChoice(button))
        page = turned(self.page, button)
        return None if page is None else replace(self, page=min(page, len(self.pages) - 1))

    def draw(self, canvas: Canvas) -> None:
        """Draw the code as large as whole pixels allow, and how to go on."""
        words, gap = canvas.words, canvas.px(14)
        room, row = canvas.area.cut_bottom(canvas.theme.button_height, gap)
        stick = Action("stick", words("technician_pages.stick"))
        between = action_row(canvas, row, stick, Action("back", words("technician_doctor.back")))
        number = words(
            "technician_pages.number", n=Public(self.page + 1), of=Public(len(self.pages))
        )
        room = heading(canvas, room, words("technician_pages.title"), number)
        if between.w < canvas.px(420):
            room, between = room.cut_bottom(canvas.theme.button_height, gap)
        if canvas.portrait:
            text, place = room.cut_top(canvas.px(120), gap)
        else:
            place, text = room.cut_left(min(room.h, room.w // 2), canvas.px(30))
        draw_code(canvas, place, self.pages[self.page])
        canvas.text(text, words("technician_pages.how"), Type.BODY, shrink_to=0.6)
        page_buttons(canvas, between, self.page, len(self.pages))
        canvas.say_in_footer(words("technician.until"), Public(self.until))
