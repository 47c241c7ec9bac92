"""What a deed is, and how a line of words becomes one.

A deed is an async function of a world with a decorator that gives its words. Its parameters say
by their types what may stand in the line: those before ``*`` follow the words in order, those
after it are pairs of name and value (``wait paid within 90s``). Its docstring is its reference.
"""

import inspect
import shlex
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, Any, get_type_hints

import trio

from kiosk_bench.console import StoryFailed
from kiosk_bench.kinds import Kind, NotOfKind
from kiosk_bench.timeline.deed_book import TYPED
from kiosk_bench.world import World

Act = Callable[..., Awaitable[None]]
ANYTHING = ("NUMBER", "TEXT")
"""Kinds that say less of what must stand there than the parameter's own name."""
UNFIT = (LookupError, ValueError, OSError, RuntimeError, trio.TooSlowError)
"""What is raised by looking for what is not there: a payment, a file, a program that refuses. A
demo must outlive it, and a story tell it with its place."""
HIDDEN = "…"
BANK_KEY = "bank key"
PRIVATE = ("DIGITS", "TEXT")
"""Kinds of word that nobody else may read."""
TELLS_TYPED = ("NUMBER", "KEY")
"""Places and keys: while something is typed they tell what."""


class BadDeed(NotOfKind):
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
        """Return how it is written: ``SCREEN``, ``[within DURATION]``; ``X`` for any number."""
        says_itself = self.is_pair or self.kind.name not in ANYTHING
        what = self.kind.name if says_itself else self.name.upper()
        text = f"{self.name} {what}" if self.is_pair else what
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
    """What each parameter is told, read."""
    said: dict[str, str]
    """The same as it is written."""

    async def do(self, world: World) -> None:
        """Do it, and return when it is done. Raises StoryFailed where the world is not so."""
        with world.deeds.doing(self.text, self.masked):
            try:
                await self.deed.act(world, **self.told)
            except UNFIT as unfit:
                raise StoryFailed(f"the world is not as this needs it: {unfit!r}") from unfit

    @property
    def needs(self) -> frozenset[str]:
        """Return the devices that it touches, those of a deed within it included."""
        inner = [one.needs for one in self.told.values() if isinstance(one, Line)]
        return frozenset(self.deed.needs).union(*inner)

    def masked(self, typing: bool) -> str:
        """Return the line for anybody's eyes: what may be a PIN or a person's own text is hidden.

        ``typing``: something is being typed, so that the place of a touch tells what.
        """
        at_pad = self.deed.words == BANK_KEY
        return " ".join([self.deed.words, *self._masked_words(typing or at_pad)])

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
                said, kind = self.said[one.name], one.kind.name
                hidden = kind in PRIVATE or (typing and kind in TELLS_TYPED)
                yield HIDDEN if hidden or said.startswith(TYPED) else said


ALIKE_MAX = 6
"""So many deeds are proposed in place of one that there is not."""
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
    return read_words(words, text)


def read_words(words: list[str], text: str = "") -> Line:
    """Read a line that is split already. Raises BadDeed."""
    for count in range(len(words), 0, -1):
        found = DEEDS.get(" ".join(words[:count]))
        if found is not None:
            line = Line(text or " ".join(words), found, {}, {})
            _tell(line, words[count:])
            return line
    raise BadDeed(_unknown(words))


def _tell(line: Line, words: list[str]) -> None:
    """Read what the deed is told. Raises BadDeed."""
    deed, rest = line.deed, list(words)
    for one in (it for it in deed.parameters if not it.is_pair):
        if not rest and one.may_be_missing:
            break
        if not rest:
            raise BadDeed(f"{deed.words}: {one.kind.name} is missing; it goes: {deed.form}")
        _take(line, one, rest)
    pairs = {one.name: one for one in deed.parameters if one.is_pair}
    while rest and rest[0] in pairs and len(rest) > 1:
        _take(line, pairs[rest.pop(0)], rest)
    if rest:
        raise BadDeed(f"{deed.words}: {shlex.join(rest)} is too much; it goes: {deed.form}")
    missing = [one.name for one in pairs.values() if not one.may_be_missing]
    if not line.told.keys() >= {*missing}:
        raise BadDeed(f"{deed.words}: {', '.join(missing)} is missing; it goes: {deed.form}")


def _take(line: Line, one: Parameter, rest: list[str]) -> None:
    """Take the words of one parameter from the rest of the line. Raises BadDeed."""
    read_all = one.kind.read_all
    words = rest[: 1 if read_all is None else len(rest)]
    del rest[: len(words)]
    try:
        line.told[one.name] = one.kind.read(words[0]) if read_all is None else read_all(words)
    except NotOfKind as wrong:
        raise BadDeed(f"{line.deed.words}: {wrong}") from wrong
    line.said[one.name] = " ".join(words)


def _unknown(words: list[str]) -> str:
    """Say which deeds begin alike, the closest of many, or how each begins."""
    if not words:
        return "a deed has at least one word"
    names = [name for name in DEEDS if name.split()[0] == words[0]]
    if len(names) > ALIKE_MAX:
        names = get_close_matches(" ".join(words), names, ALIKE_MAX, 0.0)
    alike = [DEEDS[name].form for name in names]
    firsts = sorted({name.split()[0] for name in DEEDS})
    there_is = "; ".join(alike) if alike else f"deeds begin with {', '.join(firsts)}"
    return f"no deed {shlex.join(words)}; {there_is}"


DeedLine = Annotated[Line, Kind("DEED", read, "a deed", read_words)]


async def do(world: World, text: str) -> None:
    """Do one line. Raises BadDeed, and StoryFailed where the world is not as the deed needs it."""
    await read(text).do(world)
