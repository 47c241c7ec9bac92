"""Find out what became of payments that did not end: ask the PIN pad's books, decide by the table.

Reads only: it never charges, never reverses, and asks for no more than the PIN pad shows by itself
(05 01, 06 20, 06 10). It runs before the first screen offers payment, right after a payment in
doubt, and periodically. The table is in ``kioskd.payments.evidence``; what it has no row for is,
after ``INCONCLUSIVE_MAX`` readings, left to the centre's reconciliation.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from types import MappingProxyType
from typing import Final, TypeVar
from uuid import uuid4

import trio

from kioskd import log
from kioskd.contracts import PinPad
from kioskd.domain.money import Money
from kioskd.domain.payment import PaymentRef, PaymentState, Printed, TransactionRecord
from kioskd.errors import DeviceError, DeviceRefused
from kioskd.payments.contract import Payment
from kioskd.payments.desk import PaymentDesk
from kioskd.payments.evidence import Books, Evidence, Verdict, approval_of, events_for, judge
from kioskd.payments.states import PaymentEvent
from kioskd.protocols.central_books import PrintReport
from kioskd.protocols.zvt_words import DAY_END_CODES, PLEASE_WAIT

T = TypeVar("T")
NOT_KNOWN_TO_BE_REVERSED: Final = "R-00"
REVERSAL_NOT_DONE: Final = "R-01"
READY: Final = 0
IDLE: Final = DAY_END_CODES | {READY}
"""Terminal status (05 01) of a PIN pad whose books are not about to change."""
ASK_AGAIN_S: Final = 2.0
"""Between the two looks at the books: ZVT repeats an unanswered status information after 2 s."""
WAITS: Final = 3
WAIT_S: Final = 0.5
INCONCLUSIVE_MAX: Final = 24
"""So many readings of settled books that say nothing: about two minutes of asking."""
SHELVES: Final = MappingProxyType(
    {
        PaymentState.UNKNOWN: (PaymentEvent.SHELVE, ""),
        PaymentState.REVERSING: (PaymentEvent.STAND, NOT_KNOWN_TO_BE_REVERSED),
    }
)


async def recover_all(desk: PaymentDesk) -> None:
    """Try once to resolve every payment that is not final. Raises JournalDamaged.

    Waits its turn at the PIN pad, so a payment that is being made is never taken for a lost one.
    """
    async with desk.turn:
        for payment in desk.journal.open_payments():
            after = await resolve(desk, payment)
            if after.state is PaymentState.CONFIRMED and after.printed is None:
                await desk.keep(partial(_note_no_original, desk, after.ref))


def _note_no_original(desk: PaymentDesk, ref: PaymentRef) -> None:
    """Nobody was there to take a receipt: whoever asks for it later gets the original."""
    report = PrintReport(ref, uuid4().hex, copy=0, printed=Printed.NO, at=desk.now())
    desk.journal.report_print(report)


async def resolve(desk: PaymentDesk, payment: Payment) -> Payment:
    """Look into the PIN pad's books and move ``payment`` as they say. Raises PaymentError.

    The caller holds ``desk.turn``. May be cancelled while it asks; safe to repeat.
    """
    try:
        evidence = await _gather(desk, payment)
    except DeviceError as error:
        log.warning("recovery.pin_pad_silent", ref=payment.ref, code=error.operator_code)
        return await desk.keep(lambda: _apply(desk, payment, Verdict.STILL_UNKNOWN, None))
    verdict = judge(payment, evidence)
    log.event("recovery.judged", ref=payment.ref, verdict=verdict, settled=evidence.settled)
    moved = await desk.keep(lambda: _apply(desk, payment, verdict, evidence.second.last))
    if verdict is Verdict.STILL_UNKNOWN and evidence.settled:
        return await _shelve_if_hopeless(desk, moved)
    return moved


async def _shelve_if_hopeless(desk: PaymentDesk, payment: Payment) -> Payment:
    """Leave to the centre's reconciliation what a PIN pad that answers can say nothing of."""
    desk.inconclusive[payment.ref] += 1
    if desk.inconclusive[payment.ref] < INCONCLUSIVE_MAX:
        return payment
    del desk.inconclusive[payment.ref]
    event, reason = SHELVES[payment.state]
    return await desk.keep(
        lambda: desk.journal.close(payment.ref, event, desk.now(), reason=reason)
    )


async def _gather(desk: PaymentDesk, payment: Payment) -> Evidence:
    first = await look(desk.pin_pad)
    await trio.sleep(ASK_AGAIN_S)
    second = await look(desk.pin_pad)
    known = second.last is not None and desk.journal.knows(second.last, besides=payment.ref)
    return Evidence(first, second, known)


async def look(pin_pad: PinPad) -> Books:
    """Read the PIN pad's books once. Raises DeviceError; refused totals are no totals."""
    idle = await pin_pad.status() in IDLE
    last = await _patiently(pin_pad.last_transaction)
    return Books(idle, last, await _patiently(partial(_totals, pin_pad)))


async def _patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask again where the answer is "please wait": it is with its own last words still."""
    for _ in range(WAITS - 1):
        try:
            return await ask()
        except DeviceRefused as refused:
            if refused.code != PLEASE_WAIT:
                raise
        await trio.sleep(WAIT_S)
    return await ask()


async def _totals(pin_pad: PinPad) -> tuple[int, Money] | None:
    try:
        return await pin_pad.totals()
    except DeviceRefused as error:
        if error.code == PLEASE_WAIT:
            raise  # neither this nor a lost answer is a refusal: asked again, they may be told
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
            reason = REVERSAL_NOT_DONE if event is PaymentEvent.STAND else ""
            payment = desk.journal.close(payment.ref, event, desk.now(), reason=reason)
    return payment
