"""The picture that is up: drawn whole when it changes, or header and footer when a clock does."""

import time
from dataclasses import replace
from typing import Any, cast

import pygame

from kioskd import log
from kioskd.screens import frame
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Screen
from kioskd.screens.fonts import Fonts
from kioskd.screens.frame import FrameFacts, Kit, Moment
from kioskd.screens.layout import Rect
from kioskd.screens.numbers import draw_numbers
from kioskd.screens.panel import PANEL
from kioskd.screens.shapes import Shapes
from kioskd.screens.slide import Came, Slide
from kioskd.screens.still_here import draw_still_here
from kioskd.screens.theme import Theme
from kioskd.screens.words import Words

SLOW_FRAME_S = 0.05


class Painter:
    """Draws on the panel and remembers what is up."""

    def __init__(self, surface: pygame.Surface, theme: Theme, fonts: Fonts) -> None:
        self.theme = theme
        """The sizes for the panel and this visitor; set anew when she wishes."""
        self.canvas: Canvas | None = None
        """The picture that is up, with its buttons."""
        self.moment = Moment(clock="")
        """What of it belongs to the moment."""
        self.shown: tuple[Screen[Any], str] | None = None
        """Its screen and language."""
        self.slide: Slide | None = None
        """What still moves."""
        self._surface, self._fonts, self._shapes = surface, fonts, Shapes()

    def _slide_in(self, came: Came, back: str | None) -> None:
        """Let what was drawn come from the side; before it stands nothing of it was flipped."""
        theme = self.theme
        top, bottom = theme.header_height, theme.height - theme.footer_height
        middle = Rect(0, top, theme.width, bottom - top)
        backwards = came.by is not None and came.by == back
        self.slide = Slide(self._surface, middle, backwards, came.at)
        self.slide.draw(self._surface, t.GROUND, came.at)

    def go_on_sliding(self, now: float) -> bool:
        """Draw the next step, if something still moves; False once all stands."""
        slide = self.slide
        if slide is not None:
            self.slide = slide if slide.draw(self._surface, t.GROUND, now) else None
            slide.let_see()
        return self.slide is not None

    def draw(
        self,
        screen: Screen[Any],
        words: Words,
        facts: FrameFacts,
        moment: Moment,
        warns: bool,
        came: Came | None = None,
    ) -> Canvas:
        """Draw and flip a whole picture; ``warns`` asks whether she is still there.

        Where it ``came`` after another screen, it slides in.
        """
        began = time.perf_counter()
        moving, self.slide = self.slide is not None, None
        kit = Kit(self.theme, self._fonts, self._shapes, facts)
        canvas = frame.draw_picture(self._surface, screen, kit, words, moment)
        if warns:
            draw_still_here(canvas, cast(int, moment.time_left_s), frame.header_rect(self.theme))
        if came is not None:
            self._slide_in(came, self.canvas.back if self.canvas is not None else None)
        self._bring_up(canvas, (screen, words.language), moment, warns or moving)
        took_s = time.perf_counter() - began
        if took_s > SLOW_FRAME_S:
            log.warning("screen.slow_frame", screen=screen.id, ms=round(took_s * 1000))
        return canvas

    def _bring_up(
        self, canvas: Canvas, shown: tuple[Screen[Any], str], moment: Moment, whole: bool
    ) -> None:
        """Let the panel have what has changed: of a finger that goes down or up its button only."""
        fingers = {self.moment.pressed, moment.pressed} - {None}
        if not whole and shown == self.shown and self._only_pressed_otherwise(canvas, moment):
            places = [rect for button, rect in canvas.buttons.items() if button in fingers]
            PANEL.let_see([(r.x, r.y, r.w, r.h) for r in places])
        else:
            PANEL.let_see()
        self.canvas, self.moment, self.shown = canvas, moment, shown

    def _only_pressed_otherwise(self, canvas: Canvas, moment: Moment) -> bool:
        before = self.canvas
        return (
            before is not None
            and moment.pressed != self.moment.pressed
            and replace(moment, pressed=self.moment.pressed) == self.moment
            and canvas.theme == before.theme
            and canvas.facts is before.facts
            and canvas.buttons == before.buttons
        )

    def draw_frame_only(self, moment: Moment) -> None:
        """Draw header and footer over what is there: a clock has moved."""
        assert self.canvas is not None
        theme, old = self.theme, self.canvas
        canvas = Canvas(old.surface, old.area, theme, old.fonts, old.shapes, old.words, old.facts)
        canvas.status, canvas.pressed = old.status, moment.pressed
        frame.draw_frame(canvas, moment, offers_end=frame.END_BUTTON in old.buttons)
        canvas.numbers = {b: n for b, n in old.numbers.items() if b in canvas.buttons}
        if moment.keys:
            draw_numbers(canvas, moment.pending, moment.focus)
        self.moment = moment
        places = (frame.header_rect(theme), frame.footer_rect(theme))
        PANEL.let_see([(r.x, r.y, r.w, r.h) for r in places])

    def forget(self) -> None:
        """Nothing rendered of the last visitor stays: no name, no amount."""
        self.slide = None
        self._fonts.forget()
