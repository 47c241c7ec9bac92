"""Colours and sizes of every screen, measured once for the panel.

All sizes below are at the reference panel, 1280 by 800 pixels (portrait: 800 by 1280), and become
panel pixels through ``Theme.px`` (lengths) and ``Theme.type_px`` (letters).
"""

import math
from dataclasses import dataclass
from enum import Enum

from kioskd.screens.preferences import USUAL, Preferences

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
SECOND_PARTS = frozenset({SOFT_BLUE, DOUBT})
"""What is the second of two in a bar or a chart is striped: colour alone says nothing."""
DOUBT_INK: Colour = (0x8A, 0x52, 0x00)
"""Letters of doubt: 4.5 : 1 on every ground, which DOUBT itself is not."""
PALE_DOUBT: Colour = (0xFE, 0xF5, 0xE1)
STOP: Colour = (0xA1, 0x3A, 0x00)
PALE_STOP: Colour = (0xFC, 0xEC, 0xE3)
OFF: Colour = (0xEE, 0xF0, 0xF4)
"""The ground of what cannot be used now."""
OFF_LINE: Colour = (0xC9, 0xD2, 0xDE)
OFF_INK: Colour = (0x5E, 0x6B, 0x7C)
"""4.8 : 1 on OFF: greyed, and still to be read."""
FOCUS: Colour = (0xB2, 0x6A, 0x00)
"""The ring around what the keys are about to press."""
DARK: Colour = (0x33, 0x41, 0x55)


class Type(Enum):
    """How a text is set: size at the reference panel, bold, line height as a multiple of size."""

    FIGURE = (60, True, 1.3)
    """The one amount a screen is about."""
    RESULT = (44, True, 1.3)
    QUESTION = (36, True, 1.3)
    LEAD = (28, False, 1.4)
    TITLE = (28, True, 1.3)
    """Buttons and titles of cards."""
    BODY = (24, False, 1.45)
    STRONG = (24, True, 1.45)
    NOTE = (20, False, 1.4)
    NOTE_STRONG = (20, True, 1.4)

    def __init__(self, size: int, bold: bool, leading: float) -> None:
        self.size, self.bold, self.leading = size, bold, leading


REFERENCE_LONG, REFERENCE_SHORT = 1280, 800
REFERENCE_LONG_MM = 217.0
"""Of the reference panel, 10.1 inch: a body of 24 is 4.1 mm high there."""
SMALLEST_TYPE_PX = 12
SMALLEST_TYPE_MM = 2.3
ELDER_TYPE = 1.35
ROOMY_FINGERS = 12
MIDDLE_OF_PANEL = 0.83
"""How much of a panel's height is between header and footer."""
LOW_FROM_MM = 150.0
"""A panel that is less high has nothing out of the reach of who sits before it."""
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
    smallest_type: int = SMALLEST_TYPE_PX
    """No letter is smaller, in panel pixels."""
    mm_per_px: float = REFERENCE_LONG_MM / REFERENCE_LONG
    preferences: Preferences = USUAL

    @property
    def portrait(self) -> bool:
        return self.height > self.width

    @property
    def elder(self) -> bool:
        return self.preferences.elder

    @property
    def left_handed(self) -> bool:
        return self.preferences.left_handed

    @property
    def low(self) -> bool:
        return self.preferences.low and self.offers_low

    @property
    def offers_low(self) -> bool:
        """Whether the panel is so high that its upper half is out of reach from a wheelchair."""
        return self.height * self.mm_per_px >= LOW_FROM_MM

    def of_lower_half(self) -> "Theme":
        """Return the theme of a panel whose middle is the lower half of this one, less the footer.

        Whatever fits a panel fits there: a screen knows nothing of the low layout.
        """
        room = self.height - self.height // 2 - self.footer_height
        width_mm = self.width * self.mm_per_px
        return theme_for(self.width, round(room / MIDDLE_OF_PANEL), width_mm, self.preferences)

    def px(self, reference: float) -> int:
        """Return a length of the reference panel in pixels of this one, at least 1."""
        return max(1, round(reference * self.scale))

    def type_px(self, reference: float) -> int:
        """Return a letter size of the reference panel in pixels of this one."""
        return max(self.smallest_type, round(reference * self.type_scale))

    @property
    def button_height(self) -> int:
        return max(self.px(76), self.min_touch, round(self.type_px(28) * 1.6))

    @property
    def margin(self) -> int:
        return self.px(32)

    @property
    def gap(self) -> int:
        return self.px(16)

    @property
    def finger(self) -> int:
        """The smallest side of a touch target by the panel's millimetres alone, in pixels."""
        return math.floor(TOUCH_MM / self.mm_per_px)

    @property
    def roomy(self) -> bool:
        """Whether the panel is high enough for a finger's rows to have air between them."""
        return self.height >= ROOMY_FINGERS * self.min_touch

    @property
    def bar_height(self) -> int:
        """The height of a row of header or footer with buttons in it."""
        return max(self.px(60), self.min_touch + self.px(8 if self.roomy else 4))

    @property
    def header_height(self) -> int:
        if self.portrait:
            return self.px(72) + self.bar_height
        return max(self.px(76), self.bar_height)

    @property
    def footer_height(self) -> int:
        return self.bar_height + (self.px(48) if self.portrait else 0)


def theme_for(
    width: int,
    height: int,
    panel_width_mm: float = 0.0,
    preferences: Preferences = USUAL,
) -> Theme:
    """Measure the theme for a panel of that many pixels and millimetres, for this visitor.

    Lengths fill the panel. Letters follow its millimetres: a small panel is not a better eye, so
    they shrink less than it does. 0 millimetres: taken to be as dense as the reference panel.
    """
    long, short = max(width, height), min(width, height)
    scale = min(long / REFERENCE_LONG, short / REFERENCE_SHORT)
    if panel_width_mm > 0:
        mm_per_px = panel_width_mm / width
        smaller = min(1.0, long * mm_per_px / REFERENCE_LONG_MM)
    else:
        mm_per_px, smaller = REFERENCE_LONG_MM / REFERENCE_LONG, min(1.0, scale)
    type_scale = scale * smaller**-0.25 * (ELDER_TYPE if preferences.elder else 1.0)
    touch = max(round(USUAL_TOUCH * scale), SMALLEST_TOUCH_PX)
    smallest = SMALLEST_TYPE_PX
    if panel_width_mm > 0:
        touch = max(touch, math.ceil(TOUCH_MM / mm_per_px))
        smallest = max(smallest, math.ceil(SMALLEST_TYPE_MM / mm_per_px))
    return Theme(width, height, scale, type_scale, touch, smallest, mm_per_px, preferences)
