"""Print my receipts: whose paper is what, and what is recorded of it."""

from dataclasses import replace

import pytest

from kioskd.domain.contribution import Month, Scheme
from kioskd.domain.money import Money
from kioskd.domain.payment import Printed
from kioskd.domain.person import Assurance
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.flows.convenience.receipts import print_my_receipts
from kioskd.flows.services import SERVICES, trouble_with
from kioskd.health import HealthBoard
from kioskd.protocols.central_books import ReceiptCopy, ReceiptEntry
from kioskd.screens.my_receipts import MyReceipts
from kioskd.screens.receipt_printed import ReceiptPrinted
from tests.unit.flow_world import VISIT, FlowWorld

ENTRY = ReceiptEntry(
    ref="K0099-AB12-000001",
    receipt_number="2026-0000-0031-88",
    posted_at="2026-11-20T02:00:00Z",
    scheme=Scheme.PENSION,
    percent=100,
    months=(Month(2026, 10), Month(2026, 11)),
    amount=Money(2_800_00),
    personal=Money(1_120_00),
    pool=Money(1_680_00),
    original=Printed.NO,
    copies=0,
)


def given(entry: ReceiptEntry, copy: int) -> ReceiptCopy:
    """Return what the centre gives to print."""
    return ReceiptCopy(entry, copy, bytes(range(120)), "29001006", 18)


def world_with(*entries: ReceiptEntry, copy: int) -> FlowWorld:
    """Return a world whose centre gives that copy of any of the receipts."""
    world = FlowWorld()
    world.centre.entries = entries
    world.centre.give = lambda entry: given(entry, copy)
    return world


async def test_the_original_that_never_came_out_is_printed_as_the_original() -> None:
    """No mark of a copy on it; its print goes to the centre under the reference it was given by."""
    world = world_with(ENTRY, copy=0)
    world.stage.touches = [f"receipt-{ENTRY.ref}", "print", "list", "back"]
    assert await print_my_receipts(world.kiosk, VISIT)
    rows = world.rows()
    assert "收据号 2026-0000-0031-88" in rows and not any("副本" in row for row in rows)
    (report,) = world.journal.reports
    assert [report.print_ref] == world.centre.print_refs
    assert (report.ref, report.copy, report.printed) == (ENTRY.ref, 0, Printed.YES)
    (row,) = world.stage.last(MyReceipts).rows
    assert row.original is Printed.YES


async def test_a_copy_is_marked_large_and_says_when_it_was_printed() -> None:
    """``副本 第 2 份`` stands in the heading in heading size."""
    world = world_with(replace(ENTRY, original=Printed.YES, copies=1), copy=2)
    world.stage.touches = [f"receipt-{ENTRY.ref}", "print", "end"]
    assert not await print_my_receipts(world.kiosk, VISIT)
    title, mark = [line for line in world.printer.papers[0].lines if line.style.value == "heading"]
    assert (title.left, mark.left) == ("缴费收据", "副本 第 2 份")
    assert any(row.startswith("打印时间") for row in world.rows())
    assert world.stage.last(ReceiptPrinted).copy == 2
    assert world.journal.reports[0].copy == 2
    assert not world.journal.printed, "a copy says nothing of the original"


@pytest.mark.parametrize("printed", [Printed.NO, Printed.UNKNOWN])
async def test_a_print_that_failed_is_told_and_recorded_as_that(printed: Printed) -> None:
    """She may go back and try again, under a new reference."""
    world = world_with(ENTRY, copy=0)
    world.printer.says = [printed]
    choose = [f"receipt-{ENTRY.ref}", "print"]
    world.stage.touches = [*choose, "list", *choose, "end"]
    assert not await print_my_receipts(world.kiosk, VISIT)
    results = [s.printed for s in world.stage.seen if isinstance(s, ReceiptPrinted)]
    assert results == [None, printed, None, Printed.YES]
    assert [report.printed for report in world.journal.reports] == [printed, Printed.YES]
    assert len(set(world.centre.print_refs)) == 2


async def test_no_receipts_are_told_kindly() -> None:
    """An empty list is no error, and has a way back."""
    world = world_with(copy=0)
    world.stage.touches = ["back"]
    assert await print_my_receipts(world.kiosk, VISIT)
    assert world.stage.last(MyReceipts).rows == ()


async def test_a_damaged_journal_does_not_keep_her_receipt_from_her() -> None:
    """It is printed all the same; the centre then knows only that it was given out."""
    world = world_with(ENTRY, copy=0)
    world.journal.damaged = True
    world.stage.touches = [f"receipt-{ENTRY.ref}", "print", "end"]
    assert not await print_my_receipts(world.kiosk, VISIT)
    assert len(world.printer.papers) == 1


async def test_a_scheme_the_region_no_longer_has_is_named_plainly() -> None:
    """An old receipt can be printed after the region pack has changed."""
    world = world_with(ENTRY, copy=1)
    region = replace(world.kiosk.region, schemes=())
    world.stage.touches = [f"receipt-{ENTRY.ref}", "print", "end"]
    assert not await print_my_receipts(replace(world.kiosk, region=region), VISIT)
    assert "险种 pension" in world.rows()


@pytest.mark.parametrize(
    ("wanted", "assurance", "reason"),
    [
        ("absent", Assurance.SOCIAL_CARD, TroubleReason.NOT_OFFERED),
        (Assurance.SOCIAL_CARD, Assurance.ID_CARD, TroubleReason.NEEDS_SOCIAL_CARD),
        (Assurance.ID_CARD, Assurance.ID_CARD, TroubleReason.RECEIPT_PAPER_OUT),
    ],
)
def test_the_region_says_who_may_print(
    wanted: Assurance | str, assurance: Assurance, reason: TroubleReason
) -> None:
    """The card on the home page is greyed with its reason; without paper it says so."""
    services = {"reprint-receipts": wanted} if isinstance(wanted, Assurance) else {}
    health = HealthBoard(
        {
            "central": lambda: None,
            "receipt_printer": lambda: Trouble(TroubleReason.RECEIPT_PAPER_OUT, "D-11"),
        }
    )
    world = FlowWorld()
    kiosk = replace(
        world.kiosk, health=health, region=replace(world.kiosk.region, services=services)
    )
    visit = replace(VISIT, person=replace(VISIT.person, assurance=assurance))
    service = next(one for one in SERVICES if one.id == "reprint-receipts")
    trouble = trouble_with(kiosk, visit, service)
    assert trouble is not None and trouble.reason is reason
