"""Whatever a region tells of its years, counting working days ends and is right."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from kioskd.domain.calendar import CalendarYear, Certainty, Holiday, WorkingCalendar
from kioskd.domain.text import Text

NAME = Text("假日", "holiday")
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


@st.composite
def years(draw: st.DrawFn) -> CalendarYear:
    """Give a year with any holidays, even over each other, and any days made up."""
    year = draw(st.sampled_from((2026, 2027)))
    pairs = draw(st.lists(st.tuples(DAYS, st.integers(0, 12)), max_size=8))
    holidays = tuple(Holiday(NAME, at, at + timedelta(days=more)) for at, more in pairs)
    make_up = tuple(draw(st.lists(DAYS, max_size=8)))
    return CalendarYear(year, draw(st.booleans()), NAME, holidays, make_up)


CALENDARS = st.lists(years(), max_size=2).map(lambda told: WorkingCalendar(tuple(told)))


@given(CALENDARS, st.dates(), st.integers(0, 40))
def test_never_raises_and_never_goes_back(calendar: WorkingCalendar, start: date, n: int) -> None:
    """Any start, any calendar: the date is not before the start, and ends on a working day."""
    found = calendar.add_working_days(start, n)
    assert found.day >= start
    if n and found.day != date.max:
        assert calendar.is_working_day(found.day)


@given(CALENDARS, DAYS, st.integers(0, 40))
def test_exactly_so_many_working_days_lie_between(
    calendar: WorkingCalendar, start: date, n: int
) -> None:
    """Counting the days between one by one gives the number asked for."""
    found = calendar.add_working_days(start, n)
    between = (start + timedelta(days=at + 1) for at in range((found.day - start).days))
    assert sum(calendar.is_working_day(day) for day in between) == n


@given(CALENDARS, DAYS, st.integers(0, 20), st.integers(0, 20))
def test_counting_in_two_goes_is_counting_in_one(
    calendar: WorkingCalendar, start: date, first: int, rest: int
) -> None:
    """The way to the collection date does not depend on where one stops to look."""
    halfway = calendar.add_working_days(start, first)
    assert (
        calendar.add_working_days(halfway.day, rest).day
        == calendar.add_working_days(start, first + rest).day
    )


@given(CALENDARS, DAYS, st.integers(0, 40))
def test_certainty_is_that_of_the_worst_year(
    calendar: WorkingCalendar, start: date, n: int
) -> None:
    """OFFICIAL only if every year that was counted is official."""
    found = calendar.add_working_days(start, n)
    touched = range(start.year, found.day.year + 1)
    sure = all(calendar.certainty(year) is Certainty.OFFICIAL for year in touched)
    assert found.certainty.is_sure is sure
