"""The real payment code as a Hypothesis state machine against a dictionary of what must hold.

Payments with every fault, power cuts at any call, recovery, deliveries that are not heard,
reversals, day-ends and a person at the centre, in any order. The clock is a mock: it never waits.
"""

import shutil
import tempfile
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest
import trio
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from trio.testing import MockClock

from kioskd.domain.payment import Outcome, PaymentRef, PaymentState, ReversalOutcome
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import DeviceError
from kioskd.payments import pay as pay_module
from kioskd.payments import recovery
from kioskd.payments.audit import faults_in, read_payments
from kioskd.payments.contract import Payment
from kioskd.payments.day_end import DayEndKeeper
from kioskd.payments.desk import PaymentDesk
from kioskd.payments.give_back import give_back_all
from kioskd.payments.pay import pay
from kioskd.payments.recovery import recover_all
from kioskd.payments.settlement import follow_up
from kioskd.payments.states import OPEN, PaymentEvent
from kioskd.relay.uplink import Uplink
from tests.fakes import NOW, an_assessment
from tests.journals import opened
from tests.property.money_world import Fuse, Ledger, Pad, PowerCut

T = TypeVar("T")
_S = PaymentState
PAID = {_S.CONFIRMED, _S.APPROVED, _S.REVERSING}
NOT_PAID = {_S.DECLINED, _S.NOT_STARTED, _S.REVERSED}
IN_DOUBT = OPEN | {_S.UNRESOLVED}
FUSES = st.sampled_from([None] * 40 + list(range(1, 41)))
SILENCE = st.sampled_from(
    ["", "", "", "silent_before_charge", "silent_after_charge", "silent_after_accept"]
)
SELDOM = st.sampled_from([False, False, False, True])
UPLINK_S = 30.0


class MoneyMachine(RuleBasedStateMachine):
    """``told`` is the dictionary: what she was told last of each payment."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.fuse = Fuse()
        self.pad, self.ledger = Pad(self.fuse), Ledger(self.fuse)
        self.told: dict[PaymentRef, PaymentState] = {}
        self.openings = self.assessments = 0
        self._open(self.folder / "journal-0.db")

    def _open(self, path: Path) -> None:
        self.books = opened(path)
        self.desk = PaymentDesk(
            pin_pad=self.pad,
            central=self.ledger,  # type: ignore[arg-type]
            journal=self.books.journal,
            now=lambda: NOW,
            keep=self._keep,
        )
        self.pad.asked_by = lambda: self.books.journal.open_payments()[0].ref

    async def _keep(self, write: Callable[[], T], /) -> T:
        await trio.lowlevel.checkpoint()
        self.fuse.burn()
        kept = write()
        self.fuse.burn()
        return kept

    def teardown(self) -> None:
        try:
            self._everything_ends()
        finally:
            self.books.store.shut()
            shutil.rmtree(self.folder)

    def _run(self, act: Callable[[], Awaitable[T]], fuse: int | None = None) -> T | None:
        """Do it under a clock that does not wait; None if the power was cut."""
        self.fuse.left = fuse
        try:
            return trio.run(act, clock=MockClock(autojump_threshold=0))
        except BaseException as ended:
            if not _is_power_cut(ended):
                raise
            self._reboot()
            return None
        finally:
            self.fuse.left = None

    def _reboot(self) -> None:
        """What is on the disk at this moment is all that is left; nothing was closed."""
        self.openings += 1
        path = self.folder / f"journal-{self.openings}.db"
        for suffix in ("", "-wal"):
            before = Path(f"{self.books.path}{suffix}")
            if before.exists():
                shutil.copy(before, f"{path}{suffix}")
        self.books.store.shut()
        self._open(path)

    @initialize(keeps=st.booleans(), tells_totals=st.booleans())
    def kind_of_pad(self, keeps: bool, tells_totals: bool) -> None:
        """Some PIN pads reverse what nobody answers, some keep it; some tell no totals."""
        self.pad.reverses_when_unheard = not keeps
        self.pad.tells_totals = tells_totals

    @rule()
    def crash(self) -> None:
        """The power goes while nothing happens."""
        self._reboot()

    @rule(
        fuse=FUSES,
        silence=SILENCE,
        declines=SELDOM,
        again=SELDOM,
        doubled=SELDOM,
        paid_elsewhere=SELDOM,
        quiet_before=st.sampled_from([True, True, True, False]),
    )
    def pay(
        self,
        fuse: int | None,
        silence: str,
        declines: bool,
        again: bool,
        doubled: bool,
        paid_elsewhere: bool,
        quiet_before: bool,
    ) -> None:
        """She pays, for a new assessment or once more for the last one.

        Mostly the caretaker and the uplink have done their work before.
        """
        if quiet_before:
            self.recover(None, gone=False, rounds=recovery.INCONCLUSIVE_MAX)
            self.deliver(None, lost=0, away=False)
            self.give_back(None, undoes=True, heard=True)
        self.assessments += not (again and self.assessments)
        self.pad.answer = Outcome.DECLINED if declines else Outcome.APPROVED
        self.pad.repeats_approval = doubled
        self.ledger.months_paid = paid_elsewhere
        if silence:
            setattr(self.pad, silence, True)
        assessment = an_assessment(f"{self.assessments:032x}")
        payment = self._run(lambda: pay(self.desk, assessment, lambda ref, step: None), fuse)
        if silence:
            setattr(self.pad, silence, False)
        if payment is not None and payment.ref:
            self.told[payment.ref] = payment.state

    @rule(fuse=FUSES, gone=SELDOM, rounds=st.sampled_from([1, recovery.INCONCLUSIVE_MAX]))
    def recover(self, fuse: int | None, gone: bool, rounds: int) -> None:
        """The caretaker asks the PIN pad, which may be gone."""

        async def ask() -> None:
            for _ in range(rounds):
                await recover_all(self.desk)

        self.pad.gone = gone
        self._run(ask, fuse)
        self.pad.gone = False

    @rule(fuse=FUSES, lost=st.integers(0, 2), away=SELDOM)
    def deliver(self, fuse: int | None, lost: int, away: bool) -> None:
        """The uplink works for a while; answers are lost, the centre is away."""
        self.ledger.answers_lost, self.ledger.away = lost, away
        self._run(self._uplink_works, fuse)
        self.ledger.answers_lost, self.ledger.away = 0, False

    async def _uplink_works(self) -> None:
        uplink = Uplink(self.books.outbox, self.ledger, self._keep, lambda low, high: 1.0)
        try:
            with trio.move_on_after(UPLINK_S):
                await uplink.run()
        finally:
            self.books.outbox.listen(lambda: None)  # this run ends; in the daemon it never does

    @rule(
        fuse=FUSES,
        undoes=st.booleans(),
        heard=st.booleans(),
    )
    def give_back(self, fuse: int | None, undoes: bool, heard: bool) -> None:
        """The caretaker reverses what the centre wants back; its answer may be lost."""
        self.deliver(None, lost=0, away=False)
        said = ReversalOutcome.REVERSED if undoes else ReversalOutcome.NOT_POSSIBLE
        self.pad.undoes = undoes
        self.pad.reversal = said if heard else ReversalOutcome.UNKNOWN
        self._run(lambda: give_back_all(self.desk), fuse)
        self.pad.undoes, self.pad.reversal = True, ReversalOutcome.REVERSED

    @rule(fuse=FUSES, closes=st.booleans(), lost=st.booleans())
    def day_end(self, fuse: int | None, closes: bool, lost: bool) -> None:
        """The PIN pad wants its day-end; its answer may be lost, done or not."""
        if not self.pad.tells_totals:
            return
        self.pad.troubled, self.pad.status_byte = Trouble(TroubleReason.PIN_PAD_BUSY, "D-03"), 0xF0
        self.pad.closes, self.pad.day_end_answer_lost = closes or not lost, lost
        self._run(self._look_once, fuse)
        self.pad.troubled, self.pad.status_byte = None, 0
        self.pad.closes, self.pad.day_end_answer_lost = True, False

    async def _look_once(self) -> None:
        keeper = DayEndKeeper(self.desk, self.books.day_book, None)
        try:
            await keeper.look_once()
        except DeviceError:
            return

    @precondition(lambda self: self.books.journal.unresolved())
    @rule()
    def a_person_settles(self) -> None:
        """The bank's file says what became of it; the kiosk hears of it."""
        self._settle_all()

    def _settle_all(self) -> None:
        for payment in self.books.journal.unresolved():
            if self.ledger.states.get(payment.ref) is _S.UNRESOLVED:
                self.ledger.settle(payment.ref, self._charges(payment.ref) > 0)
        self._run(partial(follow_up, self.desk))

    def _charges(self, ref: PaymentRef) -> int:
        return list(self.pad.stands.values()).count(ref)

    @invariant()
    def nothing_is_lost_and_nothing_doubled(self) -> None:
        """Hold at every moment between two rules."""
        waiting = {row["ref"] for row in self.books.store.read(_WAITING)}
        kept = {payment.ref: payment for payment in read_payments(self.books.path)}
        assert set(self.pad.stands.values()) <= set(kept), "no charge without a reference"
        for ref, payment in kept.items():
            self._check(payment, ref in waiting)
        still_open = [one for one in kept.values() if one.state in OPEN]
        assert len(still_open) <= 1
        held = [one.assessment for one in kept.values() if one.state not in NOT_PAID]
        assert len(held) == len(set(held)), "one payment per assessment"

    def _check(self, payment: Payment, waiting: bool) -> None:
        charges, told = self._charges(payment.ref), self.told.get(payment.ref)
        assert charges <= 1, "one charge per reference"
        posted = payment.ref in self.ledger.posted
        assert not charges or posted or waiting or payment.state in IN_DOUBT, "forgotten"
        assert not charges or told not in NOT_PAID, "told not paid, and charged"
        given_back = payment.ref in self.ledger.cannot_book
        assert charges or told not in PAID or given_back, "told paid, and not charged"

    def _everything_ends(self) -> None:
        """Given time, people and devices that answer, the ledger is the PIN pad's books."""
        for _ in range(3):
            self.recover(None, gone=False, rounds=recovery.INCONCLUSIVE_MAX)
            self.deliver(None, lost=0, away=False)
            self.give_back(None, undoes=True, heard=True)
            self.deliver(None, lost=0, away=False)
            self._settle_all()
        self.nothing_is_lost_and_nothing_doubled()
        payments = read_payments(self.books.path)
        assert not [one for one in payments if one.state in IN_DOUBT]
        not_known = {one.ref for one in payments if one.reason == recovery.NOT_KNOWN_TO_BE_REVERSED}
        assert set(self.ledger.posted) ^ set(self.pad.stands.values()) <= not_known
        assert self.books.outbox.next_report() is None
        assert not faults_in(self.books.path)


_WAITING = "SELECT ref FROM outbox WHERE fate = 'waiting'"


def _is_power_cut(ended: BaseException) -> bool:
    if isinstance(ended, BaseExceptionGroup):
        return all(_is_power_cut(inner) for inner in ended.exceptions)
    return isinstance(ended, PowerCut)


TestMoney = MoneyMachine.TestCase
TestMoney.settings = settings(
    max_examples=10,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)


def test_the_machine_can_say_no(monkeypatch: pytest.MonkeyPatch) -> None:
    """With silence taken for a decline, the dictionary and the PIN pad's books disagree."""
    silence = (_S.INTENDED, Outcome.UNKNOWN)
    endings = {**pay_module.ENDINGS, silence: PaymentEvent.DECLINE}
    monkeypatch.setattr(pay_module, "ENDINGS", endings)
    quick = settings(TestMoney.settings, phases=[Phase.generate], max_examples=60, database=None)
    with pytest.raises(AssertionError, match=r"told not paid|forgotten"):
        run_state_machine_as_test(MoneyMachine, settings=quick)
