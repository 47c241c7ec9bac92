"""The frame around every screen: header and footer, which never move.

Header: emblem, title of the terminal, outlet, language, clock; room is left beside the language
for elder mode and reading aloud. Footer: the hotlines, and at the right what is going on: the
time left, the payment reference, or the state of this terminal.
"""

from dataclasses import dataclass

import pygame

from kioskd.domain.region import Hotline
from kioskd.domain.text import Text
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas, Run
from kioskd.screens.contract import Screen
from kioskd.screens.fonts import Fonts
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.shapes import Shapes
from kioskd.screens.theme import Theme, Type
from kioskd.screens.words import Words

LANGUAGE_BUTTON = "language"
END_BUTTON = "end-visit"
"""She may leave from anywhere in one touch, without going back screen by screen."""
WAYS_OUT = frozenset({"end", "cancel"})
"""Buttons of screens that already offer it."""
PALE_ON_BLUE: t.Colour = (0xD5, 0xE3, 0xF4)


@dataclass(frozen=True, slots=True)
class FrameFacts:
    """What the frame says of this terminal."""

    title: Text
    outlet: Text
    hotlines: tuple[Hotline, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """What of a picture belongs to the moment and not to the screen."""

    clock: str
    """HH:MM."""
    time_left_s: int | None = None
    """Until the visit ends by itself; None where nothing is timed."""
    elapsed_s: int = 0
    """Since this screen was first shown."""
    pressed: str | None = None
    """The button under the finger."""


@dataclass(frozen=True, slots=True)
class Kit:
    """What is the same for every picture of one panel."""

    theme: Theme
    fonts: Fonts
    shapes: Shapes
    facts: FrameFacts


def header_rect(theme: Theme) -> Rect:
    """Return where the header is."""
    return Rect(0, 0, theme.width, theme.header_height)


def footer_rect(theme: Theme) -> Rect:
    """Return where the footer is."""
    return Rect(0, theme.height - theme.footer_height, theme.width, theme.footer_height)


def middle_rect(theme: Theme) -> Rect:
    """Return where screens draw: between header and footer, inside the margins."""
    top, bottom = theme.header_height, theme.height - theme.footer_height
    whole = Rect(0, top, theme.width, bottom - top)
    return whole.inset(theme.margin, theme.px(28 if theme.portrait else 22))


def draw_picture(
    surface: pygame.Surface, screen: Screen[object], kit: Kit, words: Words, moment: Moment
) -> Canvas:
    """Draw a whole picture; the canvas returned knows its buttons and whether all texts fitted."""
    canvas = Canvas(
        surface,
        middle_rect(kit.theme),
        kit.theme,
        kit.fonts,
        kit.shapes,
        words,
        kit.facts,
        moment.pressed,
        moment.elapsed_s,
    )
    surface.fill(t.GROUND)
    screen.draw(canvas)
    in_visit = moment.time_left_s is not None
    draw_header(canvas, moment, offers_end=in_visit and not WAYS_OUT & canvas.buttons.keys())
    draw_footer(canvas, moment)
    return canvas


def draw_header(canvas: Canvas, moment: Moment, offers_end: bool) -> None:
    """Draw emblem, title, outlet, language button, the end of the visit, and clock."""
    rect = header_rect(canvas.theme)
    canvas.fill(rect, t.DEEP_BLUE)
    room = rect.inset(canvas.theme.margin, canvas.px(6))
    if canvas.portrait:
        upper, lower = room.cut_top(room.h * 5 // 9)
        _title(canvas, _emblem(canvas, upper))
        _outlet(canvas, _controls(canvas, lower, moment, offers_end))
        return
    room = _emblem(canvas, _controls(canvas, room, moment, offers_end))
    upper, lower = room.cut_top(room.h * 5 // 9)
    _title(canvas, upper)
    _outlet(canvas, lower)


def _emblem(canvas: Canvas, room: Rect) -> Rect:
    left, rest = room.cut_left(min(canvas.px(46), room.h), canvas.px(18))
    canvas.ring(left.centre, left.w // 2, t.SURFACE, t.DEEP_BLUE, max(2, canvas.px(3)))
    place = left.inset(canvas.px(4))
    canvas.text(place, "社", Type.NOTE_STRONG, t.SURFACE, "centre", "middle")
    return rest


def _title(canvas: Canvas, room: Rect) -> None:
    text = canvas.facts.title.in_language(canvas.language)
    canvas.text(room, text, Type.TITLE, t.SURFACE, valign="middle", shrink_to=0.55)


def _outlet(canvas: Canvas, room: Rect) -> None:
    text = canvas.facts.outlet.in_language(canvas.language)
    canvas.text(room, text, Type.NOTE, PALE_ON_BLUE, valign="middle", shrink_to=0.7)


def _controls(canvas: Canvas, room: Rect, moment: Moment, offers_end: bool) -> Rect:
    """Draw clock, language and, during a visit, its end at the right; return the room left."""
    widest = canvas.text_width("00:00", Type.TITLE) + canvas.px(4)
    rest, clock = room.cut_right(widest, canvas.px(20))
    canvas.text(clock, moment.clock, Type.TITLE, t.SURFACE, "right", "middle")
    label = canvas.words("frame.other_language")
    width = max(canvas.px(104), canvas.text_width(label, Type.NOTE) + canvas.px(32))
    rest, button = rest.cut_right(width, canvas.px(24))
    button = button.centred(width, max(canvas.px(50), canvas.theme.min_touch))
    canvas.button(LANGUAGE_BUTTON, button, label, Look.HEADER, type=Type.NOTE)
    if not offers_end:
        return rest
    label = canvas.words("frame.end")
    width = canvas.text_width(label, Type.NOTE) + canvas.px(32)
    rest, place = rest.cut_right(max(width, button.h), canvas.px(16))
    canvas.button(END_BUTTON, place.centred(place.w, button.h), label, Look.HEADER, type=Type.NOTE)
    return rest


def draw_footer(canvas: Canvas, moment: Moment) -> None:
    """Draw the hotlines and what is going on."""
    rect = footer_rect(canvas.theme)
    canvas.fill(rect, t.SURFACE)
    canvas.fill(Rect(rect.x, rect.y, rect.w, max(1, canvas.px(2))), t.LINE)
    room = rect.inset(canvas.theme.margin, canvas.px(6))
    status = _status(canvas, moment)
    if canvas.portrait:
        upper, lower = room.cut_top(room.h // 2)
        _hotlines(canvas, upper)
        canvas.runs(lower, status, "left")
        return
    width = sum(canvas.text_width(run.text, run.type) for run in status) + canvas.px(8)
    left, right = room.cut_right(width, canvas.px(24))
    canvas.runs(right, status, "right")
    _hotlines(canvas, left)


def _hotlines(canvas: Canvas, room: Rect) -> None:
    runs: list[Run] = []
    for hotline in canvas.facts.hotlines:
        name = hotline.name.in_language(canvas.language)
        space = "        " if runs else ""
        runs.append(Run(f"{space}{name} ", Type.NOTE, t.SECOND_INK))
        runs.append(Run(hotline.number, Type.NOTE_STRONG))
    if runs:
        canvas.runs(room, runs)


def _status(canvas: Canvas, moment: Moment) -> list[Run]:
    label, value = canvas.status or ("", "")
    if canvas.status is None and moment.time_left_s is not None:
        minutes, seconds = divmod(moment.time_left_s, 60)
        label, value = canvas.words("frame.time_left"), f"{minutes}:{seconds:02d}"
    return [Run(f"{label} ", Type.NOTE, t.SECOND_INK), Run(value, Type.NOTE_STRONG)]
