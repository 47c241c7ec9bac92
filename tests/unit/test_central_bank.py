"""The bank's settlement file: read strictly, taken in once, compared, cleared where it agrees."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime

import pytest
from central_world import (
    KIOSK,
    OTHER_KIOSK,
    TWO_MONTHS_FEN,
    World,
    differences,
    record,
)
from hypothesis import given
from hypothesis import strategies as st

from kiosk_central.bank import Imported, import_file
from kiosk_central.bank_file import COLUMNS, BankFileError, FileLine, parse_bank_file
from kiosk_central.charges import charge_day
from kiosk_central.clock import CHINA_TIME
from kiosk_central.differences import settle_difference
from kioskd.domain.contribution import Scheme
from kioskd.domain.money import Money
from kioskd.domain.payment import PaymentState as S

HEADER = ",".join(COLUMNS)
LINE = "2026-11-23,29001006,1,31,17,2026-11-22,10:00:00,2800.00,sale"
BACK = LINE.replace("sale", "reversal")
OTHER = "2026-11-23,29001006,1,99,98,2026-11-22,11:00:00,0.01,sale"


def a_file(*lines: str) -> bytes:
    return "\n".join([HEADER, *lines, ""]).encode()


def take(world: World, *lines: str) -> Imported:
    return world.at_desk(lambda desk: import_file(desk, "file.csv", a_file(*lines)))


def pay(world: World) -> None:
    world.assess()
    world.report(S.CONFIRMED)


def account(world: World, name: str) -> int:
    entries = [one for posting in world.books()["postings"] for one in posting["entries"]]
    return sum(one["debit_fen"] for one in entries if one["account"] == name)


def test_a_file_is_read() -> None:
    """Byte order mark, CRLF, quotes and leading zeros are fine; every field has its type."""
    text = "\ufeff" + HEADER + '\r\n2026-11-23,"29001006",0001,0031,000017,2026-11-22,'
    lines = parse_bank_file((text + "10:00:00,2800.00,sale\r\n").encode())
    expected = FileLine(
        2, "2026-11-23", "29001006", 1, 31, 17, "2026-11-22", "10:00:00", Money(280_000), "sale"
    )
    assert lines == (expected,)
    assert parse_bank_file(a_file()) == ()


WRONG = [
    ("2026-11-23", "2026-11-31", "settlement_date"),
    ("2026-11-23", "20261123", "settlement_date"),
    ("29001006", "2900 1006", "terminal_id"),
    ("29001006", "", "terminal_id"),
    (",1,31,", ",x,31,", "batch"),
    (",31,", ",-31,", "receipt"),
    (",17,", ",１７,", "trace"),
    ("2026-11-22", "22.11.2026", "date"),
    ("10:00:00", "25:00:00", "time"),
    ("10:00:00", "10:00", "time"),
    ("2800.00", "2800", "amount_yuan"),
    ("2800.00", "2800.001", "amount_yuan"),
    ("2800.00", "2800.5", "amount_yuan"),
    ("2800.00", "-2800.00", "amount_yuan"),
    ("2800.00", "0.00", "amount_yuan"),
    ("2800.00", "2e3.00", "amount_yuan"),
    ("sale", "Sale", "kind"),
    (",sale", "", "whole line"),
    (",sale", ",sale,x", "whole line"),
    ("29001006", '"29001006"x', "whole line"),
]


@pytest.mark.parametrize(("right", "wrong", "column"), WRONG)
def test_a_wrong_line_is_named(world: World, right: str, wrong: str, column: str) -> None:
    """Line and column are in the error, and nothing of the file is taken in."""
    with pytest.raises(BankFileError) as caught:
        take(world, OTHER, LINE.replace(right, wrong, 1))
    assert (caught.value.line, caught.value.column) == (3, column)
    assert take(world, OTHER).lines == 1


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", 1),
        (b"date,amount\n", 1),
        (HEADER.replace(",", ";").encode(), 1),
        (a_file(LINE, ""), 3),
        (a_file(LINE).replace(b"sale", b"s\xffle"), 2),
    ],
)
def test_other_files_are_refused(data: bytes, line: int) -> None:
    """No header, another one, an empty line, or no UTF-8."""
    with pytest.raises(BankFileError) as caught:
        parse_bank_file(data)
    assert caught.value.line == line


@given(st.binary() | st.text().map(a_file))
def test_arbitrary_files_never_break_it(data: bytes) -> None:
    """Any bytes are lines or a named error."""
    with suppress(BankFileError):
        assert all(isinstance(one, FileLine) for one in parse_bank_file(data))


def test_what_agrees_is_cleared(world: World) -> None:
    """A settled charge moves from what the bank owes to the bank, in one posting a file."""
    pay(world)
    assert take(world, LINE) == Imported(1, 0, TWO_MONTHS_FEN, 0)
    assert account(world, "bank-receivable") == 0
    assert account(world, "bank") == TWO_MONTHS_FEN
    assert [one["kind"] for one in world.books()["postings"]] == ["contribution", "bank"]
    assert differences(world) == []


def test_the_same_file_again_changes_nothing(world: World) -> None:
    """A file is known by its hash, a line by what it says."""
    pay(world)
    take(world, LINE, OTHER)
    before = world.books()
    assert take(world, LINE, OTHER) == Imported(0, 2, 0, 0)
    assert take(world, OTHER, LINE) == Imported(0, 2, 0, 0)
    assert world.books() == before


def test_absent_from_the_bank(world: World) -> None:
    """Posted, and no line of that day: listed; a later file explains and clears it."""
    pay(world)
    take(world, OTHER)
    assert ("not_at_bank", "K0123-P-1") in differences(world, only_open=True)
    take(world, LINE.replace("2026-11-23", "2026-11-24"))
    assert differences(world, only_open=True) == [("not_in_ledger", "")]
    assert ("not_at_bank", "K0123-P-1") in differences(world)
    assert account(world, "bank") == TWO_MONTHS_FEN


def test_a_difference_that_comes_back(world: World) -> None:
    """Explained and there again with the next file: a second row; settled by a person: none."""
    pay(world)
    take(world, OTHER)
    take(world, LINE)
    take(world, BACK)
    found = [one for one in world.books()["differences"] if one["payment_ref"] == "K0123-P-1"]
    assert [(one["kind"], one["settled_by"]) for one in found] == [
        ("not_at_bank", "centre"),
        ("not_at_bank", ""),
    ]
    number = found[1]["id"]
    world.at_desk(
        lambda desk: settle_difference(desk.connection, desk.now, number, "Wang", "refunded")
    )
    take(world, OTHER.replace("0.01", "0.02"))
    assert ("not_at_bank", "K0123-P-1") not in differences(world, only_open=True)


def test_absent_from_the_ledger(world: World) -> None:
    """Settled, and not posted: listed and not booked; the late report explains it at the next."""
    assert take(world, LINE).differences == 1
    assert differences(world, only_open=True) == [("not_in_ledger", "")]
    assert account(world, "bank") == 0
    pay(world)
    take(world, OTHER)
    assert account(world, "bank") == TWO_MONTHS_FEN
    assert len(differences(world, only_open=True)) == 1


def test_another_amount(world: World) -> None:
    """Settled with another amount: both amounts are listed, nothing is cleared."""
    pay(world)
    take(world, LINE.replace("2800.00", "2800.10"))
    assert differences(world) == [("bank_amount", "K0123-P-1")]
    [row] = world.books()["differences"]
    assert (row["amount_fen"], row["other_fen"]) == (280_010, TWO_MONTHS_FEN)
    assert account(world, "bank") == 0


@pytest.mark.parametrize(
    "second", [LINE, LINE.replace("2026-11-23", "2026-11-24"), LINE.replace(",1,31", ",2,31")]
)
def test_settled_twice(world: World, second: str) -> None:
    """The same charge twice, in one file or batch or another: listed until the bank undoes one."""
    pay(world)
    take(world, LINE, second)
    assert differences(world, only_open=True) == [("bank_twice", "K0123-P-1")]
    assert account(world, "bank") == 0
    take(world, BACK)
    assert differences(world, only_open=True) == []
    assert account(world, "bank") == TWO_MONTHS_FEN


def test_the_bank_undoes_what_we_have_posted(world: World) -> None:
    """A sale and its reversal at the bank, posted here: the charge is not at the bank."""
    pay(world)
    take(world, LINE, BACK)
    assert differences(world) == [("not_at_bank", "K0123-P-1")]


def test_a_charge_that_was_undone_on_both_sides(world: World) -> None:
    """A sale and its reversal that no payment of ours knows move nothing and differ in nothing."""
    assert take(world, LINE, BACK) == Imported(2, 0, 0, 0)
    assert differences(world) == [] and account(world, "bank") == 0


def test_given_back_but_settled(world: World) -> None:
    """A charge that was given back at the PIN pad, and the bank settles it: listed."""
    world.report(S.CONFIRMED)
    world.report(S.REVERSED)
    take(world, LINE)
    assert ("not_in_ledger", "K0123-P-1") in differences(world, only_open=True)
    take(world, BACK)
    assert differences(world, only_open=True) == []


def test_one_charge_behind_two_postings(world: World) -> None:
    """Two payments that claim the same charge of the PIN pad: the bank settles it once."""
    pay(world)
    world.assess("A2", scheme=Scheme.MEDICAL)
    amount = next(one for one in world.books()["assessments"] if one["ref"] == "A2")["amount_fen"]
    told = replace(record(), amount=Money(amount))
    world.report(S.CONFIRMED, "K0123-P-2", assessment="A2", amount=Money(amount), record=told)
    take(world, LINE)
    assert differences(world) == [("not_at_bank", "K0123-P-2")]


def test_a_stray_reversal(world: World) -> None:
    """A reversal that undoes nothing known is listed with its negative amount."""
    take(world, BACK)
    assert differences(world) == [("not_in_ledger", "")]
    assert world.books()["differences"][0]["amount_fen"] == -TWO_MONTHS_FEN


def test_only_days_and_terminals_of_the_bank(world: World) -> None:
    """A file is of its days, of the PIN pads in it, and of those that a file ever named."""
    pay(world)
    take(world, OTHER.replace("29001006", "29001099"))
    take(world, OTHER.replace("2026-11-22", "2026-11-21"))
    assert ("not_at_bank", "K0123-P-1") not in differences(world)
    take(world, OTHER.replace("29001006", "29001099").replace("0.01", "0.03"))
    assert ("not_at_bank", "K0123-P-1") in differences(world)
    world.assess("A2", kiosk=OTHER_KIOSK, scheme=Scheme.MEDICAL)
    amount = next(one for one in world.books()["assessments"] if one["ref"] == "A2")["amount_fen"]
    told = replace(record(), amount=Money(amount), terminal_id="77777777")
    world.report(
        S.CONFIRMED, "K0124-P-2", OTHER_KIOSK, assessment="A2", amount=told.amount, record=told
    )
    take(world, OTHER.replace("0.01", "0.02"))
    assert ("not_at_bank", "K0124-P-2") not in differences(world)


def test_a_difference_names_the_kiosk(world: World) -> None:
    """What the bank settled at a PIN pad is listed with the kiosk that was heard to have it."""
    pay(world)
    take(world, LINE, OTHER)
    [row] = world.books()["differences"]
    assert (row["kind"], row["kiosk_id"], row["place"]) == ("not_in_ledger", KIOSK, "bank line 2")


@pytest.mark.parametrize(
    ("told", "heard", "day"),
    [
        ("1122", "2026-11-22T02:00", "2026-11-22"),
        ("1231", "2027-01-01T00:10", "2026-12-31"),
        ("0101", "2026-12-31T23:59", "2027-01-01"),
        ("0229", "2028-03-01T12:00", "2028-02-29"),
        ("", "2026-11-22T23:59", "2026-11-22"),
        ("0230", "2026-11-22T12:00", "2026-11-22"),
        ("11x2", "2026-11-22T12:00", "2026-11-22"),
    ],
)
def test_the_year_of_a_charge(told: str, heard: str, day: str) -> None:
    """A PIN pad tells no year: it is the one that brings its day nearest to when we heard."""
    moment = datetime.fromisoformat(heard).replace(tzinfo=CHINA_TIME)
    assert charge_day(replace(record(), date=told), moment).isoformat() == day
