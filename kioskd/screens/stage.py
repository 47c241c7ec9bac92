"""Screen and finger: the only task that draws and the only source of SessionEnded.

One trio task polls pygame sixty times a second without blocking, hit-tests touches and keys against
the buttons of the picture that is up, and has the painter draw what has changed.
"""

import math
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from datetime import date
from typing import Any, TypeVar

import pygame
import trio

from kioskd import log
from kioskd.errors import SessionEnded, SessionTimedOut, VisitorCancelled
from kioskd.screens import frame
from kioskd.screens.call import Call
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.font_files import find_fonts
from kioskd.screens.fonts import Fonts
from kioskd.screens.frame import FrameFacts, Moment
from kioskd.screens.keys import Ask, keys
from kioskd.screens.listeners import Reader, Watcher, tell
from kioskd.screens.painter import Painter
from kioskd.screens.panel import PANEL
from kioskd.screens.screen_health import ScreenHealth
from kioskd.screens.settings import ScreenSettings
from kioskd.screens.showing import Followed, Showing
from kioskd.screens.slide import Came
from kioskd.screens.splash import open_display
from kioskd.screens.theme import theme_for
from kioskd.screens.touches import Touch, touches
from kioskd.screens.visitor import Visitor
from kioskd.screens.words import Words

TICK_S = 1 / 60
T = TypeVar("T")


class PygameStage:
    """Fulfils ``contracts.Stage``; start ``run`` in a nursery first."""

    def __init__(
        self,
        settings: ScreenSettings,
        facts: FrameFacts,
        wall_clock: Callable[[], str] = lambda: time.strftime("%H:%M"),
        today: Callable[[], date] = date.today,
    ) -> None:
        self.settings = settings
        self.facts = facts
        """Title, outlet, hotlines; set anew when the region pack changes, then call redraw."""
        self.watcher: Watcher | None = None
        self.reader: Reader | None = None
        self.health, self.call = ScreenHealth(), Call()
        self.last_tick = -math.inf
        """``trio.current_time()`` of the last round of the loop, for the watchdog."""
        self.frames = 0
        self.slides = False
        """Whether a screen is still sliding in."""
        self._wall_clock, self._today = wall_clock, today
        self._visitor = Visitor(settings.language)
        self._painter: Painter | None = None
        self._current: Showing[Any] | None = None
        self._stale = False
        self._pressed: str | None = None
        self._tapped: str | None = None
        """The button touched last, to see whether it led back."""
        self._warned_at_down = False
        self._told: tuple[object, ...] = ()
        """What watcher and reader have been told of: no seconds, no finger."""
        self._last_touch = -math.inf
        self._in_visit = False
        self._end: SessionEnded | None = None
        self._ended = trio.Event()
        self._wake = trio.Event()
        self._ticked = trio.Event()

    # ---- contracts.Stage

    @property
    def language(self) -> str:
        return self._visitor.language

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
        self._visitor.look_up()
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
        if self._in_visit and self._painter is not None:
            self._painter.forget()
        if self._in_visit:
            self._as_at_first()
        self._in_visit, self._end = False, None

    def _as_at_first(self) -> None:
        self._visitor.forget()
        self._serve_as_wished()
        if self.reader is not None:
            self.reader.forget()

    # ---- the task

    def redraw(self) -> None:
        """Draw the whole picture in the next round, at once."""
        self._stale = True
        self._wake.set()

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Own the display until cancelled; return when its window was closed.

        Raises DeviceUnavailable("screen"): no display; ConfigError: no Chinese font.
        """
        self._open()
        try:
            task_status.started()
            while self._round(trio.current_time()):
                with trio.move_on_after(TICK_S):
                    await self._wake.wait()
                self._wake = trio.Event()
        finally:
            self._painter = None
            PANEL.close()

    @property
    def canvas(self) -> Canvas | None:
        """The picture that is up, with its buttons."""
        return self._painter.canvas if self._painter is not None else None

    @property
    def shown(self) -> tuple[Screen[Any], str] | None:
        """The screen and language of the picture that is up."""
        return self._painter.shown if self._painter is not None else None

    def accepts(self, screen_id: str, button: str) -> bool:
        """Tell whether that screen is up, waiting, and has that button."""
        return (
            self.canvas is not None
            and self.is_up_to_date
            and self.shown is not None
            and self.shown[0].id == screen_id
            and button in self.canvas.buttons
        )

    @property
    def is_up_to_date(self) -> bool:
        """Whether the picture that is up is of the screen that waits."""
        showing = self._current
        if showing is None or not showing.live or showing.finished.is_set():
            return False
        return self.shown == (showing.screen, self._visitor.language)

    async def round_done(self) -> None:
        """Return when touches posted before have been handled and drawn."""
        await self._ticked.wait()
        await self._ticked.wait()

    def _open(self) -> None:
        settings = self.settings
        surface, fonts = open_display(settings), find_fonts(settings.font)
        theme = theme_for(*surface.get_size(), settings.panel_width_mm)
        self._painter = Painter(surface, theme, Fonts(fonts))
        self._stale = True
        self.health.opened(theme.width, theme.height, settings.panel_width_mm, fonts.trouble)
        driver = pygame.display.get_driver()
        log.event("screen.opened", width=theme.width, height=theme.height, driver=driver)

    def _round(self, now: float) -> bool:
        """Handle events, age, draw; False when the window was closed."""
        assert self._painter is not None
        events = pygame.event.get()
        if any(event.type == pygame.QUIT for event in events):
            log.event("screen.window_closed")
            return False
        theme = self._painter.theme
        self.call.watch(events, theme, now)
        for touch in touches(events, theme.width, theme.height):
            self._touch(touch, now)
        for key in keys(events):
            self._key(key, now)
        self._age(now)
        self._draw(now)
        self.last_tick = now
        self._ticked.set()
        self._ticked = trio.Event()
        return True

    # ---- time

    @property
    def time_left_s(self) -> int | None:
        """Whole seconds until the visit ends by itself; None where nothing is timed."""
        return self._time_left(trio.current_time())

    def _time_left(self, now: float) -> int | None:
        showing = self._current
        if showing is None:
            return None
        return showing.time_left(now, self._last_touch, self._visitor.patience)

    def _warns(self, time_left: int | None) -> bool:
        showing, patience = self._current, self._visitor.patience
        return showing is not None and showing.warns(time_left, patience, self.settings.warning_s)

    def _age(self, now: float) -> None:
        showing = self._current
        if self._time_left(now) == 0 and showing is not None:
            log.event("visit.timed_out", screen=showing.screen.id)
            self._end = SessionTimedOut(showing.screen.id)
            self._ended.set()
            showing.finish(end=self._end)
        untouched = now - self._last_touch > self.settings.idle_limit_s
        if not self._in_visit and untouched and not self._visitor.is_served_as_all:
            self._as_at_first()

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
        if self.canvas is None or not self.is_up_to_date:
            return None
        return touch.button_of(self.canvas.buttons)

    def _key(self, key: str, now: float) -> None:
        """Do what a key of the pad does; the first one only shows what each of them does."""
        warned, self._last_touch = self._warns(self._time_left(now)), now
        canvas = self.canvas
        if canvas is None or not self.is_up_to_date:
            return
        pressed = self._visitor.key(key, canvas)
        self.redraw()
        if pressed is Ask.READ_AGAIN:
            if self.reader is not None:
                self.reader.again()
        elif pressed is not None and not warned:
            self._act(pressed)

    def _act(self, button: str) -> None:
        if button == frame.END_BUTTON:
            log.event("screen.end_touched")
            self.end_visit(VisitorCancelled())
        elif button == frame.LOUDER_BUTTON:
            if self.reader is not None:
                self.reader.louder()
        elif button in frame.FRAME_BUTTONS:
            self._visitor.adjust(button)
            self._serve_as_wished()
        elif not self._warned_at_down:
            self._tap(button)

    def _serve_as_wished(self) -> None:
        """Draw the next picture for her eyes and hands, and read it if she wants it read."""
        wishes = self._visitor.preferences
        if self.reader is not None:
            self.reader.wish(wishes.aloud)
        if self._painter is not None:
            width, height = self._painter.theme.width, self._painter.theme.height
            self._painter.theme = theme_for(width, height, self.settings.panel_width_mm, wishes)
        self.redraw()

    def _tap(self, button: str) -> None:
        showing = self._current
        assert showing is not None
        log.event("screen.tapped", screen=showing.screen.id)
        self._tapped = button
        result = showing.screen.tap(button)
        if isinstance(result, Done):
            showing.finish(result)
        elif result is not None:
            showing.screen = result
            self.redraw()

    # ---- drawing

    def _draw(self, now: float) -> None:
        showing, painter = self._current, self._painter
        if showing is None or painter is None:
            return
        moment = self._moment_at(now, showing)
        time_passed = moment != painter.moment
        timed = painter.canvas is not None and (
            painter.canvas.timed
            or (painter.canvas.tells_clock and moment.clock != painter.moment.clock)
        )
        warns = self._warns(moment.time_left_s)
        if self._stale or (time_passed and (timed or warns)):
            self._draw_all(showing, moment, warns)
        elif time_passed:
            painter.draw_frame_only(moment)
        self.slides = painter.go_on_sliding(now)

    def _moment_at(self, now: float, showing: Showing[Any]) -> Moment:
        assert self._painter is not None
        before, visitor = self._painter, self._visitor
        timed = before.canvas is not None and before.canvas.timed
        elapsed = int(now - showing.since) if timed or self._stale else before.moment.elapsed_s
        return Moment(
            self._wall_clock(), self._time_left(now), elapsed, self._pressed,
            visitor.keys, visitor.pending, visitor.focus, self._today(),
        )  # fmt: skip

    def _draw_all(self, showing: Showing[Any], moment: Moment, warns: bool) -> None:
        assert self._painter is not None
        painter, before = self._painter, self._painter.shown
        words, screen = Words(self._visitor.language), showing.screen
        told = screen, words.language, self._visitor.preferences, self._visitor.keys, warns
        came = None
        if self._moves and not warns and before is not None and before[0].id != screen.id:
            came = Came(self._tapped, trio.current_time())
        canvas = painter.draw(screen, words, self.facts, moment, warns, came)
        self._stale = False
        self.frames += 1
        if before is None or before[0].id != screen.id:
            log.event("screen.shown", screen=screen.id)
        if told != self._told:
            self._told = told
            tell(self.watcher, self.reader, screen, words, canvas, warns)

    @property
    def _moves(self) -> bool:
        """Whether screens may slide in; who watches for pictures wants whole ones."""
        return self.settings.transitions and self.watcher is None and self._visitor.likes_motion
