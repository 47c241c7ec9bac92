"""The doctor's lines in words, and as data: what is wrong first, then what is not known."""

import json
import os
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from kioskd.screens.words import LANGUAGES, SOURCE, Words, catalogue
from kioskd.technician.doctor.finding import Fact, Finding, State
from kioskd.technician.doctor.visit import Line, verdict

ORDER: Final = (State.WRONG, State.UNKNOWN, State.GOOD)
NOT_KNOWN: Final = "?"
FORMAT: Final = 1


class _Told(dict[str, str]):
    """The facts as words; one that was not found is said as not known."""

    def __missing__(self, name: str) -> str:
        return NOT_KNOWN


def language() -> str:
    """Return the language of whoever calls: Chinese where the locale is, English elsewhere."""
    named = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next((name for name in named if name), "")
    return SOURCE if locale.startswith("zh") else LANGUAGES[1]


def as_text(lines: Iterable[Line], words: Words) -> str:
    """Return one line a check; below those that are not good the cause and the next step.

    Neighbours with the same cause share it: a missing configuration is told once.
    """
    lines = sorted(lines, key=lambda line: ORDER.index(line.finding.state))
    states = {state: words(f"doctor.state.{state.value}") for state in State}
    titles = {line.check: words(f"doctor.check.{line.check}") for line in lines}
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


def cause(finding: Finding, words: Words) -> str:
    """Return why, and under which code; empty where nothing is wrong."""
    if finding.code:
        return f"{words(f'fault.{_known(finding.code, words)}.cause')} ({finding.code})"
    return _said(f"doctor.cause.{finding.cause}", finding, words) if finding.cause else ""


def next_step(finding: Finding, words: Words) -> str:
    """Return what to do; empty where nothing is wrong."""
    if finding.code:
        return words(f"fault.{_known(finding.code, words)}.step")
    return _said(f"doctor.step.{finding.cause}", finding, words) if finding.cause else ""


def value(finding: Finding, check: str, words: Words) -> str:
    """Return the facts in a few words; empty where none could be had."""
    if not finding.facts and not finding.form:
        return ""
    return _said(f"doctor.value.{finding.form or check}", finding, words)


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


def _said(key: str, finding: Finding, words: Words) -> str:
    told = {name: _plain(fact, words) for name, fact in finding.facts.items()}
    return catalogue(words.language).gettext(key).format_map(_Told(told))


def _plain(fact: Fact, words: Words) -> str:
    if fact is None:
        return NOT_KNOWN
    if isinstance(fact, bool):
        return words("doctor.yes" if fact else "doctor.no")
    return str(fact) or words("doctor.none")


def _known(code: str, words: Words) -> str:
    """Return the code under which the table tells of it: the PIN pad's own are one row."""
    return code if f"fault.{code}.cause" in words else code.partition("-")[0]


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    """Return how many columns a terminal gives to ``text``: Chinese has two each."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
