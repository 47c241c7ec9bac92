"""Take one payment: three synced commits, one question to the PIN pad, never a second one.

    baseline   what the PIN pad's books show now
    commit A   INTENDED: the reference exists before the first byte
    centre     is told INTENDED and keeps the months; if it cannot be told, nothing is charged
    PIN pad    authorises; on its approval commit B, APPROVED, and only then our ACCEPT;
               while a slow disk has it we say WAIT, and REFUSE if it cannot be kept
    commit C   CONFIRMED, with the report to the centre

Whatever does not fit becomes UNKNOWN, is enquired into for ``ENQUIRY_LIMIT_S`` while she waits, and
is left to ``kioskd.payments.recovery`` after that. Nothing here is ever repeated.
Source: facts, pin-pad-and-payments 1.10, 4.3; ARCHITECTURE section 5.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Final

import trio

from kioskd import log
from kioskd.domain.contribution import Assessment
from kioskd.domain.payment import (
    AssessmentRef,
    AuthorisationResult,
    Decision,
    Outcome,
    PaymentRef,
    PaymentState,
    PinPadStep,
    TransactionRecord,
)
from kioskd.errors import (
    DeviceError,
    DeviceTimeout,
    JournalDamaged,
    KioskError,
    PaymentError,
    ServerError,
)
from kioskd.payments.contract import Baseline, Payment
from kioskd.payments.desk import PaymentDesk
from kioskd.payments.evidence import Books
from kioskd.payments.journal_rows import report_of
from kioskd.payments.recovery import look, resolve
from kioskd.payments.states import PaymentEvent, next_state

__all__ = ["OnStep", "PaymentDesk", "pay"]

OnStep = Callable[[PaymentRef, PinPadStep | None], None]
"""Whose turn it is. None: nobody's yet, or the kiosk is asking what became of the charge."""

PAYING_LIMIT_S: Final = 360.0
"""For everything from commit A on. ZVT's own limit for a silent PIN pad is 180 s (T4)."""
ANSWER_WITHIN_S: Final = 2.0
"""So long an approval waits for commit B before "wait" (84 9C); the PIN pad hears us within 5 s."""
ENQUIRY_LIMIT_S: Final = 30.0
ENQUIRY_PAUSE_S: Final = 3.0

ENDINGS: Final = MappingProxyType(
    {
        (PaymentState.INTENDED, Outcome.DECLINED): PaymentEvent.DECLINE,
        (PaymentState.INTENDED, Outcome.NOT_STARTED): PaymentEvent.NOT_START,
        (PaymentState.APPROVED, Outcome.APPROVED): PaymentEvent.CONFIRM,
    }
)
"""What the journal holds and what the PIN pad says at last; every other pair is DOUBT.

An approval that the journal does not hold was refused by us, so the PIN pad must have undone it;
a "declined" after an approval that it holds was undone too, or not: both are for the enquiry.
"""


async def pay(desk: PaymentDesk, assessment: Assessment, on_step: OnStep) -> Payment:
    """Charge ``assessment.amount`` once and return how it ended: never INTENDED.

    Raises nothing that the world did. If the journal takes no payment, the answer is NOT_STARTED
    with an empty reference and the reason. Cannot be cancelled once it has begun; ends within
    ``PAYING_LIMIT_S``.
    """
    async with desk.turn:
        with trio.CancelScope(shield=True) as section:
            section.deadline = trio.current_time() + PAYING_LIMIT_S
            return await _pay(desk, assessment, on_step)
        return await _cut_short(desk, assessment)


async def _pay(desk: PaymentDesk, assessment: Assessment, on_step: OnStep) -> Payment:
    books, silence = await _look_before(desk)
    try:
        payment = await desk.keep(lambda: _intend(desk, assessment, books))
    except PaymentError as error:
        return _never_begun(desk, assessment, error)
    on_step(payment.ref, None)
    trouble = silence or await _tell_the_centre(desk, payment)
    if trouble is not None:
        return await _end(desk, payment, PaymentEvent.NOT_START, reason=trouble.operator_code)
    payment = await _charge(desk, payment, _transaction_id(desk, books), on_step)
    if payment.state is PaymentState.UNKNOWN:
        on_step(payment.ref, None)
        payment = await _enquire(desk, payment)
    return payment


async def _look_before(desk: PaymentDesk) -> tuple[Books | None, DeviceError | None]:
    """Read the PIN pad's books; one that cannot even do that is not asked for money."""
    try:
        return await look(desk.pin_pad), None
    except DeviceError as error:
        return None, error


def _intend(desk: PaymentDesk, assessment: Assessment, books: Books | None) -> Payment:
    """Commit A. Raises JournalDamaged, PaymentInTheWay."""
    receipt = books.last.receipt if books and books.last else desk.journal.last_known_receipt()
    baseline = Baseline(receipt, books.totals if books else None)
    ref = AssessmentRef(assessment.ref)
    return desk.journal.intend(ref, assessment.amount, baseline, desk.now())


def _transaction_id(desk: PaymentDesk, books: Books | None) -> bytes:
    """Return TLV 1F1F of the last transaction that we have seen, so that none is undone blindly."""
    if books and books.last:
        return books.last.transaction_id
    return desk.journal.last_transaction_id()


async def _tell_the_centre(desk: PaymentDesk, payment: Payment) -> ServerError | None:
    """Have the months kept before anything is charged; return why not."""
    try:
        await desk.central.report_payment(report_of(payment, payment.at))
    except ServerError as error:
        log.warning("payment.centre_not_told", ref=payment.ref, code=error.operator_code)
        return error
    return None


async def _charge(
    desk: PaymentDesk, payment: Payment, transaction_id: bytes, on_step: OnStep
) -> Payment:
    """Ask the PIN pad once, and keep what it says."""
    async with trio.open_nursery() as nursery:
        approval = _Approval(desk, payment, nursery)
        result = await desk.pin_pad.authorise(
            payment.amount, partial(on_step, payment.ref), approval.decide, transaction_id
        )
    log.event("payment.answered", ref=payment.ref, outcome=result.outcome, code=result.code)
    payment, told = approval.payment, result.record
    event = ENDINGS.get((payment.state, result.outcome), PaymentEvent.DOUBT)
    ours = None if told is None or approval.may_be_older(told) else told
    return await _end(desk, payment, event, ours, _pin_pad_reason(result))


class _Approval:
    """Answers the PIN pad's approval; ``payment`` is as the journal has it.

    Commit B runs beside the conversation: while a slow disk has it, the answer is WAIT, and the
    PIN pad asks again.
    """

    def __init__(self, desk: PaymentDesk, payment: Payment, nursery: trio.Nursery) -> None:
        self.payment = payment
        self._desk, self._nursery = desk, nursery
        self._asked: TransactionRecord | None = None
        self._decision = Decision.WAIT
        self._decided = trio.Event()

    async def decide(self, record: TransactionRecord) -> Decision:
        """Return ACCEPT once it is kept; REFUSE, so that the PIN pad reverses, if it cannot be."""
        if self.may_be_older(record):
            log.warning("payment.older_approval", ref=self.payment.ref, receipt=record.receipt)
            return Decision.REFUSE
        if self._asked is None:
            self._asked = record
            self._nursery.start_soon(self._keep, record)
        elif self._asked != record:
            return Decision.REFUSE  # one charge is kept; a second one was never asked for
        with trio.move_on_after(ANSWER_WITHIN_S):
            await self._decided.wait()
        return self._decision

    def may_be_older(self, record: TransactionRecord) -> bool:
        """Tell whether it was there before this charge: the line has held it back.

        A journal that cannot be read does not say that it is new.
        """
        if record.receipt == self.payment.baseline.receipt:
            return True
        try:
            return self._desk.journal.knows(record, besides=self.payment.ref)
        except JournalDamaged as error:
            log.warning("payment.approval_unread", code=error.operator_code)
            return True

    async def _keep(self, record: TransactionRecord) -> None:
        """Commit B."""
        desk, ref = self._desk, self.payment.ref
        try:
            self.payment = await desk.keep(lambda: desk.journal.approve(ref, record, desk.now()))
            self._decision = Decision.ACCEPT
        except PaymentError as error:
            log.warning("payment.approval_refused", ref=ref, code=error.operator_code)
            self._decision = Decision.REFUSE
        self._decided.set()


def _pin_pad_reason(result: AuthorisationResult) -> str:
    return "" if result.code is None else f"Z-{result.code:02X}"


async def _end(
    desk: PaymentDesk,
    payment: Payment,
    event: PaymentEvent,
    record: TransactionRecord | None = None,
    reason: str = "",
) -> Payment:
    """Commit C, or the end of a payment that was not charged.

    If the disk fails here, what is true is told all the same and recovery comes to it again: an
    approved payment stays APPROVED, any other is what it is.
    """
    try:
        if event is PaymentEvent.CONFIRM:
            return await desk.keep(lambda: desk.journal.confirm(payment.ref, desk.now()))
        return await desk.keep(
            lambda: desk.journal.close(payment.ref, event, desk.now(), record, reason)
        )
    except JournalDamaged as error:
        log.warning("payment.end_not_kept", ref=payment.ref, code=error.operator_code)
    if event is PaymentEvent.CONFIRM:
        return payment
    return replace(payment, state=next_state(payment.state, event), reason=reason)


async def _enquire(desk: PaymentDesk, payment: Payment) -> Payment:
    """Ask the PIN pad's books again and again while she waits; UNKNOWN stays UNKNOWN."""
    with trio.move_on_after(ENQUIRY_LIMIT_S):
        try:
            while True:
                payment = await resolve(desk, payment)
                if payment.state is not PaymentState.UNKNOWN:
                    return payment
                await trio.sleep(ENQUIRY_PAUSE_S)
        except PaymentError as error:
            log.warning("payment.enquiry_failed", ref=payment.ref, code=error.operator_code)
    return payment


def _never_begun(desk: PaymentDesk, assessment: Assessment, error: KioskError) -> Payment:
    log.warning("payment.never_begun", code=error.operator_code, error=str(error))
    return Payment(
        ref=PaymentRef(""),
        assessment=AssessmentRef(assessment.ref),
        amount=assessment.amount,
        state=PaymentState.NOT_STARTED,
        at=desk.now(),
        reason=error.operator_code,
    )


async def _cut_short(desk: PaymentDesk, assessment: Assessment) -> Payment:
    """The time is up: what is not final is in doubt."""
    try:
        for payment in desk.journal.open_payments():
            if payment.state is PaymentState.UNKNOWN:
                return payment
            return await _end(desk, payment, PaymentEvent.DOUBT)
    except JournalDamaged as error:
        return replace(_never_begun(desk, assessment, error), state=PaymentState.UNKNOWN)
    return _never_begun(desk, assessment, DeviceTimeout("pinpad"))
