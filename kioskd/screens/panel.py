"""What the kiosk draws on, and how it comes to the panel.

At a desk SDL does both. On a kiosk SDL keeps the picture in memory and reads fingers and keys
(``SDL_VIDEODRIVER=evdev``); what has changed of it is copied to the kernel's display from here.
"""

import os
from collections.abc import Sequence

import pygame

from kioskd.errors import DeviceUnavailable
from kioskd.screens.kms import KmsPanel, Place, Size, open_kms

READS_FINGERS = "evdev"
"""SDL's driver without a picture of its own."""


class Panel:
    """One a process, as SDL's display is."""

    def __init__(self) -> None:
        self._kms: KmsPanel | None = None
        self._glass: pygame.Surface | None = None
        """The very pixels that the display controller reads: never read from, that is slow."""

    def open(self, size: Size, whole: bool) -> pygame.Surface:
        """Return what to draw on; what is open is taken over. Raises DeviceUnavailable("screen").

        ``size`` in pixels, 0 for the panel's own; ``whole``: without a window's frame.
        """
        os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
        try:
            pygame.display.init()
            if (surface := pygame.display.get_surface()) is not None:
                return surface
            pygame.display.set_caption("kioskd")
            if pygame.display.get_driver() == READS_FINGERS:
                return self._on_kms(size)
            surface = pygame.display.set_mode(size, pygame.FULLSCREEN if whole else 0)
            pygame.mouse.set_visible(not whole)
        except pygame.error as refused:
            raise DeviceUnavailable("screen", str(refused)) from refused
        return surface

    def _on_kms(self, size: Size) -> pygame.Surface:
        self._kms = kms = open_kms(size)
        length = kms.pitch * kms.size[1]
        pixels = memoryview(kms.pixels)[:length]
        self._glass = pygame.image.frombuffer(pixels, kms.size, "BGRA", kms.pitch)
        return pygame.display.set_mode(kms.size)

    def let_see(self, places: Sequence[Place] = ()) -> None:
        """Bring these places of what was drawn to the panel; all of it if none is named.

        Raises DeviceUnavailable("screen").
        """
        if self._kms is not None:
            self._copy(self._kms, places)
        elif places:
            pygame.display.update(places)
        else:
            pygame.display.flip()

    def _copy(self, kms: KmsPanel, places: Sequence[Place]) -> None:
        surface = pygame.display.get_surface()
        assert surface is not None and self._glass is not None
        whole = surface.get_rect()
        seen = [whole.clip(place) for place in places] or [whole]
        for place in seen:
            self._glass.blit(surface, place, place)
        kms.has_changed([(place.x, place.y, place.w, place.h) for place in seen])

    def close(self) -> None:
        """Give the panel back."""
        kms, self._kms, self._glass = self._kms, None, None
        pygame.display.quit()
        if kms is not None:
            kms.close()


PANEL = Panel()
