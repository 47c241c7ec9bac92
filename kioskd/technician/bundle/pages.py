"""A small bundle as pages of text that QR codes carry, where neither network nor stick can.

Each page names its bundle, its number and how many there are, and has a check sum of its own; the
whole is known by its hash. The letters are those of RFC 9285 (base 45), which a QR code packs best
and a telephone reads as plain text. Pure: ``tools/read_qr_pages.py`` joins them again with it.
"""

import hashlib
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from kioskd.errors import KioskError

LETTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
MARK: Final = "KB1"
PAGE_BYTES: Final = 416
"""Makes a code of 662 letters: version 14, whose squares are three pixels on the smallest panel."""
PAGES_MAX: Final = 64
_PAGE: Final = re.compile(r"KB1:([0-9A-F]{16}):(\d{3}):(\d{3}):([0-9A-F]{8}):([0-9A-Z $%*+\-./:]*)")


class PagesUnreadable(KioskError):
    """Pages do not make a bundle: one is damaged, of another bundle, or missing (``missing``)."""

    def __init__(self, why: str, missing: tuple[int, ...] = ()) -> None:
        super().__init__(why)
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Page:
    """One page as it was read."""

    bundle: str
    number: int
    """From 1."""
    count: int
    data: bytes


def split(data: bytes) -> list[str]:
    """Return the pages of a bundle, in order. Raises PagesUnreadable if it is too large."""
    pieces = [data[at : at + PAGE_BYTES] for at in range(0, len(data), PAGE_BYTES)] or [b""]
    if len(pieces) > PAGES_MAX:
        raise PagesUnreadable(f"{len(data)} bytes would be {len(pieces)} pages")
    return [
        f"{MARK}:{_name(data)}:{number:03d}:{len(pieces):03d}:{zlib.crc32(piece):08X}:{_base45(piece)}"
        for number, piece in enumerate(pieces, 1)
    ]


def read(text: str) -> Page:
    """Read one page. Raises PagesUnreadable."""
    found = _PAGE.fullmatch(text.strip("\r\n"))
    if found is None:
        raise PagesUnreadable("not a page of a bundle")
    bundle, number, count, check, letters = found.groups()
    if not 1 <= int(number) <= int(count):
        raise PagesUnreadable("not a page of a bundle")
    data = _bytes_in(letters)
    if f"{zlib.crc32(data):08X}" != check:
        raise PagesUnreadable(f"page {int(number)} is damaged: read it again")
    return Page(bundle, int(number), int(count), data)


def join(texts: Iterable[str]) -> bytes:
    """Return the bundle of these pages, in any order, any of them twice. Raises PagesUnreadable."""
    pages = [read(text) for text in texts]
    if not pages:
        raise PagesUnreadable("no pages")
    if len({(page.bundle, page.count) for page in pages}) > 1:
        raise PagesUnreadable("pages of more than one bundle")
    found = {page.number: page.data for page in pages}
    missing = tuple(sorted(set(range(1, pages[0].count + 1)) - found.keys()))
    if missing:
        raise PagesUnreadable(f"missing pages: {', '.join(map(str, missing))}", missing)
    data = b"".join(found[number] for number in sorted(found))
    if _name(data) != pages[0].bundle:
        raise PagesUnreadable("the pages do not make the bundle that they name")
    return data


def _name(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16].upper()


def _base45(data: bytes) -> str:
    out = []
    for at in range(0, len(data), 2):
        pair = data[at : at + 2]
        value, count = int.from_bytes(pair, "big"), len(pair) + 1
        out += [LETTERS[value // 45**place % 45] for place in range(count)]
    return "".join(out)


def _bytes_in(letters: str) -> bytes:
    out = bytearray()
    for at in range(0, len(letters), 3):
        digits = [LETTERS.index(letter) for letter in letters[at : at + 3]]
        value = sum(digit * 45**place for place, digit in enumerate(digits))
        size = len(digits) - 1
        if not size or value >= 256**size:
            raise PagesUnreadable("letters that no bytes make")
        out += value.to_bytes(size, "big")
    return bytes(out)
