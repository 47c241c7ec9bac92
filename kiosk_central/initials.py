"""Pinyin initials of Chinese titles, made when a region pack is loaded: the kiosk needs no pinyin.

GB 2312 orders its 3,755 common characters by their reading, so the initial follows from the code.
Its rarer characters are ordered by radical, and some common ones are read in more ways than one:
what a pack's titles need of those stands in two small tables, checked by hand.
"""

from bisect import bisect_right
from typing import Final

_FIRST_CODES: Final = (
    (0xB0A1, "a"), (0xB0C5, "b"), (0xB2C1, "c"), (0xB4EE, "d"), (0xB6EA, "e"), (0xB7A2, "f"),
    (0xB8C1, "g"), (0xB9FE, "h"), (0xBBF7, "j"), (0xBFA6, "k"), (0xC0AC, "l"), (0xC2E8, "m"),
    (0xC4C3, "n"), (0xC5B6, "o"), (0xC5BE, "p"), (0xC6DA, "q"), (0xC8BB, "r"), (0xC8F6, "s"),
    (0xCBFA, "t"), (0xCDDA, "w"), (0xCEF4, "x"), (0xD1B9, "y"), (0xD4D1, "z"),
)  # fmt: skip
"""The first code of each initial among the common characters (GB 2312 level 1)."""
_LAST_CODE: Final = 0xD7F9
WORDS: Final = {
    "银行": "yh",
    "重新": "cx",
    "重复": "cf",
    "调整": "tz",
    "长期": "cq",
    "还款": "hk",
    "参保": "cb",
    "参加": "cj",
}
"""Words in which a character is not read as GB 2312 sorts it, or that must not change."""
RARE: Final = {"恤": "x", "赡": "s", "妊": "r", "娩": "m"}
"""Characters of level 2 that titles use."""


def initials(title: str) -> str:
    """Return the initials of a Chinese title; letters stay, everything else is left out."""
    found, at = "", 0
    while at < len(title):
        word = next((word for word in WORDS if title.startswith(word, at)), title[at])
        found += WORDS[word] if word in WORDS else _initial(word)
        at += len(word)
    return found


def _initial(character: str) -> str:
    if character.isascii():
        return character.lower() if character.isalpha() else ""
    if character in RARE:
        return RARE[character]
    try:
        code = int.from_bytes(character.encode("gb2312"), "big")
    except UnicodeEncodeError:
        return ""
    if not _FIRST_CODES[0][0] <= code <= _LAST_CODE:
        return ""
    at = bisect_right(_FIRST_CODES, code, key=lambda one: one[0]) - 1
    return _FIRST_CODES[at][1]
