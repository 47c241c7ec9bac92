"""What is offered for the letters she has typed: own phrases first, a dictionary behind them.

The dictionary is libgooglepinyin where it is installed, else the table of words on the disk.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from kioskd.pinyin.compose import EACH_MAX, compose
from kioskd.pinyin.googlepinyin import GooglePinyin, open_library
from kioskd.pinyin.names import name_characters, names
from kioskd.pinyin.readings import by_reading
from kioskd.pinyin.syllables import SEPARATOR, SYLLABLES, Cut, cuts
from kioskd.pinyin.tables import Entry, begins_like, table

LETTERS_MAX = 36
"""So many letters may wait to become characters; more cannot be typed."""
CANDIDATES_MAX = 1500
CHARACTERS_OF_FIRST, CHARACTERS_IN_LINES = 60, 2
PHRASES_FIRST, NAMES_FIRST, COMPLETIONS_MAX = 3, 3, 3
LINES_MAX = 150
LONG, SURE_COST = 3, 45
"""A phrase of three characters, or one that is so common, is hardly meant by accident."""
CLOSE_COST = 17
"""Another way to cut the letters is looked at if it is no dearer: xi'an besides xian."""
WAYS_MAX = 3
SYLLABLE_MAX = 3
"""Up to so many letters are one syllable, or two short ones that need no line."""


class Expects(Enum):
    """What a field is for; decides what is offered first."""

    ANYTHING = "anything"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text, and how many of the letters it stands for."""

    text: str
    letters: int


@dataclass(frozen=True, slots=True)
class Pinyin:
    """An engine as a value: the same letters always give the same candidates."""

    use_library: bool = True
    """False looks words up in the table even where libgooglepinyin is installed."""
    own: Mapping[str, list[Entry]] = field(default_factory=dict, repr=False)
    """The region's own words by their syllables."""

    @classmethod
    def for_region(cls, phrases: Iterable[str], use_library: bool = True) -> "Pinyin":
        """Return an engine that knows the region's own words too: streets, offices, estates."""
        return cls(use_library, by_reading(phrases))

    def candidates(
        self, letters: str, expects: Expects = Expects.ANYTHING
    ) -> tuple[Candidate, ...]:
        """Return what ``letters`` (a to z and the apostrophe) may be, the likeliest first."""
        plain = letters.replace(SEPARATOR, "")[:LETTERS_MAX]
        if not plain:
            return ()
        found: dict[str, Candidate] = {}
        for one in self._all(plain, expects):
            found.setdefault(one.text, one)
            if len(found) == CANDIDATES_MAX:
                break
        return tuple(found.values())

    def _all(self, letters: str, expects: Expects) -> Iterator[Candidate]:
        ways = cuts(letters)
        close = [way for way in ways if way.cost <= ways[0].cost + CLOSE_COST][:WAYS_MAX]
        library = open_library() if self.use_library else None
        if expects is Expects.NAME and len(ways[0].parts) == 1:
            yield from (Candidate(c, len(letters)) for c in name_characters(ways[0].key))
        theirs = [Candidate(*one) for one in library.candidates(letters)] if library else []
        whole = [one.text for one in theirs if one.letters == len(letters)]
        for text in _ordered(self._whole(letters, close, library), whole, expects):
            yield Candidate(text, len(letters))
        yield from self._begun(close[0])
        yield from (one for one in theirs if one.letters <= len(letters))
        if expects is Expects.NAME:
            first = close[0].key.split()[0]
            yield from (Candidate(c, len(close[0].parts[0])) for c in name_characters(first))
        yield from self._characters(close)

    def _whole(self, letters: str, ways: list[Cut], library: GooglePinyin | None) -> "_Sources":
        """Gather what stands for all of the letters, by where it comes from."""
        whole = [way for way in ways if way.whole]
        exact = sorted((e for w in whole for e in self._phrases(w.key)), key=_cost)
        lines = compose(whole, self._lookup) if len(letters) > SYLLABLE_MAX else []
        people = [name for w in whole[:2] for name in names(tuple(w.key.split()))]
        words = [] if library else [e for w in whole for e in table("words").exact(w.key)]
        ends = [] if whole else table("initials").exact(letters)
        ends += [e for w in ways[:2] for e in self._completions(w)]
        sure = [text for text, cost in exact if len(text) >= LONG or cost <= SURE_COST]
        return _Sources(sure, _texts(words), _texts(lines), _texts(ends), _texts(exact), people)

    def _lookup(self, key: str) -> list[Entry]:
        """Return the words of a key for a line: phrases, words, or a single character."""
        found = self._phrases(key) + table("words").exact(key, EACH_MAX)
        if " " not in key:
            found += table("chars").exact(key, CHARACTERS_IN_LINES)
        return sorted(found, key=_cost)

    def _phrases(self, key: str) -> list[Entry]:
        return [*self.own.get(key, ()), *table("phrases").exact(key)]

    def _completions(self, way: Cut) -> list[Entry]:
        """Return what goes on so; syllables after the first may be begun only."""
        parts = way.key.split()
        if len(parts) < 2 or parts[0] not in SYLLABLES:
            return []
        found = table("phrases").like(parts, LINES_MAX)
        found += [e for key, own in self.own.items() if begins_like(key, parts) for e in own]
        if not way.whole:
            found += table("words").like(parts, LINES_MAX)
        return sorted(found, key=_cost)[:COMPLETIONS_MAX]

    def _begun(self, way: Cut) -> Iterator[Candidate]:
        """Yield words for the first syllables, the longest first."""
        key = way.key.split()
        for count in range(len(key) - 1, 1, -1):
            for text, _ in self._lookup(" ".join(key[:count]))[:2]:
                yield Candidate(text, way.letters_of(count))

    def _characters(self, ways: Iterable[Cut]) -> Iterator[Candidate]:
        """Yield the characters of the first syllable, rare ones last; of one alone, all of them."""
        for way in ways:
            most = None if len(way.parts) == 1 else CHARACTERS_OF_FIRST
            letters = len(way.parts[0])
            for text, _ in table("chars").exact(way.key.split()[0], most):
                yield Candidate(text, letters)


@dataclass(frozen=True, slots=True)
class _Sources:
    """Texts for all of the letters, each list with the likeliest first."""

    phrases: list[str]
    """Those that are hardly meant by accident: long or very common ones."""
    words: list[str]
    lines: list[str]
    completions: list[str]
    places: list[str]
    """All phrases, the less common ones too."""
    people: list[str]


def _ordered(own: _Sources, theirs: list[str], expects: Expects) -> Iterator[str]:
    """Yield the texts of all sources in turn, so that each has its best among the first."""
    words = theirs or own.words
    if expects is Expects.NAME:
        yield from own.people[:NAMES_FIRST]
    yield from own.phrases[:PHRASES_FIRST]
    if not own.lines:
        yield from own.completions[:1]
    if len(own.lines[0] if own.lines else "") < LONG:
        yield from words[:1]
    yield from own.people[:1]
    yield from own.lines[:1]
    yield from words[:1]
    if not own.lines:
        yield from own.completions
    yield from own.people[1:2]
    yield from own.places[:1]
    yield from own.completions
    for ranked in (own.lines[1:], words[1:], own.people[2:], own.places):
        yield from ranked


def _texts(entries: Iterable[Entry]) -> list[str]:
    return [text for text, _ in entries]


def _cost(entry: Entry) -> int:
    return entry[1]
