"""Drawing a screen in a test, and what must be true of any picture."""

from functools import cache
from typing import Any

import pygame

from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Screen
from kioskd.screens.font_files import find_fonts
from kioskd.screens.fonts import Fonts
from kioskd.screens.frame import FRAME_BUTTONS, Kit, draw_picture, middle_rect
from kioskd.screens.layout import Rect
from kioskd.screens.shapes import Shapes
from kioskd.screens.theme import theme_for
from kioskd.screens.words import Words
from tests.goldens.gallery import FACTS, moment_of


@cache
def _fonts() -> Fonts:
    pygame.font.init()
    return Fonts(find_fonts())


PANELS = ((800, 480), (1280, 800), (1080, 1920))
PANEL_MM = {800: 154.0, 1280: 217.0, 1080: 268.0, 1920: 344.0}
"""How wide the pictures of panels of so many pixels are."""


@cache
def _kit(panel: tuple[int, int]) -> Kit:
    return Kit(theme_for(*panel, PANEL_MM[panel[0]]), _fonts(), Shapes(), FACTS)


def draw(screen: Screen[Any], panel: tuple[int, int], language: str) -> Canvas:
    """Draw ``screen`` with its frame for a panel; return the canvas that knows what was drawn."""
    return draw_picture(
        pygame.Surface(panel), screen, _kit(panel), Words(language), moment_of(screen)
    )


def assert_sound(screen: Screen[Any], canvas: Canvas) -> None:
    """Every text fits, every button is inside, apart, large enough and leads to something."""
    whole = Rect(0, 0, canvas.theme.width, canvas.theme.height)
    assert [text.text for text in canvas.drawn if not text.fits] == []
    assert [text.text for text in canvas.drawn if not whole.encloses(text.rect)] == []
    own = {name: rect for name, rect in canvas.buttons.items() if name not in FRAME_BUTTONS}
    middle = middle_rect(canvas.theme)
    for name, rect in own.items():
        assert middle.encloses(rect), name
        assert min(rect.w, rect.h) >= canvas.theme.min_touch, name
        assert screen.tap(name) is not None, name
        assert not any(_overlap(rect, other) for n, other in own.items() if n != name), name


def _overlap(a: Rect, b: Rect) -> bool:
    return a.x < b.right and b.x < a.right and a.y < b.bottom and b.y < a.bottom
