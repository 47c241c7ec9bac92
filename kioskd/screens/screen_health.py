"""What is the matter with the screen: an unusual panel, fonts or words that are missing.

Nothing of it ends a visit; operators read it on the health board.
"""

from collections.abc import Callable, Mapping

from kioskd import log
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.screens.words import words_trouble

PANEL_UNUSUAL = Trouble(TroubleReason.PANEL_UNUSUAL, "K-07")
LEAST_PX = (480, 800)
"""Short and long side of the smallest panel on which everything is looked at."""
LONGEST_SHAPE = 2.0
PX_PER_MM = (2.0, 12.0)
"""Panels of kiosks and of the best telephones lie between: beyond, the width is a mistake."""


def unusual(width: int, height: int, width_mm: float) -> str:
    """Return what is unusual about a panel of so many pixels and millimetres; empty if nothing.

    A width of 0 mm is not known, so nothing is said of it.
    """
    short, long = sorted((width, height))
    if short < LEAST_PX[0] or long < LEAST_PX[1]:
        return f"smaller than {LEAST_PX[1]}x{LEAST_PX[0]}"
    if long > short * LONGEST_SHAPE:
        return f"more than {LONGEST_SHAPE:g} times as long as wide"
    if width_mm and not PX_PER_MM[0] <= width / width_mm <= PX_PER_MM[1]:
        return f"panel_width_mm = {width_mm:g} makes {width / width_mm:.1f} pixels a millimetre"
    return ""


class ScreenHealth:
    """What the health board hears of the screen."""

    def __init__(self) -> None:
        self.letters: Trouble | None = None
        self.panel: Trouble | None = None

    def opened(self, width: int, height: int, width_mm: float, letters: Trouble | None) -> None:
        """Look at the panel that was opened; ``letters`` is what is the matter with the fonts."""
        self.letters = letters
        if odd := unusual(width, height, width_mm):
            self.panel = PANEL_UNUSUAL
            log.warning("screen.panel_unusual", code=PANEL_UNUSUAL.code, because=odd)

    def troubles(self) -> Mapping[str, Callable[[], Trouble | None]]:
        """Return what to ask, by role."""
        return {
            "letters": lambda: self.letters,
            "panel": lambda: self.panel,
            "words": words_trouble,
        }
