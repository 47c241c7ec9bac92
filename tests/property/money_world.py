"""A PIN pad and a centre that live through every crash of the kiosk, and a fuse that makes crashes.

The fuse burns at each call across the contracts: journal, PIN pad, centre, before and after it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import trio

from kiosk_central.payments import NEXT
from kioskd.domain.money import Money
from kioskd.domain.payment import (
    AuthorisationResult,
    Decision,
    PaymentRef,
    PaymentState,
    PinPadStep,
    ReversalOutcome,
    TransactionRecord,
)
from kioskd.errors import ServerUnreachable
from kioskd.protocols import central
from kioskd.protocols.central import PaymentReport, Posting
from kioskd.protocols.central_books import DayEndAnswer, DayEndReport, PrintReport
from tests.fakes import NOW, FakePinPad

T = TypeVar("T")


class PowerCut(BaseException):
    """The kiosk is off: nothing of it goes on."""


@dataclass
class Fuse:
    """Goes off after so many calls; None: never."""

    left: int | None = None

    def burn(self) -> None:
        """One more step is taken. Raises PowerCut."""
        if self.left is None:
            return
        self.left -= 1
        if self.left <= 0:
            self.left = None
            raise PowerCut


class Pad(FakePinPad):
    """Keeps the bank's books: whose charge stands, in whatever batch."""

    def __init__(self, fuse: Fuse) -> None:
        super().__init__()
        self.fuse = fuse
        self.stands: dict[int, PaymentRef] = {}
        """Receipt -> payment that was being made: the PIN pad does not know it, the test does."""
        self.asked_by: Callable[[], PaymentRef] = lambda: PaymentRef("")

    async def authorise(
        self,
        amount: Money,
        on_step: Callable[[PinPadStep], None],
        decide: Callable[[TransactionRecord], Awaitable[Decision]],
        transaction_id: bytes = b"",
    ) -> AuthorisationResult:
        self.fuse.burn()
        result = await super().authorise(amount, on_step, decide, transaction_id)
        self.fuse.burn()
        return result

    async def _approve(
        self, amount: Money, decide: Callable[[TransactionRecord], Awaitable[Decision]]
    ) -> AuthorisationResult:
        receipt = (self.last.receipt if self.last else 0) + 1
        self.stands[receipt] = self.asked_by()
        answered = False

        async def decide_and_keep(record: TransactionRecord) -> Decision:
            nonlocal answered
            decision = await decide(record)
            self.fuse.burn()
            answered = True
            return decision

        try:
            return await super()._approve(amount, decide_and_keep)
        finally:
            if not answered and not self.silent_after_charge:
                self._maybe_reverse()

    def reverse_last(self) -> None:
        super().reverse_last()
        assert self.last is not None
        del self.stands[self.last.receipt]

    async def reverse(self, record: TransactionRecord) -> ReversalOutcome:
        self.fuse.burn()
        outcome = await super().reverse(record)
        if self.undoes:
            del self.stands[record.receipt]
            self.last = replace(record, result=0x6C)
        self.fuse.burn()
        return outcome

    def _answer(self, call: str) -> None:
        self.fuse.burn()
        super()._answer(call)


@dataclass
class Ledger:
    """The centre: one line a payment, states by its real table; refuses nothing that is legal."""

    fuse: Fuse
    states: dict[str, PaymentState] = field(default_factory=dict)
    posted: dict[str, str] = field(default_factory=dict)
    """Payment -> receipt number, while the posting stands."""
    ever_posted: set[str] = field(default_factory=set)
    days: dict[str, DayEndReport] = field(default_factory=dict)
    cannot_book: set[str] = field(default_factory=set)
    """Charges to be given back."""
    months_paid: bool = False
    """What is charged next cannot be booked."""
    away: bool = False
    answers_lost: int = 0
    settled: dict[str, PaymentState] = field(default_factory=dict)

    async def report_payment(self, report: PaymentReport) -> Posting:
        """Answer ``pay``."""
        return await self._carry(lambda: self._take(report))

    async def payment(self, ref: PaymentRef) -> Posting:
        """Answer who asks what a person has found out."""
        return await self._carry(lambda: self._posting(ref))

    def listen(self, on_back: Callable[[], None]) -> None:
        """Nobody is told that it is back: the uplink tries again by itself."""

    async def put(self, path: str, body: bytes, wanted: type[T]) -> T:
        """Answer the uplink."""
        answer: Any
        if wanted is DayEndAnswer:
            day = central.decode(body, DayEndReport)
            answer = await self._carry(lambda: self._take_day(day))
        elif wanted is PrintReport:
            printed = central.decode(body, PrintReport)
            answer = await self._carry(lambda: printed)
        else:
            report = central.decode(body, PaymentReport)
            assert path == central.PAYMENT_PATH.format(ref=report.ref)
            answer = await self._carry(lambda: self._take(report))
        assert isinstance(answer, wanted)
        return answer

    async def send_links(self, links: Any) -> Any:
        """Witnessing is tested elsewhere."""
        raise ServerUnreachable("no witness here")

    async def _carry(self, take: Callable[[], T]) -> T:
        self.fuse.burn()
        await trio.sleep(0.1)
        if self.away:
            raise ServerUnreachable("away")
        answer = take()
        self.fuse.burn()
        if self.answers_lost:
            self.answers_lost -= 1
            raise ServerUnreachable("answer lost")
        return answer

    def _take(self, report: PaymentReport) -> Posting:
        ref, state, before = report.ref, report.state, self.states.get(report.ref)
        asked_back = ref in self.cannot_book and before is PaymentState.CONFIRMED
        if before is not None and state is not before:
            legal = NEXT[before] | ({PaymentState.REVERSED} if asked_back else set())
            assert state in legal, f"{ref}: {state} after {before}"
        if ref not in self.settled:
            self._book(ref, state)
        return self._posting(ref)

    def _book(self, ref: str, state: PaymentState) -> None:
        self.states[ref] = state
        if state is PaymentState.CONFIRMED and ref not in self.ever_posted:
            self.ever_posted.add(ref)
            self.posted[ref] = f"R{len(self.ever_posted)}"
            if self.months_paid:
                self.cannot_book.add(ref)
        elif state is PaymentState.REVERSED:
            self.posted.pop(ref, None)

    def _posting(self, ref: str) -> Posting:
        number = self.posted.get(ref, "")
        asked = ref in self.cannot_book and ref in self.posted
        state = self.states[ref]
        return Posting(PaymentRef(ref), state, number, NOW if number else "", b"", asked)

    def _take_day(self, day: DayEndReport) -> DayEndAnswer:
        assert self.days.setdefault(day.ref, day) == day, "the same bytes each time"
        return DayEndAnswer(day.ref, ())

    def settle(self, ref: str, charged: bool) -> None:
        """A person has looked into the bank's file."""
        state = PaymentState.CONFIRMED if charged else PaymentState.DECLINED
        self.settled[ref] = state
        self._book(ref, state)
