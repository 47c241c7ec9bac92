"""Icons, from an icon font or from simple shapes on a 100 by 100 field. Never without words."""

import math
from collections.abc import Sequence
from enum import Enum
from itertools import pairwise

import pygame

from kioskd.screens.theme import Colour

GOLD: Colour = (0xE2, 0xB4, 0x4B)
"""The contacts of a chip."""
SCREEN_GREEN: Colour = (0xBD, 0xE5, 0xC8)
"""The display of a PIN pad."""
Point = tuple[float, float]


class Icon(Enum):
    """What can be drawn; the value names it in lists of pictures."""

    CHECK = "check"
    QUESTION = "question"
    CROSS = "cross"
    EXCLAMATION = "exclamation"
    ARROW_DOWN = "arrow_down"
    ARROW_UP = "arrow_up"
    ARROW_LEFT = "arrow_left"
    ARROW_RIGHT = "arrow_right"
    DOTS = "dots"

    SOCIAL_CARD = "social_card"
    ID_CARD = "id_card"
    BANK_CARD = "bank_card"
    PIN_PAD = "pin_pad"

    PERSON = "person"
    PRINTER = "printer"
    PHONE = "phone"
    CLOCK = "clock"
    COINS = "coins"
    LIST = "list"
    BOOK = "book"
    PLACE = "place"
    LOCK = "lock"
    SHIELD = "shield"
    SEARCH = "search"

    INSURED = "insured"
    SAVINGS = "savings"
    MEDICAL = "medical"
    PAID = "paid"
    IN_PROGRESS = "in_progress"
    CARD_OFF = "card_off"
    CARD_BACK = "card_back"
    CARD_NEW = "card_new"
    CARD_ON = "card_on"
    PIN = "pin"
    RECEIPT = "receipt"
    COPIES = "copies"
    RECORD = "record"
    STAMP = "stamp"
    OFFICE = "office"
    LAW = "law"
    CHECK_PAPER = "check_paper"
    PROFILE = "profile"
    HELP = "help"

    LANGUAGE = "language"
    LARGE_TYPE = "large_type"
    READ_ALOUD = "read_aloud"
    LOUDER = "louder"
    LOW = "low"
    LEFT_HAND = "left_hand"
    LEAVE = "leave"


GLYPHS = {
    Icon.BANK_CARD: "\ue870",
    Icon.PERSON: "\ue7fd",
    Icon.PRINTER: "\ue8ad",
    Icon.PHONE: "\ue0cd",
    Icon.CLOCK: "\ue8b5",
    Icon.COINS: "\uef63",
    Icon.LIST: "\ue0ee",
    Icon.BOOK: "\uea19",
    Icon.PLACE: "\ue55f",
    Icon.LOCK: "\ue897",
    Icon.SHIELD: "\ue8e8",
    Icon.SEARCH: "\ue8b6",
    Icon.INSURED: "\uf0c5",
    Icon.SAVINGS: "\ue2eb",
    Icon.MEDICAL: "\uf109",
    Icon.PAID: "\ueff1",
    Icon.IN_PROGRESS: "\uf1bb",
    Icon.CARD_OFF: "\ue4f4",
    Icon.CARD_BACK: "\uf232",
    Icon.CARD_NEW: "\ueb86",
    Icon.CARD_ON: "\ue86c",
    Icon.PIN: "\uf045",
    Icon.RECEIPT: "\uef6e",
    Icon.COPIES: "\ue14d",
    Icon.RECORD: "\ue85d",
    Icon.STAMP: "\ue982",
    Icon.OFFICE: "\uea12",
    Icon.LAW: "\ue90e",
    Icon.CHECK_PAPER: "\uf206",
    Icon.PROFILE: "\uf02e",
    Icon.HELP: "\uf0e2",
    Icon.LANGUAGE: "\ue8e2",
    Icon.LARGE_TYPE: "\ueae2",
    Icon.READ_ALOUD: "\ue023",
    Icon.LOUDER: "\ue050",
    Icon.LOW: "\ue914",
    Icon.LEFT_HAND: "\ue764",
    Icon.LEAVE: "\ue9ba",
}
"""What the icon font draws. Signs that mean an outcome, and the cards, are drawn by hand: they must
be there without it, and no font has them."""


class Pen:
    """Draws on a square surface in hundredths of its side."""

    def __init__(self, surface: pygame.Surface, ink: Colour, paper: Colour) -> None:
        self.surface, self.ink, self.paper = surface, ink, paper
        self._unit = surface.get_width() / 100

    def _at(self, value: float) -> int:
        return round(value * self._unit)

    def box(
        self, x: float, y: float, w: float, h: float, r: float = 0, colour: Colour | None = None
    ) -> None:
        """Fill a rectangle with corners of radius ``r``."""
        where = (self._at(x), self._at(y), self._at(w), self._at(h))
        pygame.draw.rect(self.surface, colour or self.ink, where, border_radius=self._at(r))

    def disc(self, x: float, y: float, r: float, colour: Colour | None = None) -> None:
        """Fill a circle."""
        pygame.draw.circle(
            self.surface, colour or self.ink, (self._at(x), self._at(y)), self._at(r)
        )

    def shape(self, points: Sequence[Point], colour: Colour | None = None) -> None:
        """Fill a polygon."""
        corners = [(self._at(x), self._at(y)) for x, y in points]
        pygame.draw.polygon(self.surface, colour or self.ink, corners)

    def stroke(self, points: Sequence[Point], width: float, colour: Colour | None = None) -> None:
        """Draw a line through ``points`` with round ends and joints."""
        for (x1, y1), (x2, y2) in pairwise(points):
            length = math.hypot(x2 - x1, y2 - y1) or 1.0
            dx, dy = (y1 - y2) / length * width / 2, (x2 - x1) / length * width / 2
            ends = [(x1 + dx, y1 + dy), (x2 + dx, y2 + dy), (x2 - dx, y2 - dy), (x1 - dx, y1 - dy)]
            self.shape(ends, colour)
        for x, y in points:
            self.disc(x, y, width / 2, colour)

    def arc(self, x: float, y: float, r: float, start: float, end: float, width: float) -> None:
        """Draw part of a circle from ``start`` to ``end`` degrees, clockwise from three o'clock."""
        steps = 24
        angles = [math.radians(start + (end - start) * i / steps) for i in range(steps + 1)]
        self.stroke([(x + r * math.cos(a), y + r * math.sin(a)) for a in angles], width)


def paint(icon: Icon, surface: pygame.Surface, ink: Colour, paper: Colour, font: str) -> None:
    """Draw ``icon`` over the whole of a square, empty surface.

    ``font`` is the icon font's file; without one (empty) what it draws is left out: words stand
    beside every icon.
    """
    surface.fill((*ink, 0))
    if icon not in GLYPHS:
        _PAINTERS[icon](Pen(surface, ink, paper))
    elif font:
        _glyph(surface, GLYPHS[icon], ink, font)


def _glyph(surface: pygame.Surface, glyph: str, ink: Colour, font: str) -> None:
    """Draw a glyph in the middle: by its ink, since its box hangs on a line of text."""
    side = surface.get_width()
    drawn = pygame.font.Font(font, side).render(glyph, True, ink)
    box = drawn.get_bounding_rect()
    surface.blit(drawn, ((side - box.w) // 2, (side - box.h) // 2), box)


def _check(pen: Pen) -> None:
    pen.stroke([(18, 54), (41, 77), (83, 26)], 14)


def _question(pen: Pen) -> None:
    pen.arc(50, 35, 21, -190, 20, 13)
    pen.stroke([(69.7, 42), (52, 56), (50, 66)], 13)
    pen.disc(50, 86, 8)


def _cross(pen: Pen) -> None:
    pen.stroke([(24, 24), (76, 76)], 14)
    pen.stroke([(76, 24), (24, 76)], 14)


def _exclamation(pen: Pen) -> None:
    pen.stroke([(50, 16), (50, 58)], 14)
    pen.disc(50, 82, 9)


def _card(pen: Pen, fill: Colour) -> None:
    pen.box(2, 20, 96, 60, 8)
    pen.box(5, 23, 90, 54, 6, fill)


def _social_card(pen: Pen) -> None:
    _card(pen, pen.paper)
    pen.box(13, 41, 18, 14, 2.5, GOLD)
    pen.stroke([(42, 40), (84, 40)], 5)
    pen.stroke([(42, 52), (70, 52)], 4)
    pen.stroke([(13, 66), (60, 66)], 4)


def _id_card(pen: Pen) -> None:
    _card(pen, pen.paper)
    pen.stroke([(15, 38), (46, 38)], 5)
    pen.stroke([(15, 51), (40, 51)], 4)
    pen.stroke([(15, 64), (46, 64)], 4)
    pen.disc(72, 43, 10)
    pen.shape([(57, 70), (60, 61), (67, 56), (77, 56), (84, 61), (87, 70)])


def _pin_pad(pen: Pen) -> None:
    pen.box(12, 2, 76, 96, 9)
    pen.box(21, 10, 58, 18, 3, SCREEN_GREEN)
    for row in range(4):
        for column in range(3):
            green = row == 3 and column == 2
            colour = (0x1E, 0x7D, 0x46) if green else pen.paper
            pen.box(21 + column * 20.5, 36 + row * 15, 17, 11, 2.5, colour)


def _arrow(pen: Pen, dx: int, dy: int) -> None:
    pen.stroke([(50 - dx * 36, 50 - dy * 36), (50 + dx * 34, 50 + dy * 34)], 12)
    tip = (50 + dx * 38, 50 + dy * 38)
    for side in (-1, 1):
        wing = (tip[0] - dx * 28 + dy * side * 28, tip[1] - dy * 28 + dx * side * 28)
        pen.stroke([wing, tip], 12)


def _dots(pen: Pen) -> None:
    for x in (22, 50, 78):
        pen.disc(x, 50, 10)


_PAINTERS = {
    Icon.CHECK: _check,
    Icon.QUESTION: _question,
    Icon.CROSS: _cross,
    Icon.EXCLAMATION: _exclamation,
    Icon.SOCIAL_CARD: _social_card,
    Icon.ID_CARD: _id_card,
    Icon.PIN_PAD: _pin_pad,
    Icon.ARROW_DOWN: lambda pen: _arrow(pen, 0, 1),
    Icon.ARROW_UP: lambda pen: _arrow(pen, 0, -1),
    Icon.ARROW_LEFT: lambda pen: _arrow(pen, -1, 0),
    Icon.ARROW_RIGHT: lambda pen: _arrow(pen, 1, 0),
    Icon.DOTS: _dots,
}
