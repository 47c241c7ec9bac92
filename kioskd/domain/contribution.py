"""What a person with flexible employment may pay, and what each part of it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Self

from kioskd.domain.money import Money
from kioskd.domain.period import ANY_MONTHS, PeriodRules


class Scheme(Enum):
    """An insurance scheme a flexible-employment person pays into herself."""

    PENSION = "pension"
    MEDICAL = "medical"


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month; written ``2026-10`` on the wire."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1900 <= self.year <= 9999 and 1 <= self.month <= 12):
            raise ValueError("not a month")  # what a decoder of wire values expects

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``2026-10``. Raises ValueError for anything else."""
        year, _, month = text.partition("-")
        if len(year) != 4 or len(month) != 2:
            raise ValueError("not a month")
        return cls(int(year), int(month))

    def plus(self, months: int) -> "Month":
        """Return the month that many months later (or earlier, if negative)."""
        index = self.year * 12 + self.month - 1 + months
        return Month(index // 12, index % 12 + 1)


@dataclass(frozen=True, slots=True)
class Rates:
    """What part of the base is paid, as fractions: 0.20 in all, 0.08 to the personal account."""

    total: Decimal
    personal: Decimal


@dataclass(frozen=True, slots=True)
class Grade:
    """One payment grade (缴费档次): a monthly amount and where it goes."""

    percent: int
    """Of the average wage; 0 where the region lets the person choose a free base."""
    base: Money
    monthly: Money
    personal: Money
    pool: Money


def grade_for_base(percent: int, base: Money, rates: Rates) -> Grade:
    """Work out a grade: total and personal part half up to the fen, the pool is the rest."""
    monthly = base.share_half_up(rates.total)
    personal = base.share_half_up(rates.personal)
    return Grade(percent, base, monthly, personal, monthly - personal)


def grade_of_average(percent: int, average: Money, rates: Rates) -> Grade:
    """Work out the grade at ``percent`` of the average wage, base half up to the fen."""
    base = average.share_half_up(Decimal(percent) / 100)
    return grade_for_base(percent, base, rates)


class MonthStatus(Enum):
    """What can be done about a month of the year on offer."""

    PAYABLE = "payable"
    PAID = "paid"
    LOCKED = "locked"
    """In an assessment that is open somewhere."""
    CLOSED = "closed"
    """Not payable: before enrolment, or not open yet."""


class ClosedWhy(Enum):
    """Why a month is CLOSED."""

    BEFORE_ENROLMENT = "before_enrolment"
    NOT_OPEN_YET = "not_open_yet"
    TOO_LATE = "too_late"
    """Past, in a region where months are not made up."""


@dataclass(frozen=True, slots=True)
class OfferedMonth:
    """One month of the year on offer."""

    month: Month
    status: MonthStatus
    why: ClosedWhy | None = None
    """Said of a CLOSED month."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be paid in one scheme now: the grades and the months of one year."""

    scheme: Scheme
    year: int
    average_wage: Money
    """Monthly, of the year before; the bases are percentages of it."""
    rates: Rates
    grades: tuple[Grade, ...]
    months: tuple[OfferedMonth, ...]
    """The year; twelve months from the first unpaid one where payments may cross the year."""
    fixed_percent: int | None = None
    """The grade already used this year where the region does not let it change; else None."""
    periods: PeriodRules = ANY_MONTHS
    """Which of the months may be paid together."""
    counting: tuple[Month, ...] = ()
    """Paid months that count towards the waiting period, where the scheme has one."""


class AssessmentState(Enum):
    """Where an assessment stands at the centre."""

    OPEN = "open"
    PAYING = "paying"
    """A kiosk has reported the intent to charge: it no longer expires by itself."""
    PAID = "paid"
    RELEASED = "released"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Assessment:
    """核定单: the centre's word on person, scheme, grade, months and fen. Locks those months."""

    ref: str
    scheme: Scheme
    grade: Grade
    months: tuple[Month, ...]
    amount: Money
    personal: Money
    pool: Money
    expires_at: str
    """RFC 3339, UTC."""
    state: AssessmentState


@dataclass(frozen=True, slots=True)
class PaidPeriod:
    """Months paid without a break between, from ``first`` to ``last``."""

    first: Month
    last: Month

    @property
    def months(self) -> int:
        """How many months it has."""
        return (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1


def periods_of(months: Iterable[Month]) -> tuple[PaidPeriod, ...]:
    """Join months into periods, ascending; a month that is missing ends one."""
    found: list[PaidPeriod] = []
    for month in sorted(set(months)):
        if found and found[-1].last.plus(1) == month:
            found[-1] = PaidPeriod(found[-1].first, month)
        else:
            found.append(PaidPeriod(month, month))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A person's enrolment in one scheme."""

    scheme: Scheme
    active: bool
    since: Month
    months_paid: int
    last_paid: Month | None
    place: str = ""
    """Where she is enrolled, in Chinese."""
    periods: tuple[PaidPeriod, ...] = ()
    """What is paid, ascending; between two of them is a break."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """One month paid in one scheme."""

    scheme: Scheme
    month: Month
    base: Money
    amount: Money
    personal: Money
    pool: Money


@dataclass(frozen=True, slots=True)
class InsuranceView:
    """What a person may see of her own insurance, one year of it."""

    enrolments: tuple[Enrolment, ...]
    year: int
    years: tuple[int, ...]
    """Years for which there is anything, ascending."""
    contributions: tuple[Contribution, ...]
    """Of ``year``, by scheme and month."""
