"""From when benefits are paid: the waiting period, worked out from months paid. Pure.

A first enrolment waits, and so does a return after a long break; one month unpaid stops benefits
until it is made good. How long each is, is region content (facts terminals-and-peers 1.6).
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from kioskd.domain.contribution import Month


@dataclass(frozen=True, slots=True)
class WaitingRules:
    """How long one pays before benefits begin, and what a break costs."""

    months: int
    """Paid months before benefits begin."""
    break_months: int
    """More unpaid months in a row than these: the wait begins anew."""
    stops_after: int = 1
    """After so many unpaid months in a row benefits stop; paid again, they go on."""

    def __post_init__(self) -> None:
        if self.months < 0 or self.break_months < 0 or self.stops_after < 1:
            raise ValueError("no waiting period")  # what a decoder of a region pack expects


class Standing(Enum):
    """How benefits stand."""

    NEW = "new"
    """Nothing paid that counts: the whole wait lies ahead."""
    WAITING = "waiting"
    RUNNING = "running"
    STOPPED = "stopped"
    """Earned, and stopped because of months unpaid."""


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What the months paid come to."""

    standing: Standing
    counted: int
    """Paid months that count towards the wait."""
    needed: int
    begins: Month
    """First month with benefits: reached already, or if every month from now on is paid."""

    @property
    def missing(self) -> int:
        """How many months are still to be paid before benefits begin."""
        return max(0, self.needed - self.counted)


def months_between(first: Month, second: Month) -> int:
    """Return how many months ``second`` is after ``first``; negative if it is before."""
    return (second.year - first.year) * 12 + second.month - first.month


def counting_months(paid: Iterable[Month], rules: WaitingRules, now: Month) -> tuple[Month, ...]:
    """Return the paid months since the last break that began the wait anew, ascending.

    A break that is long enough now, with nothing paid since, leaves none. ``now`` is no month of
    the break: it can still be paid.
    """
    run: list[Month] = []
    for month in sorted(set(paid)):
        if run and months_between(run[-1], month) - 1 > rules.break_months:
            run = []
        run.append(month)
    if run and months_between(run[-1], now) - 1 > rules.break_months:
        return ()
    return tuple(run)


def entitlement(
    paid: Collection[Month], rules: WaitingRules, now: Month, paying: Collection[Month] = ()
) -> Entitlement:
    """Work out benefits after ``paid`` and, in this month ``now``, ``paying`` as well.

    What is paid now gives benefits from next month at the earliest.
    """
    run, next_month = counting_months((*paid, *paying), rules, now), now.plus(1)
    counted = len(run)
    if not run or counted < rules.months:
        past = sum(1 for month in run if month < now)
        begins = max(now.plus(rules.months - past), next_month)
        standing = Standing.WAITING if run else Standing.NEW
        return Entitlement(standing, counted, rules.months, begins)
    if _is_stopped(run, rules, now):
        return Entitlement(Standing.STOPPED, counted, rules.months, next_month)
    begins = _begin(run, rules)
    if not _has_earned(paid, rules, now):
        begins = max(begins, next_month)
    standing = Standing.RUNNING if begins <= now else Standing.WAITING
    return Entitlement(standing, counted, rules.months, begins)


def _has_earned(paid: Collection[Month], rules: WaitingRules, now: Month) -> bool:
    """Tell whether the months paid before were enough, and early enough, with no stop since."""
    run = counting_months(paid, rules, now)
    if not run or len(run) < rules.months or _is_stopped(run, rules, now):
        return False
    return _begin(run, rules) <= now


def _begin(run: Sequence[Month], rules: WaitingRules) -> Month:
    """Return the first month with benefits of a run that is long enough."""
    return run[max(rules.months, 1) - 1].plus(1)


def _is_stopped(run: Collection[Month], rules: WaitingRules, now: Month) -> bool:
    """Tell whether so many months up to the one before ``now`` are unpaid that benefits stop."""
    return months_between(max(run), now) - 1 >= rules.stops_after
