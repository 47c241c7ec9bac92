"""A PIN pad and a centre in memory, hand-written, with their own books and their own faults.

They share no code with kioskd's drivers or the reference centre: they only fulfil the contracts.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

import trio

from kioskd.domain.contribution import Assessment, AssessmentState, Grade, Month, Scheme
from kioskd.domain.money import ZERO, Money, total
from kioskd.domain.payment import (
    AuthorisationResult,
    Decision,
    Outcome,
    PaymentRef,
    PaymentState,
    PinPadStep,
    ReversalOutcome,
    TransactionRecord,
)
from kioskd.domain.trouble import Trouble
from kioskd.errors import (
    DeviceRefused,
    DeviceTimeout,
    DeviceUnavailable,
    ServerError,
    ServerRefused,
)
from kioskd.protocols.central import PaymentReport, Posting

AMOUNT = Money(1_400_00)
NOW = "2026-11-22T09:55:01.250Z"


def an_assessment(ref: str = "a" * 32, amount: Money = AMOUNT) -> Assessment:
    """An assessment of one month of pension."""
    return Assessment(
        ref=ref,
        scheme=Scheme.PENSION,
        grade=Grade(60, Money(7_000_00), amount, Money(560_00), amount - Money(560_00)),
        months=(Month(2026, 11),),
        amount=amount,
        personal=Money(560_00),
        pool=amount - Money(560_00),
        expires_at="2026-11-22T10:10:00Z",
        state=AssessmentState.OPEN,
    )


def a_record(receipt: int = 18, amount: Money = AMOUNT, result: int = 0) -> TransactionRecord:
    """A transaction as the fake PIN pad reports it."""
    return TransactionRecord(
        amount=amount,
        receipt=receipt,
        trace=receipt + 100,
        terminal_id="29001006",
        date="1122",
        time="175501",
        result=result,
        transaction_id=receipt.to_bytes(2, "big"),
    )


@dataclass
class FakePinPad:
    """Charges into ``charges``; ``last`` and ``status_byte`` are what its enquiries show."""

    earlier: tuple[int, Money] = (3, Money(90_000))
    """In the open batch before the first of ``charges``."""
    last: TransactionRecord | None = field(default_factory=lambda: a_record(17, Money(1)))
    answer: Outcome = Outcome.APPROVED
    code: int | None = None
    charges: list[TransactionRecord] = field(default_factory=list)
    status_byte: int = 0
    tells_totals: bool = True
    totals_refused: int = 0x83
    """With this code; 9C is no more than "please wait"."""
    gone: bool = False
    silent_before_charge: bool = False
    """The cable is pulled after the command, before anything is charged."""
    silent_after_charge: bool = False
    """It charges and keeps the charge, but the kiosk does not learn it."""
    silent_after_accept: bool = False
    """It has our ACCEPT, but its completion is lost."""
    reverses_when_unheard: bool = False
    hangs: bool = False
    repeats_approval: bool = False
    approves_another: bool = False
    """It reports a second approval, of another receipt, after ours."""
    says_first: TransactionRecord | None = None
    """An older approval, which it reports before the true one."""
    waits_max: int = 3
    """So often it asks again after WAIT; then it reverses."""
    reversal: ReversalOutcome = ReversalOutcome.REVERSED
    """What it answers to a reversal."""
    undoes: bool = True
    """Whether a reversal takes the charge out of the books, whatever is answered."""
    closes: bool = True
    """Whether a day-end closes the batch, whatever is answered."""
    day_end_answer_lost: bool = False
    troubled: Trouble | None = None
    calls: list[str] = field(default_factory=list)
    mirrored: bytes | None = None
    """TLV 1F1F as it came with the last authorisation."""
    decisions: list[Decision] = field(default_factory=list)
    """What the kiosk said to each approval."""

    async def authorise(
        self,
        amount: Money,
        on_step: Callable[[PinPadStep], None],
        decide: Callable[[TransactionRecord], Awaitable[Decision]],
        transaction_id: bytes = b"",
    ) -> AuthorisationResult:
        self.calls.append("authorise")
        self.mirrored = transaction_id
        on_step(PinPadStep.PRESENT_CARD)
        await trio.sleep(1)
        if self.hangs:
            await trio.sleep_forever()
        if self.answer is not Outcome.APPROVED or self.silent_before_charge:
            outcome = Outcome.UNKNOWN if self.silent_before_charge else self.answer
            return AuthorisationResult(outcome, None, self.code)
        return await self._approve(amount, decide)

    async def _approve(
        self, amount: Money, decide: Callable[[TransactionRecord], Awaitable[Decision]]
    ) -> AuthorisationResult:
        record = a_record((self.last.receipt if self.last else 0) + 1, amount)
        self.last = record
        self.charges.append(record)
        if self.silent_after_charge:
            self._maybe_reverse()
            return AuthorisationResult(Outcome.UNKNOWN)
        if self.says_first is not None:
            self.decisions.append(await decide(self.says_first))
        decision = await self._ask(record, decide)
        if self.repeats_approval:
            decision = await decide(record)
        if self.approves_another:
            self.decisions.append(await decide(replace(record, receipt=record.receipt + 1)))
        if decision is not Decision.ACCEPT:
            self.reverse_last()
            return AuthorisationResult(Outcome.DECLINED, None, 0x6C)
        if self.silent_after_accept:
            self._maybe_reverse()
            return AuthorisationResult(Outcome.UNKNOWN, record)
        return AuthorisationResult(Outcome.APPROVED, record, 0)

    async def _ask(
        self,
        record: TransactionRecord,
        decide: Callable[[TransactionRecord], Awaitable[Decision]],
    ) -> Decision:
        """Report the approval, and again two seconds after each WAIT."""
        for _ in range(1 + self.waits_max):
            self.decisions.append(await decide(record))
            if self.decisions[-1] is not Decision.WAIT:
                break
            await trio.sleep(2)
        return self.decisions[-1]

    def _maybe_reverse(self) -> None:
        if self.reverses_when_unheard:
            self.reverse_last()

    def reverse_last(self) -> None:
        """Undo the last charge; the books show it with a result that is not 00."""
        assert self.last is not None
        self.charges.pop()
        self.last = replace(self.last, result=0x6C)

    async def status(self) -> int:
        self._answer("status")
        return self.status_byte

    async def last_transaction(self) -> TransactionRecord | None:
        self._answer("last_transaction")
        return self.last

    async def totals(self) -> tuple[int, Money]:
        self._answer("totals")
        if not self.tells_totals:
            raise DeviceRefused("pinpad", self.totals_refused, "06 10")
        count, fen = self.earlier
        return count + len(self.charges), fen + total([each.amount for each in self.charges])

    def _answer(self, call: str) -> None:
        self.calls.append(call)
        if self.gone:
            raise DeviceUnavailable("pinpad")

    async def register(self) -> None: ...
    async def abort(self) -> None: ...
    async def diagnose(self) -> None: ...

    async def reverse(self, record: TransactionRecord) -> ReversalOutcome:
        self.calls.append("reverse")
        await trio.sleep(1)
        if self.undoes:
            self.charges.remove(record)
        return self.reversal

    async def end_of_day(self) -> tuple[int, Money]:
        told = await self.totals()
        self.calls.append("end_of_day")
        await trio.sleep(1)
        if self.closes:
            self.earlier, self.status_byte, self.troubled = (0, ZERO), 0, None
            self.charges.clear()
        if self.day_end_answer_lost:
            raise DeviceTimeout("pinpad")
        return told

    @property
    def trouble(self) -> Trouble | None:
        return self.troubled


@dataclass
class FakeCentral:
    """Posts each confirmed reference once; ``fails`` is raised instead of answering, if set."""

    reports: list[PaymentReport] = field(default_factory=list)
    fails: ServerError | None = None
    settled: dict[PaymentRef, Posting] = field(default_factory=dict)
    """What a person has found out of a payment."""

    async def payment(self, ref: PaymentRef) -> Posting:
        await trio.sleep(0.1)
        if self.fails is not None:
            raise self.fails
        if ref not in self.settled:
            raise ServerRefused(404, "not_found")
        return self.settled[ref]

    async def report_payment(self, report: PaymentReport) -> Posting:
        await trio.sleep(0.1)
        if self.fails is not None:
            raise self.fails
        self.reports.append(report)
        number = f"R-{report.ref}" if report.state is PaymentState.CONFIRMED else ""
        return Posting(report.ref, report.state, number, NOW if number else "")
