"""The recorded pictures: a checksum of each, and one small sheet a screen with all its variants.

The checksum says at once that something has changed. Another machine, pygame or font draws the same
picture with other pixels: there the thumbnails are compared, with a tolerance.
"""

import json
import platform
import zlib
from functools import cache
from pathlib import Path

import pygame

from kioskd.screens.font_files import find_fonts
from tests.goldens.gallery import VARIANTS, Variant

HOME = Path(__file__).parent
CHECKSUMS, SHEETS = HOME / "golden.json", HOME / "sheets"
TILE_W, TILE_H, ACROSS = 60, 40, 8
LEVELS = 16
"""Of grey in a thumbnail."""
MOST_OFF = 3.0
"""Mean difference of grey levels of 256 in any block that is still the same picture."""
BLOCK = 10
"""Side of the blocks that are compared: a moved button must not drown in the whole picture."""


def made_with() -> dict[str, str]:
    """Return what the checksums depend on."""
    fonts = find_fonts()
    return {
        "pygame": pygame.version.ver,
        "sdl": ".".join(map(str, pygame.version.SDL)),
        "font": _checksum(fonts.letters),
        "rare_font": _checksum(fonts.rare),
        "icons": _checksum(fonts.icons),
        "machine": platform.machine(),
    }


def _checksum(file: str) -> str:
    path = Path(file)
    return f"{zlib.crc32(path.read_bytes()):08x}" if path.is_file() else "none"


def thumbnail(surface: pygame.Surface) -> bytes:
    """Return the picture as TILE_W by TILE_H levels of grey, each 0 to LEVELS - 1."""
    if surface.get_height() > surface.get_width():  # an upright picture lies in its tile
        surface = pygame.transform.rotate(surface, 90)
    small = pygame.transform.smoothscale(surface, (TILE_W, TILE_H))
    rgb = pygame.image.tobytes(small, "RGB")
    grey = ((2 * r + 5 * g + b) // 8 for r, g, b in zip(*[iter(rgb)] * 3, strict=True))
    return bytes(level * LEVELS // 256 for level in grey)


def farthest(one: bytes, other: bytes) -> float:
    """Return the greatest mean difference of a block, in levels of 256."""
    worst = 0.0
    for top in range(0, TILE_H, BLOCK):
        for left in range(0, TILE_W, BLOCK):
            places = [
                y * TILE_W + x for y in range(top, top + BLOCK) for x in range(left, left + BLOCK)
            ]
            off = sum(abs(one[at] - other[at]) for at in places)
            worst = max(worst, off * 256 / LEVELS / len(places))
    return worst


def place_of(variant: Variant) -> tuple[int, int]:
    """Return where the variant's tile stands in a sheet, in pixels."""
    down, across = divmod(VARIANTS.index(variant), ACROSS)
    return across * TILE_W, down * TILE_H


@cache
def sheet(name: str) -> pygame.Surface | None:
    """Return the recorded sheet of a screen, None if it was never recorded."""
    file = SHEETS / f"{name}.png"
    return pygame.image.load(file) if file.exists() else None


def recorded(name: str, variant: Variant) -> bytes | None:
    """Return the recorded thumbnail."""
    whole = sheet(name)
    if whole is None:
        return None
    tile = whole.subsurface((*place_of(variant), TILE_W, TILE_H))
    rgb = pygame.image.tobytes(tile, "RGB")
    return bytes(level * LEVELS // 256 for level in rgb[::3])


@cache
def checksums() -> tuple[dict[str, str], dict[str, list[str]]]:
    """Return what they were made with, and a checksum a variant for each screen."""
    file = json.loads(CHECKSUMS.read_text(encoding="utf-8"))
    return file["made_with"], {name: line.split() for name, line in file["pictures"].items()}


def write(drawn: dict[str, dict[Variant, tuple[str, bytes]]]) -> None:
    """Record checksum and thumbnail of every screen and variant, and nothing else."""
    lines = {n: " ".join(by[v][0] for v in VARIANTS) for n, by in sorted(drawn.items())}
    whole = {"made_with": made_with(), "pictures": lines}
    CHECKSUMS.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    SHEETS.mkdir(exist_ok=True)
    for old in SHEETS.glob("*.png"):
        if old.stem not in drawn:
            old.unlink()
    rows = -(-len(VARIANTS) // ACROSS)
    for name, by_variant in drawn.items():
        whole_sheet = pygame.Surface((ACROSS * TILE_W, rows * TILE_H), depth=8)
        whole_sheet.set_palette([(level * 255 // (LEVELS - 1),) * 3 for level in range(LEVELS)])
        for variant, (_, levels) in by_variant.items():
            tile = pygame.image.frombuffer(levels, (TILE_W, TILE_H), "P")
            tile.set_palette(whole_sheet.get_palette())
            whole_sheet.blit(tile, place_of(variant))
        pygame.image.save(whole_sheet, SHEETS / f"{name}.png")
