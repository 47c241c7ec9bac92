"""Working days in China: weekends, public holidays, and weekends worked to make up for them.

The State Council fixes each year's days late in the year before. A calendar is therefore content of
the region pack, a year at a time, and says whether it is official. A year it lacks is no error:
Monday to Friday are assumed, and the result says so, that screen and paper can say it too.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from kioskd.domain.text import Text

SATURDAY = 5


class Certainty(Enum):
    """How sure a date is, from the surest."""

    OFFICIAL = "official"
    """Every year it touches has its official calendar."""
    PROVISIONAL = "provisional"
    """A year's calendar is not the official one yet."""
    ASSUMED = "assumed"
    """A year has no calendar here: Monday to Friday were taken for working days."""

    @property
    def is_sure(self) -> bool:
        return self is Certainty.OFFICIAL


_ORDER = tuple(Certainty)


@dataclass(frozen=True, slots=True)
class Holiday:
    """Days off in a row, first and last included, weekends among them too."""

    name: Text
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """One year as it was announced."""

    year: int
    official: bool
    source: Text
    """The document, with number and date; or why it is only provisional."""
    holidays: tuple[Holiday, ...]
    make_up_days: tuple[date, ...] = ()
    """Weekend days that are worked."""

    def is_working_day(self, day: date) -> bool:
        """Tell whether offices work on ``day`` of this year."""
        if day in self.make_up_days:
            return True
        if day.weekday() >= SATURDAY:
            return False
        return not any(holiday.first <= day <= holiday.last for holiday in self.holidays)


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """A date counted in working days, and how sure it is."""

    day: date
    certainty: Certainty


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The years a region has told."""

    years: tuple[CalendarYear, ...] = ()

    def certainty(self, year: int) -> Certainty:
        """Return how sure the days of a year are."""
        told = self._told(year)
        if told is None:
            return Certainty.ASSUMED
        return Certainty.OFFICIAL if told.official else Certainty.PROVISIONAL

    def is_working_day(self, day: date) -> bool:
        """Tell whether offices work on ``day``; Monday to Friday in a year nobody told."""
        told = self._told(day.year)
        return day.weekday() < SATURDAY if told is None else told.is_working_day(day)

    def add_working_days(self, start: date, count: int) -> WorkingDay:
        """Return the ``count``-th working day after ``start``, which itself does not count.

        With a count of 0 it is ``start`` whatever day that is. Never raises: where the dates of
        Python end, the last of them is returned as assumed.
        """
        day, sure = start, self.certainty(start.year)
        while count > 0:
            if day == date.max:
                return WorkingDay(day, Certainty.ASSUMED)
            day += timedelta(days=1)
            sure = max(sure, self.certainty(day.year), key=_ORDER.index)
            count -= self.is_working_day(day)
        return WorkingDay(day, sure)

    def _told(self, year: int) -> CalendarYear | None:
        return next((told for told in self.years if told.year == year), None)
