"""People's names: a surname and one or two characters that given names are made of."""

from dataclasses import dataclass
from functools import cache
from itertools import product

from kioskd.pinyin.tables import DATA

SURNAMES_EACH, PARTS_EACH, NAMES_MAX = 3, 4, 8


@dataclass(frozen=True, slots=True)
class _Lists:
    """Each list by its syllables, in the order of how common the names are."""

    surname: dict[str, list[str]]
    given: dict[str, list[str]]
    part: dict[str, list[str]]
    rare: dict[str, list[str]]
    """Characters that hardly anything but names has."""


@cache
def _lists() -> _Lists:
    lists = _Lists({}, {}, {}, {})
    for line in (DATA / "names.tsv").read_text(encoding="utf-8").splitlines():
        kind, key, word = line.split("\t")
        getattr(lists, kind).setdefault(key, []).append(word)
    return lists


def names(syllables: tuple[str, ...]) -> list[str]:
    """Return the names that ``syllables`` may be, the likeliest first; few or none."""
    for length in (1, 2):
        surnames = _lists().surname.get(" ".join(syllables[:length]), ())[:SURNAMES_EACH]
        rest = syllables[length:]
        if surnames and 1 <= len(rest) <= 2:
            pairs = product(enumerate(surnames), enumerate(_given(rest)))
            ranked = sorted(pairs, key=lambda pair: 3 * pair[0][0] + pair[1][0])
            return [surname + given for (_, surname), (_, given) in ranked[:NAMES_MAX]]
    return []


def name_characters(syllable: str) -> list[str]:
    """Return the characters of names for one syllable: surnames, usual ones, then rare ones."""
    lists = _lists()
    usual, rare = lists.part.get(syllable, []), lists.rare.get(syllable, [])
    return [*lists.surname.get(syllable, []), *usual[:PARTS_EACH], *rare, *usual[PARTS_EACH:]]


def _given(syllables: tuple[str, ...]) -> list[str]:
    """Return given names of one or two syllables: known pairs first, then put together."""
    lists = _lists()
    known = lists.given.get(" ".join(syllables), [])
    parts = [lists.part.get(syllable, [])[:PARTS_EACH] for syllable in syllables]
    ranked = product(*(enumerate(part) for part in parts))
    pairs = sorted(ranked, key=lambda pair: sum(rank for rank, _ in pair))
    made = ["".join(character for _, character in pair) for pair in pairs]
    return list(dict.fromkeys([*known, *made]))
