"""What a deed is, and how a line of words becomes one.

A deed is an async function of a world with a decorator that gives its words. Its parameters say
by their types what may stand in the line: those before ``*`` follow the words in order, those
after it are pairs of name and value (``wait paid within 90s``). Its docstring is its reference.
"""

import inspect
import shlex
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, get_type_hints

from kiosk_bench.kinds import Kind, NotOfKind
from kiosk_bench.timeline.deed_book import TYPED
from kiosk_bench.world import World

Act = Callable[..., Awaitable[None]]
HIDDEN = "…"
PRIVATE = ("DIGITS", "TEXT")
"""Kinds of word that nobody else may read."""
TELLS_TYPED = ("NUMBER", "KEY")
"""Places and keys: while something is typed they tell what."""


class BadDeed(Exception):
    """The line is no deed; the text says what is wrong and what there is."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that a deed's line tells it."""

    name: str
    kind: Kind
    is_pair: bool
    """Whether its name stands before it."""
    may_be_missing: bool

    @property
    def form(self) -> str:
        """Return how it is written: ``SCREEN``, ``[within DURATION]``."""
        text = f"{self.name} {self.kind.name}" if self.is_pair else self.kind.name
        return f"[{text}]" if self.may_be_missing else text


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that can be done to the world."""

    words: str
    act: Act
    parameters: tuple[Parameter, ...]
    tells: str
    """One sentence for people."""
    needs: tuple[str, ...]
    """Devices that it touches."""

    @property
    def form(self) -> str:
        """Return how its line is written: ``card insert CITIZEN [FLAW]``."""
        return " ".join([self.words, *(one.form for one in self.parameters)])


@dataclass(frozen=True, slots=True)
class Line:
    """A line that was read: a deed and what it was told. It may still find the world unfit."""

    text: str
    deed: Deed
    told: dict[str, Any]

    async def do(self, world: World) -> None:
        """Do it, and return when it is done. Raises StoryFailed where the world is not so."""
        await self.deed.act(world, **self.told)

    @property
    def needs(self) -> frozenset[str]:
        """Return the devices that it touches, those of a deed within it included."""
        inner = [one.needs for one in self.told.values() if isinstance(one, Line)]
        return frozenset(self.deed.needs).union(*inner)

    def masked(self, typing: bool) -> str:
        """Return the line for anybody's eyes: what may be a PIN or a person's own text is hidden.

        ``typing``: something is being typed, so that the place of a touch tells what.
        """
        return " ".join([self.deed.words, *self._masked_words(typing)])

    def _masked_words(self, typing: bool) -> Iterator[str]:
        for one in self.deed.parameters:
            if one.name not in self.told:
                continue
            if one.is_pair:
                yield one.name
            value = self.told[one.name]
            if isinstance(value, Line):
                yield value.masked(typing)
            else:
                hidden = one.kind.name in PRIVATE or (typing and one.kind.name in TELLS_TYPED)
                yield HIDDEN if hidden or str(value).startswith(TYPED) else str(value)


DEEDS: dict[str, Deed] = {}
"""All deeds by their words."""


def deed(words: str, *needs: str) -> Callable[[Act], Act]:
    """Make the function the deed of these words, which touches these devices."""

    def add(act: Act) -> Act:
        assert words not in DEEDS, f"two deeds are called {words}"
        tells = " ".join((inspect.getdoc(act) or "").split("\n\n")[0].split())
        assert tells, f"{words} has no docstring"
        DEEDS[words] = Deed(words, act, tuple(_parameters(act)), tells, needs)
        return act

    return add


def _parameters(act: Act) -> Iterator[Parameter]:
    hints = get_type_hints(act, include_extras=True)
    for one in list(inspect.signature(act).parameters.values())[1:]:
        kind = next(it for it in hints[one.name].__metadata__ if isinstance(it, Kind))
        is_pair = one.kind is inspect.Parameter.KEYWORD_ONLY
        yield Parameter(one.name, kind, is_pair, one.default is not inspect.Parameter.empty)


def read(text: str) -> Line:
    """Return the line's deed with what it is told. Raises BadDeed."""
    try:
        words = shlex.split(text)
    except ValueError as unclosed:
        raise BadDeed(f"{text}: {unclosed}") from unclosed
    return read_words(words)


def read_words(words: list[str]) -> Line:
    """Read a line that is split already. Raises BadDeed."""
    for count in range(len(words), 0, -1):
        found = DEEDS.get(" ".join(words[:count]))
        if found is not None:
            return Line(shlex.join(words), found, _told(found, words[count:]))
    raise BadDeed(_unknown(words))


def _told(deed: Deed, words: list[str]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    rest = list(words)
    for one in (it for it in deed.parameters if not it.is_pair):
        if not rest and one.may_be_missing:
            break
        if not rest:
            raise BadDeed(f"{deed.words}: {one.kind.name} is missing; it goes: {deed.form}")
        _take(deed, one, rest, told)
    pairs = {one.name: one for one in deed.parameters if one.is_pair}
    while rest and rest[0] in pairs and len(rest) > 1:
        _take(deed, pairs[rest.pop(0)], rest, told)
    if rest:
        raise BadDeed(f"{deed.words}: {shlex.join(rest)} is too much; it goes: {deed.form}")
    missing = [one.name for one in pairs.values() if not one.may_be_missing]
    if not told.keys() >= {*missing}:
        raise BadDeed(f"{deed.words}: {', '.join(missing)} is missing; it goes: {deed.form}")
    return told


def _take(deed: Deed, one: Parameter, rest: list[str], told: dict[str, Any]) -> None:
    """Take the words of one parameter from the rest of the line."""
    words = list(rest) if one.kind.is_deed else rest[:1]
    del rest[: len(words)]
    try:
        told[one.name] = read_words(words) if one.kind.is_deed else one.kind.read(words[0])
    except NotOfKind as wrong:
        raise BadDeed(f"{deed.words}: {wrong}") from wrong


def _unknown(words: list[str]) -> str:
    """Say which deeds begin alike, or how each begins."""
    if not words:
        return "a deed has at least one word"
    alike = [one.form for name, one in DEEDS.items() if name.split()[0] == words[0]]
    firsts = sorted({name.split()[0] for name in DEEDS})
    there_is = "; ".join(alike) if alike else f"deeds begin with {', '.join(firsts)}"
    return f"no deed {shlex.join(words)}; {there_is}"


async def do(world: World, line: str) -> None:
    """Do one line. Raises BadDeed, and StoryFailed where the world is not as the deed needs it."""
    deed = read(line)
    with world.deeds.doing(line, deed.masked):
        await deed.do(world)
