"""The panel while a notice stands on it: drawn anew only when it says something else."""

import time
from collections.abc import Callable

import pygame

from kioskd import log
from kioskd.screens.font_files import find_fonts
from kioskd.screens.notice_page import NoticePage, draw_notice
from kioskd.screens.panel import PANEL
from kioskd.screens.settings import ScreenSettings
from kioskd.screens.splash import open_display

LOOK_AGAIN_S = 5.0


def show_notice(
    settings: ScreenSettings, page_now: Callable[[], NoticePage], until: Callable[[], bool]
) -> None:
    """Show what ``page_now`` returns, until ``until`` says so.

    Raises DeviceUnavailable("screen") without a panel, ConfigError without a font, WordsError.
    """
    surface = open_display(settings)
    files = find_fonts(settings.font)
    shown: NoticePage | None = None
    while not until():
        page = page_now()
        if page != shown:
            draw_notice(surface, page, files)
            PANEL.let_see()
            log.event("screen.shown", screen="notice", code=page.notice.code)
            shown = page
        pygame.event.pump()
        time.sleep(LOOK_AGAIN_S)
