"""What a self-test finds of a kiosk's parts. Nothing of any citizen is in it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum


class Result(Enum):
    """How a part did."""

    PASS = "pass"  # noqa: S105 (no password)
    FAIL = "fail"
    UNKNOWN = "unknown"
    """Not tried, or nobody could tell."""
    ABSENT = "absent"
    """This kiosk is made without one."""


Facts = Mapping[str, str]
"""What a device says of itself, by the word for it: ``model``, ``firmware``, ``serial``."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known of one part."""

    part: str
    """The role on the health board: ``receipt_printer``."""
    trouble: str = ""
    """The operator's code of what is wrong with it as it stands; empty while it is well."""
    reason: str = ""
    """The ``TroubleReason`` in the catalogues; empty while it is well."""
    fitted: bool = True
    facts: tuple[tuple[str, str], ...] = ()
    deeds: tuple[str, ...] = ()
    """What can be tried with it."""
    done: Mapping[str, Result] = field(default_factory=dict)
    """What was tried, and how it went the last time."""

    @property
    def result(self) -> Result:
        """FAIL for any trouble or failure; PASS only when everything was tried and went well."""
        if not self.fitted:
            return Result.ABSENT
        results = [self.done.get(deed, Result.UNKNOWN) for deed in self.deeds]
        if self.trouble or Result.FAIL in results:
            return Result.FAIL
        return Result.UNKNOWN if Result.UNKNOWN in results else Result.PASS


def verdict(findings: Iterable[Finding]) -> Result:
    """Return how the whole kiosk did: as its worst part."""
    results = {finding.result for finding in findings}
    for worst in (Result.FAIL, Result.UNKNOWN):
        if worst in results:
            return worst
    return Result.PASS
