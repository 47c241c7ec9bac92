"""The notice's picture: what its process shows until it is ended."""

import os

from kioskd.config import load
from kioskd.errors import ConfigError
from kioskd.screens.notice_page import NoticePage
from kioskd.screens.notice_panel import show_notice
from kioskd.screens.settings import ScreenSettings
from kioskd.technician.notice import NoticePlaces, which_kiosk
from kioskd.technician.why import why


def show_picture(places: NoticePlaces, again_in_min: int) -> None:
    """Show it for ever. Raises DeviceUnavailable("screen"), ConfigError, WordsError."""

    def page_now() -> NoticePage:
        notice = why(places.notice, places.machine.config, os.environ)
        return NoticePage(notice, which_kiosk(places), again_in_min)

    show_notice(_settings(places), page_now, until=lambda: False)


def _settings(places: NoticePlaces) -> ScreenSettings:
    """Return the panel's settings; of a configuration that is wrong, the usual ones."""
    try:
        return load(places.machine.config).screen
    except ConfigError:
        return ScreenSettings(fullscreen=True)
