"""Working days: holidays, weekends that are worked, years that nobody has announced."""

from datetime import date

import pytest

from kiosk_central.region import load_region
from kioskd.domain.calendar import CalendarYear, Certainty, WorkingCalendar

REGION = load_region()
SAMPLE = WorkingCalendar(REGION.calendar)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-01-01", False),  # New Year, a Thursday
        ("2026-01-04", True),  # a Sunday that is worked for it
        ("2026-02-14", True),  # a Saturday
        ("2026-02-16", False),  # Spring Festival, a Monday
        ("2026-02-23", False),  # its last day, a Monday
        ("2026-02-24", True),
        ("2026-02-28", True),  # a Saturday
        ("2026-03-07", False),  # a plain Saturday
        ("2026-10-07", False),
        ("2026-10-08", True),
        ("2026-10-10", True),  # a Saturday
        ("2028-01-01", False),  # a Saturday of a year without a calendar
        ("2028-10-02", True),  # a Monday of one
    ],
)
def test_days_of_the_sample_region(day: str, works: bool) -> None:
    """2026 as the State Council announced it; a year without a calendar has weekends only."""
    assert SAMPLE.is_working_day(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("start", "count", "due", "certainty"),
    [
        ("2026-02-09", 15, "2026-03-06", Certainty.OFFICIAL),  # 7 days off, 2 made up
        ("2026-09-18", 5, "2026-09-24", Certainty.OFFICIAL),  # the Sunday is the first of them
        ("2026-12-11", 15, "2027-01-04", Certainty.PROVISIONAL),
        ("2027-12-20", 15, "2028-01-10", Certainty.ASSUMED),
        ("2026-11-28", 0, "2026-11-28", Certainty.OFFICIAL),
        ("2026-11-28", 1, "2026-11-30", Certainty.OFFICIAL),
    ],
)
def test_collection_dates(start: str, count: int, due: str, certainty: Certainty) -> None:
    """Counted by hand on a printed calendar; the doubt of the worst year goes with the date."""
    found = SAMPLE.add_working_days(date.fromisoformat(start), count)
    assert (found.day.isoformat(), found.certainty) == (due, certainty)


def test_the_end_of_time_is_no_error() -> None:
    """A kiosk with a mad clock still answers."""
    found = SAMPLE.add_working_days(date.max, 15)
    assert found.day == date.max and found.certainty is Certainty.ASSUMED


@pytest.mark.parametrize("told", REGION.calendar, ids=lambda told: str(told.year))
def test_sample_years_make_sense(told: CalendarYear) -> None:
    """Each holiday lies in its year, is named with a source, and what is made up is a weekend."""
    assert told.source.zh and told.source.en
    for holiday in told.holidays:
        assert holiday.name.zh and holiday.first <= holiday.last
        assert holiday.first.year == holiday.last.year == told.year
    for day in told.make_up_days:
        assert day.weekday() >= 5 and day.year == told.year
        assert not any(one.first <= day <= one.last for one in told.holidays)
