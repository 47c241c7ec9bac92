"""What was looked at, what was seen, and whether that is right."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    part: str
    what: str
    saw: str
    good: bool


@dataclass(slots=True)
class Checks:
    """All of them, in their order; told on standard output as they come."""

    found: list[Check] = field(default_factory=list)
    aloud: bool = False

    def note(self, part: str, what: str, saw: object, wanted: object) -> None:
        """Keep whether what was seen is what was wanted."""
        self._keep(Check(part, what, str(saw), saw == wanted))

    def hold(self, part: str, what: str, good: bool, saw: object) -> None:
        """Keep whether something holds, and what shows it."""
        self._keep(Check(part, what, str(saw), good))

    def _keep(self, check: Check) -> None:
        self.found.append(check)
        if self.aloud:
            print(line(check), flush=True)

    @property
    def good(self) -> bool:
        """Whether all is as wanted."""
        return all(check.good for check in self.found)


def line(check: Check) -> str:
    """Return one row of the table."""
    verdict = "good" if check.good else "WRONG"
    return f"{check.part:9} {check.what:72} {check.saw:34} {verdict}"
