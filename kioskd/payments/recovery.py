"""Find out what became of payments that did not end: ask the PIN pad's books, decide by the table.

Reads only: it never charges, never reverses, and asks for no more than the PIN pad shows by itself
(05 01, 06 20, 06 10). It runs before the first screen offers payment, right after a payment in
doubt, and periodically. The table is in ``kioskd.payments.evidence``.
"""

from typing import Final

import trio

from kioskd import log
from kioskd.contracts import PinPad
from kioskd.domain.money import Money
from kioskd.domain.payment import TransactionRecord
from kioskd.errors import DeviceError, PaymentError
from kioskd.payments.contract import Payment
from kioskd.payments.desk import PaymentDesk
from kioskd.payments.evidence import Books, Evidence, Verdict, approval_of, events_for, judge
from kioskd.payments.states import PaymentEvent

READY: Final = 0
"""Terminal status of an idle PIN pad (05 01)."""
ASK_AGAIN_S: Final = 2.0
"""Between the two looks at the books: ZVT repeats an unanswered status information after 2 s."""
RECOVERY_INTERVAL_S: Final = 30.0
DOUBT_INTERVAL_S: Final = 3.0


async def recover_forever(desk: PaymentDesk, interval_s: float = RECOVERY_INTERVAL_S) -> None:
    """Recover every ``interval_s``, and sooner while a payment is in doubt; never raises.

    Asking for the books moves no money, and until they answer this kiosk takes no payment. A
    damaged journal is logged and tried again.
    """
    while True:
        in_doubt = False
        try:
            await recover_all(desk)
            in_doubt = bool(desk.journal.open_payments())
        except PaymentError as error:
            log.warning("recovery.failed", code=error.operator_code, error=str(error))
        await trio.sleep(min(interval_s, DOUBT_INTERVAL_S) if in_doubt else interval_s)


async def recover_all(desk: PaymentDesk) -> None:
    """Try once to resolve every payment that is not final. Raises JournalDamaged.

    Waits its turn at the PIN pad, so a payment that is being made is never taken for a lost one.
    """
    async with desk.turn:
        for payment in desk.journal.open_payments():
            await resolve(desk, payment)


async def resolve(desk: PaymentDesk, payment: Payment) -> Payment:
    """Look into the PIN pad's books and move ``payment`` as they say. Raises PaymentError.

    The caller holds ``desk.turn``. May be cancelled while it asks; safe to repeat.
    """
    try:
        evidence = await _gather(desk, payment)
    except DeviceError as error:
        log.warning("recovery.pin_pad_silent", ref=payment.ref, code=error.operator_code)
        return _apply(desk, payment, Verdict.STILL_UNKNOWN, None)
    verdict = judge(payment, evidence)
    log.event("recovery.judged", ref=payment.ref, verdict=verdict, settled=evidence.settled)
    return _apply(desk, payment, verdict, evidence.second.last)


async def _gather(desk: PaymentDesk, payment: Payment) -> Evidence:
    first = await look(desk.pin_pad)
    await trio.sleep(ASK_AGAIN_S)
    second = await look(desk.pin_pad)
    known = second.last is not None and desk.journal.knows(second.last, besides=payment.ref)
    return Evidence(first, second, known)


async def look(pin_pad: PinPad) -> Books:
    """Read the PIN pad's books once. Raises DeviceError; refused totals are no totals."""
    idle = await pin_pad.status() == READY
    return Books(idle, await pin_pad.last_transaction(), await _totals(pin_pad))


async def _totals(pin_pad: PinPad) -> tuple[int, Money] | None:
    try:
        return await pin_pad.totals()
    except DeviceError as error:
        log.event("pin_pad.totals_untold", code=error.operator_code)
        return None


def _apply(
    desk: PaymentDesk, payment: Payment, verdict: Verdict, last: TransactionRecord | None
) -> Payment:
    """Move the payment as the verdict says; all at once, nothing can come between."""
    for event in events_for(payment, verdict):
        if event is PaymentEvent.APPROVE:
            assert last is not None, "only a shown record is a late approval"
            payment = desk.journal.approve(payment.ref, last, desk.now())
        elif event is PaymentEvent.CONFIRM:
            payment = desk.journal.confirm(
                payment.ref, desk.now(), None if approval_of(payment) else last
            )
        else:
            payment = desk.journal.close(payment.ref, event, desk.now())
    return payment
