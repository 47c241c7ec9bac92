"""What a person may pay now: grades worked out exactly, and the months of this year."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from kiosk_central.clock import local_month, stamp
from kiosk_central.contributions import enrolments_of, paid_from
from kiosk_central.store.schema import assessments, month_locks
from kioskd.domain.contribution import (
    AssessmentState,
    ClosedWhy,
    Enrolment,
    Grade,
    Month,
    MonthStatus,
    Offer,
    OfferedMonth,
    Scheme,
    grade_of_average,
)
from kioskd.domain.money import Money
from kioskd.domain.period import Arrears
from kioskd.domain.region import RegionPack, SchemeRules
from kioskd.domain.waiting import counting_months

MONTHS_A_YEAR = 12


def offers_for(
    connection: Connection, region: RegionPack, person_id: int, now: datetime
) -> tuple[Offer, ...]:
    """Return one offer for each scheme that the person is actively enrolled in, in region order."""
    enrolled = {one.scheme: one for one in enrolments_of(connection, person_id) if one.active}
    return tuple(
        _offer(connection, region.average_wage, rules, person_id, enrolled[rules.scheme], now)
        for rules in region.schemes
        if rules.scheme in enrolled
    )


def _offer(
    connection: Connection,
    average: Money,
    rules: SchemeRules,
    person_id: int,
    enrolment: Enrolment,
    now: datetime,
) -> Offer:
    current = local_month(now)
    paid = paid_from(connection, person_id, rules.scheme, current.year)
    seen = _Seen(
        rules,
        current,
        enrolment.since,
        set(paid),
        _locked(connection, person_id, rules.scheme, now),
    )
    used = [percent for month, percent in paid.items() if month.year == current.year]
    fixed = used[-1] if used and rules.grade_fixed_for_year else None
    return Offer(
        rules.scheme,
        current.year,
        average,
        rules.rates,
        grades_of(average, rules),
        seen.months(),
        fixed_percent=fixed,
        periods=rules.periods,
        counting=_counting(connection, person_id, rules, current),
    )


def _counting(
    connection: Connection, person_id: int, rules: SchemeRules, current: Month
) -> tuple[Month, ...]:
    if rules.waiting is None:
        return ()
    ever = paid_from(connection, person_id, rules.scheme)
    return counting_months(ever, rules.waiting, current)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What decides which months are on offer, and how each of them stands."""

    rules: SchemeRules
    current: Month
    since: Month
    paid: set[Month]
    locked: set[Month]

    def months(self) -> tuple[OfferedMonth, ...]:
        """Return twelve months: the year, or from the first unpaid one where it may be crossed."""
        first = Month(self.current.year, 1)
        if self.rules.periods.cross_year:
            while first in self.paid or first < self.since:
                first = first.plus(1)
            first = min(first, self.current.plus(1))
        return tuple(self._offered(first.plus(number)) for number in range(MONTHS_A_YEAR))

    def _offered(self, month: Month) -> OfferedMonth:
        if month in self.paid:
            return OfferedMonth(month, MonthStatus.PAID)
        if month in self.locked:
            return OfferedMonth(month, MonthStatus.LOCKED)
        why = self._why_closed(month)
        return OfferedMonth(month, MonthStatus.CLOSED if why else MonthStatus.PAYABLE, why)

    def _why_closed(self, month: Month) -> ClosedWhy | None:
        if month < self.since:
            return ClosedWhy.BEFORE_ENROLMENT
        if month < self.current and self.rules.periods.arrears is Arrears.NEVER:
            return ClosedWhy.TOO_LATE
        if month > self.current.plus(self.rules.months_ahead):
            return ClosedWhy.NOT_OPEN_YET
        return None


def grades_of(average: Money, rules: SchemeRules) -> tuple[Grade, ...]:
    """Work out every grade of a scheme."""
    return tuple(grade_of_average(percent, average, rules.rates) for percent in rules.percents)


def _locked(connection: Connection, person_id: int, scheme: Scheme, now: datetime) -> set[Month]:
    """Return the months that an assessment holds whose time is not over.

    Those of one whose time is over are given free by the next job that writes; a look is no job.
    """
    locks, held = month_locks.c, assessments.c
    holds = (held.state != AssessmentState.OPEN.value) | (held.expires_at > stamp(now))
    query = (
        select(locks.month)
        .join(assessments)
        .where(locks.person_id == person_id, locks.scheme == scheme.value, holds)
    )
    return {Month.parse(text) for text in connection.execute(query).scalars()}
