"""Availability: for how much of an outlet's opening hours a payment could be taken."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from kiosk_central.fleet.availability import Availability, availability, month_span, open_spans
from kiosk_central.store.engine import read, write
from kiosk_central.store.fleet import fleet_events
from kiosk_central.store.schema import kiosks
from kioskd.domain.contribution import Month
from kioskd.domain.region import RegionPack
from kioskd.domain.region_info import OpeningTime, Outlet
from kioskd.domain.text import Text
from tests.unit.central_world import World

NOVEMBER = Month(2026, 11)
DECEMBER = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)
WORKDAYS = (
    OpeningTime((1, 2, 3, 4, 5), "09:00", "12:00"),
    OpeningTime((1, 2, 3, 4, 5), "13:30", "17:00"),
)
HALL = Outlet(Text("大厅", "Hall"), Text("a", "a"), Text("h", "h"), Text("s", "s"), "1", "hall")
OPEN_MINUTES = 21 * (180 + 210)
"""November 2026 has 21 working days from Monday to Friday."""


def place(world: World, kiosk: str, outlet: str, *events: tuple[str, str]) -> None:
    """Set a kiosk up with what has happened: a moment by UTC, and able or unable."""
    rows = [{"kiosk_id": kiosk, "at": at, "kind": kind, "detail": ""} for at, kind in events]

    def fill(at: object) -> None:
        at.execute(insert(kiosks).values(id=kiosk, outlet=outlet, sam_id="", active=True))  # type: ignore[attr-defined]
        if rows:
            at.execute(insert(fleet_events), rows)  # type: ignore[attr-defined]

    write(world.engine, fill)


def region(world: World) -> RegionPack:
    return replace(world.region, outlets=(replace(HALL, opening=WORKDAYS),))


def found(world: World, now: datetime = DECEMBER) -> list[Availability]:
    return read(world.engine, lambda at: availability(at, region(world), NOVEMBER, now))


def test_a_kiosk_that_was_always_able_is_whole(world: World) -> None:
    """Able since October: every open minute of the month, and not one more."""
    place(world, "A1", "大厅", ("2026-10-01T00:00:00Z", "able"))
    assert found(world) == [Availability("大厅", 1, OPEN_MINUTES, OPEN_MINUTES, whole_day=False)]
    assert found(world)[0].percent == "100.00"


def test_only_open_hours_count(world: World) -> None:
    """An hour lost on Monday morning counts; the night and the weekend do not."""
    place(
        world, "A1", "大厅",
        ("2026-10-01T00:00:00Z", "able"),
        ("2026-11-02T01:30:00Z", "unable"),  # Monday 09:30 by the citizens' clock
        ("2026-11-02T02:30:00Z", "able"),
        ("2026-11-06T09:00:00Z", "unable"),  # Friday 17:00: closed until Monday
        ("2026-11-09T01:00:00Z", "able"),
    )  # fmt: skip
    (one,) = found(world)
    assert one.open_minutes - one.able_minutes == 60
    assert one.percent == "99.26"


def test_a_kiosk_counts_from_when_it_was_first_heard(world: World) -> None:
    """Installed on the last day it has that day only; one never heard is no kiosk yet."""
    place(world, "A1", "大厅", ("2026-11-30T00:00:00Z", "able"))
    place(world, "A2", "大厅")
    assert found(world) == [Availability("大厅", 1, 390, 390, whole_day=False)]


def test_a_month_that_goes_on_ends_now(world: World) -> None:
    """What is to come is neither open nor able."""
    place(world, "A1", "大厅", ("2026-10-01T00:00:00Z", "able"))
    noon = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
    assert found(world, noon) == [Availability("大厅", 1, 180, 180, whole_day=False)]


def test_outlets_without_hours_count_the_whole_day(world: World) -> None:
    """Said so; 30 days of 1,440 minutes; an outlet that was never able has 0.00."""
    place(world, "A1", "别处", ("2026-10-01T00:00:00Z", "unable"))
    assert found(world) == [Availability("别处", 1, 43_200, 0, whole_day=True)]
    assert found(world)[0].percent == "0.00"


def test_a_percentage_is_rounded_down() -> None:
    """One minute short of the whole is not 100.00."""
    assert Availability("x", 1, 1_000_000, 999_999, whole_day=True).percent == "99.99"
    assert Availability("x", 1, 0, 0, whole_day=True).percent == ""


@given(st.integers(2000, 2100), st.integers(1, 12))
def test_open_minutes_are_those_of_the_days_there_are(year: int, month: int) -> None:
    """Summed over any month they are days times hours, whichever weekday it begins on."""
    begin, end = month_span(Month(year, month), datetime(2200, 1, 1, tzinfo=UTC))
    days = [begin.date().toordinal() + step for step in range((end - begin).days)]
    working = sum(1 for day in days if datetime.fromordinal(day).isoweekday() <= 5)
    minutes = sum(
        (last - first).total_seconds() / 60 for first, last in open_spans(WORKDAYS, (begin, end))
    )
    assert minutes == working * 390
