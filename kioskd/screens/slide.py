"""From one screen to the next: the middle slides in, from the right onwards, from the left back.

It says where she goes, and is never needed: the new screen takes touches from its first frame on,
header and footer never move, and any other drawing ends it.
"""

from dataclasses import dataclass

import pygame

from kioskd.screens.layout import Rect
from kioskd.screens.panel import PANEL

DURATION_S = 0.16
WAY = 0.12
"""How far the new screen comes, of the panel's width: a hint, no journey."""


@dataclass(frozen=True, slots=True)
class Came:
    """How the new screen came: by which button of the old one (None: by itself), and when."""

    by: str | None
    at: float


class Slide:
    """One change of screens; ``after`` is the whole new picture."""

    def __init__(self, after: pygame.Surface, middle: Rect, backwards: bool, now: float) -> None:
        self._place = (middle.x, middle.y, middle.w, middle.h)
        self._after = after.subsurface(self._place).copy()
        self._way = -round(middle.w * WAY) if backwards else round(middle.w * WAY)
        self._began = now

    def draw(self, target: pygame.Surface, ground: tuple[int, int, int], now: float) -> bool:
        """Draw the middle as it is ``now``; False once it stands."""
        part = min(1.0, (now - self._began) / DURATION_S)
        left = (1 - part) ** 3  # quick at first, then calm
        x, y, _, _ = self._place
        before = target.get_clip()
        target.set_clip(self._place)
        target.fill(ground)
        target.blit(self._after, (x + round(self._way * left), y))
        target.set_clip(before)
        return part < 1

    def let_see(self) -> None:
        """Let the panel have the middle."""
        PANEL.let_see([self._place])
