"""The frame around every screen: header and footer, which never move.

Header: emblem, title of the terminal, outlet, the end of the visit, reading aloud, elder mode,
language, clock. Footer: the hotlines, what is going on (the time left, the payment reference, or
the state of this terminal), and what brings the controls within reach.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import pygame

from kioskd.domain.text import Text
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Screen
from kioskd.screens.drawn import Run
from kioskd.screens.fonts import Fonts
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.numbers import draw_numbers, numbers_for
from kioskd.screens.shapes import Shapes
from kioskd.screens.theme import Theme, Type
from kioskd.screens.words import Words

if TYPE_CHECKING:
    from kioskd.domain.region import Hotline  # the whole region pack: not before the first picture

LANGUAGE_BUTTON = "language"
ELDER_BUTTON = "elder"
ALOUD_BUTTON = "aloud"
LOUDER_BUTTON = "louder"
LOW_BUTTON = "low"
LEFT_BUTTON = "left-handed"
END_BUTTON = "end-visit"
"""She may leave from anywhere in one touch, without going back screen by screen."""
FRAME_BUTTONS = (
    LANGUAGE_BUTTON, ELDER_BUTTON, ALOUD_BUTTON, LOUDER_BUTTON, LOW_BUTTON, LEFT_BUTTON, END_BUTTON,
)  # fmt: skip
"""The buttons that are on every screen; on the pad they are 0 and their place in this row."""
BUTTON_ICONS = {
    LANGUAGE_BUTTON: Icon.LANGUAGE,
    ELDER_BUTTON: Icon.LARGE_TYPE,
    ALOUD_BUTTON: Icon.READ_ALOUD,
    LOUDER_BUTTON: Icon.LOUDER,
    LOW_BUTTON: Icon.LOW,
    LEFT_BUTTON: Icon.LEFT_HAND,
    END_BUTTON: Icon.LEAVE,
}
WAYS_OUT = frozenset({"end", "cancel"})
"""Buttons of screens that already offer it."""
LETTERS_PERCENT = (100, 93, 86, 80, 74)
"""Of the visitor's letters: tried one after the other until all of a screen fits."""
TITLE_OF_ONE_LINE, TITLE_OF_TWO_LINES = 0.57, 0.67
"""Of the header's height; the outlet has the rest."""
ASKING = (Type.QUESTION, Type.RESULT)
MOST_OF_BUTTON = 150
"""No button of the frame is wider, at the reference panel; its label takes two lines rather."""
REST_WITH_PICTURES = 0.4
"""Buttons of the frame have pictures where so much of their row is left for the words beside."""
PALE_ON_BLUE: t.Colour = (0xD5, 0xE3, 0xF4)


@dataclass(frozen=True, slots=True)
class FrameFacts:
    """What the frame says of this terminal."""

    title: Text
    outlet: Text
    hotlines: "tuple[Hotline, ...]"


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
    keys: bool = False
    """Whether the pad's keys are used: what each presses is shown."""
    pending: str = ""
    """The first digit of a number of two, already pressed."""
    focus: str | None = None
    """The button that arrow keys have led to."""
    day: date | None = None
    """Today."""


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
    """Return where screens draw: between header and footer, inside the margins.

    In the low layout that is the lower half of the panel, less the footer.
    """
    top = theme.height // 2 if theme.low else theme.header_height
    bottom = theme.height - theme.footer_height
    whole = Rect(0, top, theme.width, bottom - top)
    return whole.inset(theme.margin, theme.px(28 if theme.portrait else 22 if theme.roomy else 12))


def draw_picture(
    surface: pygame.Surface, screen: Screen[object], kit: Kit, words: Words, moment: Moment
) -> Canvas:
    """Draw a whole picture; the canvas returned knows its buttons and whether all texts fitted."""
    canvas = _draw_screen(surface, screen, kit, words, moment)
    canvas.theme = kit.theme
    canvas.framed_from = len(canvas.drawn)
    in_visit = moment.time_left_s is not None
    draw_frame(canvas, moment, offers_end=in_visit and not WAYS_OUT & canvas.buttons.keys())
    if kit.theme.low:
        _draw_upper_half(canvas, screen.names_nobody)
    if moment.keys:
        canvas.numbers = numbers_for(canvas, FRAME_BUTTONS)
        draw_numbers(canvas, moment.pending, moment.focus)
    return canvas


def _draw_screen(
    surface: pygame.Surface, screen: Screen[object], kit: Kit, words: Words, moment: Moment
) -> Canvas:
    """Draw the middle with the largest letters in which nothing of it is cut off.

    A city's own texts and a person's name may be longer than anybody has seen.
    """
    canvas = None
    sizes = kit.theme.of_lower_half() if kit.theme.low else kit.theme
    for percent in LETTERS_PERCENT:
        theme = replace(sizes, type_scale=sizes.type_scale * percent / 100)
        canvas = Canvas(
            surface,
            middle_rect(kit.theme),
            theme,
            kit.fonts,
            kit.shapes,
            words,
            kit.facts,
            moment.pressed,
            moment.elapsed_s,
            moment.clock,
            moment.day,
        )
        canvas.letters_percent, canvas.lifts_question = percent, kit.theme.low
        surface.fill(t.GROUND)
        screen.draw(canvas)
        if canvas.is_sound:
            break
    assert canvas is not None, "there are letters"
    return canvas


def _draw_upper_half(canvas: Canvas, names_nobody: bool) -> None:
    """Show what is asked large where nobody can reach; if it is hers alone, lead the eyes down."""
    theme = canvas.theme
    room = Rect(0, theme.header_height, theme.width, theme.height // 2 - theme.header_height)
    room = room.inset(theme.margin, canvas.px(32))
    own = [text.text for text in canvas.drawn if text.type in ASKING and text.public]
    asked = [text for text in own if names_nobody or text in canvas.asked]
    if canvas.lifted or asked:
        text = canvas.lifted or asked[0]
        canvas.text(room, text, Type.FIGURE, t.DEEP_BLUE, "centre", "middle", shrink_to=0.4)
        return
    side = canvas.px(64)
    line = canvas.line_height(Type.RESULT)
    text_room, rest = room.centred(room.w, line + side).cut_top(line)
    below = canvas.words("frame.look_below")
    canvas.text(text_room, below, Type.RESULT, t.DEEP_BLUE, "centre", "middle", shrink_to=0.5)
    canvas.icon(Icon.ARROW_DOWN, rest, t.DEEP_BLUE, t.GROUND)


def draw_frame(canvas: Canvas, moment: Moment, offers_end: bool) -> None:
    """Draw header and footer.

    In the low layout the header's buttons and the footer's hotlines change places.
    """
    buttons = [LANGUAGE_BUTTON, ELDER_BUTTON, ALOUD_BUTTON, *[END_BUTTON] * offers_end]
    header, footer = header_rect(canvas.theme), footer_rect(canvas.theme)
    canvas.fill(header, t.DEEP_BLUE)
    canvas.fill(footer, t.SURFACE)
    canvas.fill(Rect(footer.x, footer.y, footer.w, max(1, canvas.px(2))), t.LINE)
    _header(canvas, header.inset(canvas.theme.margin, canvas.px(4)), moment, buttons)
    _footer(canvas, footer.inset(canvas.theme.margin, canvas.px(4)), moment, buttons)


def _header(canvas: Canvas, room: Rect, moment: Moment, buttons: list[str]) -> None:
    low = canvas.theme.low
    if canvas.portrait:
        upper, lower = room.cut_top(canvas.px(68))
        upper = _clock(canvas, upper, moment)
        _title(canvas, _emblem(canvas, upper))
        lower = lower if low else _buttons(canvas, lower, buttons, Look.HEADER)
        _outlet(canvas, _hotlines_at_right(canvas, lower, PALE_ON_BLUE) if low else lower)
        return
    room = _clock(canvas, room, moment)
    if low:
        room = _hotlines_at_right(canvas, room, PALE_ON_BLUE)
    else:
        room = _buttons(canvas, room, buttons, Look.HEADER)
    room = _emblem(canvas, room)
    share = TITLE_OF_TWO_LINES if _title_is_long(canvas, room.w) else TITLE_OF_ONE_LINE
    upper, lower = room.cut_top(round(room.h * share))
    _title(canvas, upper)
    _outlet(canvas, lower)


def _emblem(canvas: Canvas, room: Rect) -> Rect:
    left, rest = room.cut_left(min(canvas.px(46), room.h), canvas.px(18))
    canvas.ring(left.centre, left.w // 2, t.SURFACE, t.DEEP_BLUE, max(2, canvas.px(3)))
    place = left.inset(canvas.px(4))
    canvas.text(place, "社", Type.NOTE_STRONG, t.SURFACE, "centre", "middle", shrink_to=0.5)
    return rest


def _title(canvas: Canvas, room: Rect) -> None:
    text = canvas.facts.title.in_language(canvas.language)
    canvas.text(room, text, Type.TITLE, t.SURFACE, valign="middle", shrink_to=0.4)


def _title_is_long(canvas: Canvas, width: int) -> bool:
    """Tell whether the title needs two lines even in the smallest letters."""
    text = canvas.facts.title.in_language(canvas.language)
    return canvas.fonts.width(text, canvas.theme.smallest_type, Type.TITLE.bold) > width


def _outlet(canvas: Canvas, room: Rect) -> None:
    text = canvas.facts.outlet.in_language(canvas.language)
    canvas.text(room, text, Type.NOTE, PALE_ON_BLUE, valign="middle", shrink_to=0.5)


def _clock(canvas: Canvas, room: Rect, moment: Moment) -> Rect:
    widest = canvas.text_width("00:00", Type.TITLE) + canvas.px(4)
    rest, clock = room.cut_right(widest, canvas.px(20))
    canvas.text(clock, moment.clock, Type.TITLE, t.SURFACE, "right", "middle")
    return rest


def _buttons(canvas: Canvas, room: Rect, buttons: list[str], look: Look) -> Rect:
    """Draw the frame's buttons at the right of ``room``, the first outermost; return the rest."""
    chosen = _chosen(canvas)
    labels = {b: canvas.words(f"frame.{b}_off" if b in chosen else f"frame.{b}") for b in buttons}
    widths = {b: _button_width(canvas, label) for b, label in labels.items()}
    gap = canvas.px(12)
    spare = room.w - gap * len(buttons) - sum(widths.values())
    less = min(0, spare) // max(1, len(buttons))  # large letters: the labels take two lines
    picture = canvas.theme.type_px(Type.NOTE.size * 1.15) + canvas.px(10)
    with_pictures = spare - picture * len(buttons) >= REST_WITH_PICTURES * room.w
    more = picture if with_pictures else 0
    for button, wanted in widths.items():
        width = max(canvas.theme.min_touch, wanted + less) + more
        room, place = room.cut_right(width, gap)
        place = place.centred(width, max(canvas.px(50), canvas.theme.min_touch))
        as_chosen = Look.CHOSEN if button in chosen else look
        icon = BUTTON_ICONS[button] if with_pictures else None
        canvas.button(button, place, labels[button], as_chosen, icon=icon, type=Type.NOTE)
    return room


def _button_width(canvas: Canvas, label: str) -> int:
    widest = canvas.text_width(label, Type.NOTE) + canvas.px(36)
    return max(canvas.theme.min_touch, min(widest, canvas.px(MOST_OF_BUTTON)))


def _chosen(canvas: Canvas) -> frozenset[str]:
    wishes = canvas.theme.preferences
    switches = {
        ELDER_BUTTON: wishes.elder,
        ALOUD_BUTTON: wishes.aloud,
        LOW_BUTTON: wishes.low,
        LEFT_BUTTON: wishes.left_handed,
    }
    return frozenset(button for button, on in switches.items() if on)


def _footer(canvas: Canvas, room: Rect, moment: Moment, buttons: list[str]) -> None:
    """Draw the hotlines, what is going on, and the buttons of reach."""
    theme = canvas.theme
    reach = [LEFT_BUTTON, *[LOW_BUTTON] * theme.offers_low]
    reach += [LOUDER_BUTTON] * theme.preferences.aloud
    if theme.low:
        reach = [*reach, *reversed(buttons)]
    status = _status(canvas, moment)
    if canvas.portrait:
        room, lower = room.cut_bottom(canvas.px(44))
        room = _buttons(canvas, room, reach, Look.SECOND)
        if theme.low:
            canvas.runs(lower, status, "left")
        else:
            if _width(canvas, status) > room.w:
                lower = _runs_at_right(canvas, lower, status[1:])
            else:
                canvas.runs(room, status, "left")
            _hotlines(canvas, lower, t.SECOND_INK)
        return
    room = _buttons(canvas, room, reach, Look.SECOND)
    room = _runs_at_right(canvas, room, status)
    if not theme.low:
        _hotlines(canvas, room, t.SECOND_INK)


def _runs_at_right(canvas: Canvas, room: Rect, runs: list[Run]) -> Rect:
    """Write at the right end of ``room`` and return what is left of it."""
    width = _width(canvas, runs) + canvas.px(8)
    rest, place = room.cut_right(min(width, room.w), canvas.px(20))
    canvas.runs(place, runs, "right")
    return rest


def _width(canvas: Canvas, runs: list[Run]) -> int:
    return sum(canvas.text_width(run.text, run.type) for run in runs)


def _hotlines_at_right(canvas: Canvas, room: Rect, label: t.Colour) -> Rect:
    runs = _hotline_runs(canvas, label, t.SURFACE)
    return _runs_at_right(canvas, room, runs) if runs else room


def _hotlines(canvas: Canvas, room: Rect, label: t.Colour) -> None:
    runs = _hotline_runs(canvas, label, t.INK)
    if runs and _width(canvas, runs) > room.w:  # the numbers are what she needs
        runs = runs[1::2]
        runs[1:] = [replace(run, text=f"   {run.text}") for run in runs[1:]]
    if runs:
        canvas.runs(room, runs)


def _hotline_runs(canvas: Canvas, label: t.Colour, number: t.Colour) -> list[Run]:
    runs: list[Run] = []
    for hotline in canvas.facts.hotlines:
        name = hotline.name.in_language(canvas.language)
        space = "    " if runs else ""
        runs.append(Run(f"{space}{name} ", Type.NOTE, label))
        runs.append(Run(hotline.number, Type.NOTE_STRONG, number))
    return runs


def _status(canvas: Canvas, moment: Moment) -> list[Run]:
    label, value = canvas.status or ("", "")
    if canvas.status is None and moment.time_left_s is not None:
        minutes, seconds = divmod(moment.time_left_s, 60)
        label, value = canvas.words("frame.time_left"), f"{minutes}:{seconds:02d}"
    return [Run(f"{label} ", Type.NOTE, t.SECOND_INK), Run(value, Type.NOTE_STRONG)]
