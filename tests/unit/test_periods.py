"""Which months may be paid together; every answer of ``what_forbids`` by an example."""

from dataclasses import replace

import pytest

from kioskd.domain.contribution import Month, MonthStatus, OfferedMonth
from kioskd.domain.period import Arrears, Period, PeriodRules
from kioskd.domain.periods import (
    Forbidden,
    QuickKind,
    is_reachable,
    quick_choices,
    toggled,
    what_forbids,
)

PAYABLE, PAID, LOCKED, CLOSED = (
    MonthStatus.PAYABLE,
    MonthStatus.PAID,
    MonthStatus.LOCKED,
    MonthStatus.CLOSED,
)
NOW = Month(2026, 11)
IN_ORDER = PeriodRules(arrears=Arrears.IN_ORDER)
QUARTERS = PeriodRules((Period.QUARTER, Period.YEAR))


def year(**special: MonthStatus) -> tuple[OfferedMonth, ...]:
    """Return 2026 all payable, except as ``m3=`` says."""
    months = [Month(2026, number) for number in range(1, 13)]
    return tuple(OfferedMonth(one, special.get(f"m{one.month}", PAYABLE)) for one in months)


def months(*numbers: int) -> frozenset[Month]:
    return frozenset(Month(2026, number) for number in numbers)


@pytest.mark.parametrize(
    ("rules", "offered", "chosen", "answer"),
    [
        (PeriodRules(), year(), months(), Forbidden.NO_MONTH),
        (PeriodRules(), year(m3=PAID), months(3, 4), Forbidden.TAKEN),
        (PeriodRules(), year(m3=LOCKED), months(3), Forbidden.TAKEN),
        (PeriodRules(), year(m12=CLOSED), months(12), Forbidden.NOT_OPEN),
        (PeriodRules(), year(), frozenset({Month(2027, 1)}), Forbidden.NOT_OPEN),
        (PeriodRules(), year(), months(2, 9), None),
        (IN_ORDER, year(m1=PAID), months(3), Forbidden.EARLIER_FIRST),
        (IN_ORDER, year(m1=PAID), months(2, 3), None),
        (IN_ORDER, year(m1=LOCKED, m2=CLOSED), months(3), None),
        (QUARTERS, year(), months(1, 2), Forbidden.WHOLE_PERIODS),
        (QUARTERS, year(), months(1, 2, 3), None),
        (QUARTERS, year(m1=PAID), months(2, 3), None),
        (QUARTERS, year(m1=LOCKED), months(2, 3), Forbidden.WHOLE_PERIODS),
        (QUARTERS, year(), months(*range(1, 13)), None),
        (PeriodRules((Period.HALF_YEAR,)), year(), months(1, 2, 3), Forbidden.WHOLE_PERIODS),
        (PeriodRules(consecutive_min=3), year(), months(4, 5), Forbidden.TOO_FEW),
        (PeriodRules(consecutive_min=3), year(), months(4, 5, 6, 9), Forbidden.TOO_FEW),
        (PeriodRules(consecutive_min=3), year(), months(4, 5, 6), None),
        (PeriodRules(consecutive_min=3), year(m3=PAID, m6=CLOSED), months(4, 5), None),
    ],
)
def test_what_forbids(
    rules: PeriodRules,
    offered: tuple[OfferedMonth, ...],
    chosen: frozenset[Month],
    answer: Forbidden | None,
) -> None:
    """Each rule refuses by its own name, and what keeps all of them is allowed."""
    assert what_forbids(rules, offered, chosen) is answer


def test_a_touch_takes_the_whole_unit_and_gives_it_back() -> None:
    """Where quarters are paid, one touch on May is April to June; a second undoes all three."""
    chosen = toggled(QUARTERS, year(m4=PAID), frozenset(), Month(2026, 5))
    assert chosen == months(5, 6)
    assert toggled(QUARTERS, year(m4=PAID), chosen, Month(2026, 6)) == frozenset()


def test_undoing_a_month_in_order_undoes_what_comes_after() -> None:
    """No later month stays chosen without the earlier one."""
    chosen = toggled(IN_ORDER, year(), months(1, 2, 3, 4), Month(2026, 2))
    assert chosen == months(1)
    assert not is_reachable(IN_ORDER, year(), chosen, Month(2026, 4))
    assert toggled(IN_ORDER, year(), chosen, Month(2026, 4)) == chosen


def quick(rules: PeriodRules, offered: tuple[OfferedMonth, ...]) -> dict[QuickKind, list[int]]:
    found = quick_choices(rules, offered, NOW)
    return {one.kind: sorted(month.month for month in one.months) for one in found}


def test_quick_choices_say_quarter_half_year_arrears_and_rest() -> None:
    """In November, with June unpaid: each is its own months, once."""
    paid = {f"m{number}": PAID for number in range(1, 6)}
    assert quick(PeriodRules(), year(**paid)) == {
        QuickKind.QUARTER: [10, 11, 12],
        QuickKind.HALF_YEAR: [7, 8, 9, 10, 11, 12],
        QuickKind.ARREARS: [6, 7, 8, 9, 10],
        QuickKind.REST_OF_YEAR: [6, 7, 8, 9, 10, 11, 12],
    }


def test_quick_choices_take_in_what_must_be_paid_first_and_say_so() -> None:
    """In order, the quarter brings the arrears along, and is told as more than the quarter."""
    paid = {f"m{number}": PAID for number in range(1, 9)}
    offered = year(**paid, m12=CLOSED)
    first, second = quick_choices(IN_ORDER, offered, NOW)
    assert (first.kind, first.months, first.with_earlier) == (
        QuickKind.QUARTER,
        months(9, 10, 11),
        True,
    )
    assert (second.kind, second.months) == (QuickKind.ARREARS, months(9, 10))


def test_what_is_the_same_or_a_single_month_is_no_quick_choice() -> None:
    """Only November left: one month needs no button; the same months never have two."""
    only = {f"m{number}": PAID for number in range(1, 13) if number != 11}
    assert quick(PeriodRules(), year(**only)) == {}
    two = {f"m{number}": PAID for number in range(1, 11)}
    assert quick(PeriodRules(), year(**two)) == {QuickKind.QUARTER: [11, 12]}


def test_arrears_of_last_year_are_never_among_them() -> None:
    """Where the year may be crossed, what is in arrears is of this year all the same."""
    window = tuple(OfferedMonth(Month(2026, 10).plus(n), PAYABLE) for n in range(12))
    found = quick_choices(replace(PeriodRules(), cross_year=True), window, NOW)
    assert {one.kind: max(one.months) for one in found} == {
        QuickKind.QUARTER: Month(2026, 12),
    }
