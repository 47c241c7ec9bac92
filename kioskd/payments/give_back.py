"""Reverse a charge that the centre could not book: its months had been paid in another way.

Never blind and never twice: only the PIN pad's own last transaction, found by receipt, trace and
amount in books that are settled and whose batch is open; the intent is journalled before the PIN
pad is asked. If its answer is lost, or is a no, its books are asked (``recovery``), never the same
again: "not possible" may be the answer to a command that the line has doubled. What could not be
reversed stays charged, and the centre lists it for a person.
Source: facts, pin-pad-and-payments 1.6 (06 30), 3 (reverse), 4.3 rows 7 and 9.
"""

from types import MappingProxyType
from typing import Final

from kioskd import log
from kioskd.domain.payment import PaymentState, ReversalOutcome
from kioskd.errors import DeviceError
from kioskd.payments.contract import Baseline, Payment
from kioskd.payments.desk import PaymentDesk
from kioskd.payments.evidence import Books
from kioskd.payments.recovery import look, resolve
from kioskd.payments.states import PaymentEvent

NOT_FOUND: Final = "R-02"
"""The PIN pad's last transaction is another by now, or its batch has been closed."""
ENDS: Final = MappingProxyType(
    {
        ReversalOutcome.REVERSED: (PaymentEvent.REVERSE, ""),
        ReversalOutcome.ALREADY: (PaymentEvent.REVERSE, ""),
    }
)
"""What the PIN pad's answer does; UNKNOWN and NOT_POSSIBLE are for its books."""


async def give_back_all(desk: PaymentDesk) -> None:
    """Try each charge that the centre wants reversed, once. Raises JournalDamaged.

    Waits its turn at the PIN pad; a PIN pad that is silent or busy is asked another time.
    """
    async with desk.turn:
        for payment in desk.journal.to_give_back():
            await _give_back(desk, payment)


async def _give_back(desk: PaymentDesk, payment: Payment) -> Payment:
    try:
        books = await look(desk.pin_pad)
    except DeviceError as error:
        log.warning("give_back.pin_pad_silent", ref=payment.ref, code=error.operator_code)
        return payment
    if not books.idle or desk.journal.open_payments():
        return payment
    baseline = Baseline(books.last.receipt if books.last else None, books.totals)
    payment = await desk.keep(lambda: desk.journal.give_back(payment.ref, baseline, desk.now()))
    if not _is_last(payment, books):
        return await _end(desk, payment, PaymentEvent.STAND, NOT_FOUND)
    assert payment.record is not None, "found in the books"
    outcome = await desk.pin_pad.reverse(payment.record)
    log.event("give_back.answered", ref=payment.ref, outcome=outcome)
    if outcome in ENDS:
        return await _end(desk, payment, *ENDS[outcome])
    return await resolve(desk, payment)


def _is_last(payment: Payment, books: Books) -> bool:
    """Tell whether the PIN pad's last transaction is this very charge, in its open batch."""
    ours, last = payment.record, books.last
    if ours is None or last is None or books.totals is None or not last.approved:
        return False
    same = (ours.terminal_id, ours.receipt, ours.trace, ours.amount)
    in_batch = books.totals[0] > 0 and not books.totals[1] < payment.amount
    return in_batch and same == (last.terminal_id, last.receipt, last.trace, last.amount)


async def _end(desk: PaymentDesk, payment: Payment, event: PaymentEvent, reason: str) -> Payment:
    assert payment.state is PaymentState.REVERSING
    return await desk.keep(
        lambda: desk.journal.close(payment.ref, event, desk.now(), reason=reason)
    )
