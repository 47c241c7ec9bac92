"""How the characters of the region's own words may be read, for looking them up by letters."""

from collections.abc import Iterable
from itertools import product

from kioskd.pinyin.tables import Entry, table

REGION_COST = 24
"""Of a phrase of the region pack: commoner than any district of another city."""
READINGS_MAX = 3


def by_reading(phrases: Iterable[str]) -> dict[str, list[Entry]]:
    """Return the phrases by each way their syllables may be; one with an unknown sign is left out.

    Goes through the table of characters once; meant for when the region pack has come.
    """
    phrases = tuple(dict.fromkeys(phrases))
    readings = _readings(frozenset("".join(phrases)))
    found: dict[str, list[Entry]] = {}
    for phrase in phrases:
        for syllables in product(*(readings.get(character, ()) for character in phrase)):
            found.setdefault(" ".join(syllables), []).append((phrase, REGION_COST))
    return found


def _readings(characters: frozenset[str]) -> dict[str, list[str]]:
    """Return the syllables of each character, the usual one first."""
    costs: dict[str, list[tuple[int, str]]] = {}
    for syllable, entries in table("chars"):
        for character, cost in entries:
            if character in characters:
                costs.setdefault(character, []).append((cost, syllable))
    return {
        character: [syllable for _, syllable in sorted(found)[:READINGS_MAX]]
        for character, found in costs.items()
    }
