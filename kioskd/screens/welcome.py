"""Nobody is logged in: insert the card, or put down the ID card."""

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from kioskd.domain.trouble import Trouble
from kioskd.screens import theme as t
from kioskd.screens import trouble_words
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect, columns, rows, stack
from kioskd.screens.looks import Look
from kioskd.screens.theme import Colour, Type


class WelcomeChoice(Enum):
    """What may be seen without logging in; the value is the button's id."""

    POLICIES = "policies"
    OUTLETS = "outlets"


@dataclass(frozen=True, slots=True)
class Way:
    """One way to log in, as a panel."""

    key: str
    icon: Icon
    ink: Colour
    paper: Colour
    trouble: Trouble | None


@dataclass(frozen=True, slots=True)
class Welcome(Screen[WelcomeChoice]):
    """Two ways to log in, each greyed with its trouble, and what needs no login."""

    id: ClassVar[str] = "welcome"
    between_visits: ClassVar[bool] = True
    card: Trouble | None = None
    id_card: Trouble | None = None

    def draw(self, canvas: Canvas) -> None:
        """Draw the two panels and the column without login."""
        gap = canvas.px(24)
        if canvas.portrait:
            ways, free = canvas.area.cut_bottom(canvas.px(330), gap)
            panels = rows(ways, [1, 1], gap)
        else:
            ways, free = canvas.area.cut_right(canvas.px(312), gap)
            panels = columns(ways, [1, 1], gap)
        for panel, way in zip(panels, self._ways()):
            _draw_way(canvas, panel, way)
        _draw_free(canvas, free)
        troubled = self.card or self.id_card
        canvas.say_in_footer(
            canvas.words("welcome.state"),
            canvas.words("welcome.state_some" if troubled else "welcome.state_ok"),
        )

    def _ways(self) -> tuple[Way, Way]:
        return (
            Way("card", Icon.SOCIAL_CARD, t.BLUE, CARD_PAPER, self.card),
            Way("id", Icon.ID_CARD, t.DONE, ID_PAPER, self.id_card),
        )

    def tap(self, button: str) -> Done[WelcomeChoice]:
        """Policies or outlets."""
        return Done(WelcomeChoice(button))


CARD_PAPER: Colour = (0xDC, 0xE9, 0xF7)
ID_PAPER: Colour = (0xE9, 0xF3, 0xEC)


def _draw_way(canvas: Canvas, panel: Rect, way: Way) -> None:
    room = canvas.card(panel, Look.OPEN if way.trouble is None else Look.OFF)
    words = canvas.words
    ink = t.INK if way.trouble is None else t.OFF_INK
    title = words(f"welcome.{way.key}_title")
    if way.trouble is None:
        lines = f"{words(f'welcome.{way.key}_how')}\n{words(f'welcome.{way.key}_for')}"
        line_ink = t.SECOND_INK
    else:
        lines, line_ink = trouble_words.on_a_card(words, way.trouble), t.STOP
    title_h = canvas.text_height(room.w, title, Type.QUESTION)
    lines_h = canvas.text_height(room.w, lines, Type.BODY)
    gap = canvas.px(24)
    free = room.h - title_h - lines_h - 2 * gap
    side = max(canvas.px(60), min(canvas.px(250), room.w, free * 10 // 7))
    picture_h = min(side * 6 // 10, max(canvas.px(40), free))
    top = room.y + max(0, room.h - picture_h - title_h - lines_h - 2 * gap) // 2
    picture, heading, text = stack(
        Rect(room.x, top, room.w, 0), [picture_h, title_h, room.bottom - top], gap
    )
    _picture(canvas, picture, side, way)
    canvas.text(heading, title, Type.QUESTION, ink, "centre", "middle")
    body = Rect(text.x, text.y, text.w, room.bottom - text.y)
    canvas.text(body, lines, Type.BODY, line_ink, "centre")


def _picture(canvas: Canvas, rect: Rect, side: int, way: Way) -> None:
    square = rect.centred(side, side)
    if way.trouble is None:
        canvas.icon(way.icon, square, way.ink, way.paper)
    else:
        canvas.icon(way.icon, square, t.OFF_LINE, t.OFF)


def _draw_free(canvas: Canvas, column: Rect) -> None:
    words, gap = canvas.words, canvas.px(20)
    heading = words("welcome.free")
    top, rest = column.cut_top(canvas.text_height(column.w, heading, Type.NOTE), canvas.px(10))
    canvas.text(top, heading, Type.NOTE, t.SECOND_INK)
    lost = _lost_height(canvas, column.w)
    cards, hint = rest.cut_bottom(lost, gap)
    if not canvas.portrait:
        cards = Rect(cards.x, cards.y, cards.w, min(cards.h, canvas.px(340)))
        hint = Rect(hint.x, cards.bottom + gap, hint.w, lost)
    cells = (columns if canvas.portrait else rows)(cards, [1, 1], gap)
    for cell, choice, icon in zip(cells, WelcomeChoice, (Icon.BOOK, Icon.PLACE)):
        _free_card(canvas, cell, choice, icon)
    _draw_lost(canvas, hint)


def _free_card(canvas: Canvas, cell: Rect, choice: WelcomeChoice, icon: Icon) -> None:
    room = canvas.card(cell, Look.SECOND, choice.value)
    left, text = room.cut_left(canvas.px(44), canvas.px(18))
    canvas.icon(icon, left, t.BLUE, t.SURFACE)
    title, line = (canvas.words(f"welcome.{choice.value}_{part}") for part in ("title", "line"))
    title_h = canvas.text_height(text.w, title, Type.TITLE)
    line_h = canvas.text_height(text.w, line, Type.NOTE)
    both = text.centred(text.w, min(text.h, title_h + line_h))
    upper, lower = both.cut_top(title_h)
    canvas.text(upper, title, Type.TITLE)
    canvas.text(lower, line, Type.NOTE, t.SECOND_INK)


def _lost_text(canvas: Canvas) -> str:
    numbers = [hotline.number for hotline in canvas.facts.hotlines]
    return canvas.words("welcome.lost_line", hotline=numbers[-1] if numbers else "12333")


def _lost_height(canvas: Canvas, width: int) -> int:
    room = width - 2 * canvas.px(26)
    heading = canvas.line_height(Type.NOTE_STRONG)
    return canvas.text_height(room, _lost_text(canvas), Type.NOTE) + heading + 2 * canvas.px(22)


def _draw_lost(canvas: Canvas, rect: Rect) -> None:
    room = canvas.card(rect, Look.DOUBT)
    upper, lower = room.cut_top(canvas.line_height(Type.NOTE_STRONG))
    canvas.text(upper, canvas.words("welcome.lost_title"), Type.NOTE_STRONG)
    canvas.text(lower, _lost_text(canvas), Type.NOTE)
