"""Words put together to a line: the cheapest ways through the letters (Viterbi, words alone)."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from kioskd.pinyin.syllables import Cut
from kioskd.pinyin.tables import Entry

WORD_SYLLABLES_MAX = 6
WAYS_MAX = 3
EACH_MAX: Final = 4
JOIN_COST = 6
"""Of one more word, so that one long word is preferred to two short ones."""

Lookup = Callable[[str], list[Entry]]
Edges = dict[int, dict[int, str]]
"""From a place in the letters to where its syllables end, each as the tables spell it."""


def compose(cuts: Iterable[Cut], lookup: Lookup) -> list[Entry]:
    """Return the cheapest lines with their costs, through whichever of the whole cuts."""
    edges, end = _edges(cuts)
    ways: dict[int, list[Entry]] = {0: [("", 0)]}
    for start in sorted(edges):
        before = _cheapest(ways.get(start, []))
        for at, key in _words_from(edges, start, "", WORD_SYLLABLES_MAX):
            found = lookup(key)[:EACH_MAX]
            ways.setdefault(at, []).extend(
                (line + word, cost + more + JOIN_COST)
                for line, cost in before
                for word, more in found
            )
    return _cheapest(ways.get(end, [])) if end else []


def _edges(cuts: Iterable[Cut]) -> tuple[Edges, int]:
    """Return the syllables of all cuts by where they begin and end, and where all end."""
    edges: Edges = {}
    at = 0
    for cut in cuts:
        at = 0
        for part, syllable in zip(cut.parts, cut.key.split(), strict=True):
            edges.setdefault(at, {})[at + len(part)] = syllable
            at += len(part)
    return edges, at


def _words_from(edges: Edges, at: int, key: str, left: int) -> Iterator[tuple[int, str]]:
    """Yield every run of up to ``left`` syllables from ``at``: where it ends, and its key."""
    for end, syllable in edges.get(at, {}).items():
        longer = f"{key} {syllable}" if key else syllable
        yield end, longer
        if left > 1:
            yield from _words_from(edges, end, longer, left - 1)


def _cheapest(ways: list[Entry]) -> list[Entry]:
    best: dict[str, int] = {}
    for line, cost in sorted(ways, key=lambda way: way[1]):
        best.setdefault(line, cost)
        if len(best) == WAYS_MAX:
            break
    return list(best.items())
