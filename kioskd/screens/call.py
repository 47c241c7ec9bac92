"""How a technician calls: a finger that stays on the clock, or keys that nobody presses by chance.

Nothing on the screen tells of it, and nothing happens where nobody waits for it: in a visit the
clock is a clock.
"""

from collections.abc import Sequence
from typing import Final

import pygame
import trio

from kioskd import log
from kioskd.screens.keys import keys
from kioskd.screens.layout import Rect
from kioskd.screens.theme import Theme
from kioskd.screens.touches import touches

HELD_S: Final = 5.0
KEYS: Final = "*#*#"
"""On the pad, for a panel that feels no finger any more."""


class Call:
    """Watches finger and keys; ``wait`` returns at the next call."""

    def __init__(self) -> None:
        self._since: float | None = None
        """When the finger went down on the clock; None while there is none."""
        self._pressed = ""
        self._called = trio.Event()

    async def wait(self) -> None:
        """Return when somebody calls from now on."""
        await self._called.wait()

    def watch(self, events: Sequence[pygame.event.Event], theme: Theme, now: float) -> None:
        """Take in a round of pygame's events at ``now``, trio's time."""
        for touch in touches(events, theme.width, theme.height):
            on_clock = touch.down and clock_corner(theme).contains(touch.x, touch.y)
            self._since = now if on_clock else None
        for key in keys(events):
            self._pressed = (self._pressed + key)[-len(KEYS) :]
        if self._since is not None and now - self._since >= HELD_S:
            self._since = None
            self._call("clock")
        if self._pressed == KEYS:
            self._pressed = ""
            self._call("keys")

    def _call(self, by: str) -> None:
        log.event("technician.called", by=by)
        self._called.set()
        self._called = trio.Event()


def clock_corner(theme: Theme) -> Rect:
    """Return the corner of the header in which the clock stands."""
    height = theme.header_height // 2 if theme.portrait else theme.header_height
    width = theme.margin + theme.px(90)
    return Rect(theme.width - width, 0, width, height)
