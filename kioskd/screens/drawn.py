"""What a canvas writes and what it remembers of it: evidence for tests, words for the reader."""

from dataclasses import dataclass

from kioskd.screens import theme as t
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.theme import Colour, Type
from kioskd.screens.words import Public


@dataclass(frozen=True, slots=True)
class Run:
    """A part of one line with its own style: a label, then a strong number."""

    text: str
    type: Type = Type.BODY
    colour: Colour = t.INK


@dataclass(frozen=True, slots=True)
class DrawnText:
    """A text and how and where it was drawn; ``fits`` False is a fault of the screen."""

    text: str
    rect: Rect
    """Its lines, as wide as the widest."""
    box: Rect
    """The room it was given."""
    fits: bool
    type: Type = Type.BODY
    colour: Colour = t.INK
    size: int = 0
    """Of its letters, in pixels."""
    line_height: int = 0
    lines: int = 1
    heard: bool = True
    """Whether it is read aloud; some are for eyes only, their sense is said otherwise."""
    runs_on: bool = False
    """Whether it goes on from the text before, in the same line."""

    @property
    def public(self) -> bool:
        """Whether it may be said aloud in a hall."""
        return isinstance(self.text, Public)


@dataclass(frozen=True, slots=True)
class DrawnCard:
    """A card or button and its look; ``button`` None where it cannot be touched."""

    rect: Rect
    look: Look
    button: str | None
