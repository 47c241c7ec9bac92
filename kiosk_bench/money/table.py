"""The one table of ``make money``: what was tried, and what became of the money."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Final

from kiosk_bench.money.verdict import Verdict

NAME_WIDTH: Final = 44
WIDTH: Final = 11


@dataclass(slots=True)
class Row:
    """One line of the table; ``name`` says what was done to the kiosk."""

    name: str
    points: int = 0
    """Calls' beginnings and ends that the kiosk was killed at, or places of another proof."""
    runs: int = 0
    """Worlds that were run and judged, or whose state was judged in another run."""
    states: int = 0
    """Different durable states that the runs left behind."""
    charges: int = 0
    postings: int = 0
    reversals: int = 0
    unknown: int = 0
    lost: int = 0
    doubled: int = 0
    problems: list[str] = field(default_factory=list)

    def add(self, verdict: Verdict, problems: Iterable[str] = (), where: str = "") -> None:
        """Count one run. A problem counts by the word that it begins with."""
        self.runs += 1
        self.charges += verdict.charges
        self.postings += verdict.postings
        self.reversals += verdict.reversals
        self.unknown += verdict.unknown
        for problem in problems:
            self.fail(problem, where)

    def fail(self, problem: str, where: str) -> None:
        """Note what is wrong; whatever is not called doubled is lost."""
        if problem.startswith("doubled"):
            self.doubled += 1
        else:
            self.lost += 1
        self.problems.append(f"{where}: {problem}")


COLUMNS: Final = tuple(one.name for one in fields(Row))[1:-1]


def printed(rows: list[Row]) -> str:
    """Return the table with its sum, and beneath it everything that is wrong."""
    lines = [_line("", COLUMNS), *(_line(row.name, _values(row)) for row in rows)]
    whole = Row("all together")
    for row in rows:
        for name in COLUMNS:
            setattr(whole, name, getattr(whole, name) + getattr(row, name))
    lines.append(_line(whole.name, _values(whole)))
    lines += [problem for row in rows for problem in row.problems]
    return "\n".join(lines)


def all_well(rows: list[Row]) -> bool:
    """Tell whether nothing is lost, nothing doubled, and something was tried."""
    tried = bool(rows) and all(row.runs for row in rows)
    return tried and not any(row.lost or row.doubled or row.problems for row in rows)


def _values(row: Row) -> list[str]:
    return [str(getattr(row, name)) for name in COLUMNS]


def _line(name: str, values: Iterable[str]) -> str:
    return f"{name:<{NAME_WIDTH}}" + "".join(f"{value:>{WIDTH}}" for value in values)
