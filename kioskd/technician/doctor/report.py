"""The doctor's lines in words, and as data: what is wrong first, then what is not known."""

import json
import os
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from kioskd.domain.diagnosis import Finding, Line, State, most_urgent_first, verdict
from kioskd.screens.diagnosis_words import cause, next_step, state, title, value
from kioskd.screens.words import LANGUAGES, SOURCE, Words

FORMAT: Final = 1


def language() -> str:
    """Return the language of whoever calls: Chinese where the locale is, English elsewhere."""
    named = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next((name for name in named if name), "")
    return SOURCE if locale.startswith("zh") else LANGUAGES[1]


def as_text(lines: Iterable[Line], words: Words) -> str:
    """Return one line a check; below those that are not good the cause and the next step.

    Neighbours with the same cause share it: a missing configuration is told once.
    """
    lines = most_urgent_first(lines)
    states = {one: state(one, words) for one in State}
    titles = {line.check: title(line.check, words) for line in lines}
    columns = max(map(_width, states.values())), max(map(_width, titles.values()))
    text = []
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        first = states[line.finding.state], titles[line.check]
        cells = [_padded(cell, width) for cell, width in zip(first, columns, strict=True)]
        text.append("  ".join([*cells, value(line.finding, line.check, words)]).rstrip())
        advice = _advice(line.finding, words)
        if following is None or advice != _advice(following.finding, words):
            text += advice
    return "\n".join([*text, "", _summary(lines, words)])


def as_data(lines: Iterable[Line], about: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """Return everything as plain values; the words are those of ``words``."""
    lines = tuple(lines)
    return {
        "format": FORMAT,
        **about,
        "verdict": verdict(lines).value,
        "lines": [_datum(line, words) for line in lines],
    }


def as_json(lines: Iterable[Line], about: Mapping[str, Any], words: Words) -> str:
    """Return ``as_data`` as JSON."""
    return json.dumps(as_data(lines, about, words), ensure_ascii=False, indent=2)


def _advice(finding: Finding, words: Words) -> list[str]:
    if finding.state is State.GOOD:
        return []
    return [
        f"    {words('doctor.cause')}{cause(finding, words)}",
        f"    {words('doctor.step')}{next_step(finding, words)}",
    ]


def _summary(lines: Iterable[Line], words: Words) -> str:
    states = Counter(line.finding.state for line in lines)
    return words("doctor.summary", **{state.value: states[state] for state in State})


def _datum(line: Line, words: Words) -> dict[str, Any]:
    finding = line.finding
    return {
        "check": line.check,
        "state": finding.state.value,
        "value": value(finding, line.check, words),
        "facts": dict(finding.facts),
        "why": finding.code or finding.cause,
        "cause": cause(finding, words),
        "next_step": next_step(finding, words),
    }


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    """Return how many columns a terminal gives to ``text``: Chinese has two each."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
