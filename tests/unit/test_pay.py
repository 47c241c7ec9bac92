"""Paying, told by its outcomes: what is charged, what the journal holds, what the centre hears."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trio
from trio.testing import MockClock

from kioskd.domain.payment import (
    Decision,
    Outcome,
    PaymentRef,
    PaymentState,
    PinPadStep,
    TransactionRecord,
)
from kioskd.errors import JournalDamaged, ServerContractBroken, ServerRefused, ServerUnreachable
from kioskd.payments.caretaker import care_forever
from kioskd.payments.contract import Payment
from kioskd.payments.desk import in_a_thread
from kioskd.payments.journal import Journal
from kioskd.payments.pay import ANSWER_WITHIN_S, ENDINGS, PAYING_LIMIT_S, PaymentDesk, pay
from kioskd.payments.recovery import recover_all
from kioskd.payments.states import OPEN, PaymentEvent
from kioskd.payments.store import Store
from tests.fakes import AMOUNT, NOW, FakeCentral, FakePinPad, a_record, an_assessment

Steps = list[tuple[PaymentRef, PinPadStep | None]]


class FailingJournal(Journal):
    """Fails the calls named in ``failing``, as a full disk would."""

    failing: frozenset[str] = frozenset()

    def approve(self, ref: PaymentRef, record: TransactionRecord, at: str) -> Payment:
        self._maybe_fail("approve")
        return super().approve(ref, record, at)

    def confirm(self, ref: PaymentRef, at: str, record: TransactionRecord | None = None) -> Payment:
        self._maybe_fail("confirm")
        return super().confirm(ref, at, record)

    def close(
        self,
        ref: PaymentRef,
        event: PaymentEvent,
        at: str,
        record: TransactionRecord | None = None,
        reason: str = "",
    ) -> Payment:
        self._maybe_fail("close")
        return super().close(ref, event, at, record, reason)

    def _maybe_fail(self, call: str) -> None:
        if call in self.failing:
            raise JournalDamaged("database or disk is full")


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[FailingJournal]:
    store = Store(tmp_path / "journal.db", "K0123")
    yield FailingJournal(store)
    store.shut()


@pytest.fixture
def pad() -> FakePinPad:
    return FakePinPad()


@pytest.fixture
def centre() -> FakeCentral:
    return FakeCentral()


@pytest.fixture
def desk(pad: FakePinPad, centre: FakeCentral, journal: FailingJournal) -> PaymentDesk:
    return PaymentDesk(pad, centre, journal, lambda: NOW)  # type: ignore[arg-type]


def no_step(ref: PaymentRef, step: PinPadStep | None) -> None:
    """For tests that do not look at the screen."""


async def test_approved(
    autojump_clock: MockClock,
    desk: PaymentDesk,
    pad: FakePinPad,
    centre: FakeCentral,
    journal: Journal,
) -> None:
    """A payment is intended, told, charged once, confirmed; the visitor sees each step."""
    steps: Steps = []
    payment = await pay(desk, an_assessment(), lambda ref, step: steps.append((ref, step)))
    assert payment.state is PaymentState.CONFIRMED
    assert payment == journal.get(payment.ref)
    assert [record.amount for record in pad.charges] == [AMOUNT]
    assert [report.state for report in centre.reports] == [PaymentState.INTENDED]
    assert steps == [(payment.ref, None), (payment.ref, PinPadStep.PRESENT_CARD)]
    (row,) = journal._store.read("SELECT body FROM outbox")
    assert b'"confirmed"' in row["body"]


async def test_the_transaction_last_seen_is_mirrored(
    autojump_clock: MockClock, desk: PaymentDesk, pad: FakePinPad
) -> None:
    """TLV 1F1F is that of the transaction the PIN pad itself shows: nothing is undone blindly."""
    await pay(desk, an_assessment(), no_step)
    assert pad.mirrored == a_record(17).transaction_id


async def test_a_repeated_approval_is_accepted_again(
    autojump_clock: MockClock, desk: PaymentDesk, pad: FakePinPad
) -> None:
    """A doubled status information leads to one charge and one confirmation."""
    pad.repeats_approval = True
    payment = await pay(desk, an_assessment(), no_step)
    assert payment.state is PaymentState.CONFIRMED
    assert len(pad.charges) == 1


async def test_a_pin_pad_that_is_busy_with_its_totals_is_not_asked_for_money(
    autojump_clock: MockClock, desk: PaymentDesk, pad: FakePinPad
) -> None:
    """Saying "please wait" is not refusing them: recovery would have nothing to compare with."""
    pad.tells_totals, pad.totals_refused = False, 0x9C
    payment = await pay(desk, an_assessment("a" * 32), no_step)
    assert (payment.state, payment.reason) == (PaymentState.NOT_STARTED, "D-03")
    assert "authorise" not in pad.calls


@pytest.mark.parametrize("held_by", ["the books before", "another payment"])
async def test_an_older_approval_is_refused(
    autojump_clock: MockClock,
    desk: PaymentDesk,
    pad: FakePinPad,
    journal: Journal,
    held_by: str,
) -> None:
    """The line has held it back: it is no word on this charge, and commit B is not made."""
    first = await pay(desk, an_assessment("a" * 32), no_step)
    assert first.record is not None
    pad.says_first = first.record
    if held_by == "another payment":
        pad.last = a_record(first.record.receipt + 1, AMOUNT)  # the books show something later
    second = await pay(desk, an_assessment("b" * 32), no_step)
    assert pad.decisions == [Decision.ACCEPT, Decision.REFUSE, Decision.ACCEPT]
    assert (second.state, second.record) == (PaymentState.CONFIRMED, pad.charges[-1])


async def test_a_second_approval_is_refused(
    autojump_clock: MockClock, desk: PaymentDesk, pad: FakePinPad, journal: Journal
) -> None:
    """Another receipt was never asked for: it is refused, and the first one stays kept."""
    pad.approves_another = True
    payment = await pay(desk, an_assessment(), no_step)
    assert pad.decisions == [Decision.ACCEPT, Decision.REFUSE]
    assert payment.state is PaymentState.CONFIRMED
    assert journal.get(payment.ref).record == a_record(18)


@pytest.mark.parametrize(
    ("outcome", "code", "state", "reason"),
    [
        (Outcome.DECLINED, 0x05, PaymentState.DECLINED, "Z-05"),
        (Outcome.DECLINED, 0x6C, PaymentState.DECLINED, "Z-6C"),
        (Outcome.NOT_STARTED, None, PaymentState.NOT_STARTED, ""),
    ],
)
async def test_not_charged(
    autojump_clock: MockClock,
    desk: PaymentDesk,
    pad: FakePinPad,
    outcome: Outcome,
    code: int | None,
    state: PaymentState,
    reason: str,
) -> None:
    """What the PIN pad says did not happen is closed with its reason; a new payment may start."""
    pad.answer, pad.code = outcome, code
    payment = await pay(desk, an_assessment(), no_step)
    assert (payment.state, payment.reason) == (state, reason)
    pad.answer = Outcome.APPROVED
    assert (await pay(desk, an_assessment(), no_step)).state is PaymentState.CONFIRMED


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ServerUnreachable(), "S-01"),
        (ServerRefused(409, "assessment_closed"), "S-02"),
        (ServerContractBroken(), "S-03"),
    ],
)
async def test_nothing_is_charged_unless_the_centre_was_told(
    autojump_clock: MockClock,
    desk: PaymentDesk,
    pad: FakePinPad,
    centre: FakeCentral,
    error: ServerUnreachable | ServerRefused | ServerContractBroken,
    reason: str,
) -> None:
    """A centre that does not answer, or says no, keeps the PIN pad from being asked."""
    centre.fails = error
    payment = await pay(desk, an_assessment(), no_step)
    assert (payment.state, payment.reason) == (PaymentState.NOT_STARTED, reason)
    assert "authorise" not in pad.calls


async def test_a_silent_pin_pad_is_not_asked_for_money(
    autojump_clock: MockClock, desk: PaymentDesk, pad: FakePinPad
) -> None:
    """A PIN pad whose books cannot be read before cannot be enquired after: nothing is begun."""
    pad.gone = True
    payment = await pay(desk, an_assessment(), no_step)
    assert (payment.state, payment.reason) == (PaymentState.NOT_STARTED, "D-01")
    assert "authorise" not in pad.calls


async def test_refused_approval_is_reversed(
    autojump_clock: MockClock, desk: PaymentDesk, pad: FakePinPad, journal: FailingJournal
) -> None:
    """If commit B fails the PIN pad is told to reverse, and nothing stays charged."""
    journal.failing = frozenset({"approve"})
    payment = await pay(desk, an_assessment(), no_step)
    assert payment.state is PaymentState.DECLINED
    assert pad.charges == []


async def test_commit_c_fails(
    autojump_clock: MockClock, desk: PaymentDesk, pad: FakePinPad, journal: FailingJournal
) -> None:
    """If commit C fails she is told the truth, approved, and recovery confirms it."""
    journal.failing = frozenset({"confirm"})
    payment = await pay(desk, an_assessment(), no_step)
    assert payment.state is PaymentState.APPROVED
    journal.failing = frozenset()
    await recover_all(desk)
    assert journal.get(payment.ref).state is PaymentState.CONFIRMED
    assert len(pad.charges) == 1


async def test_a_decline_that_cannot_be_kept(
    autojump_clock: MockClock, desk: PaymentDesk, pad: FakePinPad, journal: FailingJournal
) -> None:
    """If the end of an uncharged payment cannot be kept, she still hears what it was."""
    journal.failing = frozenset({"close"})
    pad.answer = Outcome.DECLINED
    payment = await pay(desk, an_assessment(), no_step)
    assert payment.state is PaymentState.DECLINED
    assert journal.get(payment.ref).state is PaymentState.INTENDED


async def test_a_journal_that_takes_nothing(
    autojump_clock: MockClock, desk: PaymentDesk, journal: FailingJournal
) -> None:
    """No commit A, no reference, no charge: not started, with the journal's own code."""
    journal._store.distrust("torn")
    payment = await pay(desk, an_assessment(), no_step)
    assert (payment.state, payment.ref, payment.reason) == (PaymentState.NOT_STARTED, "", "P-02")


async def test_charged_but_unheard_is_found_at_once(
    autojump_clock: MockClock, desk: PaymentDesk, pad: FakePinPad
) -> None:
    """A lost approval that stands is booked late, before she leaves; the screen says so first."""
    pad.silent_after_charge = True
    steps: Steps = []
    payment = await pay(desk, an_assessment(), lambda ref, step: steps.append((ref, step)))
    assert payment.state is PaymentState.CONFIRMED
    assert steps[-1] == (payment.ref, None)
    assert len(pad.charges) == 1


async def test_completion_lost(
    autojump_clock: MockClock, desk: PaymentDesk, pad: FakePinPad
) -> None:
    """A lost completion after our ACCEPT: the books show the charge, so it is confirmed."""
    pad.silent_after_accept = True
    assert (await pay(desk, an_assessment(), no_step)).state is PaymentState.CONFIRMED


async def test_unheard_and_reversed(
    autojump_clock: MockClock, desk: PaymentDesk, pad: FakePinPad
) -> None:
    """What the PIN pad undid by itself is reversed if we had kept it, declined if we had not."""
    pad.reverses_when_unheard = True
    pad.silent_after_charge = True
    assert (await pay(desk, an_assessment(), no_step)).state is PaymentState.DECLINED
    pad.silent_after_charge, pad.silent_after_accept = False, True
    assert (await pay(desk, an_assessment(), no_step)).state is PaymentState.REVERSED
    assert pad.charges == []


async def test_unplugged_stays_unknown_and_blocks(
    autojump_clock: MockClock, desk: PaymentDesk, pad: FakePinPad, centre: FakeCentral
) -> None:
    """A PIN pad that is gone after the question leaves UNKNOWN within a bound; no second charge."""
    pad.silent_after_charge = True
    start = trio.current_time()

    def unplug(ref: PaymentRef, step: PinPadStep | None) -> None:
        pad.gone = step is PinPadStep.PRESENT_CARD or pad.gone

    payment = await pay(desk, an_assessment(), unplug)
    assert payment.state is PaymentState.UNKNOWN
    assert trio.current_time() - start < 60
    pad.gone = False
    refused = await pay(desk, an_assessment("b" * 32), no_step)
    assert (refused.state, refused.reason) == (PaymentState.NOT_STARTED, "P-03")
    assert len(pad.charges) == 1


async def test_recovery_finds_it_when_plugged_in_again(
    autojump_clock: MockClock, desk: PaymentDesk, pad: FakePinPad, journal: Journal
) -> None:
    """The periodic recovery confirms a charge as soon as the PIN pad answers again."""
    pad.silent_after_charge = True

    def unplug(ref: PaymentRef, step: PinPadStep | None) -> None:
        pad.gone = step is PinPadStep.PRESENT_CARD or pad.gone

    payment = await pay(desk, an_assessment(), unplug)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(care_forever, desk)
        await trio.sleep(100)
        assert journal.get(payment.ref).state is PaymentState.UNKNOWN
        pad.gone = False
        await trio.sleep(40)
        nursery.cancel_scope.cancel()
    assert journal.get(payment.ref).state is PaymentState.CONFIRMED


class SlowDisk:
    """A ``keep`` whose write of an approval is not done before ``release``."""

    def __init__(self) -> None:
        self.release = trio.Event()
        self.kept: list[str] = []
        self.fails = False

    async def keep(self, write: Callable[[], Any]) -> Any:
        await trio.lowlevel.checkpoint()
        if "approve" in write.__code__.co_names:
            await self.release.wait()
            if self.fails:
                raise JournalDamaged("disk I/O error")
        value = write()
        self.kept.append(value.state.value)
        return value


@pytest.fixture
def disk() -> SlowDisk:
    return SlowDisk()


@pytest.fixture
def slow_desk(desk: PaymentDesk, disk: SlowDisk) -> PaymentDesk:
    return replace(desk, keep=disk.keep)


async def release_after(disk: SlowDisk, seconds: float) -> None:
    await trio.sleep(seconds)
    disk.release.set()


async def test_wait_is_said_while_the_disk_is_slow(
    autojump_clock: MockClock, slow_desk: PaymentDesk, pad: FakePinPad, disk: SlowDisk
) -> None:
    """The PIN pad hears "wait" until commit B is done, then ACCEPT; one charge, one commit B."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(release_after, disk, 1 + 2 * (ANSWER_WITHIN_S + 2) + 0.5)
        payment = await pay(slow_desk, an_assessment(), no_step)
    assert pad.decisions == [Decision.WAIT, Decision.WAIT, Decision.ACCEPT]
    assert payment.state is PaymentState.CONFIRMED
    assert len(pad.charges) == 1
    assert disk.kept == ["intended", "approved", "confirmed"]


async def test_a_quick_disk_is_waited_for(
    autojump_clock: MockClock, slow_desk: PaymentDesk, pad: FakePinPad, disk: SlowDisk
) -> None:
    """A commit within the limit is answered with ACCEPT straight away."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(release_after, disk, 1 + 0.9 * ANSWER_WITHIN_S)
        payment = await pay(slow_desk, an_assessment(), no_step)
    assert pad.decisions == [Decision.ACCEPT]
    assert payment.state is PaymentState.CONFIRMED


async def test_a_slow_disk_that_fails_at_last(
    autojump_clock: MockClock, slow_desk: PaymentDesk, pad: FakePinPad, disk: SlowDisk
) -> None:
    """WAIT, and then REFUSE: the PIN pad reverses, and nothing stays charged."""
    disk.fails = True
    async with trio.open_nursery() as nursery:
        nursery.start_soon(release_after, disk, 1 + ANSWER_WITHIN_S + 0.5)
        payment = await pay(slow_desk, an_assessment(), no_step)
    assert pad.decisions == [Decision.WAIT, Decision.REFUSE]
    assert payment.state is PaymentState.DECLINED
    assert pad.charges == []


async def test_the_pin_pad_gives_up_on_a_slow_disk(
    autojump_clock: MockClock,
    slow_desk: PaymentDesk,
    pad: FakePinPad,
    disk: SlowDisk,
    journal: Journal,
) -> None:
    """Commit B ends after the PIN pad has reversed: the books say so, and it is REVERSED."""
    pad.waits_max = 1
    async with trio.open_nursery() as nursery:
        nursery.start_soon(release_after, disk, 60)
        payment = await pay(slow_desk, an_assessment(), no_step)
    assert pad.decisions == [Decision.WAIT, Decision.WAIT]
    assert payment.state is PaymentState.REVERSED
    assert pad.charges == []
    assert disk.kept == ["intended", "approved", "unknown", "reversed"]
    assert journal.open_payments() == ()


async def test_the_pin_pad_gives_up_and_keeps_the_charge(
    autojump_clock: MockClock, slow_desk: PaymentDesk, pad: FakePinPad, disk: SlowDisk
) -> None:
    """If its books show the charge all the same, it is confirmed once, whatever it had said."""
    pad.waits_max = 0
    pad.reverse_last = lambda: None  # type: ignore[method-assign]
    async with trio.open_nursery() as nursery:
        nursery.start_soon(release_after, disk, 60)
        payment = await pay(slow_desk, an_assessment(), no_step)
    assert payment.state is PaymentState.CONFIRMED
    assert len(pad.charges) == 1
    assert disk.kept == ["intended", "approved", "unknown", "confirmed"]


async def test_with_real_threads(desk: PaymentDesk, pad: FakePinPad, journal: Journal) -> None:
    """Every commit in a worker thread, as in the daemon: the same payment."""
    desk = replace(desk, keep=in_a_thread)
    payment = await pay(desk, an_assessment(), no_step)
    assert payment.state is PaymentState.CONFIRMED
    assert payment == journal.get(payment.ref)
    assert pad.decisions == [Decision.ACCEPT]


async def test_a_pin_pad_that_never_ends(
    autojump_clock: MockClock, desk: PaymentDesk, pad: FakePinPad
) -> None:
    """The paying section has an end of its own; what is not final then is in doubt."""
    pad.hangs = True
    start = trio.current_time()
    payment = await pay(desk, an_assessment(), no_step)
    assert payment.state is PaymentState.UNKNOWN
    assert trio.current_time() - start == pytest.approx(PAYING_LIMIT_S)


async def test_nobody_can_cancel_it(
    autojump_clock: MockClock, desk: PaymentDesk, pad: FakePinPad, journal: Journal
) -> None:
    """A visitor who leaves, or a kiosk that shuts down, does not stop a payment half-way."""
    with trio.move_on_after(0.5):
        await pay(desk, an_assessment(), no_step)
    assert len(pad.charges) == 1
    assert journal.open_payments() == ()


async def test_recovery_waits_for_a_payment_that_is_being_made(
    autojump_clock: MockClock, desk: PaymentDesk, pad: FakePinPad
) -> None:
    """Recovery never takes a running payment for a lost one: they take turns."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(pay, desk, an_assessment(), no_step)
        await trio.sleep(0.5)
        nursery.start_soon(recover_all, desk)
    assert pad.calls == ["status", "last_transaction", "totals", "authorise"]


def test_every_pair_of_state_and_outcome_has_an_ending() -> None:
    """Only three pairs are certain; what was approved is never declined."""
    assert set(ENDINGS) <= {(state, outcome) for state in OPEN for outcome in Outcome}
    assert {pair for pair in ENDINGS if pair[0] is PaymentState.APPROVED} == {
        (PaymentState.APPROVED, Outcome.APPROVED)
    }
