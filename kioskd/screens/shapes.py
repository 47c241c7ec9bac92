"""Smooth rounded shapes and pictures for pygame surfaces, kept for the next frame.

pygame's own rounded rectangles have stairs at the corners, so discs and icons are drawn four
times as large and scaled down.
"""

from collections.abc import Callable

import pygame

from kioskd.screens.layout import Rect
from kioskd.screens.theme import Colour

FINER = 4
"""How many times larger a shape is drawn before it is scaled down."""
KEPT_MAX = 300


class Shapes:
    """Draws on any surface; keeps discs and pictures by size and colour."""

    def __init__(self) -> None:
        self._kept: dict[object, pygame.Surface] = {}

    def picture(
        self, key: object, size: int, paint: Callable[[pygame.Surface], None]
    ) -> pygame.Surface:
        """Return a ``size`` pixel square that ``paint`` drew four times as large; kept."""
        whole_key = (key, size)
        if whole_key not in self._kept:
            if len(self._kept) >= KEPT_MAX:
                self._kept.clear()
            large = pygame.Surface((size * FINER, size * FINER), pygame.SRCALPHA)
            paint(large)
            self._kept[whole_key] = pygame.transform.smoothscale(large, (size, size))
        return self._kept[whole_key]

    def disc(
        self, target: pygame.Surface, centre: tuple[int, int], radius: int, colour: Colour
    ) -> None:
        """Draw a filled circle."""
        sprite = self._disc(radius, colour)
        target.blit(sprite, (centre[0] - radius, centre[1] - radius))

    def _disc(self, radius: int, colour: Colour) -> pygame.Surface:
        def paint(large: pygame.Surface) -> None:
            large.fill((*colour, 0))
            middle = radius * FINER
            pygame.draw.circle(large, colour, (middle, middle), middle)

        return self.picture(("disc", colour), 2 * radius, paint)

    def rounded(
        self,
        target: pygame.Surface,
        rect: Rect,
        radius: int,
        colour: Colour,
        corners: str = "tl tr bl br",
    ) -> None:
        """Fill a rectangle with round corners; those not named in ``corners`` are square."""
        r = max(0, min(radius, rect.w // 2, rect.h // 2))
        target.fill(colour, (rect.x + r, rect.y, rect.w - 2 * r, rect.h))
        target.fill(colour, (rect.x, rect.y + r, r, rect.h - 2 * r))
        target.fill(colour, (rect.right - r, rect.y + r, r, rect.h - 2 * r))
        if not r:
            return
        sprite, round_ones = self._disc(r, colour), corners.split()
        for name, x, y, sx, sy in (
            ("tl", rect.x, rect.y, 0, 0),
            ("tr", rect.right - r, rect.y, r, 0),
            ("bl", rect.x, rect.bottom - r, 0, r),
            ("br", rect.right - r, rect.bottom - r, r, r),
        ):
            if name in round_ones:
                target.blit(sprite, (x, y), (sx, sy, r, r))
            else:
                target.fill(colour, (x, y, r, r))

    def outlined(
        self,
        target: pygame.Surface,
        rect: Rect,
        radius: int,
        fill: Colour,
        line: Colour,
        width: int,
    ) -> None:
        """Fill a rounded rectangle with a border of ``width`` pixels inside it."""
        self.rounded(target, rect, radius, line)
        self.rounded(target, rect.inset(width), radius - width, fill)

    def stripe(
        self, target: pygame.Surface, rect: Rect, step: int, width: int, colour: Colour
    ) -> None:
        """Draw slanting lines over a rectangle, ``step`` pixels apart."""
        before = target.get_clip()
        target.set_clip(before.clip((rect.x, rect.y, rect.w, rect.h)))
        for x in range(rect.x - rect.h + rect.x % step, rect.right, max(step, width + 1)):
            pygame.draw.line(target, colour, (x, rect.bottom), (x + rect.h, rect.y), width)
        target.set_clip(before)

    def dash(
        self, target: pygame.Surface, rect: Rect, radius: int, fill: Colour, width: int
    ) -> None:
        """Make the straight parts of a border dashed by painting gaps in the fill colour."""
        step, gap = width * 6, width * 3
        for x in range(rect.x + radius, rect.right - radius - gap, step):
            target.fill(fill, (x, rect.y, gap, width))
            target.fill(fill, (x, rect.bottom - width, gap, width))
        for y in range(rect.y + radius, rect.bottom - radius - gap, step):
            target.fill(fill, (rect.x, y, width, gap))
            target.fill(fill, (rect.right - width, y, width, gap))
