"""Every screen in a representative set of states, drawn on every panel for every visitor.

Screens are listed in the ``SCREENS`` of the modules that ``MODULES`` names; a *variant* is a mode,
a panel and a language.
"""

import os
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import import_module
from typing import Any

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import pygame

from kioskd.domain.region import Hotline
from kioskd.domain.text import Text
from kioskd.screens.busy import Busy
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Screen
from kioskd.screens.document_printing import DocumentPrinting
from kioskd.screens.follow_pin_pad import FollowPinPad
from kioskd.screens.font_files import find_fonts
from kioskd.screens.fonts import Fonts
from kioskd.screens.frame import FrameFacts, Kit, Moment, draw_picture
from kioskd.screens.goodbye import Goodbye
from kioskd.screens.out_of_service import OutOfService
from kioskd.screens.preferences import Preferences
from kioskd.screens.shapes import Shapes
from kioskd.screens.theme import Theme, theme_for
from kioskd.screens.welcome import Welcome
from kioskd.screens.words import LANGUAGES, Words

PANELS = {
    "7": (800, 480, 154.0),
    "10": (1280, 800, 217.0),
    "15": (1920, 1080, 344.0),
    "21": (1080, 1920, 268.0),
}
"""Inches: pixels, and the millimetres that the picture is wide. The last stands upright."""
MODES = {
    "standard": Preferences(),
    "elder": Preferences(elder=True),
    "left": Preferences(left_handed=True),
    "keys": Preferences(),
    "aloud": Preferences(aloud=True),
    "low": Preferences(low=True),
    "elder-low": Preferences(elder=True, low=True),
}
PANELS_OF = {
    "low": ("15", "21"),
    "elder-low": ("15", "21"),
}
"""Where a mode is drawn, if not everywhere: the low layout is offered on high panels only."""
FACTS = FrameFacts(
    Text(
        "示例市人力资源和社会保障自助服务终端",
        "Example City Human Resources and Social Security Self-service Terminal",
    ),
    Text("第一人民医院 · 门诊大厅 2 号机", "First People's Hospital · outpatient hall, terminal 2"),
    (
        Hotline("12333", Text("服务热线", "Service hotline"), Text("社保咨询", "Social security")),
        Hotline("96102", Text("社保卡热线", "Card hotline"), Text("挂失", "Lost cards")),
    ),
)
MOMENT = Moment(clock="10:24", time_left_s=102, elapsed_s=3, day=date(2026, 11, 16))
UNTIMED = (Welcome, Busy, Goodbye, OutOfService, FollowPinPad, DocumentPrinting)
"""Screens that stand between visits or are only followed: no time runs while they are up."""
MODULES = (
    "tests.goldens.gallery_core",
    "tests.goldens.gallery_provision",
    "tests.goldens.gallery_pay",
    "tests.goldens.gallery_receipts",
    "tests.goldens.gallery_profile",
    "tests.goldens.gallery_accounts",
    "tests.goldens.gallery_my_documents",
    "tests.goldens.gallery_convenience",
    "tests.goldens.gallery_cards",
    "tests.goldens.gallery_periods",
    "tests.goldens.gallery_cabinet",
    "tests.goldens.gallery_fleet",
    "tests.goldens.gallery_documents",
    "tests.goldens.gallery_technician",
    "tests.goldens.gallery_doctor",
    "tests.goldens.gallery_hard",
)


def moment_of(screen: Screen[Any], mode: str = "standard") -> Moment:
    """Return the moment a picture of this screen is drawn at."""
    moment = replace(MOMENT, keys=mode == "keys")
    return replace(moment, time_left_s=None) if isinstance(screen, UNTIMED) else moment


@dataclass(frozen=True, slots=True)
class Variant:
    """For whom and on what a screen is drawn."""

    mode: str
    panel: str
    language: str

    def __str__(self) -> str:
        return f"{self.mode}-{self.panel}-{self.language}"

    @property
    def theme(self) -> Theme:
        """The sizes of its panel for its visitor."""
        return theme_for(*PANELS[self.panel], MODES[self.mode])


VARIANTS = tuple(
    Variant(mode, panel, language)
    for mode in MODES
    for panel in PANELS_OF.get(mode, PANELS)
    for language in LANGUAGES
)


PLACES = tuple(dict.fromkeys((variant.panel, variant.language) for variant in VARIANTS))
"""Panel and language: most of what one mode draws there the next draws again."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One picture and what is known of it."""

    name: str
    surface: pygame.Surface
    canvas: Canvas
    variant: Variant
    screen: str = ""
    """The id of the screen."""

    @property
    def digest(self) -> str:
        """Eight hex digits of the pixels: enough to see that something has changed."""
        return f"{zlib.crc32(memoryview(self.surface.get_view('0'))):08x}"


def screens() -> list[tuple[str, Screen[object]]]:
    """Return every (name, screen) that a gallery module lists."""
    return [entry for name in MODULES for entry in import_module(name).SCREENS]


@cache
def fonts() -> Fonts:
    """Return the letters that all pictures share."""
    pygame.font.init()
    return Fonts(find_fonts())


@cache
def shapes() -> Shapes:
    """Return the discs and icons that all pictures share."""
    return Shapes()


def draw(screen: Screen[Any], variant: Variant, name: str = "") -> Drawn:
    """Draw one screen for a variant."""
    theme = variant.theme
    surface = pygame.Surface((theme.width, theme.height))
    kit, moment = Kit(theme, fonts(), shapes(), FACTS), moment_of(screen, variant.mode)
    canvas = draw_picture(surface, screen, kit, Words(variant.language), moment)
    return Drawn(name, surface, canvas, variant, screen.id)


def pictures(panel: str, language: str, modes: Collection[str] = MODES) -> Iterator[Drawn]:
    """Draw every screen for a panel and a language, one in all modes before the next.

    Modes share their words and often their sizes: a string is rendered and measured once.
    """
    here = [v for v in VARIANTS if (v.panel, v.language) == (panel, language) and v.mode in modes]
    for name, screen in screens():
        for variant in here:
            yield draw(screen, variant, name)
