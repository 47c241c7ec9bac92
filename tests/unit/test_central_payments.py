"""Assessments lock months; payments go forward only; a charge is booked exactly once."""

from dataclasses import replace

import pytest
from central_world import (
    KIOSK,
    LI,
    OTHER_KIOSK,
    TWO_MONTHS_FEN,
    ZHANG,
    World,
    record,
    refused,
)
from hypothesis import given
from hypothesis import strategies as st

from kiosk_central.payments import FINAL, NEXT
from kiosk_central.receipt_numbers import receipt_number, receipt_number_is_right
from kioskd.domain.contribution import MonthStatus, Scheme
from kioskd.domain.money import Money
from kioskd.domain.payment import PaymentState as S
from kioskd.protocols.central import ProblemCode


def test_assessing_again_gives_the_same(world: World) -> None:
    """The same reference and body give the stored assessment."""
    assert world.assess() == world.assess(months=(11, 10))


@pytest.mark.parametrize(
    "other",
    [
        {"months": (10,)},
        {"percent": 60},
        {"person": LI},
        {"scheme": Scheme.MEDICAL},
    ],
)
def test_a_reference_means_one_thing(world: World, other: dict) -> None:
    """The same reference with anything else is 422."""
    world.assess()
    with refused(ProblemCode.REFERENCE_REUSED):
        world.assess(**other)


@pytest.mark.parametrize(
    "wrong", [{"percent": 65}, {"percent": 0}, {"months": ()}, {"months": (10, 10)}]
)
def test_what_is_not_on_offer_is_refused(world: World, wrong: dict) -> None:
    """A grade that does not exist, no months, or a month twice is no assessment."""
    with refused(ProblemCode.BAD_REQUEST):
        world.assess(**wrong)


@pytest.mark.parametrize("months", [(9,), (9, 10), (10, 11, 3)])
def test_paid_months_are_taken(world: World, months: tuple[int, ...]) -> None:
    """A month that is paid cannot be assessed, alone or among others."""
    with refused(ProblemCode.MONTHS_TAKEN):
        world.assess(months=months)


def test_locked_months_are_taken_whole_or_not(world: World) -> None:
    """An assessment that cannot have all its months locks none of them."""
    world.assess("A1", months=(11,))
    with refused(ProblemCode.MONTHS_TAKEN):
        world.assess("A2", months=(10, 11), kiosk=OTHER_KIOSK)
    world.assess("A3", months=(10,), kiosk=OTHER_KIOSK)


def test_other_schemes_and_people_are_free(world: World) -> None:
    """A lock is on person, scheme and month."""
    world.assess("A1")
    world.assess("A2", scheme=Scheme.MEDICAL)
    world.assess("A3", person=LI)


def test_an_unpaid_assessment_expires(world: World) -> None:
    """After 15 minutes the months are free and no charge may start."""
    world.assess("A1")
    world.clock.advance(minutes=15)
    with refused(ProblemCode.ASSESSMENT_CLOSED):
        world.report(S.INTENDED)
    world.assess("A2")


def test_a_paying_assessment_does_not_expire(world: World) -> None:
    """Once the intent is reported the months stay locked, for days if need be."""
    world.assess()
    world.report(S.INTENDED)
    world.clock.advance(days=3)
    with refused(ProblemCode.MONTHS_TAKEN):
        world.assess("A2")
    assert world.report(S.CONFIRMED).receipt_number


def test_release_gives_free_and_may_be_repeated(world: World) -> None:
    """Releasing twice is releasing once; a stranger's release finds nothing."""
    world.assess()
    with refused(ProblemCode.NOT_FOUND):
        world.release(kiosk=OTHER_KIOSK)
    world.release()
    world.release()
    assert world.assessment_state() == "released"
    with refused(ProblemCode.ASSESSMENT_CLOSED):
        world.report(S.INTENDED)


def test_no_release_while_paying_or_paid(world: World) -> None:
    """What a payment holds, or has paid, is not released."""
    world.assess()
    world.report(S.INTENDED)
    with refused(ProblemCode.STATE_CONFLICT):
        world.release()
    world.report(S.CONFIRMED)
    with refused(ProblemCode.ASSESSMENT_CLOSED):
        world.release()


def test_paying_books_months_and_money(world: World) -> None:
    """A confirmed payment is one posting of three entries and two contributions."""
    world.assess()
    world.report(S.INTENDED)
    answer = world.report(S.CONFIRMED)
    books = world.books()
    [posting] = books["postings"]
    entries = {one["account"]: one["debit_fen"] for one in posting["entries"]}
    assert entries == {
        "bank-receivable": 280_000,
        "pension-personal": -112_000,
        "pension-pool": -168_000,
    }
    assert answer.receipt_number == posting["receipt_number"] == receipt_number(2026, 1)
    assert world.assessment_state() == "paid"
    assert [one.status for one in world.offers()[0].months][9:11] == [MonthStatus.PAID] * 2


@pytest.mark.parametrize("last", sorted(FINAL - {S.CONFIRMED}, key=str))
@pytest.mark.parametrize("between", [(), (S.UNKNOWN,)])
def test_no_charge_gives_the_months_free(world: World, last: S, between: tuple[S, ...]) -> None:
    """Declined, not started and reversed all give the months free and book nothing."""
    world.assess()
    for state in (S.INTENDED, *between, last):
        world.report(state)
    assert world.assessment_state() == "released"
    assert world.books()["postings"] == []
    world.assess("A2")


MOVES = [(first, second) for first in NEXT for second in NEXT]


@pytest.mark.parametrize(("first", "second"), MOVES, ids=[f"{a.value}-{b.value}" for a, b in MOVES])
def test_states_are_monotone(world: World, first: S, second: S) -> None:
    """Every pair of states: the table's moves are taken, the same is repeated, others are 409."""
    world.assess()
    world.report(first)
    before = world.books()["payments"]
    if second is first:
        assert world.report(second).state is first
        assert world.books()["payments"] == before
    elif second in NEXT[first]:
        assert world.report(second).state is second
    else:
        with refused(ProblemCode.STATE_CONFLICT):
            world.report(second)
        assert world.books()["payments"] == before
    posted = S.CONFIRMED in (first, second) and (first, second) not in FINAL_CONFLICTS
    assert len(world.books()["postings"]) == posted


def test_a_reversal_under_way_is_never_reported(world: World) -> None:
    """REVERSING is the kiosk's own affair: nobody reports it."""
    world.assess()
    with refused(ProblemCode.BAD_REQUEST):
        world.report(S.REVERSING)


FINAL_CONFLICTS = {(one, S.CONFIRMED) for one in FINAL - {S.CONFIRMED}}


def test_a_late_charge_is_written_down(world: World) -> None:
    """CONFIRMED after DECLINED is refused, and the difference is noted once for a person to see."""
    world.assess()
    world.report(S.DECLINED)
    for _ in range(2):
        with refused(ProblemCode.STATE_CONFLICT):
            world.report(S.CONFIRMED)
    [difference] = world.books()["differences"]
    assert (difference["kind"], difference["amount_fen"]) == ("state", TWO_MONTHS_FEN)


def test_an_old_report_again_tells_how_it_stands(world: World) -> None:
    """The intent repeated after confirmation is answered with what is true now."""
    world.assess()
    world.report(S.INTENDED)
    confirmed = world.report(S.CONFIRMED)
    assert world.report(S.INTENDED) == confirmed


def test_confirmed_without_intent_is_booked(world: World) -> None:
    """A charge whose intent never arrived is booked all the same."""
    world.assess()
    assert world.report(S.CONFIRMED).receipt_number


def test_confirmed_after_expiry_is_booked_if_the_months_are_free(world: World) -> None:
    """An expired assessment that was charged is booked when nobody else has paid the months."""
    world.assess()
    world.clock.advance(hours=1)
    world.report(S.CONFIRMED)
    assert world.books()["postings"][0]["kind"] == "contribution"
    assert world.assessment_state() == "paid"


def test_months_paid_elsewhere_go_to_suspense(world: World) -> None:
    """The second charge for the same months is kept in suspense and written down, never dropped."""
    world.assess("A1")
    world.clock.advance(hours=1)
    world.assess("A2", kiosk=OTHER_KIOSK)
    world.report(S.CONFIRMED, "K0124-P-2", OTHER_KIOSK, assessment="A2")
    late = world.report(S.CONFIRMED, "K0123-P-1")
    books = world.books()
    assert [one["kind"] for one in books["postings"]] == ["contribution", "suspense"]
    assert late.receipt_number == books["postings"][1]["receipt_number"]
    accounts = {one["account"]: one["debit_fen"] for one in books["postings"][1]["entries"]}
    assert accounts == {"bank-receivable": 280_000, "suspense": -280_000}
    assert [one["kind"] for one in books["differences"]] == ["months_paid_elsewhere"]


def test_a_charge_for_an_unknown_assessment_goes_to_suspense(world: World) -> None:
    """Money taken for nothing we know is kept; an intent for it is refused."""
    with refused(ProblemCode.NOT_FOUND):
        world.report(S.INTENDED)
    assert world.report(S.CONFIRMED).receipt_number
    assert world.books()["differences"][0]["kind"] == "assessment_unknown"


def test_an_unknown_outcome_takes_expired_months_back(world: World) -> None:
    """UNKNOWN locks the months again, or says that another has them."""
    world.assess("A1")
    world.clock.advance(hours=1)
    world.report(S.UNKNOWN)
    assert world.assessment_state() == "paying"
    with refused(ProblemCode.MONTHS_TAKEN):
        world.assess("A2")


def test_an_unknown_outcome_on_months_of_another(world: World) -> None:
    """UNKNOWN on months that another assessment has meanwhile is written down."""
    world.assess("A1")
    world.clock.advance(hours=1)
    world.assess("A2")
    world.report(S.UNKNOWN)
    assert world.books()["differences"][0]["kind"] == "months_locked_elsewhere"


def test_one_payment_an_assessment(world: World) -> None:
    """While one payment holds the assessment a second charge may not start, nor free its months."""
    world.assess()
    world.report(S.INTENDED, "K0123-P-1")
    with refused(ProblemCode.ASSESSMENT_CLOSED):
        world.report(S.INTENDED, "K0123-P-2")
    world.report(S.NOT_STARTED, "K0123-P-2")
    assert world.assessment_state() == "paying"


@pytest.mark.parametrize(
    "other",
    [
        {"amount": Money(1)},
        {"assessment": "A9"},
    ],
)
def test_a_payment_means_one_thing(world: World, other: dict) -> None:
    """Another amount or assessment under the same reference is 422."""
    world.assess()
    world.report(S.INTENDED)
    with refused(ProblemCode.REFERENCE_REUSED):
        world.report(S.UNKNOWN, **other)


@pytest.mark.parametrize("ref", ["K0124-P-1", "K0123-1", "K0123-P-1-1", "K01-23-P-1", "P1"])
def test_a_reference_names_the_kiosk_that_reports(world: World, ref: str) -> None:
    """Another kiosk's reference, or one that names none, is refused: nothing is written down."""
    world.assess()
    with refused(ProblemCode.KIOSK_OTHER):
        world.report(S.CONFIRMED, ref)
    assert (world.books()["payments"], world.books()["differences"]) == ([], [])


def test_an_assessment_is_its_kiosk_s(world: World) -> None:
    """Two kiosks that happen on the same reference have assessed two people."""
    world.assess()
    world.assess(person=LI, kiosk=OTHER_KIOSK)
    world.report(S.CONFIRMED)
    world.report(S.CONFIRMED, "K0124-P-1", OTHER_KIOSK)
    assert [row["person_id"] for row in world.books()["assessments"]] == [ZHANG, LI]
    assert world.books()["differences"] == []


def test_the_amount_is_the_assessment_s(world: World) -> None:
    """Another amount is 422; charged already, it is written down too."""
    world.assess()
    with refused(ProblemCode.REFERENCE_REUSED):
        world.report(S.INTENDED, amount=Money(279_999))
    for charged in (record(), record(279_999)):
        with refused(ProblemCode.REFERENCE_REUSED):
            world.report(S.CONFIRMED, amount=Money(279_999), record=charged)
    for not_charged in (record(279_999), replace(record(), result=0x6C)):
        with refused(ProblemCode.REFERENCE_REUSED):
            world.report(S.CONFIRMED, record=not_charged)
    assert world.books()["differences"][0]["kind"] == "body"
    assert world.books()["postings"] == []


def test_two_records_of_one_charge_differ(world: World) -> None:
    """CONFIRMED twice with two receipts of the PIN pad is 409 and a difference."""
    world.assess()
    world.report(S.CONFIRMED)
    with refused(ProblemCode.STATE_CONFLICT):
        world.report(S.CONFIRMED, record=record(receipt=32))
    assert world.books()["differences"][0]["kind"] == "record"


@pytest.mark.parametrize("wrong", [{"record": None}, {"amount": Money(0)}, {"amount": Money(-1)}])
def test_impossible_reports_are_bad(world: World, wrong: dict) -> None:
    """CONFIRMED without a record, or of no money, is no report."""
    world.assess()
    with refused(ProblemCode.BAD_REQUEST):
        world.report(S.CONFIRMED, **wrong)


def test_a_reversal_without_record_is_taken(world: World) -> None:
    """Nothing is booked for REVERSED, so a missing record must not keep the months locked."""
    world.assess()
    world.report(S.UNKNOWN)
    world.report(S.REVERSED, record=None)
    assert world.assessment_state() == "released"


def test_the_intent_is_refused_when_months_are_paid(world: World) -> None:
    """A charge may not start for months that a late charge has paid meanwhile."""
    world.assess("A1")
    world.clock.advance(hours=1)
    world.assess("A2")
    world.report(S.CONFIRMED, "K0123-P-1", assessment="A1")
    with refused(ProblemCode.ASSESSMENT_CLOSED):
        world.report(S.INTENDED, "K0123-P-2", assessment="A2")


def test_books_hold_no_personal_data(world: World) -> None:
    """What ``ledger show`` prints names no name, ID number or card number."""
    world.assess(person=ZHANG, kiosk=KIOSK)
    world.report(S.CONFIRMED)
    text = str(world.books())
    assert not any(word in text for word in ("张三", "000000190001010017", "X00000019"))


@given(st.integers(1900, 9999), st.integers(0, 99_999_999), st.integers(1, 9), st.integers(0, 13))
def test_receipt_numbers_catch_a_wrong_digit(year: int, serial: int, add: int, at: int) -> None:
    """The check digits fit the number and no number that differs in one digit."""
    number = receipt_number(year, serial)
    assert receipt_number_is_right(number)
    place = [index for index, one in enumerate(number) if one != "-"][at]
    wrong = str((int(number[place]) + add) % 10)
    assert not receipt_number_is_right(number[:place] + wrong + number[place + 1 :])


def test_an_assessment_belongs_to_its_kiosk(world: World) -> None:
    """A payment at another kiosk than the assessment's may not start."""
    world.assess(kiosk=OTHER_KIOSK)
    with refused(ProblemCode.NOT_FOUND):
        world.report(S.INTENDED)
