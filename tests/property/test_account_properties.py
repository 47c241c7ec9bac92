"""Accounts whatever happens in them: interest against fractions, balances against the rows."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, insert

from kiosk_central.accounts import interest_of_year
from kiosk_central.medical_accounts import (
    balance_of,
    credit,
    medical_account,
    open_account,
    spend,
)
from kiosk_central.problems import Refused
from kiosk_central.store.engine import open_engine
from kiosk_central.store.revisions import migrate
from kiosk_central.store.schema import people
from kioskd.domain.account import MedicalCredit, MedicalSpending, SpendingKind
from kioskd.domain.contribution import Month
from kioskd.domain.money import ZERO, Money

TODAY = date(2027, 12, 31)
FEN = st.integers(0, 10**11)
RATES = st.decimals(0, Decimal("0.1"), places=4)
CREDITS = st.dictionaries(st.integers(1, 12), st.integers(0, 10**8))


@settings(max_examples=120)
@given(FEN, CREDITS, RATES)
def test_interest_is_the_exact_sum_rounded_once(
    opening: int, credits: dict[int, int], rate: Decimal
) -> None:
    """Month by month in fractions: a credit for month n earns from its month to December."""
    yearly = Fraction(rate)
    exact = opening * yearly
    for month, fen in credits.items():
        exact += sum(fen * yearly / 12 for _ in range(month, 13))
    rounded = math.floor(exact + Fraction(1, 2))
    by_month = {Month(2025, month): Money(fen) for month, fen in credits.items()}
    assert interest_of_year(Money(opening), by_month, rate) == Money(rounded)


@settings(max_examples=100)
@given(FEN, CREDITS, RATES, st.integers(0, 10**6))
def test_more_money_never_earns_less(
    opening: int, credits: dict[int, int], rate: Decimal, more: int
) -> None:
    """Interest grows with what is in the account, and is never negative."""
    by_month = {Month(2025, month): Money(fen) for month, fen in credits.items()}
    less = interest_of_year(Money(opening), by_month, rate)
    assert ZERO <= less <= interest_of_year(Money(opening + more), by_month, rate)


@dataclass(frozen=True)
class Move:
    """A credit of a month, or a spending on a day of it."""

    month: Month
    fen: int
    spends: bool


MONTHS = st.builds(Month, st.integers(2025, 2027), st.integers(1, 12))
MOVES = st.lists(st.builds(Move, MONTHS, st.integers(-5, 40_000), st.booleans()), max_size=30)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    made = open_engine("sqlite:///:memory:")
    with made.connect() as connection:
        migrate(connection)
        person = {"id_number": "x", "name": "x", "city": "x", "flexible_employment": False}
        connection.execute(insert(people).values(id=1, **person))
        connection.commit()
        yield made
    made.dispose()


def _do(connection: Connection, move: Move, given: set[Month]) -> int:
    """Do one move; return by how many fen the balance must have changed."""
    day = f"{move.month}-20"
    if move.spends:
        spent = MedicalSpending(day, "x", SpendingKind.PHARMACY, Money(move.fen))
        try:
            spend(connection, 1, spent)
        except Refused:
            return 0
        return -move.fen
    if move.fen <= 0 or move.month in given:
        return 0
    given.add(move.month)
    credit(connection, 1, MedicalCredit(move.month, day, "x", Money(move.fen)))
    return move.fen


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(MOVES)
def test_a_balance_is_its_movements_and_never_below_zero(engine: Engine, moves: list[Move]) -> None:
    """After each move the balance is what was credited less what was spent; years join up."""
    with engine.connect() as connection, connection.begin() as undone:
        open_account(connection, 1)
        expected, given = 0, set[Month]()
        for move in moves:
            expected += _do(connection, move, given)
            assert balance_of(connection, 1) == Money(expected)
            assert expected >= 0
        opening = ZERO
        latest = medical_account(connection, 1, None, TODAY)
        for year in latest.years:
            view = medical_account(connection, 1, year, TODAY)
            assert (view.opening, view.balance) == (opening, Money(expected))
            opening = view.closing
        assert opening == latest.balance == Money(expected)
        undone.rollback()
