"""What people have paid: enrolments, months, and the view a person has of them."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from kiosk_central.store.looks import Look
from kiosk_central.store.schema import contributions, enrolments, people
from kiosk_central.store.sheet import Sheet
from kioskd.domain.contribution import (
    Contribution,
    Enrolment,
    InsuranceView,
    Month,
    Scheme,
    periods_of,
)
from kioskd.domain.money import Money


def insurance_view(
    connection: Connection, person_id: int, year: int | None, this_year: int
) -> InsuranceView:
    """Return enrolments and one year's contributions; None is the latest year with any."""
    years = _years(connection, person_id)
    shown = year if year is not None else (years[-1] if years else this_year)
    paid = contributions_of(connection, person_id, shown)
    return InsuranceView(enrolments_of(connection, person_id), shown, years, paid)


def _years(connection: Connection, person_id: int) -> tuple[int, ...]:
    year = func.substr(contributions.c.month, 1, 4)
    query = select(year).where(contributions.c.person_id == person_id).distinct().order_by(year)
    return tuple(int(text) for text in connection.execute(query).scalars())


def contributions_of(connection: Connection, person_id: int, year: int) -> tuple[Contribution, ...]:
    """Return the contributions of one year, by scheme and month."""
    paid = contributions.c
    query = (
        select(contributions)
        .where(paid.person_id == person_id, *_within(year))
        .order_by(paid.scheme.desc(), paid.month)  # pension first
    )
    return tuple(
        Contribution(
            Scheme(row.scheme),
            Month.parse(row.month),
            Money(row.base_fen),
            Money(row.amount_fen),
            Money(row.personal_fen),
            Money(row.pool_fen),
        )
        for row in connection.execute(query)
    )


def enrolments_of(connection: Connection, person_id: int) -> tuple[Enrolment, ...]:
    """Return the person's enrolments with where and how much is paid in each."""
    query = (
        select(enrolments, people.c.city)
        .join(people, people.c.id == enrolments.c.person_id)
        .where(enrolments.c.person_id == person_id)
        .order_by(enrolments.c.scheme.desc())
    )
    return tuple(
        _enrolment(row, _months_paid(connection, person_id, row.scheme))
        for row in connection.execute(query)
    )


def _enrolment(row: Row[Any], paid: list[Month]) -> Enrolment:
    return Enrolment(
        Scheme(row.scheme),
        row.active,
        Month.parse(row.since),
        len(paid),
        max(paid, default=None),
        row.city,
        periods_of(paid),
    )


def _months_paid(connection: Connection, person_id: int, scheme: str) -> list[Month]:
    paid = contributions.c
    query = select(paid.month).where(paid.person_id == person_id, paid.scheme == scheme)
    return [Month.parse(text) for text in connection.execute(query).scalars()]


def paid_from(
    connection: Connection, person_id: int, scheme: Scheme, year: int = 0
) -> dict[Month, int]:
    """Return the months paid since January of ``year``, ascending, each with its percent."""
    paid = contributions.c
    query = (
        select(paid.month, paid.percent)
        .where(
            paid.person_id == person_id,
            paid.scheme == scheme.value,
            paid.month >= f"{year:04d}-01",
        )
        .order_by(paid.month)
    )
    return {Month.parse(row.month): row.percent for row in connection.execute(query)}


PAID_MONTH = Look(contributions.c.person_id, contributions.c.scheme, contributions.c.month)


def any_paid(sheet: Sheet, person_id: int, scheme: str, months: Iterable[str]) -> bool:
    """Tell whether any of the months (``2026-10``) is paid already."""
    return any(sheet.rows(PAID_MONTH, person_id, scheme, month) for month in months)


def _within(year: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (
        contributions.c.month >= f"{year:04d}-01",
        contributions.c.month <= f"{year:04d}-12",
    )
