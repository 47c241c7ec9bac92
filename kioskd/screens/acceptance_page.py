"""The acceptance sheet as a picture of an A4 page: drawn with the fonts of the screens.

A kiosk has no other way to set Chinese; its own key signs the sheet, so it cannot come from the
centre. Needs no display.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pygame

from kioskd.domain.selftest import Finding
from kioskd.screens.font_files import find_fonts
from kioskd.screens.fonts import Fonts
from kioskd.screens.layout import Rect, wrap
from kioskd.screens.technician_part import fact_in_words
from kioskd.screens.theme import Colour
from kioskd.screens.words import Words

DOTS_PER_MM: Final = 8
"""203 dpi, as thermal printers have; letters of 3 mm are sharp."""
WIDTH, HEIGHT = 210 * DOTS_PER_MM, 297 * DOTS_PER_MM
MARGIN: Final = 16 * DOTS_PER_MM
BLACK: Final[Colour] = (0, 0, 0)
TITLE, TEXT, SMALL = (round(size * DOTS_PER_MM) for size in (6.5, 3.8, 3.2))
QR_MM: Final = 52
STRIP: Final = 64
COLUMNS: Final = (0.0, 0.24, 0.42, 0.53)
"""Where part, result, code and what it says begin, as shares of the width."""
Modules = Sequence[Sequence[bool]]
"""Of a QR code, row by row, without its quiet zone; true is black."""


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What stands on the page."""

    labelled: tuple[tuple[str, str], ...]
    """Key of a label in the catalogue (``acceptance.<key>``) and what stands beside it."""
    findings: tuple[Finding, ...]
    result: str
    qr: Modules


def acceptance_page(facts: PageFacts, language: str, font: str = "") -> tuple[int, int, bytes]:
    """Return width, height and grey pixels, a byte each. Raises ConfigError without a font."""
    pygame.font.init()
    surface = pygame.Surface((WIDTH, HEIGHT))
    surface.fill((0xFF, 0xFF, 0xFF))
    page = _Page(surface, Fonts(find_fonts(font)), Words(language))
    page.draw(facts)
    return WIDTH, HEIGHT, b"".join(_grey(surface))


def _grey(surface: pygame.Surface) -> Iterator[bytes]:
    """Yield the pixels, a byte each, strip by strip: a kiosk has little memory to spare."""
    for y in range(0, HEIGHT, STRIP):
        strip = surface.subsurface((0, y, WIDTH, min(STRIP, HEIGHT - y)))
        yield pygame.image.tobytes(strip, "RGB")[::3]


class _Page:
    """Writes from the top of the page to its foot."""

    def __init__(self, surface: pygame.Surface, fonts: Fonts, words: Words) -> None:
        self._surface, self._fonts, self._words = surface, fonts, words
        self._room = Rect(MARGIN, MARGIN, WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN)
        self._y = self._room.y

    def draw(self, facts: PageFacts) -> None:
        words, whole = self._words, self._room
        self._row([(words("acceptance.title"), 0.0)], TITLE, bold=True)
        self._row([(words(f"technician.{facts.result}"), 0.0)], TITLE, bold=True)
        self._rule()
        for key, said in facts.labelled:
            self._row([(words(f"acceptance.{key}"), 0.0), (said, COLUMNS[1])], TEXT)
        self._rule()
        heads = ("part", "result", "code", "says")
        self._row(
            [(words(f"acceptance.{key}"), at) for key, at in zip(heads, COLUMNS, strict=True)],
            TEXT,
            bold=True,
        )
        for finding in facts.findings:
            self._row(list(zip(self._cells(finding), COLUMNS, strict=True)), SMALL)
        self._rule()
        side = QR_MM * DOTS_PER_MM
        self._qr(facts.qr, Rect(whole.x, whole.bottom - side, side, side))
        self._foot(side)

    def _cells(self, finding: Finding) -> Iterator[str]:
        words = self._words
        yield words(f"technician.part.{finding.part}")
        yield words(f"technician.{finding.result.value}")
        yield finding.trouble or "-"
        told = (fact_in_words(words, name, value) for name, value in finding.facts)
        said = (f"{name} {value}" for name, value in told)
        yield words("acceptance.comma").join(said) or "-"

    def _row(self, cells: Sequence[tuple[str, float]], size: int, bold: bool = False) -> None:
        """Write texts side by side, each from its share of the width to the next one's."""
        whole, lines_most = self._room, 1
        ends = [*(at for _, at in cells[1:]), 1.0]
        line = round(size * 1.45)
        for (text, at), end in zip(cells, ends, strict=True):
            x, width = whole.x + round(at * whole.w), round((end - at) * whole.w) - DOTS_PER_MM
            lines = wrap(text, width, lambda part: self._fonts.width(part, size, bold))
            for index, part in enumerate(lines):
                self._write(part, x, self._y + index * line, size, bold)
            lines_most = max(lines_most, len(lines))
        self._y += line * lines_most + DOTS_PER_MM // 2

    def _write(self, text: str, x: int, y: int, size: int, bold: bool = False) -> None:
        self._surface.blit(self._fonts.render(text, size, bold, BLACK), (x, y))

    def _rule(self) -> None:
        self._y += DOTS_PER_MM
        self._surface.fill(BLACK, (self._room.x, self._y, self._room.w, 2))
        self._y += 2 * DOTS_PER_MM

    def _qr(self, modules: Modules, place: Rect) -> None:
        dots = place.w // len(modules)
        for y, row in enumerate(modules):
            for x, black in enumerate(row):
                if black:
                    spot = (place.x + x * dots, place.y + y * dots, dots, dots)
                    self._surface.fill(BLACK, spot)

    def _foot(self, side: int) -> None:
        """Write beside the code how it is checked, and leave room for a signature."""
        words, whole = self._words, self._room
        x = whole.x + side + 6 * DOTS_PER_MM
        y = whole.bottom - side
        width = whole.right - x
        for part in wrap(
            words("acceptance.check"), width, lambda text: self._fonts.width(text, SMALL, False)
        ):
            self._write(part, x, y, SMALL)
            y += round(SMALL * 1.45)
        self._surface.fill(BLACK, (x, whole.bottom - 8 * DOTS_PER_MM, width, 2))
        self._write(words("acceptance.sign_here"), x, whole.bottom - 6 * DOTS_PER_MM, SMALL)
