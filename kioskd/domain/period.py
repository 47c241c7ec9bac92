"""The units in which contributions are paid, and the order of what is owed: region content."""

from dataclasses import dataclass
from enum import Enum


class Period(Enum):
    """A unit of paying, by the calendar: a half-year begins in January or July."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"

    @property
    def months(self) -> int:
        """How many months it has."""
        return {"month": 1, "quarter": 3, "half_year": 6, "year": 12}[self.value]


class Arrears(Enum):
    """How the months of this year may be paid that are past and unpaid."""

    FREE = "free"
    """In any order, or not at all."""
    IN_ORDER = "in_order"
    """No later month before an earlier one."""
    NEVER = "never"
    """Not at all: a month can be paid until it is over."""


@dataclass(frozen=True, slots=True)
class PeriodRules:
    """Which months of a scheme may be paid together in this region."""

    units: tuple[Period, ...] = (Period.MONTH,)
    """With MONTH among them any months; without it only whole units, or what is open of them."""
    arrears: Arrears = Arrears.FREE
    cross_year: bool = False
    """Whether ``months_ahead`` may lead into the next year. Earlier years are never made up."""
    consecutive_min: int = 1
    """So many months in a row at least, unless fewer are open there."""

    def __post_init__(self) -> None:
        if not self.units or self.consecutive_min < 1:
            raise ValueError("no unit to pay in")  # what a decoder of a region pack expects


ANY_MONTHS = PeriodRules()
"""Single months, in any order, within the year."""
