"""The first picture: that the kiosk is starting. Drawn before anything else has been loaded.

A person who switches the terminal on must see life at once; the machinery behind the screens takes
longer than drawing does. The stage takes the same display over.
"""

from pathlib import Path

import pygame

from kioskd import log
from kioskd.errors import ConfigError
from kioskd.screens import theme as t
from kioskd.screens.font_files import find_fonts
from kioskd.screens.panel import PANEL
from kioskd.screens.settings import ScreenSettings

TITLE_PARTS_OF_HEIGHT = 16
LINES = ("正在启动，请稍候", "Starting, one moment please")
NO_LETTERS = ("Out of service", "No font with Chinese letters: K-04")
"""What can be said in the letters that the library brings along."""


def open_display(settings: ScreenSettings) -> pygame.Surface:
    """Open the panel, or take over the display that is open. Raises DeviceUnavailable("screen")."""
    size = (settings.width_px, settings.height_px)
    pygame.font.init()
    return PANEL.open(size, whole=settings.fullscreen or 0 in size)


def show_starting(settings: ScreenSettings) -> None:
    """Draw the first picture. Raises DeviceUnavailable("screen").

    Without a font it says so in English, and raises ConfigError.
    """
    surface = open_display(settings)
    try:
        letters = find_fonts(settings.font).letters
    except ConfigError:
        # By its path: what pygame would find it with is not loaded.
        latin = Path(pygame.__file__).with_name(pygame.font.get_default_font())
        _draw(surface, str(latin), NO_LETTERS)
        log.warning("screen.shown", screen="no-letters")
        raise
    _draw(surface, letters, LINES)
    log.event("screen.shown", screen="starting")


def _draw(surface: pygame.Surface, letters: str, lines: tuple[str, str]) -> None:
    surface.fill(t.GROUND)
    width, height = surface.get_size()
    surface.fill(t.DEEP_BLUE, (0, 0, width, height // 10))
    font = pygame.font.Font(letters, height // TITLE_PARTS_OF_HEIGHT)
    for number, line in enumerate(lines):
        words = font.render(line, True, t.INK)
        middle = (width // 2, height // 2 + (number * 2 - 1) * height // TITLE_PARTS_OF_HEIGHT)
        surface.blit(words, words.get_rect(center=middle))
    PANEL.let_see()
