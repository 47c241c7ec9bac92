"""Charges that cannot be booked are given back; outcomes nobody knows are settled by a person."""

from dataclasses import replace

import pytest
from central_world import (
    KIOSK,
    OTHER_KIOSK,
    TWO_MONTHS_FEN,
    World,
    differences,
    record,
    refused,
)

from kiosk_central.bank import import_file
from kiosk_central.bank_file import COLUMNS
from kiosk_central.decisions import settle_as_charged, settle_as_not_charged
from kiosk_central.differences import NotToBeSettled, settle_difference
from kiosk_central.payments import payment_of
from kiosk_central.store.engine import read
from kioskd.domain.money import Money
from kioskd.domain.payment import PaymentState as S
from kioskd.protocols.central import Posting, ProblemCode
from kioskd.protocols.receipt_facts import ReceiptKind, SignedFacts

HEADER = ",".join(COLUMNS)
LINE = "2026-11-23,29001006,1,31,17,2026-11-22,10:00:00,2800.00,sale"


def pay_twice(world: World) -> Posting:
    """Charge the same months at two kiosks; return the answer to the second charge, P1."""
    world.assess("A1")
    world.clock.advance(hours=1)
    world.assess("A2", kiosk=OTHER_KIOSK)
    other = replace(record(receipt=7), terminal_id="29001007")
    world.report(S.CONFIRMED, "K0124-P-2", OTHER_KIOSK, assessment="A2", record=other)
    return world.report(S.CONFIRMED, "K0123-P-1")


def import_lines(world: World, *lines: str) -> None:
    data = "\n".join([HEADER, *lines, ""]).encode()
    world.at_desk(lambda desk: import_file(desk, "file.csv", data))


def at(world: World, ref: str = "K0123-P-1", kiosk: str = KIOSK) -> Posting:
    return read(world.engine, lambda connection: payment_of(connection, kiosk, ref))


def test_a_charge_that_cannot_be_booked_is_asked_back(world: World) -> None:
    """The second charge for the same months goes to suspense, and the kiosk shall reverse it."""
    answer = pay_twice(world)
    assert answer.give_back and answer.state is S.CONFIRMED
    assert at(world) == answer == world.report(S.CONFIRMED, "K0123-P-1")
    assert SignedFacts.parse(answer.proof).facts.kind is ReceiptKind.SUSPENSE


def test_giving_back_zeroes_suspense(world: World) -> None:
    """REVERSED after it was asked for posts the other way round, once, with a receipt."""
    taken = pay_twice(world)
    given = world.report(S.REVERSED, "K0123-P-1")
    assert given == world.report(S.REVERSED, "K0123-P-1") == world.report(S.CONFIRMED, "K0123-P-1")
    assert (given.state, given.give_back) == (S.REVERSED, False)
    assert given.receipt_number != taken.receipt_number
    facts = SignedFacts.parse(given.proof).facts
    assert (facts.kind, facts.amount) == (ReceiptKind.REVERSAL, Money(TWO_MONTHS_FEN))
    sums: dict[str, int] = {}
    for posting in world.books()["postings"]:
        for one in posting["entries"]:
            sums[one["account"]] = sums.get(one["account"], 0) + one["debit_fen"]
    assert sums["suspense"] == 0 and sums["bank-receivable"] == TWO_MONTHS_FEN
    assert differences(world) == [("months_paid_elsewhere", "K0123-P-1")]
    assert differences(world, only_open=True) == []


def test_a_reversal_nobody_asked_for_is_refused(world: World) -> None:
    """REVERSED after a charge that was booked is 409 and a difference; the months stay paid."""
    world.assess()
    world.report(S.CONFIRMED)
    with refused(ProblemCode.STATE_CONFLICT):
        world.report(S.REVERSED)
    assert at(world).state is S.CONFIRMED
    assert differences(world) == [("state", "K0123-P-1")]


def test_what_cannot_be_given_back_is_listed(world: World) -> None:
    """CONFIRMED again with R-01: asked no more, listed, and the reason is kept."""
    pay_twice(world)
    for _ in range(2):
        assert not world.report(S.CONFIRMED, "K0123-P-1", reason="R-01").give_back
    assert differences(world) == [
        ("months_paid_elsewhere", "K0123-P-1"),
        ("not_given_back", "K0123-P-1"),
    ]
    reports = next(one for one in world.books()["payments"] if one["ref"] == "K0123-P-1")["reports"]
    assert [one["reason"] for one in reports] == ["", "R-01"]
    with refused(ProblemCode.STATE_CONFLICT):
        world.report(S.REVERSED, "K0123-P-1")


def test_an_unknown_assessment_is_given_back(world: World) -> None:
    """Money taken for nothing we know is asked back too; its proof names no months."""
    answer = world.report(S.CONFIRMED)
    facts = SignedFacts.parse(answer.proof).facts
    assert answer.give_back and (facts.scheme, facts.months) == (None, ())
    assert world.report(S.REVERSED).state is S.REVERSED


def test_a_booked_charge_is_not_asked_back(world: World) -> None:
    """A charge on its months stays, whatever reason comes with it again."""
    world.assess()
    answer = world.report(S.CONFIRMED)
    assert not answer.give_back
    assert world.report(S.CONFIRMED, reason="R-01") == answer
    assert differences(world) == []


@pytest.mark.parametrize("state", [S.INTENDED, S.UNKNOWN, S.UNRESOLVED])
def test_doubt_keeps_the_months_for_ever(world: World, state: S) -> None:
    """However long nobody knows, the months are not given to another."""
    world.assess()
    world.report(state)
    world.clock.advance(days=400)
    with refused(ProblemCode.STATE_CONFLICT):
        world.release()
    assert world.assessment_state() == "paying"


def test_an_unresolved_outcome_is_listed_until_it_is_known(world: World) -> None:
    """UNRESOLVED is a difference; when the kiosk finds out after all it is settled by that."""
    world.assess()
    world.report(S.INTENDED)
    world.report(S.UNRESOLVED, reason="Z-6C")
    assert differences(world, only_open=True) == [("outcome_unresolved", "K0123-P-1")]
    world.report(S.DECLINED)
    assert differences(world, only_open=True) == []
    assert world.books()["differences"][0]["settled_by"] == "centre"


def test_doubt_about_an_unknown_assessment_is_kept(world: World) -> None:
    """An outcome nobody knows is never turned away, even where the assessment is gone."""
    world.report(S.UNRESOLVED)
    kinds = [kind for kind, _ in differences(world)]
    assert kinds == ["outcome_unresolved", "assessment_unknown"]
    assert at(world).state is S.UNRESOLVED


def test_what_never_ended_is_listed_after_an_hour(world: World) -> None:
    """A payment begun and never ended is listed while it lasts, and not before an hour."""
    world.assess()
    world.report(S.INTENDED)
    world.clock.advance(minutes=59)
    assert differences(world) == []
    world.clock.advance(minutes=1)
    assert differences(world, only_open=True) == [("never_ended", "K0123-P-1")]
    world.report(S.NOT_STARTED)
    assert differences(world) == []


def test_payments_are_told_to_their_kiosk_only(world: World) -> None:
    """Another kiosk, or no such payment: not found."""
    world.assess()
    world.report(S.INTENDED)
    for ref, kiosk in (("K0124-P-1", OTHER_KIOSK), ("K0124-P-9", KIOSK)):
        with refused(ProblemCode.NOT_FOUND):
            at(world, ref, kiosk)


def unresolved(world: World) -> None:
    """Leave P1 unresolved; its kiosk's PIN pad is known by an earlier payment."""
    world.assess("A0", months=(10,), scheme=world.region.schemes[1].scheme)
    world.report(S.DECLINED, "K0123-P-0", assessment="A0", amount=amount_of(world), record=record())
    world.assess()
    world.report(S.UNRESOLVED, at="2026-11-22T02:00:00Z")


def amount_of(world: World) -> Money:
    books = world.books()["assessments"]
    return Money(next(one for one in books if one["ref"] == "A0")["amount_fen"])


def line_id(world: World, ref: str = "K0123-P-1") -> int:
    from kiosk_central.listing import all_differences

    found = read(world.engine, lambda connection: all_differences(connection, world.clock))
    [candidate] = next(one for one in found if one["payment_ref"] == ref)["candidates"]
    assert isinstance(candidate, int)
    return candidate


def settle_charged(world: World, line: int) -> None:
    world.at_desk(lambda desk: settle_as_charged(desk, "K0123-P-1", line, "Wang", "in the file"))


def settle_not_charged(world: World) -> None:
    world.at_desk(lambda desk: settle_as_not_charged(desk, "K0123-P-1", "Wang", "asked the bank"))


def test_a_person_settles_as_charged(world: World) -> None:
    """With the bank's line the payment is posted, cleared, and everything about it settled."""
    unresolved(world)
    import_lines(world, LINE)
    assert ("not_in_ledger", "") in differences(world)
    settle_charged(world, line_id(world))
    assert differences(world, only_open=True) == []
    assert at(world).receipt_number
    kinds = [one["kind"] for one in world.books()["postings"]]
    assert kinds == ["contribution", "bank"]
    for told in (None, replace(record(), result=0x6C), record()):
        assert world.report(S.CONFIRMED, record=told) == at(world)
    assert world.report(S.UNKNOWN) == at(world)


def test_settled_as_charged_but_paid_elsewhere(world: World) -> None:
    """The money is kept in suspense; the kiosk, which has no record, is not asked to reverse."""
    unresolved(world)
    world.clock.advance(hours=1)
    late = replace(record(receipt=8), terminal_id="29001006")
    world.report(S.CONFIRMED, "K0123-P-2", assessment="A1", record=late)
    import_lines(world, LINE)
    settle_charged(world, line_id(world))
    assert not at(world).give_back
    assert ("months_paid_elsewhere", "K0123-P-1") in differences(world, only_open=True)


@pytest.mark.parametrize("late", [S.DECLINED, S.NOT_STARTED, S.REVERSED])
def test_the_contrary_of_a_decision_is_a_difference(world: World, late: S) -> None:
    """Settled as charged, and the kiosk says that it was not: 409, listed, nothing undone."""
    unresolved(world)
    import_lines(world, LINE)
    settle_charged(world, line_id(world))
    with refused(ProblemCode.STATE_CONFLICT):
        world.report(late, record=None)
    assert ("state", "K0123-P-1") in differences(world, only_open=True)


def test_another_charge_than_the_person_found(world: World) -> None:
    """Settled with one line, and the kiosk's record names another receipt: 409 and listed."""
    unresolved(world)
    import_lines(world, LINE)
    settle_charged(world, line_id(world))
    with refused(ProblemCode.STATE_CONFLICT):
        world.report(S.CONFIRMED, record=record(receipt=32))
    assert ("record", "K0123-P-1") in differences(world, only_open=True)


def test_a_person_settles_as_not_charged(world: World) -> None:
    """The months are free, and the kiosk that says the same is answered."""
    unresolved(world)
    settle_not_charged(world)
    assert at(world).state is S.DECLINED
    world.assess("A2")
    for state in (S.DECLINED, S.NOT_STARTED, S.REVERSED):
        assert world.report(state, record=None).state is S.DECLINED


def test_a_person_was_wrong_and_the_months_are_free(world: World) -> None:
    """What the PIN pad shows is booked on its months after all, and her error is listed."""
    unresolved(world)
    settle_not_charged(world)
    posting = world.report(S.CONFIRMED)
    assert (posting.state, posting.give_back) == (S.CONFIRMED, False)
    assert posting.receipt_number
    assert ("state", "K0123-P-1") in differences(world, only_open=True)


def test_a_person_was_wrong_and_the_months_are_paid(world: World) -> None:
    """The charge that she took for none goes to suspense, and the kiosk is to give it back."""
    unresolved(world)
    settle_not_charged(world)
    world.assess("A2")
    world.report(S.INTENDED, ref="K0123-P-2", assessment="A2", record=None)
    world.report(S.CONFIRMED, ref="K0123-P-2", assessment="A2")
    assert world.report(S.CONFIRMED).give_back
    assert ("state", "K0123-P-1") in differences(world, only_open=True)


def test_the_books_do_not_let_a_person_forget_a_charge(world: World) -> None:
    """Not charged is refused while a line of the bank may be this payment."""
    unresolved(world)
    import_lines(world, LINE)
    with pytest.raises(NotToBeSettled, match="bank line"):
        settle_not_charged(world)
    assert at(world).state is S.UNRESOLVED


@pytest.mark.parametrize(
    "line",
    [
        LINE.replace("2800.00", "2800.01"),
        LINE.replace("2026-11-22,10", "2026-11-24,10"),
        LINE.replace("29001006", "29001009"),
        LINE.replace("sale", "reversal"),
    ],
)
def test_a_line_that_does_not_fit_settles_nothing(world: World, line: str) -> None:
    """Another amount, day or PIN pad, or a reversal, proves no charge of this payment."""
    unresolved(world)
    import_lines(world, line)
    with pytest.raises(NotToBeSettled):
        settle_charged(world, 1)
    assert world.books()["postings"] == []
    settle_not_charged(world)


def test_one_line_settles_one_payment(world: World) -> None:
    """A line that another payment explains is no candidate."""
    world.assess("A1", months=(10, 11))
    world.report(S.CONFIRMED, "K0123-P-2", at="2026-11-22T02:00:00Z")
    world.assess("A2", months=(10, 11), scheme=world.region.schemes[1].scheme)
    amount = next(one for one in world.books()["assessments"] if one["ref"] == "A2")["amount_fen"]
    world.report(S.UNRESOLVED, assessment="A2", amount=Money(amount))
    import_lines(world, LINE)
    with pytest.raises(NotToBeSettled):
        settle_charged(world, 1)


def test_what_is_known_is_not_decided(world: World) -> None:
    """A payment that ended, or does not exist, is not settled by anybody."""
    with pytest.raises(NotToBeSettled, match="no payment"):
        settle_not_charged(world)
    world.assess()
    world.report(S.CONFIRMED)
    with pytest.raises(NotToBeSettled, match="confirmed"):
        settle_not_charged(world)


def test_a_difference_is_settled_once_by_a_name(world: World) -> None:
    """Who and why are kept with the row; no name, no such row, or twice is refused."""
    world.assess()
    world.report(S.UNRESOLVED)

    def settle(number: int, by: str) -> None:
        why = "looked at it"
        world.at_desk(lambda desk: settle_difference(desk.connection, desk.now, number, by, why))

    for number, by in ((1, " "), (1, "centre"), (9, "Wang")):
        with pytest.raises(NotToBeSettled):
            settle(number, by)
    assert differences(world, only_open=True)
    settle(1, "Wang")
    with pytest.raises(NotToBeSettled, match="settled"):
        settle(1, "Li")
    [row] = world.books()["differences"]
    assert (row["settled_by"], row["settled_note"]) == ("Wang", "looked at it")
