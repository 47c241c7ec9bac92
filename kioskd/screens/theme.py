"""Colours and sizes of every screen, measured once for the panel.

All sizes below are at the reference panel, 1280 by 800 pixels (portrait: 800 by 1280), and become
panel pixels through ``Theme.px`` (lengths) and ``Theme.type_px`` (letters).
"""

from dataclasses import dataclass
from enum import Enum

Colour = tuple[int, int, int]

GROUND: Colour = (0xF3, 0xF6, 0xFA)
SURFACE: Colour = (0xFF, 0xFF, 0xFF)
LINE: Colour = (0xD8, 0xE0, 0xEA)
INK: Colour = (0x14, 0x20, 0x2E)
SECOND_INK: Colour = (0x4A, 0x5A, 0x6E)
BLUE: Colour = (0x1D, 0x63, 0xB0)
DEEP_BLUE: Colour = (0x17, 0x4A, 0x84)
PALE_BLUE: Colour = (0xEA, 0xF2, 0xFC)
SOFT_BLUE: Colour = (0x8F, 0xB2, 0xDD)
"""The second part of a bar (the pooled share)."""
TAB_BLUE: Colour = (0xE4, 0xEC, 0xF6)
DONE: Colour = (0x1E, 0x7D, 0x46)
PALE_DONE: Colour = (0xE3, 0xF3, 0xE8)
DOUBT: Colour = (0xB2, 0x6A, 0x00)
PALE_DOUBT: Colour = (0xFE, 0xF5, 0xE1)
STOP: Colour = (0xA1, 0x3A, 0x00)
PALE_STOP: Colour = (0xFC, 0xEC, 0xE3)
OFF: Colour = (0xEE, 0xF0, 0xF4)
"""The ground of what cannot be used now."""
OFF_LINE: Colour = (0xC9, 0xD2, 0xDE)
OFF_INK: Colour = (0x5E, 0x6B, 0x7C)
"""4.8 : 1 on OFF: greyed, and still to be read."""
DARK: Colour = (0x33, 0x41, 0x55)


class Type(Enum):
    """How a text is set: size at the reference panel, bold, line height as a multiple of size."""

    FIGURE = (60, True, 1.2)
    """The one amount a screen is about."""
    RESULT = (44, True, 1.25)
    QUESTION = (36, True, 1.25)
    LEAD = (28, False, 1.4)
    TITLE = (28, True, 1.25)
    """Buttons and titles of cards."""
    BODY = (24, False, 1.45)
    STRONG = (24, True, 1.45)
    NOTE = (20, False, 1.4)
    NOTE_STRONG = (20, True, 1.4)

    def __init__(self, size: int, bold: bool, leading: float) -> None:
        self.size, self.bold, self.leading = size, bold, leading


REFERENCE_LONG, REFERENCE_SHORT = 1280, 800
SMALLEST_TYPE_PX = 13
TOUCH_MM = 10.0
USUAL_TOUCH = 60
"""At the reference panel, where nobody configured the panel's millimetres."""
SMALLEST_TOUCH_PX = 44


@dataclass(frozen=True, slots=True)
class Theme:
    """The sizes for one panel."""

    width: int
    height: int
    scale: float
    type_scale: float
    min_touch: int
    """Smallest side of a touch target in panel pixels."""

    @property
    def portrait(self) -> bool:
        return self.height > self.width

    def px(self, reference: float) -> int:
        """Return a length of the reference panel in pixels of this one, at least 1."""
        return max(1, round(reference * self.scale))

    def type_px(self, reference: float) -> int:
        """Return a letter size of the reference panel in pixels of this one."""
        return max(SMALLEST_TYPE_PX, round(reference * self.type_scale))

    @property
    def button_height(self) -> int:
        return max(self.px(76), self.min_touch)

    @property
    def margin(self) -> int:
        return self.px(32)

    @property
    def gap(self) -> int:
        return self.px(16)

    @property
    def header_height(self) -> int:
        if self.portrait:
            return self.px(72) + max(self.px(60), self.min_touch + self.px(8))
        return max(self.px(76), self.min_touch + self.px(8))

    @property
    def footer_height(self) -> int:
        return self.px(104) if self.portrait else max(self.px(60), self.type_px(40))


def theme_for(width: int, height: int, panel_width_mm: float = 0.0) -> Theme:
    """Measure the theme for a panel of that many pixels (and millimetres, if they are known).

    Letters shrink less than lengths on a small panel: a small panel is not a better eye.
    """
    long, short = max(width, height), min(width, height)
    scale = min(long / REFERENCE_LONG, short / REFERENCE_SHORT)
    type_scale = scale**0.75 if scale < 1 else scale
    touch = max(round(USUAL_TOUCH * scale), SMALLEST_TOUCH_PX)
    if panel_width_mm > 0:
        touch = max(touch, round(TOUCH_MM * width / panel_width_mm))
    return Theme(width, height, scale, type_scale, touch)
