"""Screen and finger: the only task that draws and the only source of SessionEnded.

One trio task polls pygame fifty times a second without blocking, hit-tests touches against the
buttons of the picture that is up, and draws only what has changed: the whole picture when the
screen, its language or a pressed button changes; header and footer when a clock in them does.
"""

import math
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any, Protocol, TypeVar, cast

import pygame
import trio

from kioskd import log
from kioskd.errors import SessionEnded, SessionTimedOut, VisitorCancelled
from kioskd.screens import frame
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.fonts import Fonts, find_font
from kioskd.screens.frame import FrameFacts, Kit, Moment
from kioskd.screens.layout import Rect
from kioskd.screens.settings import ScreenSettings
from kioskd.screens.shapes import Shapes
from kioskd.screens.showing import Followed, Showing
from kioskd.screens.splash import open_display
from kioskd.screens.still_here import draw_still_here
from kioskd.screens.theme import theme_for
from kioskd.screens.touches import Touch, touches
from kioskd.screens.words import LANGUAGES, Words

TICK_S = 0.02
SLOW_FRAME_S = 0.05
T = TypeVar("T")


class Watcher(Protocol):
    """Somebody who is told each newly drawn picture: the screen console."""

    def picture_drawn(self, screen: Screen[Any], language: str, canvas: Canvas) -> None:
        """Take note of it; called in the stage's task, must not block."""


class PygameStage:
    """Fulfils ``contracts.Stage``; start ``run`` in a nursery first."""

    def __init__(
        self,
        settings: ScreenSettings,
        facts: FrameFacts,
        wall_clock: Callable[[], str] = lambda: time.strftime("%H:%M"),
    ) -> None:
        self.settings = settings
        self.facts = facts
        """Title, outlet, hotlines; set anew when the region pack changes, then call redraw."""
        self.watcher: Watcher | None = None
        self.canvas: Canvas | None = None
        """The picture that is up, with its buttons."""
        self.last_tick = -math.inf
        """``trio.current_time()`` of the last round of the loop, for the watchdog."""
        self.frames = 0
        self._wall_clock = wall_clock
        self._words = {language: Words(language) for language in LANGUAGES}
        self._language = settings.language
        self._kit: Kit | None = None
        self._current: Showing[Any] | None = None
        self._drawn: tuple[Screen[Any], str] | None = None
        self._moment = Moment(clock="")
        self._stale = False
        self._pressed: str | None = None
        self._warned_at_down = False
        self._last_touch = -math.inf
        self._in_visit = False
        self._end: SessionEnded | None = None
        self._ended = trio.Event()
        self._wake = trio.Event()
        self._ticked = trio.Event()

    # ---- contracts.Stage

    @property
    def language(self) -> str:
        return self._language

    def begin_visit(self) -> None:
        """Forget the last visit's end; the clock of inactivity starts."""
        self._in_visit, self._end, self._ended = True, None, trio.Event()
        self._last_touch = trio.current_time()

    def end_visit(self, why: SessionEnded) -> None:
        """Make the ``show`` that waits, and each one until the visit is over, raise ``why``."""
        self._end = why
        self._ended.set()
        if self._current is not None and self._current.live and self._current.ends_with_visit:
            self._current.finish(end=why)

    async def visit_ended(self) -> None:
        """Return when the visit has ended. See ``contracts.Stage``."""
        await self._ended.wait()

    async def show(self, screen: Screen[T], time_limit_s: float | None = None) -> T:
        """Show a screen until it is answered. Raises SessionEnded. See ``contracts.Stage``."""
        if screen.between_visits:
            self._forget_visit()
        if self._end is not None:
            await trio.lowlevel.checkpoint()
            raise self._end
        limit = (time_limit_s or self.settings.idle_limit_s) if self._in_visit else None
        showing = Showing(screen, trio.current_time(), limit)
        with self._on_stage(showing):
            await showing.finished.wait()
        if showing.end is not None:
            raise showing.end
        assert showing.answer is not None, "finished means answered or ended"
        return showing.answer.answer

    def follow(self, screen: Screen[T]) -> AbstractAsyncContextManager[Followed[T]]:
        """Show a screen while the block runs; untimed, and the visit's end does not touch it."""
        return self._follow(screen)

    @asynccontextmanager
    async def _follow(self, screen: Screen[T]) -> AsyncIterator[Followed[T]]:
        showing = Showing(screen, trio.current_time(), None)
        with self._on_stage(showing):
            yield Followed(self.redraw, showing)

    @contextmanager
    def _on_stage(self, showing: Showing[Any]) -> Iterator[None]:
        before, self._current = self._current, showing
        self._pressed = None
        self.redraw()
        try:
            yield
        finally:
            showing.live = False
            if self._current is showing and before is not None and before.live:
                self._current = before
                self.redraw()

    def _forget_visit(self) -> None:
        """Nothing of the last visitor stays: not her language, not a rendered name."""
        if self._in_visit and self._kit is not None:
            self._kit.fonts.forget()
        if self._in_visit:
            self._language = self.settings.language
        self._in_visit, self._end = False, None

    # ---- the task

    def redraw(self) -> None:
        """Draw the whole picture in the next round, at once."""
        self._stale = True
        self._wake.set()

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Own the display until cancelled; return when its window was closed.

        Raises DeviceUnavailable("screen") without a display, ConfigError without a Chinese font.
        """
        self._open()
        try:
            task_status.started()
            while self._round(trio.current_time()):
                with trio.move_on_after(TICK_S):
                    await self._wake.wait()
                self._wake = trio.Event()
        finally:
            self._kit = None
            pygame.display.quit()

    @property
    def shown(self) -> tuple[Screen[Any], str] | None:
        """The screen and language of the picture that is up."""
        return self._drawn

    def accepts(self, screen_id: str, button: str) -> bool:
        """Tell whether that screen is up, waiting, and has that button."""
        return (
            self.canvas is not None
            and self._is_up_to_date()
            and self._drawn is not None
            and self._drawn[0].id == screen_id
            and button in self.canvas.buttons
        )

    def _is_up_to_date(self) -> bool:
        showing = self._current
        if showing is None or not showing.live or showing.finished.is_set():
            return False
        return self._drawn == (showing.screen, self._language)

    async def round_done(self) -> None:
        """Return when touches posted before have been handled and drawn."""
        await self._ticked.wait()
        await self._ticked.wait()

    def _open(self) -> None:
        settings = self.settings
        surface = open_display(settings)
        theme = theme_for(*surface.get_size(), settings.panel_width_mm)
        self._kit = Kit(theme, Fonts(find_font(settings.font)), Shapes(), self.facts)
        self._stale = True
        log.event(
            "screen.opened",
            width=theme.width,
            height=theme.height,
            driver=pygame.display.get_driver(),
        )

    def _round(self, now: float) -> bool:
        """Handle events, age, draw; False when the window was closed."""
        assert self._kit is not None
        events = pygame.event.get()
        if any(event.type == pygame.QUIT for event in events):
            log.event("screen.window_closed")
            return False
        theme = self._kit.theme
        for touch in touches(events, theme.width, theme.height):
            self._touch(touch, now)
        self._age(now)
        self._draw(now)
        self.last_tick = now
        self._ticked.set()
        self._ticked = trio.Event()
        return True

    # ---- time

    def _time_left(self, now: float) -> int | None:
        showing = self._current
        if showing is None or showing.limit_s is None or not showing.live:
            return None
        deadline = max(showing.since, self._last_touch) + showing.limit_s
        return max(0, math.ceil(deadline - now))

    def _warns(self, time_left: int | None) -> bool:
        showing = self._current
        if showing is None or showing.limit_s is None or time_left is None:
            return False
        return time_left <= min(self.settings.warning_s, showing.limit_s / 2)

    def _age(self, now: float) -> None:
        showing = self._current
        if self._time_left(now) == 0 and showing is not None:
            log.event("visit.timed_out", screen=showing.screen.id)
            self._end = SessionTimedOut(showing.screen.id)
            self._ended.set()
            showing.finish(end=self._end)
        untouched = now - self._last_touch > self.settings.idle_limit_s
        if not self._in_visit and untouched and self._language != self.settings.language:
            self._set_language(self.settings.language)

    # ---- touches

    def _touch(self, touch: Touch, now: float) -> None:
        button = self._button_at(touch)
        if touch.down:
            self._press(button)
            self._warned_at_down = self._warns(self._time_left(now))
        else:
            pressed, self._pressed = self._pressed, None
            self.redraw()
            if pressed is not None and pressed == button:
                self._act(pressed)
        if not touch.down or not self._warned_at_down:
            self._last_touch = now

    def _press(self, button: str | None) -> None:
        self._pressed = button
        if button is not None:
            self.redraw()

    def _button_at(self, touch: Touch) -> str | None:
        """Return the button of the picture that is up; None where that picture is out of date."""
        if self.canvas is None or not self._is_up_to_date():
            return None
        hits = (b for b, rect in self.canvas.buttons.items() if rect.contains(touch.x, touch.y))
        return next(hits, None)

    def _act(self, button: str) -> None:
        if button == frame.LANGUAGE_BUTTON:
            others = [language for language in LANGUAGES if language != self._language]
            self._set_language(others[0])
        elif button == frame.END_BUTTON:
            log.event("screen.end_touched")
            self.end_visit(VisitorCancelled())
        elif not self._warned_at_down:
            self._tap(button)

    def _set_language(self, language: str) -> None:
        self._language = language
        log.event("screen.language", language=language)
        self.redraw()

    def _tap(self, button: str) -> None:
        showing = self._current
        assert showing is not None
        log.event("screen.tapped", screen=showing.screen.id)
        result = showing.screen.tap(button)
        if isinstance(result, Done):
            showing.finish(result)
        elif result is not None:
            showing.screen = result
            self.redraw()

    # ---- drawing

    def _draw(self, now: float) -> None:
        showing = self._current
        if showing is None or self._kit is None:
            return
        moment = self._moment_at(now, showing)
        time_passed = moment != self._moment
        timed = self.canvas is not None and self.canvas.timed
        if self._stale or (time_passed and (timed or self._warns(moment.time_left_s))):
            self._draw_all(showing, moment)
        elif time_passed:
            self._draw_frame_only(moment)

    def _moment_at(self, now: float, showing: Showing[Any]) -> Moment:
        timed = self.canvas is not None and self.canvas.timed
        elapsed = int(now - showing.since) if timed or self._stale else self._moment.elapsed_s
        return Moment(self._wall_clock(), self._time_left(now), elapsed, self._pressed)

    def _draw_all(self, showing: Showing[Any], moment: Moment) -> None:
        assert self._kit is not None
        began, words = time.perf_counter(), self._words[self._language]
        self._kit = Kit(self._kit.theme, self._kit.fonts, self._kit.shapes, self.facts)
        surface = pygame.display.get_surface()
        assert surface is not None, "opened before drawing"
        canvas = frame.draw_picture(surface, showing.screen, self._kit, words, moment)
        if self._warns(moment.time_left_s):
            header = frame.header_rect(self._kit.theme)
            draw_still_here(canvas, cast(int, moment.time_left_s), header)
        pygame.display.flip()
        self._after_frame(showing, canvas, moment, time.perf_counter() - began)

    def _after_frame(
        self, showing: Showing[Any], canvas: Canvas, moment: Moment, took_s: float
    ) -> None:
        self.canvas, self._moment, self._stale = canvas, moment, False
        self.frames += 1
        before, self._drawn = self._drawn, (showing.screen, self._language)
        if took_s > SLOW_FRAME_S:
            log.warning("screen.slow_frame", screen=showing.screen.id, ms=round(took_s * 1000))
        if before is None or before[0].id != showing.screen.id:
            log.event("screen.shown", screen=showing.screen.id)
        if before != self._drawn and self.watcher is not None:
            self.watcher.picture_drawn(showing.screen, self._language, canvas)

    def _draw_frame_only(self, moment: Moment) -> None:
        """Draw header and footer over what is there: a clock has moved."""
        assert self._kit is not None and self.canvas is not None
        theme, old = self._kit.theme, self.canvas
        canvas = Canvas(old.surface, old.area, theme, old.fonts, old.shapes, old.words, old.facts)
        canvas.status, canvas.pressed = old.status, moment.pressed
        frame.draw_header(canvas, moment, offers_end=frame.END_BUTTON in old.buttons)
        frame.draw_footer(canvas, moment)
        self._moment = moment
        places: tuple[Rect, ...] = (frame.header_rect(theme), frame.footer_rect(theme))
        pygame.display.update([(r.x, r.y, r.w, r.h) for r in places])
