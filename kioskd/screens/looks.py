"""How cards and buttons look: ground, border, ink, and the same while a finger is on them."""

from enum import Enum

from kioskd.screens import theme as t
from kioskd.screens.theme import Colour


class Look(Enum):
    """A ground, a border with its width at the reference panel, an ink; dashed or not."""

    PLAIN = (t.SURFACE, t.LINE, 2, t.INK, False)
    """A card."""
    OPEN = (t.SURFACE, t.BLUE, 2, t.INK, False)
    """A card that invites: insert here."""
    CHOSEN = (t.PALE_BLUE, t.BLUE, 4, t.INK, False)
    """The chosen card of several; say so with a sign or word too."""
    OFF = (t.OFF, t.OFF_LINE, 2, t.OFF_INK, True)
    """Cannot be used now; say why."""
    DONE = (t.PALE_DONE, t.DONE, 2, t.DONE, False)
    DOUBT = (t.PALE_DOUBT, t.DOUBT, 2, t.INK, False)
    STOP = (t.PALE_STOP, t.STOP, 2, t.INK, False)
    MAIN = (t.BLUE, t.BLUE, 2, t.SURFACE, False)
    """The one main action of a screen, right at the bottom."""
    SECOND = (t.SURFACE, t.BLUE, 2, t.BLUE, False)
    """Every other button."""
    KEY = (t.SURFACE, t.OFF_LINE, 2, t.INK, False)
    """A key of a keypad or keyboard."""
    KEY_SOFT = (t.TAB_BLUE, t.OFF_LINE, 2, t.INK, False)
    """A key that is not a character: clear, back."""
    HEADER = (t.DEEP_BLUE, t.SOFT_BLUE, 2, t.SURFACE, False)
    """A button in the header."""
    PRESSED = (t.PALE_BLUE, t.DEEP_BLUE, 4, t.DEEP_BLUE, False)
    PRESSED_MAIN = (t.DEEP_BLUE, t.DEEP_BLUE, 2, t.SURFACE, False)

    def __init__(
        self, fill: Colour, line: Colour, line_width: float, ink: Colour, dashed: bool
    ) -> None:
        self.fill, self.line, self.line_width = fill, line, line_width
        self.ink, self.dashed = ink, dashed

    def when_pressed(self) -> "Look":
        """Return the look while a finger is on it."""
        return Look.PRESSED_MAIN if self is Look.MAIN else Look.PRESSED
