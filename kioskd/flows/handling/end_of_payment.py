"""Tell her how her payment ended, in the words of exactly that end, and print what there is."""

from enum import Enum
from typing import TypeVar

import trio

from kioskd import log
from kioskd.domain.contribution import Assessment
from kioskd.domain.document import Receipt
from kioskd.domain.payment import PaymentState, Printed
from kioskd.errors import SessionEnded
from kioskd.flows.handling.papers import contribution_receipt, unknown_slip
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.payments.contract import Payment
from kioskd.screens.busy import BusyWith
from kioskd.screens.contract import Screen
from kioskd.screens.not_paid import NotPaid, NotPaidChoice, NotPaidReason
from kioskd.screens.paid import Paid, PaidChoice
from kioskd.screens.payment_unknown import PaymentUnknown, UnknownChoice

T = TypeVar("T")
CHARGED = (PaymentState.CONFIRMED, PaymentState.APPROVED)
CANCELLED_AT_PIN_PAD = "Z-6C"
REASONS = {
    CANCELLED_AT_PIN_PAD: NotPaidReason.CANCELLED,
    "S-01": NotPaidReason.CENTRE_UNREACHABLE,
    "S-02": NotPaidReason.CENTRE_REFUSED,
    "S-03": NotPaidReason.CENTRE_REFUSED,
}
"""Operator code of the payment -> what the screen says; the rest goes by the state."""
READING_TIME_S = 10.0


class Next(Enum):
    """Where she goes from the end of a payment."""

    HOME = "home"
    AGAIN = "again"
    END = "end"


async def tell_the_end(
    kiosk: Kiosk, visit: Visit, assessment: Assessment, payment: Payment
) -> Next:
    """Show how it ended until she has chosen what is next. Raises SessionEnded."""
    if payment.state in CHARGED:
        return await _paid(kiosk, visit, assessment, payment)
    if payment.state is PaymentState.UNKNOWN:
        return await _unknown(kiosk, visit, assessment, payment)
    screen = NotPaid(why_not_paid(payment), payment.reason, payment.ref)
    again = await _show_result(kiosk, screen) is NotPaidChoice.AGAIN
    return Next.AGAIN if again else Next.END


def why_not_paid(payment: Payment) -> NotPaidReason:
    """Return what to say of a payment that has certainly charged nothing."""
    if payment.reason in REASONS:
        return REASONS[payment.reason]
    if payment.state is PaymentState.DECLINED:
        return NotPaidReason.DECLINED
    return NotPaidReason.PIN_PAD_FAULT if payment.reason else NotPaidReason.NOT_STARTED


async def _show_result(kiosk: Kiosk, screen: Screen[T]) -> T:
    """Show what became of her money even if she has pulled her card meanwhile."""
    try:
        return await kiosk.stage.show(screen)
    except SessionEnded:
        async with kiosk.stage.follow(screen) as followed:
            with trio.move_on_after(READING_TIME_S):
                await followed.answered()
        raise


async def _paid(kiosk: Kiosk, visit: Visit, assessment: Assessment, payment: Payment) -> Next:
    posting = await kiosk.while_busy(
        BusyWith.POSTING,
        lambda: kiosk.uplink.delivered(payment.ref, kiosk.times.receipt_number_s),
    )
    number = posting.receipt_number if posting else ""

    def screen(printed: Printed | None) -> Paid:
        return Paid(
            assessment.amount,
            kiosk.region.rules(assessment.scheme).name,
            assessment.grade.percent,
            assessment.months,
            payment.ref,
            number,
            printed,
        )

    paper = contribution_receipt(kiosk, visit, assessment, payment, number)
    printed = await _print(kiosk, screen(None), paper, payment)
    more = await _show_result(kiosk, screen(printed)) is PaidChoice.MORE
    return Next.HOME if more else Next.END


async def _unknown(kiosk: Kiosk, visit: Visit, assessment: Assessment, payment: Payment) -> Next:
    """Say the truth: nobody knows yet, she will not be charged twice, where to ask."""

    def screen(printed: Printed | None, *, printing: bool) -> PaymentUnknown:
        at = payment.local_time().rpartition(" ")[2]
        return PaymentUnknown(payment.ref, payment.amount, at, printed, printing)

    paper = unknown_slip(kiosk, visit, assessment, payment)
    printed = await _print(kiosk, screen(None, printing=True), paper, payment)
    while await _show_result(kiosk, screen(printed, printing=False)) is UnknownChoice.PRINT_SLIP:
        printed = await _print(kiosk, screen(printed, printing=True), paper, payment)
    return Next.END


async def _print(kiosk: Kiosk, screen: Screen[T], paper: Receipt, payment: Payment) -> Printed:
    """Print behind the screen; whether paper came out is the printer's own word."""
    kiosk.cabinet.lamp("receipt", lit=True)
    try:
        async with kiosk.stage.follow(screen):
            printed = await kiosk.receipt_printer.print(paper)
    finally:
        kiosk.cabinet.lamp("receipt", lit=False)
    kiosk.desk.journal.set_printed(payment.ref, printed)
    log.event("receipt.printed", ref=payment.ref, printed=printed)
    return printed
