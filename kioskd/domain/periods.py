"""Which months may be paid together: units, order and length, as a region rules them.

The centre judges by ``what_forbids``; a kiosk uses the same function, so that it never offers a
choice the centre must refuse. All functions are pure and speak of months on offer.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from kioskd.domain.contribution import Month, MonthStatus, OfferedMonth
from kioskd.domain.period import Arrears, Period, PeriodRules


class Forbidden(Enum):
    """Why some months may not be paid together."""

    NO_MONTH = "no_month"
    TAKEN = "taken"
    """One is paid, or locked by an assessment somewhere."""
    NOT_OPEN = "not_open"
    """One is not to be paid now: before enrolment, too far ahead, another year."""
    EARLIER_FIRST = "earlier_first"
    WHOLE_PERIODS = "whole_periods"
    TOO_FEW = "too_few"


class QuickKind(Enum):
    """What a citizen says rather than month by month."""

    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    ARREARS = "arrears"
    REST_OF_YEAR = "rest_of_year"


@dataclass(frozen=True, slots=True)
class QuickChoice:
    """Several months at one touch."""

    kind: QuickKind
    months: frozenset[Month]
    with_earlier: bool = False
    """It takes in earlier months that the kind does not say, because those come first."""


def what_forbids(
    rules: PeriodRules, offered: Sequence[OfferedMonth], chosen: Collection[Month]
) -> Forbidden | None:
    """Say why exactly these months may not be paid in one assessment, or None if they may."""
    status = {one.month: one.status for one in offered}
    if not chosen:
        return Forbidden.NO_MONTH
    if any(status.get(month) in (MonthStatus.PAID, MonthStatus.LOCKED) for month in chosen):
        return Forbidden.TAKEN
    if any(status.get(month) is not MonthStatus.PAYABLE for month in chosen):
        return Forbidden.NOT_OPEN
    if rules.arrears is Arrears.IN_ORDER and set(_payable(offered, max(chosen))) - set(chosen):
        return Forbidden.EARLIER_FIRST
    if not all(_in_a_whole_unit(rules, status, chosen, month) for month in chosen):
        return Forbidden.WHOLE_PERIODS
    return None if _long_enough(rules, status, chosen) else Forbidden.TOO_FEW


def toggled(
    rules: PeriodRules, offered: Sequence[OfferedMonth], chosen: frozenset[Month], month: Month
) -> frozenset[Month]:
    """Return what is chosen after a touch on ``month``: with its unit, in order, or undone.

    A month that cannot be chosen now (``is_reachable``) changes nothing.
    """
    if not is_reachable(rules, offered, chosen, month):
        return chosen
    unit = _smallest_unit(rules, offered, month)
    if month not in chosen:
        return chosen | unit
    kept = chosen - unit
    if rules.arrears is Arrears.IN_ORDER:
        kept = frozenset(one for one in kept if one < min(unit))
    return kept


def is_reachable(
    rules: PeriodRules, offered: Sequence[OfferedMonth], chosen: Collection[Month], month: Month
) -> bool:
    """Tell whether a touch may choose or undo it: payable, and nothing earlier is left out."""
    unit = _smallest_unit(rules, offered, month)
    if month not in unit:
        return False
    earlier = [one for one in _payable(offered) if one < min(unit)]
    return rules.arrears is not Arrears.IN_ORDER or set(chosen).issuperset(earlier)


def quick_choices(
    rules: PeriodRules, offered: Sequence[OfferedMonth], now: Month
) -> tuple[QuickChoice, ...]:
    """Return the choices of several months that the rules allow, no two of them the same."""
    asked = {
        QuickKind.QUARTER: (one for one in _payable(offered) if _same(Period.QUARTER, one, now)),
        QuickKind.HALF_YEAR: (
            one for one in _payable(offered) if _same(Period.HALF_YEAR, one, now)
        ),
        QuickKind.ARREARS: (one for one in _payable(offered) if one < now and one.year == now.year),
        QuickKind.REST_OF_YEAR: (one for one in _payable(offered) if one.year == now.year),
    }
    found: list[QuickChoice] = []
    for kind, months in asked.items():
        meant = frozenset(months)
        whole = _completed(rules, offered, meant)
        is_new = all(whole != one.months for one in found)
        if len(whole) > 1 and is_new and what_forbids(rules, offered, whole) is None:
            found.append(QuickChoice(kind, whole, with_earlier=whole != meant))
    return tuple(found)


def _completed(
    rules: PeriodRules, offered: Sequence[OfferedMonth], months: frozenset[Month]
) -> frozenset[Month]:
    """Return the months with those before them that must be paid first."""
    if not months or rules.arrears is not Arrears.IN_ORDER:
        return months
    return months | frozenset(_payable(offered, max(months)))


def _payable(offered: Iterable[OfferedMonth], until: Month | None = None) -> list[Month]:
    payable = [one.month for one in offered if one.status is MonthStatus.PAYABLE]
    return [month for month in payable if until is None or month <= until]


def _same(unit: Period, one: Month, other: Month) -> bool:
    return (one.year, (one.month - 1) // unit.months) == (
        other.year,
        (other.month - 1) // unit.months,
    )


def _in_a_whole_unit(
    rules: PeriodRules,
    status: dict[Month, MonthStatus],
    chosen: Collection[Month],
    month: Month,
) -> bool:
    """Tell whether a unit holds the month of which all that is unpaid and open is chosen."""
    return any(
        all(other in chosen for other in _open_part(unit, status, month)) for unit in rules.units
    )


def _open_part(unit: Period, status: dict[Month, MonthStatus], month: Month) -> list[Month]:
    is_open = (MonthStatus.PAYABLE, MonthStatus.LOCKED)
    return [one for one in status if _same(unit, one, month) and status[one] in is_open]


def _smallest_unit(
    rules: PeriodRules, offered: Sequence[OfferedMonth], month: Month
) -> frozenset[Month]:
    """Return the payable months that go with ``month``; none if the unit cannot be paid now."""
    status = {one.month: one.status for one in offered}
    unit = min(rules.units, key=lambda one: one.months)
    part = frozenset(_open_part(unit, status, month))
    return part if all(status[one] is MonthStatus.PAYABLE for one in part) else frozenset()


def _long_enough(
    rules: PeriodRules, status: dict[Month, MonthStatus], chosen: Collection[Month]
) -> bool:
    """Tell whether every run is long enough, or takes in all there is between its neighbours."""
    for run in consecutive(chosen):
        edges = (run[0].plus(-1), run[-1].plus(1))
        could_grow = any(status.get(edge) is MonthStatus.PAYABLE for edge in edges)
        if len(run) < rules.consecutive_min and could_grow:
            return False
    return True


def consecutive(months: Collection[Month]) -> list[list[Month]]:
    """Cut the months, put in order, where one is missing."""
    runs: list[list[Month]] = []
    for month in sorted(set(months)):
        if runs and runs[-1][-1].plus(1) == month:
            runs[-1].append(month)
        else:
            runs.append([month])
    return runs
