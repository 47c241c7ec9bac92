"""Fingers and mouse as one thing: a touch goes down or up at a pixel.

SDL also reports each finger as a mouse; those echoes are dropped.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pygame

from kioskd.screens.layout import Rect

LEFT = 1


@dataclass(frozen=True, slots=True)
class Touch:
    """A finger or the left mouse button went ``down`` (or up) at ``x``, ``y`` pixels."""

    down: bool
    x: int
    y: int

    def button_of(self, buttons: Mapping[str, Rect]) -> str | None:
        """Return the button under the finger."""
        return next((b for b, rect in buttons.items() if rect.contains(self.x, self.y)), None)


def touches(events: Iterable[pygame.event.Event], width: int, height: int) -> Iterator[Touch]:
    """Pick the touches out of pygame's events; ``width`` and ``height`` are the panel's pixels."""
    for event in events:
        if event.type in (pygame.FINGERDOWN, pygame.FINGERUP):
            x, y = int(event.x * width), int(event.y * height)
            yield Touch(event.type == pygame.FINGERDOWN, min(x, width - 1), min(y, height - 1))
        elif _is_click(event):
            yield Touch(event.type == pygame.MOUSEBUTTONDOWN, *event.pos)


def _is_click(event: pygame.event.Event) -> bool:
    if event.type not in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP):
        return False
    return event.button == LEFT and not getattr(event, "touch", False)


def post_touch(x: int, y: int, up: bool = True) -> None:
    """Put a real mouse click at a pixel into pygame's queue; without ``up`` the finger stays."""
    for kind in (pygame.MOUSEBUTTONDOWN, pygame.MOUSEBUTTONUP)[: 2 if up else 1]:
        pygame.event.post(pygame.event.Event(kind, pos=(x, y), button=LEFT, touch=False))
