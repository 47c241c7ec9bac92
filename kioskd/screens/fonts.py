"""Letters: the fonts at every size, and rendered strings kept for the next frame.

WenQuanYi Micro Hei has no bold cut and the library's own emboldening blots Chinese characters, so
bold is drawn larger, thickened by less than a pixel and scaled down. What was rendered may
name a citizen: ``forget`` drops all of it when a visit ends.
"""

from collections import OrderedDict
from itertools import groupby

import pygame

from kioskd.screens.font_files import FontFiles
from kioskd.screens.theme import Colour

RENDERED_MAX = 200
MEASURED_MAX = 4000
LAST_OF_BMP = 0xFFFF
FINER = 2
"""How many times larger a bold string is drawn before it is scaled down."""


def _thicker(size: int) -> int:
    """Return by how many pixels of the larger drawing a stroke of bold is thicker."""
    return max(1, round(size * FINER / 26))


def _pieces(text: str) -> list[tuple[bool, str]]:
    """Cut ``text`` where it changes between the BMP and beyond: (is beyond, piece)."""
    return [(rare, "".join(piece)) for rare, piece in groupby(text, lambda c: ord(c) > LAST_OF_BMP)]


class Fonts:
    """Letters at every size; ``pygame.font.init()`` must have been called."""

    def __init__(self, files: FontFiles) -> None:
        self.files = files
        self._fonts: dict[tuple[str, int], pygame.font.Font] = {}
        self._rendered: OrderedDict[tuple[str, int, bool, Colour], pygame.Surface] = OrderedDict()
        self._widths: OrderedDict[tuple[str, int, bool], int] = OrderedDict()

    def _font(self, size: int, rare: bool = False) -> pygame.font.Font:
        key = ((rare and self.files.rare) or self.files.letters, size)
        if key not in self._fonts:
            self._fonts[key] = pygame.font.Font(*key)
        return self._fonts[key]

    def _line_width(self, text: str, size: int) -> int:
        return sum(self._font(size, rare).size(piece)[0] for rare, piece in _pieces(text))

    def _line(self, text: str, size: int, colour: Colour) -> pygame.Surface:
        """Return ``text`` on one baseline, each piece in the font that has its characters."""
        pieces = [(self._font(size, rare), piece) for rare, piece in _pieces(text)]
        if len(pieces) <= 1:
            font = pieces[0][0] if pieces else self._font(size)
            return font.render(text, True, colour)
        baseline = self._font(size).get_ascent()
        height = max(baseline + font.get_height() - font.get_ascent() for font, _ in pieces)
        line = pygame.Surface((self._line_width(text, size), height), pygame.SRCALPHA)
        x = 0
        for font, piece in pieces:
            line.blit(font.render(piece, True, colour), (x, baseline - font.get_ascent()))
            x += font.size(piece)[0]
        return line

    def ascent(self, size: int, bold: bool) -> int:
        """Return the pixels from the top of a rendered string to its baseline."""
        return (
            self._font(size * FINER).get_ascent() // FINER
            if bold
            else self._font(size).get_ascent()
        )

    def width(self, text: str, size: int, bold: bool) -> int:
        """Return how many pixels ``text`` is wide."""
        key = (text, size, bold)
        if key not in self._widths:
            if len(self._widths) >= MEASURED_MAX:
                self._widths.popitem(last=False)
            self._widths[key] = self._width(text, size, bold)
        return self._widths[key]

    def _width(self, text: str, size: int, bold: bool) -> int:
        if not bold or not text:
            return self._line_width(text, size)
        return -(-(self._line_width(text, size * FINER) + _thicker(size)) // FINER)

    def render(self, text: str, size: int, bold: bool, colour: Colour) -> pygame.Surface:
        """Return ``text`` drawn in ``colour`` on nothing."""
        key = (text, size, bold, colour)
        if key in self._rendered:
            self._rendered.move_to_end(key)
            return self._rendered[key]
        if len(self._rendered) >= RENDERED_MAX:
            self._rendered.popitem(last=False)
        draw = self._bold if bold and text else self._regular
        self._rendered[key] = draw(text, size, colour)
        return self._rendered[key]

    def _regular(self, text: str, size: int, colour: Colour) -> pygame.Surface:
        return self._line(text, size, colour)

    def _bold(self, text: str, size: int, colour: Colour) -> pygame.Surface:
        """Draw larger, thicken by a fraction of a final pixel, and scale down."""
        large = self._line(text, size * FINER, colour)
        width, height = self._width(text, size, True), -(-large.get_height() // FINER)
        thick = pygame.Surface((width * FINER, height * FINER), pygame.SRCALPHA)
        thick.fill((*colour, 0))
        across = _thicker(size)
        for dx in range(across + 1):
            for dy in range(across // 2 + 1):
                thick.blit(large, (dx, dy))
        return pygame.transform.smoothscale(thick, (width, height))

    def forget(self) -> None:
        """Drop every string that was measured or rendered, and the fonts with their glyphs."""
        self._fonts.clear()
        self._rendered.clear()
        self._widths.clear()
