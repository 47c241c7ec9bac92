"""Pension and medical accounts at the centre: exact balances, interest, and how payments stand."""

from datetime import date
from decimal import Decimal

import pytest
from central_world import (
    LI,
    TWO_MONTHS_FEN,
    ZHANG,
    World,
    record,
    refused,
)
from click.testing import CliRunner

from kiosk_central.accounts import (
    NoInterestRate,
    _credits_of,
    credit_interest,
    interest_of_year,
    pension_account,
    set_rate,
)
from kiosk_central.cli import main
from kiosk_central.medical_accounts import balance_of, medical_account, spend
from kiosk_central.my_payments import payments_of
from kiosk_central.store.engine import read, write
from kioskd.domain.account import (
    MedicalAccountState,
    MedicalSpending,
    PaymentStanding,
    SpendingKind,
)
from kioskd.domain.contribution import Month, Scheme, periods_of
from kioskd.domain.money import ZERO, Money, total
from kioskd.domain.payment import PaymentState as S
from kioskd.protocols.central import ProblemCode

TODAY = date(2026, 11, 22)


def test_interest_is_by_monthly_products() -> None:
    """Worked by hand: 10,000 at 3 % is 300; January's 560 earns all year, December's 1/12 of it."""
    rate = Decimal("0.03")
    assert interest_of_year(Money(10_000_00), {}, rate) == Money(300_00)
    assert interest_of_year(ZERO, {Month(2025, 1): Money(560_00)}, rate) == Money(16_80)
    assert interest_of_year(ZERO, {Month(2025, 12): Money(560_00)}, rate) == Money(1_40)
    whole = {Month(2025, number): Money(560_00) for number in range(1, 13)}
    assert interest_of_year(Money(10_000_00), whole, rate) == Money(409_20)


def test_a_half_fen_is_rounded_up_once_a_year() -> None:
    """0.5 fen of interest is 1 fen; twelve months are added before rounding."""
    assert interest_of_year(Money(50), {}, Decimal("0.01")) == Money(1)
    months = {Month(2025, number): Money(1) for number in range(1, 13)}
    assert interest_of_year(ZERO, months, Decimal("0.02")) == Money(0)


def test_every_pension_balance_is_what_came_in(world: World) -> None:
    """For everybody in the city: each year's balance is the one before, credits and interest."""
    for person in range(1, 9):
        account = read(world.engine, lambda at, p=person: pension_account(at, p, TODAY))
        balance = ZERO
        for year in account.years:
            balance = balance + year.credits + year.interest
            assert year.balance == balance
        assert account.balance == balance
        assert [one.year for one in account.years] == list(range(account.years[0].year, 2027))


def test_what_is_credited_to_everybody_is_what_the_formula_gives(world: World) -> None:
    """The sums of the database and the months one by one lead to the same interest."""
    for person in range(1, 9):
        account = read(world.engine, lambda at, p=person: pension_account(at, p, TODAY))
        paid = read(world.engine, lambda at, p=person: _credits_of(at, p))
        opening = ZERO
        for year in account.years:
            if year.rate is not None:
                months = {month: fen for month, fen in paid.items() if month.year == year.year}
                assert year.interest == interest_of_year(opening, months, year.rate)
            opening = year.balance


def test_the_account_tells_where_its_interest_comes_from(world: World) -> None:
    """Complete years have a rate, this year none yet; the source and the day are named."""
    account = read(world.engine, lambda at: pension_account(at, ZHANG, TODAY))
    *complete, this = account.years
    assert all(one.rate is not None and one.interest > ZERO for one in complete)
    assert (this.rate, this.interest, this.months) == (None, ZERO, 9)
    assert "示例" in account.rate_source and account.as_of == "2026-11-22"
    assert (complete[0].year, complete[0].months) == (2024, 12)
    # 560.00 a month at 2.30 %: 560 * 78 / 12 * 0.023, half up.
    assert (complete[0].rate, complete[0].interest) == (Decimal("0.0230"), Money(83_72))


def test_a_posted_payment_is_in_the_account_at_once(world: World) -> None:
    """The personal part of two months at 100 % is 1,120.00 more."""
    before = read(world.engine, lambda at: pension_account(at, ZHANG, TODAY)).balance
    world.assess()
    world.report(S.INTENDED)
    world.report(S.CONFIRMED)
    after = read(world.engine, lambda at: pension_account(at, ZHANG, TODAY))
    assert after.balance - before == Money(1_120_00)
    assert after.years[-1].months == 11


def test_interest_wants_a_rate_and_the_years_in_order(world: World) -> None:
    """No rate, no interest; a year after one that has none is refused; again is the same."""
    with pytest.raises(NoInterestRate, match="no rate for 2026"):
        write(world.engine, lambda at: credit_interest(at, 2026))
    write(world.engine, lambda at: set_rate(at, 2027, Decimal("0.02"), "test"))
    with pytest.raises(NoInterestRate, match="before 2027"):
        write(world.engine, lambda at: credit_interest(at, 2027))
    before = read(world.engine, lambda at: pension_account(at, ZHANG, TODAY))
    assert write(world.engine, lambda at: credit_interest(at, 2025)) == 8
    assert read(world.engine, lambda at: pension_account(at, ZHANG, TODAY)) == before


def test_another_rate_or_a_late_month_is_made_good(world: World) -> None:
    """2024 at another rate: 2024 and, by what is then in the account, 2025 are worked out anew."""
    before = read(world.engine, lambda at: pension_account(at, ZHANG, TODAY))
    write(world.engine, lambda at: set_rate(at, 2024, Decimal("0.0460"), "test"))
    write(world.engine, lambda at: credit_interest(at, 2024))
    after = read(world.engine, lambda at: pension_account(at, ZHANG, TODAY))
    assert after.years[0].interest == Money(2 * before.years[0].interest.fen)
    more = after.years[0].interest - before.years[0].interest
    extra = after.years[1].interest - before.years[1].interest
    assert after.years[1].rate is not None
    assert abs(extra.fen - more.share_half_up(after.years[1].rate).fen) <= 1
    assert after.balance == before.balance + more + extra


def test_the_commands_name_a_rate_and_credit_it(world: World) -> None:
    """Two commands once a year; what is no rate, and a year without one, are told in a line."""
    db = str(world.engine.url)

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, ["interest", *words, "--db", db])
        return done.exit_code, done.output.strip()

    assert run("credit", "2999") == (1, "Error: 2999 is not over")
    assert run("credit", "1999") == (1, "Error: no rate for 1999")
    code, said = run("rate", "2025", "2.1", "--source", "test")
    assert code == 1 and said.startswith("Error: a rate is a fraction")
    assert run("rate", "2025", "0.021", "--source", "test") == (0, "2025: 2.10 %, test")
    assert run("credit", "2025") == (0, "2025: interest credited to 8 people")
    account = read(world.engine, lambda at: pension_account(at, ZHANG, TODAY))
    assert account.years[1].rate == Decimal("0.021") and account.rate_source == "test"


def test_a_new_person_has_an_empty_account(world: World) -> None:
    """No contribution: no years, nothing in it, and no source of a rate is claimed."""
    account = read(world.engine, lambda at: pension_account(at, 999, TODAY))
    assert (account.years, account.balance, account.rate_source) == ((), ZERO, "")


def test_a_medical_account_balances_year_by_year(world: World) -> None:
    """Opening, credits and spending of each year lead to the next, and to the balance now."""
    latest = read(world.engine, lambda at: medical_account(at, LI, None, TODAY))
    assert latest.state is MedicalAccountState.OPEN and latest.bank and latest.credits
    opening = ZERO
    for year in latest.years:
        view = read(world.engine, lambda at, y=year: medical_account(at, LI, y, TODAY))
        assert view.opening == opening and view.balance == latest.balance
        opening = view.closing
    assert opening == latest.balance == read(world.engine, lambda at: balance_of(at, LI))


def test_no_movement_ever_overdraws(world: World) -> None:
    """Day by day, credits before spending, no account of the sample is ever below zero."""
    for person in range(1, 9):
        latest = read(world.engine, lambda at, p=person: medical_account(at, p, None, TODAY))
        moves: list[tuple[str, int, Money]] = []
        for year in latest.years:
            view = read(world.engine, lambda at, p=person, y=year: medical_account(at, p, y, TODAY))
            moves += [(one.day, 0, one.amount) for one in view.credits]
            moves += [(one.day, 1, -one.amount) for one in view.spending]
        balance = ZERO
        for _, _, amount in sorted(moves):
            balance = balance + amount
            assert balance >= ZERO


def test_flexible_employment_has_no_medical_account(world: World) -> None:
    """It is said as a fact, not as an empty account."""
    account = read(world.engine, lambda at: medical_account(at, ZHANG, None, TODAY))
    assert account.state is MedicalAccountState.NONE
    assert (account.balance, account.years, account.bank) == (ZERO, (), "")


@pytest.mark.parametrize("fen", [-100, 0, 1])
def test_nothing_is_spent_that_is_not_there(world: World, fen: int) -> None:
    """One fen above the balance, nothing, and less than nothing are refused."""
    balance = read(world.engine, lambda at: balance_of(at, LI))
    amount = Money(balance.fen + 1) if fen == 1 else Money(fen)
    spent = MedicalSpending("2026-11-22", "药店", SpendingKind.PHARMACY, amount)
    with refused(ProblemCode.STATE_CONFLICT):
        write(world.engine, lambda at: spend(at, LI, spent))
    assert read(world.engine, lambda at: balance_of(at, LI)) == balance


def test_all_of_it_may_be_spent(world: World) -> None:
    """The last fen goes, and the view shows it."""
    balance = read(world.engine, lambda at: balance_of(at, LI))
    spent = MedicalSpending("2026-11-22", "药店", SpendingKind.PHARMACY, balance)
    write(world.engine, lambda at: spend(at, LI, spent))
    view = read(world.engine, lambda at: medical_account(at, LI, 2026, TODAY))
    assert view.balance == view.closing == ZERO and view.spending[-1] == spent


def standing(world: World) -> tuple[PaymentStanding, str]:
    (one,) = read(world.engine, lambda at: payments_of(at, ZHANG))
    assert one.amount == Money(TWO_MONTHS_FEN) and one.scheme is Scheme.PENSION
    return one.standing, one.receipt_number


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((S.INTENDED,), PaymentStanding.IN_PROGRESS),
        ((S.INTENDED, S.APPROVED), PaymentStanding.IN_PROGRESS),
        ((S.INTENDED, S.UNKNOWN), PaymentStanding.IN_DOUBT),
        ((S.INTENDED, S.UNKNOWN, S.UNRESOLVED), PaymentStanding.IN_DOUBT),
        ((S.INTENDED, S.DECLINED), PaymentStanding.NOT_CHARGED),
        ((S.INTENDED, S.NOT_STARTED), PaymentStanding.NOT_CHARGED),
    ],
)
def test_a_payment_stands_as_its_kiosk_told(
    world: World, states: tuple[S, ...], expected: PaymentStanding
) -> None:
    """Each state has its plain standing, and no receipt."""
    world.assess()
    for state in states:
        world.report(state)
    assert standing(world) == (expected, "")


def test_a_posted_payment_has_its_receipt(world: World) -> None:
    """Posted, with the number; nobody else sees it."""
    world.assess()
    world.report(S.INTENDED)
    number = world.report(S.CONFIRMED).receipt_number
    assert standing(world) == (PaymentStanding.POSTED, number)
    assert read(world.engine, lambda at: payments_of(at, LI)) == ()


def test_a_charge_that_cannot_be_booked_is_said_to_go_back(world: World) -> None:
    """Paid twice: the second is to be given back, then given back; it never has a receipt."""
    world.assess()
    world.report(S.INTENDED)
    world.report(S.NOT_STARTED)
    world.assess("A2")
    world.report(S.INTENDED, "K0123-P-2", assessment="A2")
    world.report(S.CONFIRMED, "K0123-P-2", assessment="A2")
    world.assess("A3", months=(12,))
    pay = {"assessment": "A1", "record": record(receipt=32)}
    world.report(S.UNKNOWN, "K0123-P-3", assessment="A1")
    assert world.report(S.CONFIRMED, "K0123-P-3", **pay).give_back
    by_ref = {one.ref: one for one in read(world.engine, lambda at: payments_of(at, ZHANG))}
    assert by_ref["K0123-P-3"].standing is PaymentStanding.TO_BE_GIVEN_BACK
    world.report(S.REVERSED, "K0123-P-3", **pay)
    by_ref = {one.ref: one for one in read(world.engine, lambda at: payments_of(at, ZHANG))}
    assert {ref: one.standing for ref, one in by_ref.items()} == {
        "K0123-P-1": PaymentStanding.NOT_CHARGED,
        "K0123-P-2": PaymentStanding.POSTED,
        "K0123-P-3": PaymentStanding.GIVEN_BACK,
    }
    assert by_ref["K0123-P-3"].receipt_number == ""
    assert total([one.amount for one in by_ref.values()]) == Money(3 * TWO_MONTHS_FEN)


def test_periods_end_where_a_month_is_missing() -> None:
    """In any order, across the new year, with a month told twice."""
    months = [Month(2025, 2), Month(2024, 12), Month(2025, 1), Month(2025, 4), Month(2025, 4)]
    first, second = periods_of(months)
    assert (first.first, first.last, first.months) == (Month(2024, 12), Month(2025, 2), 3)
    assert (second.first, second.last, second.months) == (Month(2025, 4), Month(2025, 4), 1)
    assert periods_of([]) == ()
