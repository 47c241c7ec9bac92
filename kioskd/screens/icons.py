"""Icons drawn from simple shapes on a 100 by 100 field. Always shown with words, never alone."""

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
    SOCIAL_CARD = "social_card"
    ID_CARD = "id_card"
    BANK_CARD = "bank_card"
    PERSON = "person"
    PIN_PAD = "pin_pad"
    ARROW_DOWN = "arrow_down"
    ARROW_UP = "arrow_up"
    ARROW_LEFT = "arrow_left"
    ARROW_RIGHT = "arrow_right"
    LAMP = "lamp"
    PRINTER = "printer"
    PHONE = "phone"
    CLOCK = "clock"
    DOTS = "dots"
    COINS = "coins"
    LIST = "list"
    BOOK = "book"
    PLACE = "place"
    LOCK = "lock"
    TOOLS = "tools"
    SHIELD = "shield"
    BARCODE = "barcode"
    SEARCH = "search"


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


def paint(icon: Icon, surface: pygame.Surface, ink: Colour, paper: Colour) -> None:
    """Draw ``icon`` over the whole of a square, empty surface."""
    surface.fill((*ink, 0))
    _PAINTERS[icon](Pen(surface, ink, paper))


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


def _bank_card(pen: Pen) -> None:
    _card(pen, pen.paper)
    pen.box(4, 34, 92, 11)
    pen.stroke([(15, 62), (40, 62)], 5)


def _person(pen: Pen) -> None:
    pen.disc(50, 30, 20)
    pen.disc(50, 92, 36)
    pen.surface.fill(
        (*pen.ink, 0), (0, pen.surface.get_height() * 94 // 100, *pen.surface.get_size())
    )


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


def _lamp(pen: Pen) -> None:
    pen.disc(50, 50, 20)
    for step in range(8):
        angle = math.radians(step * 45)
        dx, dy = math.cos(angle), math.sin(angle)
        pen.stroke([(50 + dx * 31, 50 + dy * 31), (50 + dx * 43, 50 + dy * 43)], 7)


def _printer(pen: Pen) -> None:
    pen.box(26, 8, 48, 26, 3)
    pen.box(32, 14, 36, 24, 0, pen.paper)
    pen.box(8, 32, 84, 40, 7)
    pen.disc(80, 43, 4, pen.paper)
    pen.box(24, 54, 52, 40, 3)
    pen.box(30, 60, 40, 28, 0, pen.paper)
    pen.stroke([(37, 68), (63, 68)], 4)
    pen.stroke([(37, 79), (55, 79)], 4)


def _phone(pen: Pen) -> None:
    pen.stroke([(24, 20), (26, 44), (42, 64), (62, 76), (80, 78)], 12)
    pen.stroke([(22, 20), (34, 32)], 18)
    pen.stroke([(70, 68), (82, 78)], 18)


def _clock(pen: Pen) -> None:
    pen.disc(50, 50, 44)
    pen.disc(50, 50, 35, pen.paper)
    pen.stroke([(50, 26), (50, 50), (66, 60)], 8)


def _dots(pen: Pen) -> None:
    for x in (22, 50, 78):
        pen.disc(x, 50, 10)


def _coins(pen: Pen) -> None:
    pen.disc(50, 50, 45)
    pen.disc(50, 50, 38, pen.paper)
    pen.stroke([(33, 24), (50, 46), (67, 24)], 8)
    pen.stroke([(50, 46), (50, 76)], 8)
    pen.stroke([(34, 50), (66, 50)], 7)
    pen.stroke([(34, 63), (66, 63)], 7)


def _list(pen: Pen) -> None:
    pen.box(16, 6, 68, 88, 7)
    pen.box(22, 12, 56, 76, 4, pen.paper)
    for y in (30, 50, 70):
        pen.disc(33, y, 4.5)
        pen.stroke([(45, y), (67, y)], 6)


def _book(pen: Pen) -> None:
    pen.shape([(50, 26), (34, 17), (8, 17), (8, 78), (34, 78), (50, 86)])
    pen.shape([(50, 26), (66, 17), (92, 17), (92, 78), (66, 78), (50, 86)])
    pen.stroke([(50, 28), (50, 84)], 5, pen.paper)
    for y in (36, 50, 64):
        pen.stroke([(18, y - 2), (38, y)], 4, pen.paper)
        pen.stroke([(82, y - 2), (62, y)], 4, pen.paper)


def _place(pen: Pen) -> None:
    pen.disc(50, 38, 32)
    pen.shape([(20, 50), (80, 50), (50, 96)])
    pen.disc(50, 38, 13, pen.paper)


def _lock(pen: Pen) -> None:
    pen.arc(50, 40, 20, -180, 0, 10)
    pen.stroke([(30, 40), (30, 52)], 10)
    pen.stroke([(70, 40), (70, 52)], 10)
    pen.box(18, 46, 64, 46, 8)
    pen.disc(50, 66, 7, pen.paper)
    pen.stroke([(50, 66), (50, 78)], 6, pen.paper)


def _tools(pen: Pen) -> None:
    pen.stroke([(30, 74), (66, 36)], 15)
    pen.disc(70, 30, 22)
    pen.shape([(70, 30), (80, 4), (98, 22)], pen.paper)
    pen.disc(28, 76, 14)
    pen.disc(28, 76, 5, pen.paper)


def _shield(pen: Pen) -> None:
    pen.shape([(50, 5), (88, 18), (86, 54), (72, 80), (50, 96), (28, 80), (14, 54), (12, 18)])
    pen.stroke([(32, 50), (46, 64), (70, 36)], 9, pen.paper)


def _barcode(pen: Pen) -> None:
    for x, width in ((8, 9), (23, 4), (33, 9), (50, 4), (60, 12), (78, 4), (87, 6)):
        pen.box(x, 18, width, 64)


def _search(pen: Pen) -> None:
    pen.disc(42, 42, 34)
    pen.disc(42, 42, 23, pen.paper)
    pen.stroke([(66, 66), (88, 88)], 14)


_PAINTERS = {
    Icon.CHECK: _check,
    Icon.QUESTION: _question,
    Icon.CROSS: _cross,
    Icon.EXCLAMATION: _exclamation,
    Icon.SOCIAL_CARD: _social_card,
    Icon.ID_CARD: _id_card,
    Icon.BANK_CARD: _bank_card,
    Icon.PERSON: _person,
    Icon.PIN_PAD: _pin_pad,
    Icon.ARROW_DOWN: lambda pen: _arrow(pen, 0, 1),
    Icon.ARROW_UP: lambda pen: _arrow(pen, 0, -1),
    Icon.ARROW_LEFT: lambda pen: _arrow(pen, -1, 0),
    Icon.ARROW_RIGHT: lambda pen: _arrow(pen, 1, 0),
    Icon.LAMP: _lamp,
    Icon.PRINTER: _printer,
    Icon.PHONE: _phone,
    Icon.CLOCK: _clock,
    Icon.DOTS: _dots,
    Icon.COINS: _coins,
    Icon.LIST: _list,
    Icon.BOOK: _book,
    Icon.PLACE: _place,
    Icon.LOCK: _lock,
    Icon.TOOLS: _tools,
    Icon.SHIELD: _shield,
    Icon.BARCODE: _barcode,
    Icon.SEARCH: _search,
}
