"""Every screen in a representative set of states, drawn to pictures.

``python -m tests.goldens.gallery OUT_DIR [NAME_PART...]`` writes one PNG a screen, language and
panel. Screens are listed in the ``SCREENS`` of the modules that ``MODULES`` names.
"""

import hashlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
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
from kioskd.screens.fonts import Fonts, find_font
from kioskd.screens.frame import FrameFacts, Kit, Moment, draw_picture
from kioskd.screens.goodbye import Goodbye
from kioskd.screens.out_of_service import OutOfService
from kioskd.screens.shapes import Shapes
from kioskd.screens.theme import theme_for
from kioskd.screens.welcome import Welcome
from kioskd.screens.words import LANGUAGES, Words

PANELS = ((800, 480), (1280, 800), (1080, 1920))
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
MOMENT = Moment(clock="10:24", time_left_s=102, elapsed_s=3)
UNTIMED = (Welcome, Busy, Goodbye, OutOfService, FollowPinPad, DocumentPrinting)
"""Screens that stand between visits or are only followed: no time runs while they are up."""
MODULES = (
    "tests.goldens.gallery_core",
    "tests.goldens.gallery_pay",
    "tests.goldens.gallery_receipts",
    "tests.goldens.gallery_profile",
    "tests.goldens.gallery_accounts",
    "tests.goldens.gallery_my_documents",
    "tests.goldens.gallery_convenience",
    "tests.goldens.gallery_cards",
    "tests.goldens.gallery_periods",
    "tests.goldens.gallery_cabinet",
    "tests.goldens.gallery_documents",
)


def moment_of(screen: Screen[Any]) -> Moment:
    """Return the moment a picture of this screen is drawn at."""
    return replace(MOMENT, time_left_s=None) if isinstance(screen, UNTIMED) else MOMENT


@dataclass(frozen=True, slots=True)
class Drawn:
    """One picture and what is known of it."""

    name: str
    surface: pygame.Surface
    canvas: Canvas

    @property
    def digest(self) -> str:
        """SHA-256 of the pixels."""
        return hashlib.sha256(pygame.image.tobytes(self.surface, "RGB")).hexdigest()


def screens() -> list[tuple[str, Screen[object]]]:
    """Return every (name, screen) that a gallery module lists."""
    return [entry for name in MODULES for entry in import_module(name).SCREENS]


def pictures(*parts: str) -> Iterator[Drawn]:
    """Draw every screen whose name holds one of ``parts`` (all, if none are given)."""
    pygame.font.init()
    fonts = Fonts(find_font())
    for width, height in PANELS:
        kit = Kit(theme_for(width, height), fonts, Shapes(), FACTS)
        for language in LANGUAGES:
            for name, screen in screens():
                full = f"{name}-{language}-{width}x{height}"
                if not parts or any(part in full for part in parts):
                    surface = pygame.Surface((width, height))
                    canvas = draw_picture(surface, screen, kit, Words(language), moment_of(screen))
                    yield Drawn(full, surface, canvas)


def main(out: str, *parts: str) -> None:
    """Write the pictures to ``out`` and say which texts did not fit."""
    Path(out).mkdir(parents=True, exist_ok=True)
    for drawn in pictures(*parts):
        pygame.image.save(drawn.surface, f"{out}/{drawn.name}.png")
        for text in drawn.canvas.drawn:
            if not text.fits:
                print(f"{drawn.name}: does not fit: {text.text!r} in {text.box}")


if __name__ == "__main__":
    main(*sys.argv[1:])
