"""The words of a diagnosis: what a check is called, what it found, why, and what to do.

A fact that was not found is said as not known. The words of an operator's code are those of the
runbook's table (``fault.po``).
"""

from typing import Final

from kioskd.domain.diagnosis import Fact, Finding, State
from kioskd.screens.words import Public, Words, catalogue

NOT_KNOWN: Final = "?"


class _Told(dict[str, str]):
    """The facts as words; one that was not found is said as not known."""

    def __missing__(self, name: str) -> str:
        return NOT_KNOWN


def title(check: str, words: Words) -> str:
    """Return what is looked at."""
    return words(f"doctor.check.{check}")


def state(one: State, words: Words) -> str:
    """Return how it is, in a word."""
    return words(f"doctor.state.{one.value}")


def cause(finding: Finding, words: Words) -> str:
    """Return why, and under which code; empty where nothing is wrong."""
    if finding.code:
        told = words(f"fault.{_known(finding.code, words)}.cause")
        return words("doctor.cause_with_code", cause=told, code=Public(finding.code))
    return _said(f"doctor.cause.{finding.cause}", finding, words) if finding.cause else Public("")


def next_step(finding: Finding, words: Words) -> str:
    """Return what to do; empty where nothing is wrong."""
    if finding.code:
        return words(f"fault.{_known(finding.code, words)}.step")
    return _said(f"doctor.step.{finding.cause}", finding, words) if finding.cause else Public("")


def value(finding: Finding, check: str, words: Words) -> str:
    """Return the facts in a few words; empty where none could be had."""
    if not finding.facts and not finding.form:
        return Public("")
    return _said(f"doctor.value.{finding.form or check}", finding, words)


def _said(key: str, finding: Finding, words: Words) -> str:
    told = {name: _plain(fact, words) for name, fact in finding.facts.items()}
    return Public(catalogue(words.language).gettext(key).format_map(_Told(told)))


def _plain(fact: Fact, words: Words) -> str:
    if fact is None:
        return NOT_KNOWN
    if isinstance(fact, bool):
        return words("doctor.yes" if fact else "doctor.no")
    return str(fact) or words("doctor.none")


def _known(code: str, words: Words) -> str:
    """Return under which name the table tells of a code: the PIN pad's own are one row."""
    names = (code, code.partition("-")[0], "other")
    return next(name for name in names if f"fault.{name}.cause" in words)
