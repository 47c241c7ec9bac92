"""What the stage keeps of one ``show`` or ``follow``."""

import math
from collections.abc import Callable
from typing import Generic, TypeVar

import trio

from kioskd.errors import SessionEnded
from kioskd.screens.contract import Done, Screen

T = TypeVar("T")


class Showing(Generic[T]):
    """One ``show`` or ``follow``: the screen as it is now, and how it ends."""

    def __init__(self, screen: Screen[T], now: float, limit_s: float | None) -> None:
        self.screen = screen
        self.since = now
        self.limit_s = limit_s
        """Of inactivity; None is untimed (``follow``, or outside a visit)."""
        self.ends_with_visit = limit_s is not None
        self.live = True
        self.finished = trio.Event()
        self.answer: Done[T] | None = None
        self.end: SessionEnded | None = None

    def time_left(self, now: float, last_touch: float, patience: float) -> int | None:
        """Return the whole seconds until it ends by itself; None where nothing is timed."""
        if self.limit_s is None or not self.live:
            return None
        return max(0, math.ceil(max(self.since, last_touch) + patience * self.limit_s - now))

    def warns(self, time_left: int | None, patience: float, warning_s: float) -> bool:
        """Whether it is asked by now if she is still there."""
        if self.limit_s is None or time_left is None:
            return False
        return time_left <= patience * min(warning_s, self.limit_s / 2)

    def finish(self, answer: "Done[T] | None" = None, end: SessionEnded | None = None) -> None:
        if not self.finished.is_set():
            self.answer, self.end = answer, end
            self.finished.set()


class Followed(Generic[T]):
    """What ``follow`` gives to the block; fulfils ``contracts.Followed``."""

    def __init__(self, redraw: Callable[[], None], showing: Showing[T]) -> None:
        self._redraw, self._showing = redraw, showing

    def update(self, screen: Screen[T]) -> None:
        """Show another state of it; its seconds go on counting unless its id changes."""
        if screen.id != self._showing.screen.id:
            self._showing.since = trio.current_time()
        self._showing.screen = screen
        self._redraw()

    async def answered(self) -> T:
        """Wait for an answer; may be called again for the next one."""
        await self._showing.finished.wait()
        answer = self._showing.answer
        assert answer is not None, "a followed screen ends only with an answer"
        self._showing.finished, self._showing.answer = trio.Event(), None
        return answer.answer
