"""What a check finds: its state, the facts that it was judged by, and the key of its cause.

The words, a cause and a next step in each language, are in the catalogue ``doctor.po`` under the
key; those of an operator's code are in ``fault.po``, the same table as the runbook's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

Fact = str | int | float | bool | None
"""None: not known."""
Facts = dict[str, Fact]


class State(Enum):
    """How something is."""

    GOOD = "good"
    WRONG = "wrong"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's."""

    state: State
    cause: str = ""
    """Key of the words for cause and next step; empty where all is good."""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    code: str = ""
    """An operator's code that says the cause, in the place of ``cause``."""
    form: str = ""
    """Key of the words for the facts, where they are not the check's own."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one check found."""

    check: str
    finding: Finding


URGENCY = (State.WRONG, State.UNKNOWN, State.GOOD)
"""What is to be read first."""


def most_urgent_first(lines: Iterable[Line]) -> list[Line]:
    """Return the lines as they are read, those alike in the order that they had."""
    return sorted(lines, key=lambda line: URGENCY.index(line.finding.state))


def verdict(lines: Iterable[Line]) -> State:
    """Return the worst: wrong before unknown before good."""
    states = {line.finding.state for line in lines}
    return next((state for state in URGENCY if state in states), State.GOOD)


def good(form: str = "", /, **facts: Fact) -> Finding:
    """All that is looked at is as it should be."""
    return Finding(State.GOOD, facts=facts, form=form)


def wrong(cause: str, form: str = "", /, **facts: Fact) -> Finding:
    """Somebody should do something."""
    return Finding(State.WRONG, cause, facts, form=form)


def unknown(cause: str, form: str = "", /, **facts: Fact) -> Finding:
    """It could not be found out, and why not."""
    return Finding(State.UNKNOWN, cause, facts, form=form)


def faulty(code: str, form: str = "", /, **facts: Fact) -> Finding:
    """Wrong, by a code that the runbook explains."""
    return Finding(State.WRONG, "", facts, code, form)
