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
from kioskd.screens.layout import Rect, columns, grid, rows, stack
from kioskd.screens.looks import Look
from kioskd.screens.theme import Colour, Type
from kioskd.screens.widgets.today import draw_today, today_height
from kioskd.screens.words import Public, together

MOST_FOR_TODAY = 0.24
"""Of the screen's height: on a small panel the ways to log in come first."""


class WelcomeChoice(Enum):
    """What may be seen without logging in; the value is the button's id."""

    POLICIES = "policies"
    OUTLETS = "outlets"
    HOTLINES = "hotlines"
    CHECK_PAPER = "check-paper"


FREE_ICONS = {
    WelcomeChoice.POLICIES: Icon.LAW,
    WelcomeChoice.OUTLETS: Icon.OFFICE,
    WelcomeChoice.HOTLINES: Icon.PHONE,
    WelcomeChoice.CHECK_PAPER: Icon.CHECK_PAPER,
}


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

    names_nobody: ClassVar[bool] = True
    id: ClassVar[str] = "welcome"
    between_visits: ClassVar[bool] = True
    card: Trouble | None = None
    id_card: Trouble | None = None
    centre: Trouble | None = None
    """Why the centre cannot be asked whether a paper is genuine."""
    held: Trouble | None = None
    """Why this terminal takes no money, though all else goes on."""
    tickets: tuple[str, ...] = ()
    """Under which this terminal's faults are being dealt with; the foot has room for one."""

    def draw(self, canvas: Canvas) -> None:
        """Draw the two panels and the column without login."""
        gap = canvas.px(24)
        room = self._under_today(canvas)
        if canvas.portrait:
            ways, free = room.cut_bottom(canvas.px(330), gap)
            panels = rows(ways, [1, 1], gap)
        else:
            ways, free = room.cut_right(canvas.px(312), gap)
            panels = columns(ways, [1, 1], gap)
        sizes = _measure(canvas, panels[0], self._ways())
        for panel, way in zip(panels, self._ways(), strict=True):
            _draw_way(canvas, panel, way, sizes)
        _draw_free(
            canvas, free, frozenset({WelcomeChoice.CHECK_PAPER}) if self.centre else frozenset()
        )
        canvas.say_in_footer(canvas.words("welcome.state"), self._state(canvas))

    def _under_today(self, canvas: Canvas) -> Rect:
        """Draw the time and what can be done here, if the ways to log in have room below."""
        height = today_height(canvas)
        band, rest = canvas.area.cut_top(height, canvas.px(20))
        if not height or rest.h < canvas.area.h * (1 - MOST_FOR_TODAY):
            return canvas.area
        draw_today(canvas, band)
        return rest

    def _state(self, canvas: Canvas) -> str:
        if self.held is not None:
            return canvas.words("welcome.state_held", code=self.held.code)
        if self.tickets:
            return canvas.words("welcome.state_ticket", ticket=Public(self.tickets[0]))
        troubled = self.card or self.id_card
        return canvas.words("welcome.state_some" if troubled else "welcome.state_ok")

    def _ways(self) -> tuple[Way, Way]:
        return (
            Way("card", Icon.SOCIAL_CARD, t.BLUE, CARD_PAPER, self.card),
            Way("id", Icon.ID_CARD, t.DONE, ID_PAPER, self.id_card),
        )

    def tap(self, button: str) -> Done[WelcomeChoice]:
        """One of the services that need no login."""
        return Done(WelcomeChoice(button))


CARD_PAPER: Colour = (0xDC, 0xE9, 0xF7)
ID_PAPER: Colour = (0xE9, 0xF3, 0xEC)


@dataclass(frozen=True, slots=True)
class Measures:
    """Heights that both panels share, so that pictures and titles stand level."""

    side: int
    picture: int
    title: int
    lines: int
    gap: int

    @property
    def total(self) -> int:
        return self.picture + self.title + self.lines + 2 * self.gap


def _lines_of(canvas: Canvas, way: Way) -> str:
    words = canvas.words
    if way.trouble is not None:
        return trouble_words.on_a_card(words, way.trouble)
    return together(words(f"welcome.{way.key}_how"), words(f"welcome.{way.key}_for"))


def _measure(canvas: Canvas, panel: Rect, ways: tuple[Way, ...]) -> Measures:
    room, gap = panel.inset(canvas.px(26), canvas.px(22)), canvas.px(24)
    title = max(
        canvas.text_height(room.w, canvas.words(f"welcome.{way.key}_title"), Type.QUESTION)
        for way in ways
    )
    lines = max(canvas.text_height(room.w, _lines_of(canvas, way), Type.BODY) for way in ways)
    free = max(canvas.px(40), room.h - title - lines - 2 * gap)
    side = max(canvas.px(60), min(canvas.px(270), room.w, free * 10 // 7))
    return Measures(side, min(side * 6 // 10, free), title, lines, gap)


def _draw_way(canvas: Canvas, panel: Rect, way: Way, sizes: Measures) -> None:
    able = way.trouble is None
    room = canvas.card(panel, Look.OPEN if able else Look.OFF)
    top = room.y + max(0, room.h - sizes.total) // 2
    picture, heading, text = stack(
        Rect(room.x, top, room.w, 0), [sizes.picture, sizes.title, sizes.lines], sizes.gap
    )
    _picture(canvas, picture, sizes.side, way)
    title = canvas.words(f"welcome.{way.key}_title")
    canvas.text(heading, title, Type.QUESTION, t.INK if able else t.OFF_INK, "centre", "middle")
    ink = t.SECOND_INK if able else t.STOP
    canvas.text(text, _lines_of(canvas, way), Type.BODY, ink, "centre")


def _picture(canvas: Canvas, rect: Rect, side: int, way: Way) -> None:
    square = rect.centred(side, side)
    if way.trouble is None:
        canvas.icon(way.icon, square, way.ink, way.paper)
    else:
        canvas.icon(way.icon, square, t.OFF_LINE, t.OFF)


def _draw_free(canvas: Canvas, column: Rect, off: frozenset[WelcomeChoice]) -> None:
    words, gap = canvas.words, canvas.px(14)
    heading = words("welcome.free")
    top, rest = column.cut_top(canvas.text_height(column.w, heading, Type.NOTE), canvas.px(10))
    canvas.text(top, heading, Type.NOTE, t.SECOND_INK)
    lost = _lost_height(canvas, column.w)
    hint: Rect | None
    cards, hint = rest.cut_bottom(lost, gap)
    if not canvas.portrait and cards.h < len(WelcomeChoice) * (canvas.theme.min_touch + gap):
        cards, hint = rest, None
    elif not canvas.portrait:
        cards = Rect(cards.x, cards.y, cards.w, min(cards.h, canvas.px(440)))
        hint = Rect(hint.x, cards.bottom + gap, hint.w, lost)
    across, down = (2, 2) if canvas.portrait else (1, 4)
    for cell, choice in zip(grid(cards, across, down, gap), WelcomeChoice, strict=True):
        _free_card(canvas, cell, choice, choice not in off)
    if hint is not None:
        _draw_lost(canvas, hint)


def _free_card(canvas: Canvas, cell: Rect, choice: WelcomeChoice, able: bool) -> None:
    look = Look.SECOND if able else Look.OFF
    canvas.card(cell, look, choice.value if able else None)
    room = cell.inset(canvas.px(20), canvas.px(6))
    left, text = room.cut_left(canvas.px(40), canvas.px(16))
    canvas.icon(FREE_ICONS[choice], left, t.BLUE if able else t.OFF_INK, look.fill)
    title = canvas.words(f"welcome.{choice.value}_title")
    if able:
        canvas.text(text, title, Type.TITLE, valign="middle", shrink_to=0.7)
        return
    away = canvas.words("welcome.centre_away")
    upper, lower = text.cut_top(text.h // 2)
    canvas.text(upper, title, Type.STRONG, t.OFF_INK, valign="middle", shrink_to=0.7)
    canvas.text(lower, away, Type.NOTE, t.STOP, valign="middle", shrink_to=0.6)


def _lost_text(canvas: Canvas) -> str:
    numbers = [hotline.number for hotline in canvas.facts.hotlines]
    return canvas.words("welcome.lost_line", hotline=Public(numbers[-1] if numbers else "12333"))


def _lost_height(canvas: Canvas, width: int) -> int:
    room = width - 2 * canvas.px(26)
    heading = canvas.line_height(Type.NOTE_STRONG)
    return canvas.text_height(room, _lost_text(canvas), Type.NOTE) + heading + 2 * canvas.px(22)


def _draw_lost(canvas: Canvas, rect: Rect) -> None:
    room = canvas.card(rect, Look.DOUBT)
    upper, lower = room.cut_top(canvas.line_height(Type.NOTE_STRONG))
    canvas.text(upper, canvas.words("welcome.lost_title"), Type.NOTE_STRONG)
    canvas.text(lower, _lost_text(canvas), Type.NOTE)
