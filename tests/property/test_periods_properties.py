"""Months, units and waiting periods, held to what must be so for every region and history."""

from hypothesis import given
from hypothesis import strategies as st

from kioskd.domain.contribution import Month, MonthStatus, OfferedMonth
from kioskd.domain.period import Arrears, Period, PeriodRules
from kioskd.domain.periods import Forbidden, QuickKind, quick_choices, toggled, what_forbids
from kioskd.domain.waiting import (
    Standing,
    WaitingRules,
    counting_months,
    entitlement,
    months_between,
)

START = Month(2020, 1)
NOW = Month(2026, 11)
months_of_life = st.sets(st.integers(0, 90).map(START.plus), max_size=60)
waiting_rules = st.builds(WaitingRules, st.integers(0, 12), st.integers(0, 12), st.integers(1, 4))
period_rules = st.builds(
    PeriodRules,
    st.sets(st.sampled_from(Period), min_size=1).map(tuple),
    st.sampled_from(Arrears),
    st.booleans(),
    st.integers(1, 6),
)
years = st.lists(st.sampled_from(MonthStatus), min_size=12, max_size=12).map(
    lambda statuses: tuple(
        OfferedMonth(Month(2026, number), status) for number, status in enumerate(statuses, 1)
    )
)


@given(st.integers(-600, 600), st.integers(-600, 600))
def test_month_arithmetic_is_that_of_whole_numbers(one: int, other: int) -> None:
    """Going forward and back again is where one was; distances add up."""
    assert NOW.plus(one).plus(other) == NOW.plus(one + other)
    assert months_between(NOW, NOW.plus(one)) == one


@given(period_rules, years, st.lists(st.integers(1, 12), max_size=15))
def test_touching_never_leaves_the_order_or_takes_what_is_not_payable(
    rules: PeriodRules, offered: tuple[OfferedMonth, ...], touches: list[int]
) -> None:
    """Whatever she touches, what is chosen is payable, in order and in whole units.

    Only too short a run is left to her, which the screen says.
    """
    chosen: frozenset[Month] = frozenset()
    for number in touches:
        chosen = toggled(rules, offered, chosen, Month(2026, number))
    forbidden = what_forbids(rules, offered, chosen)
    assert forbidden in (None, Forbidden.NO_MONTH, Forbidden.TOO_FEW)


@given(period_rules, years)
def test_every_quick_choice_is_one_the_centre_accepts(
    rules: PeriodRules, offered: tuple[OfferedMonth, ...]
) -> None:
    """What one touch chooses may be paid as it is, and no two touches are the same."""
    found = quick_choices(rules, offered, NOW)
    assert all(what_forbids(rules, offered, one.months) is None for one in found)
    assert len({one.months for one in found}) == len(found)
    kinds = [one.kind for one in found]
    assert kinds == [kind for kind in QuickKind if kind in kinds]


@given(months_of_life, waiting_rules)
def test_paying_on_every_month_brings_benefits_when_it_was_said(
    paid: set[Month], rules: WaitingRules
) -> None:
    """She pays each month in its time from now on: in the month told, and not before, it runs."""
    before = {month for month in paid if month < NOW}
    said = entitlement(before, rules, NOW)
    month, history = NOW, set(before)
    while month < said.begins:
        standing = entitlement(history, rules, month).standing
        assert standing is not Standing.RUNNING
        history.add(month)
        month = month.plus(1)
    assert entitlement(history, rules, month).standing is Standing.RUNNING


@given(months_of_life, waiting_rules, st.integers(1, 12))
def test_paying_more_never_makes_it_later(
    paid: set[Month], rules: WaitingRules, count: int
) -> None:
    """Paying this month and more of the months ahead never moves the begin back."""
    before = {month for month in paid if month < NOW}
    paying = [NOW.plus(number) for number in range(count)]
    after = entitlement(before, rules, NOW, paying)
    assert after.begins <= max(entitlement(before, rules, NOW).begins, NOW.plus(1))
    assert after.counted >= entitlement(before, rules, NOW).counted


@given(months_of_life, waiting_rules)
def test_what_is_paid_now_helps_from_next_month_at_the_earliest(
    paid: set[Month], rules: WaitingRules
) -> None:
    """Nobody is promised benefits for a month in which she was not entitled when she came."""
    before = entitlement(paid, rules, NOW)
    after = entitlement(paid, rules, NOW, [NOW])
    if before.standing is not Standing.RUNNING:
        assert after.begins > NOW


@given(months_of_life, waiting_rules)
def test_a_long_break_begins_the_wait_anew(paid: set[Month], rules: WaitingRules) -> None:
    """After more unpaid months than the rule bears, nothing of before counts."""
    last = max(paid, default=START)
    later = last.plus(rules.break_months + 2)
    assert counting_months(paid, rules, later) == ()
    assert entitlement(paid, rules, later).standing is Standing.NEW
