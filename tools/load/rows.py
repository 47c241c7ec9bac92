"""The table of what was measured: a figure, what it is held against, and whether that is enough."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. ``limit`` and ``wanted`` are None where it is only told."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    """What the machine itself does, measured beside it, in the same unit."""
    wanted: float | None = None
    """Of ``value / limit``."""
    at_most: bool = False
    """Less is better: the ratio may be as wanted or less."""

    @property
    def ratio(self) -> float | None:
        """Return the value as a part of the limit."""
        return self.value / self.limit if self.limit else None

    @property
    def good(self) -> bool:
        """Whether the figure is as wanted, or nothing was."""
        if self.ratio is None or self.wanted is None:
            return True
        return self.ratio <= self.wanted if self.at_most else self.ratio >= self.wanted


def table(rows: Iterable[Row]) -> str:
    """Return the rows as a table of text."""
    lines = [f"{'figure':58}{'value':>10} {'unit':6}{'bare':>10}{'ratio':>8}{'wanted':>9}  verdict"]
    for row in rows:
        bare = "" if row.limit is None else f"{row.limit:.1f}"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        sign = "<=" if row.at_most else ">="
        wanted = "" if row.wanted is None else f"{sign} {row.wanted:.2f}"
        verdict = "" if row.wanted is None else "good" if row.good else "MISSED"
        lines.append(
            f"{row.name:58}{row.value:10.1f} {row.unit:6}{bare:>10}{ratio:>8}{wanted:>9}  {verdict}"
        )
    return "\n".join(lines)
