"""How the characters of the region's own words may be read, for looking them up by letters."""

from collections.abc import Iterable
from itertools import product

from kioskd.pinyin.tables import Entry, table

REGION_COST = 24
"""Of a phrase of the region pack: commoner than any district of another city."""
READINGS_MAX = 3
LAST_LATIN = 0x2E7F


def by_reading(phrases: Iterable[str]) -> dict[str, list[Entry]]:
    """Return the phrases by each way their syllables may be; one with a Latin sign is left out."""
    found: dict[str, list[Entry]] = {}
    for phrase in dict.fromkeys(phrases):
        for syllables in product(*map(_readings, phrase)):
            found.setdefault(" ".join(syllables), []).append((phrase, REGION_COST))
    return found


def _readings(character: str) -> list[str]:
    """Return the syllables of a character, the usual one first; none for what is no character."""
    known = sorted(table("chars").keys_of(character)) if ord(character) > LAST_LATIN else []
    return [syllable for _, syllable in known[:READINGS_MAX]]
