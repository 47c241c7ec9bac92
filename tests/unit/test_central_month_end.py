"""Refunds, the month's end and the bank's answer, on both databases; the books right after each."""

from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from central_world import KIOSK, TWO_MONTHS_FEN, ZHANG, World, differences, open_checked
from closing_world import (
    ACCOUNT,
    DECEMBER_2,
    LINE,
    NOVEMBER,
    answer,
    balances,
    cannot_give_back,
    close,
    findings,
    pay,
    pay_twice,
    refund,
    settle,
)

from kiosk_central.differences import NotToBeSettled
from kiosk_central.month_end import name_fund_account, preview
from kiosk_central.month_reckoning import MonthNotClosed
from kiosk_central.my_payments import payments_of
from kiosk_central.prints import receipts_of
from kiosk_central.refunds import (
    RefundRefused,
    all_refunds,
    approve_refund,
    ask_refund,
    correct_account,
    refuse_refund,
)
from kiosk_central.store.engine import read
from kiosk_central.transfer_file import (
    Answer,
    TransferFileError,
    answer_file,
    file_is_whole,
    parse_answer,
)
from kioskd.domain.account import PaymentStanding
from kioskd.domain.contribution import Month
from kioskd.domain.money import Money
from kioskd.domain.payment import PaymentState as S
from tests.databases import Template

PERSONAL, POOL = 112_000, 168_000


@pytest.fixture
def world(template: Template, tmp_path: Path) -> Iterator[World]:
    """The small city; whatever a test did to it, ``ledger verify`` finds nothing."""
    for made in open_checked(template, tmp_path):
        yield made
        assert findings(made) == []


def standing(world: World, ref: str = "K0123-P-1") -> PaymentStanding:
    found = read(world.engine, lambda at: payments_of(at, ZHANG))
    return next(one.standing for one in found if one.ref == ref)


def test_suspense_is_refunded_by_two_persons(world: World) -> None:
    """What the PIN pad could not give back is owed to her, and her screen says so."""
    pay_twice(world)
    with pytest.raises(RefundRefused, match="at the PIN pad"):
        refund(world)
    cannot_give_back(world)
    refund(world)
    assert "suspense" not in balances(world)
    assert balances(world)["refunds-payable"] == -TWO_MONTHS_FEN
    assert standing(world) is PaymentStanding.TO_BE_GIVEN_BACK
    assert differences(world, only_open=True) == []
    assert world.books()["payments"][0]["state"] == "confirmed"


def test_a_contribution_in_error_is_refunded_once(world: World) -> None:
    """Its months are payable again, its receipt is none any more, its accounts are as before."""
    pay(world)
    refund(world)
    assert balances(world) == {
        "bank-receivable": TWO_MONTHS_FEN,
        "refunds-payable": -TWO_MONTHS_FEN,
    }
    assert read(world.engine, lambda at: receipts_of(at, ZHANG)) == ()
    with pytest.raises(RefundRefused, match="already"):
        refund(world)
    world.assess("A3")
    world.report(S.CONFIRMED, "K0123-P-3", assessment="A3")
    assert standing(world, "K0123-P-3") is PaymentStanding.POSTED


def test_the_kiosks_answer_is_what_it_was(world: World) -> None:
    """A refund is between her and us: a kiosk that asks again hears of its own posting."""
    pay(world)
    before = world.report(S.CONFIRMED)
    refund(world)
    assert world.report(S.CONFIRMED) == before


def test_one_person_is_not_enough(world: World) -> None:
    """Who asked may not approve; who refuses leaves everything as it was, and one may ask anew."""
    pay(world)

    def ask() -> int:
        return world.at_desk(
            lambda at: ask_refund(at, "K0123-P-1", ACCOUNT, "张三", "Wang", "letter")
        )

    number = ask()
    with pytest.raises(RefundRefused, match="somebody else"):
        world.at_desk(lambda desk: approve_refund(desk, number, " Wang ", "sure"))
    with pytest.raises(NotToBeSettled, match="who decides"):
        world.at_desk(lambda desk: approve_refund(desk, number, "Zhao", " "))
    before = balances(world)
    world.at_desk(lambda desk: refuse_refund(desk, number, "Zhao", "not in error"))
    assert balances(world) == before
    with pytest.raises(RefundRefused, match="is refused"):
        world.at_desk(lambda desk: approve_refund(desk, number, "Zhao", "after all"))
    assert ask() == number + 1
    acts = [one["state"] for one in read(world.engine, all_refunds)]
    assert acts == ["refused", "asked"]


@pytest.mark.parametrize(
    ("account", "holder"), [("123", "张三"), ("9999x00011112222", "张三"), (ACCOUNT, "a|b")]
)
def test_an_account_that_no_bank_has_is_refused(world: World, account: str, holder: str) -> None:
    """Nothing goes into the transfer file that would not be one field of a line."""
    pay(world)
    with pytest.raises(RefundRefused, match="8 to 30 digits"):
        world.at_desk(lambda desk: ask_refund(desk, "K0123-P-1", account, holder, "Wang", "letter"))


def test_what_we_do_not_have_is_not_refunded(world: World) -> None:
    """Unknown payments, and those that took nothing."""
    with pytest.raises(RefundRefused, match="no payment K0123-P-9"):
        refund(world, "K0123-P-9")
    world.assess()
    world.report(S.INTENDED)
    with pytest.raises(RefundRefused, match="is intended"):
        refund(world)


def test_a_month_is_closed_once_and_then_always_the_same(world: World) -> None:
    """Funds get what their accounts had; again gives the same bytes and books nothing."""
    pay(world)
    settle(world)
    world.clock.now = DECEMBER_2
    done = close(world)
    sums = {one.what: one.amount.fen for one in done.transfers}
    assert sums == {"pension-personal": PERSONAL, "pension-pool": POOL}
    body = done.file.decode().splitlines()
    assert body[0] == "H|1|2026-11"
    assert body[1] == "T|202611-000001|9999000000000001|社会保险基金|112000|pension-personal"
    before_trailer = done.file[: done.file.rindex(b"Z|")]
    assert body[-1] == f"Z|2|280000|{sha256(before_trailer).hexdigest()}"
    assert balances(world)["transfers"] == -TWO_MONTHS_FEN
    postings = len(world.books()["postings"])
    world.clock.advance(days=3)
    assert close(world) == done
    assert len(world.books()["postings"]) == postings


def test_a_preview_books_nothing(world: World) -> None:
    """A month that goes on can be looked at: the same file as if it were closed now."""
    pay(world)
    found = read(world.engine, lambda at: preview(at, NOVEMBER, world.clock()))
    assert (found.closed_at, found.amount) == ("", Money(TWO_MONTHS_FEN))
    assert file_is_whole(found.file)
    assert len(world.books()["postings"]) == 1


def test_when_a_month_cannot_be_closed(world: World) -> None:
    """Not over, the bank has not settled, a fund without an account, a month left out."""
    pay(world)
    with pytest.raises(MonthNotClosed, match="not over"):
        close(world)
    world.clock.now = datetime(2026, 11, 30, 16, 59, tzinfo=UTC)
    with pytest.raises(MonthNotClosed, match="not over"):
        close(world)
    world.clock.now = DECEMBER_2
    with pytest.raises(MonthNotClosed, match=r"settled 0\.00 yuan"):
        close(world)
    settle(world)
    world.clock.now = datetime(2027, 1, 2, 2, 0, tzinfo=UTC)
    with pytest.raises(MonthNotClosed, match="not closed"):
        close(world, Month(2026, 12))
    close(world)
    close(world, Month(2026, 12))
    with pytest.raises(MonthNotClosed, match="closed already"):
        close(world, Month(2026, 10))


def test_a_fund_must_have_an_account(world: World) -> None:
    """Fund and number are checked when they are named."""
    for fund, number in (("pool", ACCOUNT), ("pension-pool", "12")):
        with pytest.raises(MonthNotClosed, match="a fund is one of"):
            world.at_desk(lambda desk, f=fund, n=number: name_fund_account(desk.connection, f, n))


def test_the_bank_answers(world: World) -> None:
    """Paid: out of our account. Failed: owed as before, listed, and in the next month's file."""
    pay_twice(world)
    cannot_give_back(world)
    number = refund(world)
    settle(world, LINE, LINE)
    world.clock.now = DECEMBER_2
    close(world)
    unpaid = (("202611-000002", "account closed"), ("202611-000003", "no such account"))
    done = answer(world, NOVEMBER, ("202611-000001", ""), *unpaid)
    assert (done.paid, done.failed, done.known) == (1, 2, 0)
    assert "transfers" not in balances(world)
    assert [kind for kind, _ in differences(world, only_open=True)].count("transfer_failed") == 2
    assert read(world.engine, all_refunds)[0]["state"] == "due"
    world.at_desk(lambda desk: correct_account(desk, number, "88880000", "李四", "Wang", "call"))
    world.clock.now = datetime(2027, 1, 2, 2, 0, tzinfo=UTC)
    again = close(world, Month(2026, 12))
    assert {one.what: one.amount.fen for one in again.transfers} == {
        "pension-pool": POOL,
        "refunds-payable": TWO_MONTHS_FEN,
    }


def a_refund_ordered(world: World) -> None:
    pay(world)
    refund(world)
    settle(world)
    world.clock.now = DECEMBER_2
    close(world)


def test_a_refund_that_was_paid_is_given_back(world: World) -> None:
    """The books are empty but for nothing, and her screen says that it is given back."""
    a_refund_ordered(world)
    answer(world, NOVEMBER, ("202611-000001", ""))
    assert balances(world) == {}
    assert standing(world) is PaymentStanding.GIVEN_BACK


def test_a_refund_that_failed_comes_again(world: World) -> None:
    """Owed as before and listed; the next file has it, with the account that was named since."""
    a_refund_ordered(world)
    answer(world, NOVEMBER, ("202611-000001", "no such account"))
    assert differences(world, only_open=True) == [("transfer_failed", "K0123-P-1")]
    world.at_desk(lambda desk: correct_account(desk, 1, "88880000", "李四", "Wang", "call"))
    world.clock.now = datetime(2027, 1, 2, 2, 0, tzinfo=UTC)
    [one] = close(world, Month(2026, 12)).transfers
    assert (one.reference, one.account, one.holder) == ("202612-000001", "88880000", "李四")
    with pytest.raises(RefundRefused, match="is ordered"):
        world.at_desk(lambda desk: correct_account(desk, 1, "88880000", "李四", "Wang", "x"))


def test_an_answer_counts_once(world: World) -> None:
    """The same file again, the same transfer in another file; a contrary answer is an error."""
    a_refund_ordered(world)
    told = ("202611-000001", "")
    answer(world, NOVEMBER, told)
    before = balances(world)
    assert answer(world, NOVEMBER, told).known == 1
    assert answer(world, Month(2026, 12), told).known == 1
    assert balances(world) == before
    with pytest.raises(TransferFileError, match="was told to be paid"):
        answer(world, NOVEMBER, ("202611-000001", "returned"))
    with pytest.raises(TransferFileError, match="no transfer of ours"):
        answer(world, NOVEMBER, ("202611-000009", ""))


GOOD = answer_file(NOVEMBER, (Answer("202611-000001", True, ""),))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        GOOD[:-1],
        GOOD.replace(b"paid", b"Paid"),
        GOOD.replace(b"000001", b"000002"),
        answer_file(NOVEMBER, (Answer("1", True, ""),)),
        answer_file(NOVEMBER, (Answer("202611-000001", True, "but"),)),
        answer_file(NOVEMBER, (Answer("202611-000001", False, ""),)),
        answer_file(NOVEMBER, (Answer("202611-000001", True, ""),) * 2),
    ],
)
def test_a_wrong_answer_is_refused(data: bytes) -> None:
    """Cut, changed, a reference that is none or comes twice, a reason that does not belong."""
    with pytest.raises(TransferFileError):
        parse_answer(data)
    assert parse_answer(GOOD) == (Answer("202611-000001", True, ""),)


def test_a_reversal_at_the_pin_pad_needs_no_refund(world: World) -> None:
    """Given back by the kiosk: nothing is left to refund."""
    pay_twice(world)
    world.report(S.REVERSED, "K0123-P-1", KIOSK)
    with pytest.raises(RefundRefused, match="do not have its money"):
        refund(world)
