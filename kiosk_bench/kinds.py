"""Kinds of word, in a deed's line and after a fault's name: each reads a word or refuses it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


class NotOfKind(Exception):
    """The word is not of the kind that must stand here; the text says what may."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of word."""

    name: str
    """How the reference writes it."""
    read: Callable[[str], Any]
    """Returns the value. Raises NotOfKind."""
    tells: str
    """What may stand there."""
    read_all: Callable[[list[str]], Any] | None = None
    """Reads all the rest of the line instead. Raises NotOfKind."""


def one_of(name: str, *choices: str, called: str = "") -> Kind:
    """Return the kind of these words and no others."""
    what, there_are = called or name.lower(), ", ".join(choices)

    def read(word: str) -> str:
        if word not in choices:
            raise NotOfKind(f"no {what} {word}; there are {there_are}")
        return word

    return Kind(name, read, there_are)


def _duration(word: str) -> float:
    number = word.removesuffix("s")
    try:
        seconds = float(number)
    except ValueError:
        seconds = -1.0
    if number == word or not 0 <= seconds < float("inf"):
        raise NotOfKind(f"{word} is no duration; one is written in seconds: 170s, 0.5s")
    return seconds


def _number(word: str) -> int:
    if not (word.isascii() and word.isdigit()):
        raise NotOfKind(f"{word} is no whole number")
    return int(word)


def _digits(word: str) -> str:
    _number(word)
    return word


def _fen(word: str) -> int:
    """Read yuan with two places, exactly."""
    yuan, _, fen = word.partition(".")
    if len(fen) != 2 or not (yuan + fen).isdecimal() or not yuan or not word.isascii():
        raise NotOfKind(f"{word} is no amount; one is written in yuan: 1400.00")
    return int(yuan + fen)


AMOUNT = Kind("AMOUNT", _fen, "yuan with two places: 1400.00")
NUMBER = Kind("NUMBER", _number, "a whole number")
DIGITS = Kind("DIGITS", _digits, "digits")
DURATION = Kind("DURATION", _duration, "seconds: 170s, 0.5s")
