"""Cutting a run of letters into syllables: ``beijingdongl`` is bei, jing, dong and a begun one.

Standard spelling puts an apostrophe before a syllable that begins with a vowel (GB/T 16159 5.2),
so without one another cut comes first: ``lina`` is li na, ``xian`` is one syllable.
"""

from dataclasses import dataclass
from typing import Final

LONGEST = 6
CUTS_MAX = 6
SEPARATOR = "'"
FULL_COST, VOWEL_COST, OPEN_COST, SHORT_COST, JUNK_COST = 10, 6, 13, 25, 60
"""A syllable; one that would need an apostrophe; one begun at the end; one cut to its initial."""

_FINALS: Final = {
    "": "a ai an ang ao e ei en eng er o ou",
    "b": "a ai an ang ao ei en eng i ian iao ie in ing o u",
    "p": "a ai an ang ao ei en eng i ian iao ie in ing o ou u",
    "m": "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u",
    "f": "a an ang ei en eng o ou u",
    "d": "a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo",
    "t": "a ai an ang ao e eng i ian iao ie ing ong ou u uan ui un uo",
    "n": "a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan ue ve un uo v",
    "l": "a ai an ang ao e ei eng i ia ian iang iao ie in ing iu o ong ou u uan ue ve un uo v",
    "g": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "k": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "h": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "j": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "q": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "x": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "zh": "a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo",
    "ch": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
    "sh": "a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo",
    "r": "an ang ao e en eng i ong ou u ua uan ui un uo",
    "z": "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
    "c": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "s": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "y": "a an ang ao e i in ing o ong ou u uan ue un",
    "w": "a ai an ang ei en eng o u",
}
SYLLABLES: Final = frozenset(
    initial + final for initial, finals in _FINALS.items() for final in finals.split()
)
_OPEN: Final = frozenset(one[:n] for one in SYLLABLES for n in range(1, len(one))) - SYLLABLES
_INITIALS: Final = frozenset(initial for initial in _FINALS if initial)
_SAME: Final = {"lve": "lue", "nve": "nue"}
_VOWELS: Final = frozenset("aeo")


@dataclass(frozen=True, slots=True)
class Cut:
    """One way to read the letters; ``whole`` if every part is a full syllable."""

    parts: tuple[str, ...]
    whole: bool
    cost: int = 0

    @property
    def key(self) -> str:
        """The syllables as the tables spell them, apart by spaces."""
        return " ".join(_SAME.get(part, part) for part in self.parts)

    def letters_of(self, count: int) -> int:
        """Return how many letters the first ``count`` syllables are."""
        return sum(len(part) for part in self.parts[:count])


def cuts(letters: str) -> tuple[Cut, ...]:
    """Return the ways to read ``letters`` (a to z), the likeliest first; at least one.

    Letters that no syllable has (``nj``) are read as the initials of syllables.
    """
    best: dict[int, list[Cut]] = {len(letters): [Cut((), True)]}
    for start in range(len(letters) - 1, -1, -1):
        found = [
            Cut((letters[start:end], *rest.parts), whole and rest.whole, cost + rest.cost)
            for end in range(start + 1, min(start + LONGEST, len(letters)) + 1)
            for cost, whole in _readings(letters[start:end], start, end == len(letters))
            for rest in best[end]
        ]
        best[start] = sorted(found, key=lambda cut: cut.cost)[:CUTS_MAX]
    return tuple(best[0])


def _readings(piece: str, start: int, is_last: bool) -> list[tuple[int, bool]]:
    """Return cost and wholeness of ``piece`` as one part; empty where it cannot be one."""
    if piece in SYLLABLES:
        return [(FULL_COST + (VOWEL_COST if start and piece[0] in _VOWELS else 0), True)]
    if is_last and piece in _OPEN:
        return [(OPEN_COST, False)]
    if piece in _INITIALS:
        return [(SHORT_COST, False)]
    return [(JUNK_COST, False)] if len(piece) == 1 else []


def spell(letters: str) -> str:
    """Return the letters with their syllables apart, as they are shown while she types."""
    return " ".join(cuts(letters)[0].parts) if letters else ""
