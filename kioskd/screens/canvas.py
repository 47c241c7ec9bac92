"""What a screen draws on: text that always fits or is reported, cards, buttons, bars, icons.

A canvas lives for one frame. It records every button with its rectangle (the stage's hit test)
and every text that would not fit (the tests' evidence). Lengths are panel pixels; make them with
``canvas.px``.

    def draw(self, canvas: Canvas) -> None:
        body, actions = canvas.area.cut_bottom(canvas.theme.button_height, canvas.theme.gap)
        canvas.text(body, canvas.words("pay.months.title"), Type.QUESTION)
        action_row(canvas, actions, main=("next", canvas.words("pay.next")), back=("back", ...))
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import pygame

from kioskd.screens import theme as t
from kioskd.screens.drawn import DrawnCard, DrawnText, Run
from kioskd.screens.fonts import Fonts
from kioskd.screens.icons import Icon, paint
from kioskd.screens.layout import Rect, fit_size, wrap
from kioskd.screens.looks import Look
from kioskd.screens.shapes import Shapes
from kioskd.screens.theme import Colour, Theme, Type
from kioskd.screens.words import Words

if TYPE_CHECKING:
    from kioskd.screens.frame import FrameFacts

Align = Literal["left", "centre", "right"]
Valign = Literal["top", "middle", "bottom"]
ALL, SHRINK_TO = "tl tr bl br", 0.8
"""All corners. Text may shrink to four fifths of its size before it counts as not fitting."""


class Canvas:
    """One frame of one screen. Screens read ``area``, ``theme``, ``words`` and ``facts``."""

    def __init__(
        self,
        surface: pygame.Surface,
        area: Rect,
        theme: Theme,
        fonts: Fonts,
        shapes: Shapes,
        words: Words,
        facts: "FrameFacts",
        pressed: str | None = None,
        elapsed_s: int = 0,
        clock: str = "",
        day: date | None = None,
    ) -> None:
        self.surface, self.area, self.theme = surface, area, theme
        self.fonts, self.shapes, self.words, self.facts = fonts, shapes, words, facts
        self.pressed = pressed
        """The button under the finger now, drawn pressed."""
        self.buttons: dict[str, Rect] = {}
        self.drawn: list[DrawnText] = []
        self.cards: list[DrawnCard] = []
        self.icons: list[Rect] = []
        """Where signs and pictures stand."""
        self.letters_percent = 100
        """How large the letters are, of those that she wants; less where all would not fit."""
        self.asked: list[str] = []
        """What is asked: the titles of headings."""
        self.actions: set[str] = set()
        """The buttons whose label says what they do, and nothing of her."""
        self.lifts_question = False
        """Whether what is asked stands large above the screen, not in it: in the low layout."""
        self.lifted = ""
        """What is asked there: the title that a heading has left out."""
        self.framed_from = 0
        """How many of ``drawn`` are the screen's own; the rest is header and footer."""
        self.main: str | None = None
        """The button of the one main action, which the pad's # presses."""
        self.back: str | None = None
        """The button that leads back, which the pad's * presses."""
        self.erase: str | None = None
        """The button that takes back what was typed last, which * presses before it leads back."""
        self.digits: dict[str, str] = {}
        """Where digits are typed: the button of each digit, which the pad's digit presses."""
        self.columns: tuple[Rect, ...] = ()
        """Where controls stand beside others that are no part of their lines: each is read, and
        counted, to its end before the next."""
        self.numbers: dict[str, str] = {}
        """What to press on the pad for each button, where numbers are shown."""
        self.status: tuple[str, str] | None = None
        self.timed = False
        """Whether this picture tells seconds, so that it must be drawn anew each second."""
        self.tells_clock = False
        """Whether this picture tells the time of day, so that it must be drawn anew each minute."""
        self._elapsed_s, self._clock, self.day = elapsed_s, clock, day

    @property
    def is_sound(self) -> bool:
        """Whether no text is cut off and no control is smaller than a finger."""
        finger = self.theme.finger
        return all(text.fits for text in self.drawn) and all(
            min(rect.w, rect.h) >= finger for rect in self.buttons.values()
        )

    @property
    def language(self) -> str:
        return self.words.language

    @property
    def portrait(self) -> bool:
        return self.theme.portrait

    @property
    def elapsed_s(self) -> int:
        """Whole seconds since this screen was first shown; reading it asks for a frame a second."""
        self.timed = True
        return self._elapsed_s

    @property
    def clock(self) -> str:
        """HH:MM now; reading it asks for a frame a minute."""
        self.tells_clock = True
        return self._clock

    def px(self, reference: float) -> int:
        """Return a length of the reference panel (1280 by 800) in pixels."""
        return self.theme.px(reference)

    def say_in_footer(self, label: str, value: str = "") -> None:
        """Put this at the right of the footer instead of the time left: a payment reference."""
        self.status = (label, value)

    # ---- text

    def text(
        self,
        rect: Rect,
        text: str,
        type: Type = Type.BODY,
        colour: Colour = t.INK,
        align: Align = "left",
        valign: Valign = "top",
        shrink_to: float = SHRINK_TO,
    ) -> Rect:
        """Write ``text`` wrapped inside ``rect``, smaller if it must be; return what it covers.

        A text that does not fit even at its smallest is drawn and recorded as not fitting.
        """
        size, fits = self._fit(rect, text, type, shrink_to)
        lines = self._lines(text, rect.w, size, type.bold)
        height = round(size * type.leading)
        y = _start(rect.y, rect.h, height * len(lines), valign)
        used = Rect(rect.x, y, rect.w, height * len(lines))
        for index, line in enumerate(lines):
            box = Rect(rect.x, y + index * height, rect.w, height)
            fits = self._line(box, line, size, type.bold, colour, align) and fits
        widest = max(self.fonts.width(line, size, type.bold) for line in lines)
        ink = Rect(_start(rect.x, rect.w, widest, align), y, widest, used.h)
        self.drawn.append(DrawnText(text, ink, rect, fits, type, colour, size, height, len(lines)))
        return used

    def does_not_fit(self, text: str, used: Rect, box: Rect) -> None:
        """Record a fault of the screen: ``text`` covers ``used`` beyond its ``box``."""
        self.drawn.append(DrawnText(text, used, box, False))

    def text_height(self, width: int, text: str, type: Type = Type.BODY) -> int:
        """Return how many pixels high ``text`` will be in its full size at ``width``."""
        size = self.theme.type_px(type.size)
        return round(size * type.leading) * len(self._lines(text, width, size, type.bold))

    def text_width(self, text: str, type: Type = Type.BODY) -> int:
        """Return how many pixels wide ``text`` is on one line."""
        return self.fonts.width(text, self.theme.type_px(type.size), type.bold)

    def line_height(self, type: Type) -> int:
        """Return the height of one line in pixels."""
        return round(self.theme.type_px(type.size) * type.leading)

    def runs(
        self,
        rect: Rect,
        runs: Sequence[Run],
        align: Align = "left",
        valign: Valign = "middle",
    ) -> Rect:
        """Write parts of different style on one line with one baseline; return what it covers."""
        percent, fits = fit_size(
            range(100, round(100 * SHRINK_TO) - 1, -4),
            lambda p: self._runs_width(runs, p) <= rect.w,
        )
        sizes = [self._run_size(run, percent) for run in runs]
        height = max(round(s * run.type.leading) for s, run in zip(sizes, runs, strict=True))
        width = self._runs_width(runs, percent)
        x = _start(rect.x, rect.w, width, align)
        used = Rect(x, _start(rect.y, rect.h, height, valign), width, height)
        images = [
            self.fonts.render(run.text, s, run.type.bold, run.colour)
            for s, run in zip(sizes, runs, strict=True)
        ]
        ascents = [self.fonts.ascent(s, run.type.bold) for s, run in zip(sizes, runs, strict=True)]
        tallest = max(image.get_height() for image in images)
        baseline = used.y + (height - tallest) // 2 + max(ascents)
        places = []
        for image, ascent in zip(images, ascents, strict=True):
            self.surface.blit(image, (x, baseline - ascent))
            places.append(Rect(x, used.y, image.get_width(), height))
            x += image.get_width()
        fits = fits and used.h <= rect.h + self.px(8)
        for index, (run, size) in enumerate(zip(runs, sizes, strict=True)):
            style, at = (run.type, run.colour, size, height), places[index]
            self.drawn.append(DrawnText(run.text, at, rect, fits, *style, runs_on=index > 0))
        return used

    def _run_size(self, run: Run, percent: int) -> int:
        return max(self.theme.smallest_type, self.theme.type_px(run.type.size) * percent // 100)

    def _runs_width(self, runs: Sequence[Run], percent: int) -> int:
        widths = (
            self.fonts.width(run.text, self._run_size(run, percent), run.type.bold) for run in runs
        )
        return sum(widths)

    def _fit(self, rect: Rect, text: str, type: Type, shrink_to: float) -> tuple[int, bool]:
        full = self.theme.type_px(type.size)
        least = min(full, max(self.theme.smallest_type, round(full * shrink_to)))

        def fits(size: int) -> bool:
            lines = self._lines(text, rect.w, size, type.bold)
            widest = max(self.fonts.width(line, size, type.bold) for line in lines)
            # Two pixels of grace: the last line's leading is air, not letters.
            return widest <= rect.w and round(size * type.leading) * len(lines) <= rect.h + 2

        return fit_size(range(full, least - 1, -1), fits)

    def _lines(self, text: str, width: int, size: int, bold: bool) -> list[str]:
        return wrap(text, width, lambda part: self.fonts.width(part, size, bold))

    def _line(
        self, box: Rect, line: str, size: int, bold: bool, colour: Colour, align: Align
    ) -> bool:
        image = self.fonts.render(line, size, bold, colour)
        x = _start(box.x, box.w, image.get_width(), align)
        self.surface.blit(image, (x, box.y + (box.h - image.get_height()) // 2))
        return image.get_width() <= box.w + 2

    def wrote(self, text: str, box: Rect, type: Type, size: int, lines: int = 1) -> None:
        """Record a text that was drawn in another way than by ``text``: it is read, and judged."""
        height = round(size * type.leading)
        used = Rect(box.x, box.y, box.w, height * lines)
        self.drawn.append(DrawnText(text, used, box, True, type, t.INK, size, height, lines))

    @contextmanager
    def for_eyes(self, instead: str = "") -> Iterator[None]:
        """Let nothing be read aloud that is written meanwhile, but ``instead`` of it."""
        before = len(self.drawn)
        yield
        self.drawn[before:] = [replace(text, heard=False) for text in self.drawn[before:]]
        if instead:
            self.for_ears(instead)

    def for_ears(self, text: str) -> None:
        """Let something be read aloud that eyes see otherwise."""
        nowhere = Rect(0, 0, 0, 0)
        self.drawn.append(DrawnText(text, nowhere, nowhere, True))

    # ---- shapes

    def fill(self, rect: Rect, colour: Colour) -> None:
        """Fill a plain rectangle."""
        self.surface.fill(colour, (rect.x, rect.y, rect.w, rect.h))

    def rounded(self, rect: Rect, radius: int, colour: Colour, corners: str = ALL) -> None:
        """Fill a rectangle with round corners."""
        self.shapes.rounded(self.surface, rect, radius, colour, corners)

    def share(self, rect: Rect, radius: int, colour: Colour, corners: str = ALL) -> None:
        """Fill what stands for a part of a sum; the second part is striped besides its colour."""
        self.rounded(rect, radius, colour, corners)
        if colour in t.SECOND_PARTS:
            self.shapes.stripe(self.surface, rect, self.px(10), max(1, self.px(2)), t.SURFACE)

    def disc(self, centre: tuple[int, int], radius: int, colour: Colour) -> None:
        """Fill a circle."""
        self.shapes.disc(self.surface, centre, radius, colour)

    def ring(
        self, centre: tuple[int, int], radius: int, line: Colour, fill: Colour, width: int
    ) -> None:
        """Draw a circle with a border of ``width`` pixels inside it."""
        self.disc(centre, radius, line)
        self.disc(centre, radius - width, fill)

    def icon(
        self, icon: Icon, rect: Rect, colour: Colour = t.BLUE, paper: Colour = t.SURFACE
    ) -> None:
        """Draw an icon as large as fits in the middle of ``rect``; ``paper`` fills its holes."""
        size, font = min(rect.w, rect.h), self.fonts.files.icons
        key = (icon, colour, paper)
        image = self.shapes.picture(key, size, lambda s: paint(icon, s, colour, paper, font))
        place = rect.centred(size, size)
        self.icons.append(place)
        self.surface.blit(image, (place.x, place.y))

    def bar(
        self,
        rect: Rect,
        parts: Sequence[tuple[float, Colour]],
        whole: float,
        ground: Colour | None = None,
    ) -> None:
        """Draw a horizontal bar: each part's length is its share of ``whole`` across ``rect``."""
        if ground is not None:
            self.rounded(rect, rect.h // 2, ground)
        lengths = [(round(rect.w * value / whole) if whole > 0 else 0, c) for value, c in parts]
        lengths = [(length, colour) for length, colour in lengths if length > 0]
        x = rect.x
        for index, (length, colour) in enumerate(lengths):
            corners = ("tl bl " if index == 0 else "") + (
                "tr br" if index == len(lengths) - 1 else ""
            )
            self.share(Rect(x, rect.y, length, rect.h), rect.h // 2, colour, corners)
            x += length

    def polyline(self, points: Sequence[tuple[int, int]], width: int, colour: Colour) -> None:
        """Draw a smooth line through ``points`` with round ends and joints."""
        for start, end in pairwise(points):
            pygame.draw.aaline(self.surface, colour, start, end, width)
        for point in points:
            self.disc(point, width // 2, colour)

    @contextmanager
    def clipped(self, rect: Rect) -> Iterator[None]:
        """Let nothing be drawn outside ``rect`` meanwhile."""
        before = self.surface.get_clip()
        self.surface.set_clip((rect.x, rect.y, rect.w, rect.h))
        yield
        self.surface.set_clip(before)

    # ---- cards and buttons

    def card(self, rect: Rect, look: Look = Look.PLAIN, button: str | None = None) -> Rect:
        """Draw a card, touchable if ``button`` names it; return the room inside its padding."""
        self.cards.append(DrawnCard(rect, look, button))
        if button is not None:
            self.touch(button, rect)
            look = look.when_pressed() if self.pressed == button else look
        radius, width = self.px(16), max(1, self.px(look.line_width))
        self.shapes.outlined(self.surface, rect, radius, look.fill, look.line, width)
        if look.dashed:
            self.shapes.dash(self.surface, rect, radius, look.fill, width)
        return rect.inset(self.px(26), self.px(22))

    def button(
        self,
        button: str,
        rect: Rect,
        label: str,
        look: Look = Look.MAIN,
        enabled: bool = True,
        icon: Icon | None = None,
        type: Type = Type.TITLE,
    ) -> None:
        """Draw a button with its label in the middle; not enabled it is greyed and untouchable."""
        look = look if enabled else Look.OFF
        self.actions.add(button)
        if look is Look.MAIN:
            self.main = button
        self.card(rect, look, button if enabled else None)
        ink = look.when_pressed().ink if enabled and self.pressed == button else look.ink
        inner = rect.inset(self.px(14), self.px(4))
        if icon is not None:
            inner = self._button_icon(inner, label, type, icon, ink, look)
        if enabled:
            self.text(inner, label, type, ink, "centre", "middle", shrink_to=0.7)
            return
        with self.for_eyes():
            self.text(inner, label, type, ink, "centre", "middle", shrink_to=0.7)

    def _button_icon(
        self, inner: Rect, label: str, type: Type, icon: Icon, ink: Colour, look: Look
    ) -> Rect:
        size, gap = self.theme.type_px(type.size * 1.15), self.px(10)
        width = min(inner.w, size + gap + self.text_width(label, type) + self.px(4))
        together = inner.centred(width, inner.h)
        left, rest = together.cut_left(size, gap)
        self.icon(icon, left, ink, look.fill)
        return rest

    def touch(self, button: str, rect: Rect) -> None:
        """Make ``rect`` a touch target without drawing anything."""
        assert button not in self.buttons, f"two buttons {button}"
        self.buttons[button] = rect


def _start(at: int, room: int, length: int, align: Align | Valign) -> int:
    if align in ("centre", "middle"):
        return at + (room - length) // 2
    return at + room - length if align in ("right", "bottom") else at
