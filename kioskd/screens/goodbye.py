"""The end of a visit: take the card, then thanks. Shown with ``follow``, never answered."""

from dataclasses import dataclass
from typing import ClassVar

from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Screen
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Sign, sign

LAMP: t.Colour = (0x5B, 0xD0, 0x8A)


@dataclass(frozen=True, slots=True)
class Goodbye(Screen[None]):
    """Its id is ``take-card`` while the card is in the slot, then ``goodbye``."""

    names_nobody: ClassVar[bool] = True
    card_in_slot: bool
    alarm: bool = False
    """The card has been left there for too long."""
    papers: bool = False
    """Paper lies in a lit slot."""

    @property
    def id(self) -> str:  # type: ignore[override]
        """``take-card`` or ``goodbye``."""
        return "take-card" if self.card_in_slot else "goodbye"

    def tap(self, button: str) -> None:
        """No button."""
        raise AssertionError(button)

    def draw(self, canvas: Canvas) -> None:
        """Draw the card leaving its slot, or the thanks."""
        which = "paper_" if self.papers else ""
        if self.card_in_slot:
            which = "alarm_" if self.alarm else "take_"
        title, line = (canvas.words(f"goodbye.{which}{part}") for part in ("title", "line"))
        area = canvas.area.centred(min(canvas.area.w, canvas.px(1000)), canvas.area.h)
        if self.alarm and self.card_in_slot:
            canvas.card(canvas.area, Look.DOUBT)
            area = area.inset(canvas.px(24))
        title_h = canvas.text_height(area.w, title, Type.RESULT)
        line_h = canvas.text_height(area.w, line, Type.LEAD)
        gap = canvas.px(28)
        side = min(canvas.px(300), area.h - title_h - line_h - 2 * gap)
        block = area.centred(area.w, side + title_h + line_h + 2 * gap)
        picture, rest = block.cut_top(side, gap)
        upper, lower = rest.cut_top(title_h, gap // 2)
        if self.card_in_slot:
            _card_leaving(canvas, picture.centred(side, side), self.alarm)
        elif self.papers:
            _paper_leaving(canvas, picture.centred(side, side))
        else:
            sign(canvas, picture.centred(side, side * 8 // 10), Sign.DONE)
        canvas.text(upper, title, Type.RESULT, align="centre")
        canvas.text(lower, line, Type.LEAD, t.SECOND_INK, "centre")


def _paper_leaving(canvas: Canvas, rect: Rect) -> None:
    """Draw a lit slot, paper half out of it, and an arrow that points outwards."""
    unit = rect.h
    slot = Rect(rect.x - unit // 4, rect.y, rect.w + unit // 2, unit * 14 // 100)
    paper = Rect(rect.x + unit // 5, slot.bottom - unit // 16, unit * 3 // 5, unit // 2)
    canvas.fill(paper, t.LINE)
    canvas.fill(paper.inset(max(2, unit // 90)), t.SURFACE)
    for index, length in enumerate((40, 34, 40)):
        line = Rect(paper.x + unit // 12, paper.y + unit * (14 + 10 * index) // 100, 0, unit // 40)
        canvas.fill(Rect(line.x, line.y, unit * length // 100, line.h), t.SOFT_BLUE)
    canvas.rounded(slot, slot.h // 3, t.DARK)
    lamp = Rect(slot.x + slot.h // 2, slot.y + slot.h // 3, slot.w - slot.h, slot.h // 3)
    canvas.rounded(lamp, lamp.h // 2, LAMP)
    top = paper.bottom + unit // 20
    canvas.icon(Icon.ARROW_DOWN, Rect(rect.x, top, rect.w, rect.bottom - top), t.DONE, t.GROUND)


def _card_leaving(canvas: Canvas, rect: Rect, alarm: bool) -> None:
    """Draw a lit slot, a card half out of it, and an arrow that points outwards."""
    ground = t.PALE_DOUBT if alarm else t.GROUND
    unit = rect.h
    slot = Rect(rect.x - unit // 4, rect.y, rect.w + unit // 2, unit * 14 // 100)
    card = Rect(rect.x + unit // 8, slot.bottom - unit * 6 // 100, unit * 3 // 4, unit // 2)
    canvas.rounded(card, unit // 20, t.BLUE, "bl br")
    inner = Rect(card.x + unit // 60, card.y, card.w - unit // 30, card.h - unit // 60)
    canvas.rounded(inner, unit // 24, (0xDC, 0xE9, 0xF7), "bl br")
    chip = Rect(inner.x + unit // 14, inner.y + unit // 6, unit // 7, unit // 9)
    canvas.rounded(chip, unit // 60, (0xE2, 0xB4, 0x4B))
    for index, length in enumerate((40, 26)):
        at = Rect(
            chip.right + unit // 14, chip.y + index * unit // 13, unit * length // 100, unit // 28
        )
        canvas.rounded(at, at.h // 2, t.BLUE if index == 0 else t.SOFT_BLUE)
    canvas.rounded(slot, slot.h // 3, t.DARK)
    lamp = Rect(slot.x + slot.h // 2, slot.y + slot.h // 3, slot.w - slot.h, slot.h // 3)
    canvas.rounded(lamp, lamp.h // 2, t.DOUBT if alarm else LAMP)
    arrow = unit - card.bottom + rect.y - unit // 20
    place = Rect(rect.x, card.bottom + unit // 20, rect.w, arrow)
    canvas.icon(Icon.ARROW_DOWN, place, t.DOUBT if alarm else t.DONE, ground)
