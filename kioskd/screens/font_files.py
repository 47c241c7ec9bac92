"""Which font files draw letters, rare characters and icons, and what is the matter with them.

A file is looked at before it is opened: SDL_ttf does not refuse a font without tables, it ends the
process, and a kiosk would start and end for ever.
"""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import ConfigError

LETTERS = (
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/wqy-microhei/wqy-microhei.ttc",
    "/usr/share/fonts/wenquanyi/wqy-microhei/wqy-microhei.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
)
STAND_IN = "/usr/share/fonts/truetype/hanazono/HanaMinA.ttf"
"""Has Chinese and Latin letters, but thin ones: better than no kiosk."""
RARE = "/usr/share/fonts/truetype/hanazono/HanaMinB.ttf"
"""For characters beyond the BMP, which names of citizens have and the main font has not."""
ICONS = "/usr/share/fonts/truetype/material-design-icons-iconfont/MaterialIcons-Regular.ttf"

LETTERS_GONE = Trouble(TroubleReason.LETTERS_GONE, "K-04")
RARE_LETTERS_GONE = Trouble(TroubleReason.RARE_LETTERS_GONE, "K-05")
ICONS_GONE = Trouble(TroubleReason.ICONS_GONE, "K-06")

SIGNATURES = {b"\x00\x01\x00\x00", b"OTTO", b"true"}
COLLECTION = b"ttcf"
NEEDED_TABLES = {b"cmap", b"head", b"hhea", b"hmtx", b"maxp"}


@dataclass(frozen=True, slots=True)
class FontFiles:
    """The files to draw with; empty where there is none: boxes then, or no icons."""

    letters: str
    rare: str = ""
    icons: str = ""
    trouble: Trouble | None = None
    """The worst of what is missing."""


def find_fonts(configured: str = "", rare: str = RARE, icons: str = ICONS) -> FontFiles:
    """Return what there is to draw with, and what is missing.

    Raises ConfigError if no font with Chinese letters is there at all.
    """
    wanted = (configured, *LETTERS) if configured else LETTERS
    letters = next((file for file in (*wanted, STAND_IN) if is_font(file)), "")
    if not letters:
        raise ConfigError("screen", "font", f"no Chinese font (K-04): {wanted[0]} and others")
    found = {
        LETTERS_GONE: letters != STAND_IN and (not configured or letters == configured),
        RARE_LETTERS_GONE: is_font(rare),
        ICONS_GONE: is_font(icons),
    }
    return FontFiles(
        letters,
        rare if found[RARE_LETTERS_GONE] else "",
        icons if found[ICONS_GONE] else "",
        next((trouble for trouble, well in found.items() if not well), None),
    )


def is_font(file: str) -> bool:
    """Whether ``file`` is a TrueType or OpenType font, or a collection, that is whole.

    Looks at the signature and that every table lies within the file (OpenType 1.9, "Organization
    of an OpenType font").
    """
    try:
        size = Path(file).stat().st_size
        with Path(file).open("rb") as font:
            tables = dict(_tables(font))
    except (OSError, struct.error, ValueError):
        return False
    return tables.keys() >= NEEDED_TABLES and all(end <= size for end in tables.values())


def _tables(font: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Yield each table's tag and where it ends. Raises struct.error, ValueError."""
    signature = font.read(4)
    if signature == COLLECTION:
        font.seek(12)
        font.seek(*struct.unpack(">I", font.read(4)))
        signature = font.read(4)
    if signature not in SIGNATURES:
        raise ValueError("not a font")
    (count,) = struct.unpack(">H6x", font.read(8))
    records: Iterable[tuple[bytes, int, int, int]] = struct.iter_unpack(
        ">4sIII", font.read(16 * count)
    )
    for tag, _, offset, length in islice(records, count):
        yield tag, offset + length
