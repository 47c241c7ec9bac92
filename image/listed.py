"""The lists beside this file: a line is something and, after ``#``, why."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from image.say import BuildRefused

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Reasoned:
    """One line of a list."""

    what: str
    why: str


def reasoned(file: Path) -> tuple[Reasoned, ...]:
    """Read a list; blank lines and lines of comment are left out.

    Raises:
        BuildRefused: a line gives no reason.
    """
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        what, _, why = (part.strip() for part in line.partition("#"))
        if what and not why:
            raise BuildRefused(f"{file.name}:{number}: {what} has no reason after a #")
        if what:
            found.append(Reasoned(what, why))
    return tuple(found)


def lines(file: Path) -> list[str]:
    """Read a list whose lines give no reason of their own; comment lines are left out."""
    stripped = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    return [line for line in stripped if line and not line.startswith("#")]


def only(found: Iterable[Path]) -> Path:
    """Give the one path that is meant; it is our mistake if there are none or more."""
    paths = sorted(found)
    assert len(paths) == 1, f"one expected: {[str(path) for path in paths]}"
    return paths[0]
