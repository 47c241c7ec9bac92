"""What two writers of PostgreSQL may do at once, one step before the other's end: right as if one.

In each test the first is done and not yet committed while the second begins; it must wait, or not
need to. ``interleaved`` knows which from PostgreSQL itself.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from kiosk_central.assessments import assess
from kiosk_central.bank import import_file
from kiosk_central.bank_file import COLUMNS
from kiosk_central.cabinet import take_event
from kiosk_central.chain import take_links
from kiosk_central.day_ends import take_day_end
from kiosk_central.decisions import settle_as_not_charged
from kiosk_central.desk import Desk
from kiosk_central.differences import NotToBeSettled, settle_difference
from kiosk_central.documents.issue import Asked, issue
from kiosk_central.medical_accounts import balance_of, spend
from kiosk_central.prints import give_copy, take_print
from kiosk_central.problems import Refused
from kiosk_central.reports import report_payment
from kiosk_central.store.engine import read
from kioskd.domain.account import MedicalSpending, SpendingKind
from kioskd.domain.contribution import Month, Scheme
from kioskd.domain.money import ZERO, Money
from kioskd.domain.payment import PaymentState as S
from kioskd.domain.payment import Printed
from kioskd.protocols.central import AssessmentRequest, PaymentReport
from kioskd.protocols.central_books import (
    ChainLinks,
    DayEndReport,
    DayPayment,
    PrintReport,
    first_link,
    next_link,
)
from kioskd.protocols.central_cabinet import CabinetEvent, CabinetEventKind
from kioskd.protocols.central_documents import DocumentKind, DocumentRequest
from tests.databases import Template
from tests.postgres import Postgres
from tests.unit.central_world import (
    KIOSK,
    LI,
    OTHER_KIOSK,
    TWO_MONTHS_FEN,
    ZHANG,
    World,
    make_city,
    open_checked,
    record,
)
from tests.unit.two_writers import interleaved

AT = "2026-11-22T02:00:00Z"
AMOUNT = Money(TWO_MONTHS_FEN)
PAID = PaymentReport("K0123-P-1", "A1", AMOUNT, S.CONFIRMED, record(), AT)


@pytest.fixture(scope="module")
def template(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Template:
    return make_city(tmp_path_factory.mktemp("city"), postgres)


@pytest.fixture
def world(template: Template, tmp_path: Path) -> Iterator[World]:
    yield from open_checked(template, tmp_path)


def asking(
    ref: str, kiosk: str, months: tuple[int, ...] = (10, 11), person: int = ZHANG
) -> Callable[[Desk, World], object]:
    asked = AssessmentRequest(Scheme.PENSION, 100, tuple(Month(2026, one) for one in months))
    return lambda desk, world: assess(
        desk.connection, desk.now, world.region, kiosk, person, ref, asked
    )


def reporting(report: PaymentReport, kiosk: str = KIOSK) -> Callable[[Desk], object]:
    return lambda desk: report_payment(desk, kiosk, report)


def test_months_are_not_assessed_while_they_are_paid(world: World) -> None:
    """Asked for at another kiosk while the payment is booked: they are taken, not open again."""
    world.assess()
    ask = asking("A2", OTHER_KIOSK)
    second = interleaved(world, reporting(PAID), lambda desk: ask(desk, world))
    assert second.waited and isinstance(second.value, Refused)
    assert [one["ref"] for one in world.books()["assessments"]] == ["A1"]


def test_months_are_assessed_once(world: World) -> None:
    """Two kiosks ask for the same months: one has them."""
    first, other = asking("A1", KIOSK), asking("A2", OTHER_KIOSK)
    second = interleaved(world, lambda desk: first(desk, world), lambda desk: other(desk, world))
    assert second.waited and isinstance(second.value, Refused)


def test_a_payment_that_began_in_time_keeps_its_months(world: World) -> None:
    """While it is taken in, one whose clock says the time is over does not give them free."""
    world.assess()
    begun = replace(PAID, state=S.INTENDED, record=None)
    ask = asking("A2", OTHER_KIOSK)

    def later(desk: Desk) -> object:
        return ask(Desk(desk.connection, desk.now + timedelta(hours=1), desk.signer), world)

    second = interleaved(world, reporting(begun), later)
    assert isinstance(second.value, Refused) and world.assessment_state() == "paying"
    world.report(S.CONFIRMED)
    assert world.assessment_state() == "paid"


def test_the_same_report_twice_is_booked_once(world: World) -> None:
    """A repeat that another copy of the server takes in meanwhile gets the one receipt number."""
    world.assess()
    second = interleaved(world, reporting(PAID), reporting(PAID))
    [posting] = world.books()["postings"]
    assert second.waited and second.value.receipt_number == posting["receipt_number"]


def test_a_number_that_was_not_used_is_used_next(world: World) -> None:
    """Who waits for a receipt number gets the one of a booking that was undone: no gap."""
    world.assess()
    world.assess("A2", person=LI, kiosk=OTHER_KIOSK)
    other = replace(PAID, ref="K0124-P-2", assessment="A2")
    second = interleaved(world, reporting(PAID), reporting(other, OTHER_KIOSK), undone=True)
    assert second.waited and second.value.receipt_number.startswith("2026-0000-0001-")


def test_different_people_at_different_kiosks_do_not_wait(world: World) -> None:
    """Only who wants the same waits: two assessments go side by side."""
    first, other = asking("A1", KIOSK), asking("A2", OTHER_KIOSK, person=LI)
    second = interleaved(world, lambda desk: first(desk, world), lambda desk: other(desk, world))
    assert not second.waited and second.value.ref == "A2"


def test_a_day_end_sees_the_payment_that_is_being_booked(world: World) -> None:
    """The closed batch lists it: no difference is written down that nothing would explain."""
    world.assess()
    empty = DayEndReport("D0", AT, "29001006", (0, ZERO), ())
    world.at_desk(lambda desk: take_day_end(desk, KIOSK, empty))
    day = (DayPayment("K0123-P-1", S.CONFIRMED, AMOUNT, 31),)
    report = DayEndReport("D1", "2026-11-22T12:00:00Z", "29001006", (1, AMOUNT), day)
    second = interleaved(world, reporting(PAID), lambda desk: take_day_end(desk, KIOSK, report))
    assert second.waited and second.value.differences == ()


def test_an_account_is_not_spent_twice(world: World) -> None:
    """Two who would spend all of it at once: the second finds nothing."""
    balance = read(world.engine, lambda at: balance_of(at, LI))
    spent = MedicalSpending("2026-11-22", "药店", SpendingKind.PHARMACY, balance)

    def job(desk: Desk) -> None:
        spend(desk.connection, LI, spent)

    second = interleaved(world, job, job)
    assert second.waited and isinstance(second.value, Refused)
    assert read(world.engine, lambda at: balance_of(at, LI)) == ZERO


def test_an_original_is_handed_out_once(world: World) -> None:
    """She asks at two kiosks for the paper that never came out: one original, one copy."""
    world.assess()
    world.report(S.CONFIRMED)
    told = PrintReport("K0123-P-1", "R1", 0, Printed.NO, AT)
    world.at_desk(lambda desk: take_print(desk, KIOSK, told))
    second = interleaved(
        world,
        lambda desk: give_copy(desk, KIOSK, ZHANG, "K0123-P-1", "R2"),
        lambda desk: give_copy(desk, OTHER_KIOSK, ZHANG, "K0123-P-1", "R3"),
    )
    copies = sorted(row["copy"] for row in world.books()["prints"] if row["print_ref"] != "R1")
    assert second.waited and copies == [0, 1]


def chain(*digests: bytes) -> ChainLinks:
    head = first_link(KIOSK, "7KQ4")
    for digest in digests:
        head = next_link(head, digest)
    return ChainLinks("7KQ4", 1, digests, head)


@pytest.mark.parametrize("other", [b"a", b"b"])
def test_a_journal_has_one_chain(world: World, other: bytes) -> None:
    """Links told twice at once are anchored once; another chain is found, not mixed in."""
    own, told = chain(b"a" * 32, b"c" * 32), chain(other * 32, b"c" * 32)
    second = interleaved(
        world,
        lambda desk: take_links(desk, KIOSK, own),
        lambda desk: take_links(desk, KIOSK, told),
    )
    assert second.waited
    assert isinstance(second.value, Refused) if other == b"b" else second.value.seq == 2


LINE = "2026-11-23,29001006,1,31,17,2026-11-22,10:00:00,2800.00,sale"
STRAY = "2026-11-23,29001006,1,{0},{0},2026-11-22,11:00:00,0.01,sale"


def importing(*lines: str) -> Callable[[Desk], Any]:
    data = "\n".join([",".join(COLUMNS), *lines, ""]).encode()
    return lambda desk: import_file(desk, "file.csv", data)


def test_a_bank_file_is_taken_in_once(world: World) -> None:
    """Two operators bring the same file at once: its lines are known the second time."""
    second = interleaved(world, importing(LINE), importing(LINE))
    assert second.waited and (second.value.lines, second.value.known) == (0, 1)


def test_a_line_of_the_bank_is_cleared_once(world: World) -> None:
    """Two other files at once both find that a line agrees by now: one of them books it."""
    world.at_desk(importing(LINE))
    [row] = world.books()["differences"]
    world.at_desk(
        lambda desk: settle_difference(desk.connection, desk.now, row["id"], "Wang", "will come")
    )
    world.assess()
    world.report(S.CONFIRMED)
    second = interleaved(world, importing(STRAY.format(98)), importing(STRAY.format(99)))
    booked = [one for one in world.books()["postings"] if one["kind"] == "bank"]
    assert second.waited and second.value.cleared_fen == 0 and len(booked) == 1


def test_the_openings_of_a_cabinet_keep_their_order(world: World) -> None:
    """A release that has seen an opening has seen all before it: the next waits for the last."""

    def opened(ref: str) -> Callable[[Desk], Any]:
        event = CabinetEvent(ref, CabinetEventKind.OPENED, AT)
        return lambda desk: take_event(desk, world.region, KIOSK, event)

    assert interleaved(world, opened("E1"), opened("E2")).waited


def test_a_difference_is_settled_by_one_person(world: World) -> None:
    """Two decide at once: the second is told that it is settled, and her decision is not kept."""
    world.assess()
    world.report(S.UNRESOLVED)
    [row] = world.books()["differences"]

    def by(name: str) -> Callable[[Desk], None]:
        return lambda desk: settle_difference(desk.connection, desk.now, row["id"], name, "seen")

    second = interleaved(world, by("Wang"), by("Zhao"))
    assert second.waited and isinstance(second.value, NotToBeSettled)
    assert world.books()["differences"][0]["settled_by"] == "Wang"


def test_a_payment_is_not_decided_while_it_is_booked(world: World) -> None:
    """A person takes it for not charged just as the kiosk tells the charge: it stays booked."""
    world.assess()
    world.report(S.UNRESOLVED)
    second = interleaved(
        world,
        reporting(PAID),
        lambda desk: settle_as_not_charged(desk, "K0123-P-1", "Wang", "none"),
    )
    assert second.waited and isinstance(second.value, NotToBeSettled)


def test_a_document_is_issued_once(world: World) -> None:
    """The same request at another kiosk meanwhile gets the same paper and number."""
    request = DocumentRequest(DocumentKind.RIGHTS_RECORD, (2025, 2026))

    def at(kiosk: str) -> Callable[[Desk], object]:
        asked = Asked("D1", kiosk, ZHANG, request)
        return lambda desk: issue(desk, world.region, asked, "7KQ4M")

    second = interleaved(world, at(KIOSK), at(OTHER_KIOSK))
    assert second.waited and "-000001-" in second.value.number
