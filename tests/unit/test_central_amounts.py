"""Amounts of contributions as the region's rules give them (facts terminals-and-peers 1.6)."""

from dataclasses import replace
from pathlib import Path

import pytest
from central_world import HandClock, World

from kiosk_central.offers import grades_of
from kiosk_central.problems import Refused
from kiosk_central.region import load_region
from kioskd.domain.contribution import MonthStatus, Scheme, grade_for_base
from kioskd.domain.money import Money
from kioskd.domain.person import id_number_is_well_formed
from kioskd.errors import ConfigError


@pytest.mark.parametrize(
    ("percent", "base", "total", "personal", "pool"),
    [
        (60, "4200.00", "840.00", "336.00", "504.00"),
        (100, "7000.00", "1400.00", "560.00", "840.00"),
        (300, "21000.00", "4200.00", "1680.00", "2520.00"),
    ],
)
def test_grades_of_the_sample_city(
    percent: int, base: str, total: str, personal: str, pool: str
) -> None:
    """The grades on offer are those of the table, to the fen."""
    region = load_region()
    grades = grades_of(region.average_wage, region.rules(Scheme.PENSION))
    grade = next(one for one in grades if one.percent == percent)
    found = (grade.base, grade.monthly, grade.personal, grade.pool)
    assert found == tuple(map(Money.from_yuan, (base, total, personal, pool)))


@pytest.mark.parametrize(
    ("base", "total", "personal", "pool"),
    [
        ("3958.00", "791.60", "316.64", "474.96"),
        ("22941.00", "4588.20", "1835.28", "2752.92"),
    ],
)
def test_floor_and_ceiling_bases(base: str, total: str, personal: str, pool: str) -> None:
    """A free base at the floor and at the ceiling splits as the table says."""
    grade = grade_for_base(0, Money.from_yuan(base), load_region().rules(Scheme.PENSION).rates)
    found = (grade.monthly, grade.personal, grade.pool)
    assert found == tuple(map(Money.from_yuan, (total, personal, pool)))


def test_assessment_is_months_times_grade(world: World) -> None:
    """Two months at 100 % are 2,800.00, of which 1,120.00 personal and 1,680.00 pooled."""
    made = world.assess()
    found = (made.amount, made.personal, made.pool)
    assert found == (Money(280_000), Money(112_000), Money(168_000))


def test_offer_shows_paid_and_payable_months(world: World) -> None:
    """Zhang San has January to September paid and the rest of the year payable."""
    pension = world.offers()[0]
    statuses = [one.status for one in pension.months]
    assert pension.scheme is Scheme.PENSION
    assert statuses == [MonthStatus.PAID] * 9 + [MonthStatus.PAYABLE] * 3


def test_months_too_far_ahead_are_closed(world: World) -> None:
    """Medical insurance opens the current month and no later one."""
    medical = world.offers()[1]
    assert [one.status for one in medical.months][9:] == [
        MonthStatus.PAYABLE,
        MonthStatus.PAYABLE,
        MonthStatus.CLOSED,
    ]
    assert medical.grades[0].personal == Money(0)


def test_locked_months_are_shown_locked(world: World) -> None:
    """A month in an open assessment is offered to nobody else."""
    world.assess(months=(10,))
    assert world.offers()[0].months[9].status is MonthStatus.LOCKED


def test_the_month_turns_at_chinese_midnight(world: World) -> None:
    """On 30 November 16:30 UTC it is December in China, and December may be paid."""
    world.clock.now = HandClock().now.replace(day=30, hour=16, minute=30)
    assert world.offers()[1].months[11].status is MonthStatus.PAYABLE


def test_fixed_grade_of_the_year(world: World) -> None:
    """Where the region fixes the grade for the year, another one is refused."""
    first, *others = world.region.schemes
    fixed = (replace(first, grade_fixed_for_year=True), *others)
    world.region = replace(world.region, schemes=fixed)
    assert world.offers()[0].fixed_percent == 100
    with pytest.raises(Refused):
        world.assess(percent=60)
    assert world.assess(percent=100).grade.percent == 100


def test_every_region_text_is_in_both_languages() -> None:
    """No policy or outlet text is missing in Chinese or English."""
    region = load_region()
    texts = [text for one in region.policies for text in (one.title, one.source, *one.paragraphs)]
    texts += [text for one in region.outlets for text in (one.name, one.address, one.hours)]
    assert all(text.zh and text.en for text in texts)
    assert len(region.policies) >= 5 and len(region.outlets) == 5


def test_a_broken_region_file_is_named(tmp_path: Path) -> None:
    """A region pack that does not fit is refused with the name of its file."""
    file = tmp_path / "region.json"
    file.write_text('{"version": "1"}')
    with pytest.raises(ConfigError) as caught:
        load_region(file)
    assert caught.value.file == str(file)


def test_sample_people_are_synthetic_and_repeatable() -> None:
    """Same seed, same people; every ID number is well formed and of an area that does not exist."""
    from central_world import NOW

    from kiosk_central.sample import residents

    today = NOW.date()
    city = [one.persona for one in residents(300, 7, today)]
    assert city == [one.persona for one in residents(300, 7, today)]
    assert len({one.id_number for one in city}) == len({one.card_code for one in city}) == 300
    assert {one.id_number[:6] for one in city} <= {"000000", "999999", "111111"}
    assert all(id_number_is_well_formed(one.id_number, today) for one in city)
    assert any(len(one.name.encode("gbk", "ignore")) == 30 for one in city)
    assert any("𠮷" in one.name for one in city) and any(len(one.name) == 4 for one in city)
