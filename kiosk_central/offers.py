"""What a person may pay now: grades worked out exactly, and the months of this year."""

from datetime import datetime

from sqlalchemy import Connection, select

from kiosk_central.clock import local_month, stamp
from kiosk_central.contributions import enrolments_of, paid_of_year
from kiosk_central.store.schema import assessments, month_locks
from kioskd.domain.contribution import (
    AssessmentState,
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
from kioskd.domain.region import RegionPack, SchemeRules

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
    paid = paid_of_year(connection, person_id, rules.scheme, current.year)
    locked = _locked(connection, person_id, rules.scheme, now)
    last_open = current.plus(rules.months_ahead)
    months = tuple(
        OfferedMonth(month, _status(month, paid, locked, enrolment.since, last_open))
        for month in (Month(current.year, number + 1) for number in range(MONTHS_A_YEAR))
    )
    fixed = list(paid.values())[-1] if paid and rules.grade_fixed_for_year else None
    grades = grades_of(average, rules)
    return Offer(
        rules.scheme, current.year, average, rules.rates, grades, months, fixed_percent=fixed
    )


def grades_of(average: Money, rules: SchemeRules) -> tuple[Grade, ...]:
    """Work out every grade of a scheme."""
    return tuple(grade_of_average(percent, average, rules.rates) for percent in rules.percents)


def _status(
    month: Month, paid: dict[Month, int], locked: set[Month], since: Month, last_open: Month
) -> MonthStatus:
    if month in paid:
        return MonthStatus.PAID
    if month in locked:
        return MonthStatus.LOCKED
    if month < since or month > last_open:
        return MonthStatus.CLOSED
    return MonthStatus.PAYABLE


def _locked(connection: Connection, person_id: int, scheme: Scheme, now: datetime) -> set[Month]:
    """Return the months that an assessment holds whose time is not over.

    Those of one whose time is over are given free by the next job that writes; a look is no job.
    """
    locks, held = month_locks.c, assessments.c
    is_over = (held.state == AssessmentState.OPEN.value, held.expires_at <= stamp(now))
    query = select(locks.month).where(
        locks.person_id == person_id,
        locks.scheme == scheme.value,
        locks.assessment_ref.not_in(select(held.ref).where(*is_over)),
    )
    return {Month.parse(text) for text in connection.execute(query).scalars()}
