"""Tell her how her payment ended, in the words of exactly that end, and print what there is."""

from dataclasses import replace
from enum import Enum
from functools import partial
from typing import assert_never

from kioskd import log
from kioskd.domain.contribution import Assessment
from kioskd.domain.payment import PaymentState, Printed
from kioskd.domain.text import Text
from kioskd.errors import PaymentError
from kioskd.flows.handling.given_back import tell_given_back
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.flows.papers import doubt_voucher, payment_slip, scheme_name
from kioskd.flows.printing import (
    new_print_ref,
    note_no_original,
    print_behind,
    print_official,
    show_result,
)
from kioskd.payments.contract import Payment
from kioskd.protocols.central import Posting
from kioskd.protocols.central_books import ReceiptCopy, ReceiptEntry
from kioskd.screens.busy import BusyWith
from kioskd.screens.not_paid import NotPaid, NotPaidChoice, NotPaidReason
from kioskd.screens.paid import Paid, PaidChoice
from kioskd.screens.payment_unknown import PaymentUnknown, UnknownChoice

CANCELLED_AT_PIN_PAD = "Z-6C"
REASONS = {
    CANCELLED_AT_PIN_PAD: NotPaidReason.CANCELLED,
    "S-01": NotPaidReason.CENTRE_UNREACHABLE,
    "S-02": NotPaidReason.CENTRE_REFUSED,
    "S-03": NotPaidReason.CENTRE_REFUSED,
    "S-04": NotPaidReason.CENTRE_UNREACHABLE,
    "S-05": NotPaidReason.CENTRE_UNREACHABLE,
}
"""Operator code of the payment -> what the screen says; the rest goes by the state."""


class Next(Enum):
    """Where she goes from the end of a payment."""

    HOME = "home"
    AGAIN = "again"
    END = "end"
    ON = "on"
    """To the next scheme that she was offered."""


AFTER_PAID = {PaidChoice.END: Next.END, PaidChoice.MORE: Next.HOME, PaidChoice.NEXT: Next.ON}


async def tell_the_end(
    kiosk: Kiosk,
    visit: Visit,
    assessment: Assessment,
    payment: Payment,
    next_scheme: Text | None = None,
) -> Next:
    """Show how it ended until she has chosen what is next. Raises SessionEnded.

    ``next_scheme`` names what else she may pay in this visit.
    """
    match payment.state:
        case PaymentState.CONFIRMED | PaymentState.APPROVED:
            return await _charged(kiosk, visit, assessment, payment, next_scheme)
        case PaymentState.REVERSING:
            return await _given_back(kiosk, assessment, payment)
        case PaymentState.UNKNOWN | PaymentState.UNRESOLVED | PaymentState.INTENDED:
            return await _unknown(kiosk, assessment, payment)
        case PaymentState.DECLINED | PaymentState.NOT_STARTED | PaymentState.REVERSED:
            return await _not_paid(kiosk, payment)
    assert_never(payment.state)


async def _not_paid(kiosk: Kiosk, payment: Payment) -> Next:
    screen = NotPaid(why_not_paid(payment), payment.reason, payment.ref)
    again = await show_result(kiosk, screen) is NotPaidChoice.AGAIN
    return Next.AGAIN if again else Next.END


def why_not_paid(payment: Payment) -> NotPaidReason:
    """Return what to say of a payment that has certainly charged nothing."""
    if payment.state is PaymentState.REVERSED:
        return NotPaidReason.REVERSED
    if payment.reason in REASONS:
        return REASONS[payment.reason]
    if payment.state is PaymentState.DECLINED:
        return NotPaidReason.DECLINED
    if payment.reason.startswith("P-"):
        return NotPaidReason.KIOSK_FAULT
    return NotPaidReason.PIN_PAD_FAULT if payment.reason else NotPaidReason.NOT_STARTED


async def _charged(
    kiosk: Kiosk,
    visit: Visit,
    assessment: Assessment,
    payment: Payment,
    next_scheme: Text | None,
) -> Next:
    """Ask the centre's word on the charge; without one, say whether it is coming or in question."""
    posting, refused = await kiosk.while_busy(
        BusyWith.POSTING, partial(_word_of_the_centre, kiosk, payment)
    )
    if posting is not None and posting.give_back:
        return await _given_back(kiosk, assessment, payment)
    screen = Paid(
        assessment.amount,
        scheme_name(kiosk, assessment.scheme),
        assessment.grade.percent,
        assessment.months,
        payment.ref,
        posting.receipt_number if posting else "",
        printed=None,
        in_question=refused,
        next_scheme=next_scheme,
    )
    if posting is not None:
        receipt = original_of(assessment, payment, posting)
        printed = await print_official(kiosk, visit, screen, receipt, new_print_ref())
    else:
        slip = payment_slip(kiosk, assessment, payment, in_question=refused)
        printed = await print_behind(kiosk, screen, slip)
        note_no_original(kiosk, payment.ref)
    return AFTER_PAID[await show_result(kiosk, replace(screen, printed=printed))]


async def _word_of_the_centre(kiosk: Kiosk, payment: Payment) -> tuple[Posting | None, bool]:
    """Return the posting, and whether the centre has refused to post.

    A journal that fails now takes nothing away from what is certain: the charge.
    """
    try:
        posting = await kiosk.uplink.delivered(payment.ref, kiosk.times.receipt_number_s)
        return posting, posting is None and kiosk.desk.journal.refused(payment.ref)
    except PaymentError as error:
        log.warning("payment.posting_untold", ref=payment.ref, code=error.operator_code)
        return None, False


def original_of(assessment: Assessment, payment: Payment, posting: Posting) -> ReceiptCopy:
    """Return the receipt as the centre would give it for its first print."""
    entry = ReceiptEntry(
        ref=payment.ref,
        receipt_number=posting.receipt_number,
        posted_at=posting.posted_at,
        scheme=assessment.scheme,
        percent=assessment.grade.percent,
        months=assessment.months,
        amount=assessment.amount,
        personal=assessment.personal,
        pool=assessment.pool,
        original=None,
        copies=0,
    )
    record = payment.record
    return ReceiptCopy(
        entry,
        copy=0,
        proof=posting.proof,
        terminal_id=record.terminal_id if record else "",
        pin_pad_receipt=record.receipt if record else None,
    )


async def _given_back(kiosk: Kiosk, assessment: Assessment, payment: Payment) -> Next:
    await tell_given_back(kiosk, assessment, payment)
    return Next.END


async def _unknown(kiosk: Kiosk, assessment: Assessment, payment: Payment) -> Next:
    """Say the truth: nobody knows yet, she will not be charged twice, where to ask."""
    unresolved = payment.state is PaymentState.UNRESOLVED

    def screen(printed: Printed | None, *, printing: bool) -> PaymentUnknown:
        at = payment.local_time().rpartition(" ")[2]
        return PaymentUnknown(payment.ref, payment.amount, at, printed, printing, unresolved)

    paper = doubt_voucher(kiosk, assessment, payment, unresolved=unresolved)
    printed = await print_behind(kiosk, screen(None, printing=True), paper)
    note_no_original(kiosk, payment.ref)
    while await show_result(kiosk, screen(printed, printing=False)) is UnknownChoice.PRINT_SLIP:
        printed = await print_behind(kiosk, screen(printed, printing=True), paper)
    return Next.END
