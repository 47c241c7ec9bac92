"""The pension personal account: credits from the contributions, interest once a year.

Interest by the method of monthly products: what was there on January 1 earns the year's rate, the
credit for month n earns it for 13 - n months; one rounding, half up to the fen, for the year.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import (
    Connection,
    Integer,
    Select,
    case,
    cast,
    delete,
    func,
    insert,
    select,
    update,
)

from kiosk_central.store.accounts import interest_rates, pension_interest
from kiosk_central.store.locks import lock_alone
from kiosk_central.store.schema import contributions, fen_sum
from kioskd.domain.account import PensionAccount, PensionYear
from kioskd.domain.contribution import Month, Scheme
from kioskd.domain.money import ZERO, Money, total
from kioskd.errors import KioskError

Credits = dict[Month, Money]


class NoInterestRate(KioskError):
    """The year has no rate, or an earlier year with credits has no interest yet."""


@dataclass(frozen=True, slots=True)
class _Interest:
    rate: Decimal
    amount: Money


def interest_of_year(opening: Money, credits: Credits, rate: Decimal) -> Money:
    """Return one year's interest; ``credits`` are the months of that year."""
    products = sum(amount.fen * (13 - month.month) for month, amount in credits.items())
    return _interest(opening.fen, products, rate)


def _interest(opening_fen: int, products_fen: int, rate: Decimal) -> Money:
    exact = Decimal(opening_fen) * rate + Decimal(products_fen) * rate / 12
    return Money(int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)))


def pension_account(connection: Connection, person_id: int, today: date) -> PensionAccount:
    """Return the account as it stands on ``today``, every year since the first contribution."""
    credits = _credits_of(connection, person_id)
    interest = _interest_of(connection, person_id)
    newest = select(interest_rates.c.source).order_by(interest_rates.c.year.desc())
    source = connection.execute(newest).scalars().first() or ""
    years = tuple(_years(credits, interest, today.year))
    return PensionAccount(today.isoformat(), years, source if interest else "")


def _years(
    credits: Credits, interest: dict[int, _Interest], this_year: int
) -> Iterator[PensionYear]:
    if not credits:
        return
    balance = ZERO
    first = min(credits).year
    for year in range(first, max(this_year, max(credits).year) + 1):
        paid = [amount for month, amount in credits.items() if month.year == year]
        earned = interest.get(year)
        amount = earned.amount if earned else ZERO
        balance = balance + total(paid) + amount
        yield PensionYear(
            year, len(paid), total(paid), earned.rate if earned else None, amount, balance
        )


def _credits_of(connection: Connection, person_id: int) -> Credits:
    paid = contributions.c
    query = select(paid.month, paid.personal_fen).where(
        paid.person_id == person_id, paid.scheme == Scheme.PENSION.value
    )
    return {Month.parse(row.month): Money(row.personal_fen) for row in connection.execute(query)}


def _interest_of(connection: Connection, person_id: int) -> dict[int, _Interest]:
    query = (
        select(pension_interest.c.year, pension_interest.c.interest_fen, interest_rates.c.rate)
        .join(interest_rates)
        .where(pension_interest.c.person_id == person_id)
    )
    return {
        row.year: _Interest(Decimal(row.rate), Money(row.interest_fen))
        for row in connection.execute(query)
    }


def _lock(connection: Connection) -> None:
    """Be alone with rates and interest: each year's is worked out from those before it."""
    lock_alone(connection, "interest")


def set_rate(connection: Connection, year: int, rate: Decimal, source: str) -> None:
    """Name the rate of a year; a second word on the same year replaces the first.

    Interest that is credited already follows with the next ``credit_interest`` of that year.
    """
    _lock(connection)
    values = {"rate": str(rate), "source": source}
    known = interest_rates.c.year == year
    if not connection.execute(update(interest_rates).where(known).values(values)).rowcount:
        connection.execute(insert(interest_rates).values(year=year, **values))


def credit_interest(connection: Connection, year: int) -> int:
    """Credit everybody's interest of ``year``; return to how many people.

    May be done again after a late contribution or another rate: that year and the credited ones
    after it are worked out anew. Years go one after the other. Raises NoInterestRate.
    """
    _lock(connection)
    query = select(pension_interest.c.year).where(pension_interest.c.year > year).distinct()
    later = sorted(connection.execute(query).scalars())
    connection.execute(delete(pension_interest).where(pension_interest.c.year >= year))
    counts = [_credit(connection, one) for one in (year, *later)]
    return counts[0]


def _credit(connection: Connection, year: int) -> int:
    query = select(interest_rates.c.rate).where(interest_rates.c.year == year)
    rate = connection.execute(query).scalar_one_or_none()
    if rate is None:
        raise NoInterestRate(f"no rate for {year}")
    earned = _earned_before(connection, year)
    rows = [
        {
            "person_id": row.person_id,
            "year": year,
            "interest_fen": _interest(
                row.before_fen + _complete(earned.get(row.person_id, (0, 0)), row.first, year),
                row.products_fen,
                Decimal(rate),
            ).fen,
        }
        for row in connection.execute(_sums(year))
    ]
    if rows:
        connection.execute(insert(pension_interest), rows)
    return len(rows)


def _sums(year: int) -> Select[Any]:
    """Select for everybody: credits before ``year``, its monthly products, the first month."""
    paid, begins = contributions.c, f"{year:04d}-01"
    left = 13 - cast(func.substr(paid.month, 6, 2), Integer)
    return (
        select(
            paid.person_id,
            fen_sum(case((paid.month < begins, paid.personal_fen), else_=0)).label("before_fen"),
            fen_sum(case((paid.month >= begins, paid.personal_fen * left), else_=0)).label(
                "products_fen"
            ),
            func.min(paid.month).label("first"),
        )
        .where(paid.scheme == Scheme.PENSION.value, paid.month <= f"{year:04d}-12")
        .group_by(paid.person_id)
    )


def _earned_before(connection: Connection, year: int) -> dict[int, tuple[int, int]]:
    """Return for each person in how many years before ``year`` she earned how much interest."""
    of = pension_interest.c
    query = select(of.person_id, func.count(), fen_sum(of.interest_fen)).where(of.year < year)
    rows = connection.execute(query.group_by(of.person_id))
    return {person_id: (count, earned) for person_id, count, earned in rows}


def _complete(earned: tuple[int, int], first: str, year: int) -> int:
    """Return the interest earned before, if no year of it is missing. Raises NoInterestRate."""
    count, fen = earned
    if count != max(0, year - int(first[:4])):
        raise NoInterestRate(f"a year before {year} has no interest yet")
    return fen
