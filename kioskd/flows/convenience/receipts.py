"""Print my receipts: those of her latest payments, at whatever kiosk they were made.

The centre says whether a paper is the original, which certainly never came out, or which copy.
"""

from dataclasses import replace

from kioskd import log
from kioskd.domain.payment import Printed
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.flows.papers import local_time, scheme_name
from kioskd.flows.printing import new_print_ref, print_official, show_result
from kioskd.protocols.central_books import ReceiptCopy, ReceiptEntry
from kioskd.screens.busy import BusyWith
from kioskd.screens.my_receipts import MyReceipts, ReceiptRow
from kioskd.screens.navigation import Navigation
from kioskd.screens.receipt_printed import ReceiptPrinted, ReceiptPrintedChoice


async def print_my_receipts(kiosk: Kiosk, visit: Visit) -> bool:
    """Return True to go home again, False to end the visit. Raises ServerError, SessionEnded."""
    entries = await kiosk.while_busy(BusyWith.LOADING, lambda: kiosk.central.receipts(visit.token))
    while True:
        rows = tuple(_row(kiosk, entry) for entry in entries)
        ref = await kiosk.stage.show(MyReceipts(rows, chosen=None, page=0))
        if isinstance(ref, Navigation):
            return True
        receipt, printed, choice = await _print(kiosk, visit, ref)
        if choice is ReceiptPrintedChoice.END:
            return False
        entries = tuple(_after(entry, receipt, printed) for entry in entries)


def _row(kiosk: Kiosk, entry: ReceiptEntry) -> ReceiptRow:
    return ReceiptRow(
        entry.ref,
        entry.receipt_number,
        local_time(entry.posted_at).partition(" ")[0],
        scheme_name(kiosk, entry.scheme),
        entry.months,
        entry.amount,
        entry.original,
        entry.copies,
    )


async def _print(
    kiosk: Kiosk, visit: Visit, ref: str
) -> tuple[ReceiptCopy, Printed, ReceiptPrintedChoice]:
    print_ref = new_print_ref()
    receipt = await kiosk.while_busy(
        BusyWith.LOADING, lambda: kiosk.central.copy(visit.token, ref, print_ref)
    )
    log.event("receipt.given", ref=ref, copy=receipt.copy)
    entry = receipt.entry
    screen = ReceiptPrinted(entry.receipt_number, ref, entry.amount, receipt.copy, printed=None)
    printed = await print_official(kiosk, visit, screen, receipt, print_ref)
    choice = await show_result(kiosk, replace(screen, printed=printed))
    return receipt, printed, choice


def _after(entry: ReceiptEntry, receipt: ReceiptCopy, printed: Printed) -> ReceiptEntry:
    """Return the entry as it is now: the report of the print may still be on its way."""
    if entry.ref != receipt.entry.ref:
        return entry
    if receipt.copy == 0:
        return replace(entry, original=printed)
    return replace(entry, copies=receipt.copy)
