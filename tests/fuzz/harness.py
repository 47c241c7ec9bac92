"""Feeds a parser and holds it to its word: a value or a named error, soon, in little memory."""

import signal
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice

from tests.fuzz.mutation import Inputs

CPU_LIMIT_S = 5.0
"""Of processor time, for one input of a few thousand bytes: longer is a loop without an end."""
MEMORY_EVERY = 25
"""One input in so many is watched for memory, which is slow."""
MEMORY_MOST_BYTES = 1 << 20
MEMORY_PER_BYTE = 400


class Endless(Exception):
    """One input kept a parser busy for ``CPU_LIMIT_S``."""


@dataclass(frozen=True)
class Parser:
    """Something that reads bytes from outside.

    ``check`` parses; it raises one of ``named`` or returns normally, and asserts what else must
    hold: that what was read, written and read again is the same.
    """

    name: str
    check: Callable[[bytes], object]
    named: tuple[type[Exception], ...]
    corpus: Sequence[bytes]
    """Valid inputs: at least one, and each must be read without an error."""


@dataclass
class Tally:
    """What a parser made of its inputs."""

    values: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def fuzz(parser: Parser, count: int, seed: int) -> Tally:
    """Feed ``count`` inputs; ``wrong`` holds what broke the promise, with the input."""
    tally, inputs, seen = Tally(), Inputs(parser.corpus, seed), set[str]()
    for number, data in enumerate(islice(inputs, count)):
        with _watched(number % MEMORY_EVERY == 0, data, tally):
            outcome = _feed(parser, data, tally)
        if outcome not in seen:
            seen.add(outcome)
            inputs.keep()
    return tally


def _feed(parser: Parser, data: bytes, tally: Tally) -> str:
    signal.setitimer(signal.ITIMER_VIRTUAL, CPU_LIMIT_S)
    try:
        parser.check(data)
    except parser.named as error:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        tally.errors[type(error).__name__] += 1
        return f"{type(error).__name__} {error}"[:80]
    except Exception as error:  # noqa: BLE001 - just what is looked for
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        tally.wrong.append(f"{parser.name}: {error!r} from {data.hex()}")
        return repr(error)[:80]
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    tally.values += 1
    return "value"


@contextmanager
def _watched(watch: bool, data: bytes, tally: Tally) -> Iterator[None]:
    if not watch:
        yield
        return
    tracemalloc.start()
    try:
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    if peak > MEMORY_MOST_BYTES + MEMORY_PER_BYTE * len(data):
        tally.wrong.append(f"{peak} bytes of memory for {data.hex()}")


@contextmanager
def endless_is_an_error() -> Iterator[None]:
    """Turn an endless loop into ``Endless`` while the block runs."""

    def stop(number: int, frame: object) -> None:
        raise Endless

    before = signal.signal(signal.SIGVTALRM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGVTALRM, before)
