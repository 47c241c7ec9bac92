"""Print behind a screen, note what became of the paper, and show a result to its reader."""

import uuid
from typing import TypeVar

import trio

from kioskd import log
from kioskd.domain.document import Receipt
from kioskd.domain.payment import PaymentRef, Printed
from kioskd.errors import JournalDamaged, SessionEnded
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.flows.papers import official_receipt
from kioskd.protocols.central_books import PrintReport, ReceiptCopy
from kioskd.screens.contract import Screen

T = TypeVar("T")
READING_TIME_S = 10.0


def new_print_ref() -> str:
    """Make the reference of one print, under which the centre keeps what became of it."""
    return uuid.uuid4().hex


async def show_result(kiosk: Kiosk, screen: Screen[T]) -> T:
    """Show what became of her money even if she has pulled her card meanwhile."""
    try:
        return await kiosk.stage.show(screen)
    except SessionEnded:
        async with kiosk.stage.follow(screen) as followed:
            with trio.move_on_after(READING_TIME_S):
                await followed.answered()
        raise


async def print_behind(kiosk: Kiosk, screen: Screen[T], paper: Receipt) -> Printed:
    """Print while ``screen`` says so; whether paper came out is the printer's own word.

    The lamp stays lit until goodbye, unless no paper came: she is told to take it from there.
    """
    kiosk.cabinet.lamp("receipt", lit=True)
    async with kiosk.stage.follow(screen):
        printed = await kiosk.receipt_printer.print(paper)
    kiosk.cabinet.lamp("receipt", lit=printed is not Printed.NO)
    return printed


async def print_official(
    kiosk: Kiosk, visit: Visit, screen: Screen[T], receipt: ReceiptCopy, print_ref: str
) -> Printed:
    """Print a receipt of the centre's; journal and centre learn whether it came out."""
    printed = await print_behind(kiosk, screen, official_receipt(kiosk, visit, receipt))
    ref = receipt.entry.ref
    log.event("receipt.printed", ref=ref, copy=receipt.copy, printed=printed)
    _note(kiosk, PrintReport(ref, print_ref, receipt.copy, printed, kiosk.desk.now()))
    return printed


def note_no_original(kiosk: Kiosk, ref: PaymentRef) -> None:
    """Note that she got another paper: the original may be printed once there is a posting.

    Without this word the centre must take it for printed, and give her a marked copy only.
    """
    _note(kiosk, PrintReport(ref, new_print_ref(), 0, Printed.NO, kiosk.desk.now()))


def _note(kiosk: Kiosk, report: PrintReport) -> None:
    """Keep it; a damaged journal must not stand between her and what she has in her hand."""
    journal, ref = kiosk.desk.journal, PaymentRef(report.ref)
    try:
        journal.report_print(report)
        if report.copy == 0:
            journal.set_printed(ref, report.printed)
    except JournalDamaged as damage:
        log.warning("receipt.print_not_kept", ref=ref, error=str(damage))
