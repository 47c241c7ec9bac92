"""The PIN pad driver against the workbench's PIN pad over a real pseudo-terminal."""

from contextlib import asynccontextmanager

import pytest
import trio

from kiosk_bench.devices.pinpad import PinPadPeer
from kiosk_bench.devices.pinpad_books import PinPadBooks
from kiosk_bench.wirelog import WireLog
from kioskd.domain.money import Money
from kioskd.domain.payment import (
    Decision,
    Outcome,
    PinPadStep,
    ReversalOutcome,
    TransactionRecord,
)
from kioskd.domain.trouble import TroubleReason
from kioskd.drivers.pinpad import ZvtPinPad
from kioskd.drivers.settings import PinPadSettings
from kioskd.errors import DeviceError, JournalDamaged
from tests.patience import PATIENCE_S

AMOUNT = Money(140000)
WITH_COMMISSIONING = Money(140001)
"""The technician's fen is in every new PIN pad's books."""


class Rig:
    """A PIN pad, a driver, and what the driver told."""

    def __init__(self, folder, **settings):
        self.faults = set()
        self.wire_log = folder / "wire.log"
        self.peer = PinPadPeer(
            folder / "pad.tty", folder / "books.json", self.faults, WireLog(self.wire_log)
        )
        self.pad = ZvtPinPad(PinPadSettings(str(folder / "pad.tty"), **settings))
        self.steps = []
        self.asked = []
        self.decision = Decision.ACCEPT

    async def decide(self, record):
        assert not self.peer.books.charges[-1].committed
        self.asked.append(record)
        return self.decision

    async def pay(self, card=True, **kwargs):
        async with trio.open_nursery() as nursery:
            if card:
                nursery.start_soon(self._use_card)
            result = await self.pad.authorise(AMOUNT, self.steps.append, self.decide, **kwargs)
            nursery.cancel_scope.cancel()
        return result

    async def _use_card(self):
        await self.peer.customer.insert_card()
        await self.peer.customer.enter_pin()

    def charges(self):
        charges = self.peer.books.charges_json()
        return [(it["amount_fen"], it["committed"], it["reversed"]) for it in charges]


@asynccontextmanager
async def running(folder, faults=(), **settings):
    rig = Rig(folder, **settings)
    rig.faults.update(faults)
    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            await nursery.start(rig.peer.run)
            async with trio.open_nursery() as inner:  # the driver is stopped first and logs off
                await inner.start(rig.pad.run)
                yield rig
                inner.cancel_scope.cancel()
            nursery.cancel_scope.cancel()


async def test_registers_by_itself(tmp_path):
    """The driver logs on without being told, and then says that nothing is wrong."""
    async with running(tmp_path) as rig:
        assert await rig.pad.status() == 0
        assert rig.pad.trouble is None
        await rig.pad.register()
        await rig.pad.diagnose()


async def test_approved_asks_before_the_pin_pad_commits(tmp_path):
    """An approval is put to the journal first; only its word commits the charge."""
    async with running(tmp_path) as rig:
        result = await rig.pay()
        assert result.outcome is Outcome.APPROVED
        assert rig.asked == [result.record]
        assert (result.record.amount, result.record.receipt) == (AMOUNT, 2)
        assert result.record.terminal_id == "29001006"
        assert rig.charges() == [(140000, True, False)]
        assert rig.steps[0] is PinPadStep.PRESENT_CARD
        assert PinPadStep.CONTACTING_BANK in rig.steps


async def test_declined(tmp_path):
    """The bank's no is a decline with its code, and nothing is charged."""
    async with running(tmp_path) as rig:
        rig.peer.host.decline(0x05)
        result = await rig.pay()
        assert (result.outcome, result.code) == (Outcome.DECLINED, 0x05)
        assert rig.charges() == []


async def test_cancelled_by_the_customer(tmp_path):
    """The red key ends it with 6C."""
    async with running(tmp_path) as rig, trio.open_nursery() as nursery:
        nursery.start_soon(rig.peer.customer.press_cancel)
        result = await rig.pay(card=False)
        assert (result.outcome, result.code) == (Outcome.DECLINED, 0x6C)


async def test_aborted_by_the_kiosk(tmp_path):
    """An abort while the PIN pad waits for the card ends it as the red key does."""
    async with running(tmp_path) as rig, trio.open_nursery() as nursery:

        def abort_once(step):
            nursery.start_soon(rig.pad.abort)

        result = await rig.pad.authorise(AMOUNT, abort_once, rig.decide)
        assert (result.outcome, result.code) == (Outcome.DECLINED, 0x6C)


async def test_wrong_pin_three_times(tmp_path):
    """Three wrong PINs end in a decline; the screen is told of each."""
    async with running(tmp_path) as rig, trio.open_nursery() as nursery:

        async def mistype():
            await rig.peer.customer.insert_card()
            for _ in range(3):
                await rig.peer.customer.enter_pin(right=False)

        nursery.start_soon(mistype)
        result = await rig.pay(card=False)
        assert result.outcome is Outcome.DECLINED
        assert PinPadStep.WRONG_PIN in rig.steps


async def test_refused_by_the_journal(tmp_path):
    """What the journal cannot take is refused, and the PIN pad gives the money back."""
    async with running(tmp_path) as rig:
        rig.decision = Decision.REFUSE
        result = await rig.pay()
        assert result.outcome is Outcome.DECLINED
        assert rig.charges() == [(140000, False, True)]


async def test_a_journal_that_breaks_refuses(tmp_path):
    """An error out of the journal counts as its refusal."""
    async with running(tmp_path) as rig:

        async def broken(record):
            raise JournalDamaged("disk full")

        async with trio.open_nursery() as nursery:
            nursery.start_soon(rig._use_card)
            result = await rig.pad.authorise(AMOUNT, rig.steps.append, broken)
        assert result.outcome is Outcome.DECLINED
        assert rig.charges() == [(140000, False, True)]


async def test_cable_pulled_after_commit_is_unknown(tmp_path):
    """After the commit a lost line is UNKNOWN; the PIN pad shows the charge once it is back."""
    async with running(tmp_path, {"pinpad.cable_pulled"}) as rig:
        result = await rig.pay()
        assert result.outcome is Outcome.UNKNOWN
        assert result.record == rig.asked[0]
        rig.faults.clear()
        await rig.peer.plug_in()
        assert await until_back(rig) == result.record
        assert await rig.pad.totals() == (2, WITH_COMMISSIONING)


async def test_cable_pulled_after_the_command_is_unknown(tmp_path):
    """Once the command was on the line, a lost line is UNKNOWN, never a decline."""
    async with running(tmp_path, {"pinpad.cable_pulled"}) as rig:
        rig.peer.cable_pulled_at = "after_command"
        result = await rig.pay()
        assert (result.outcome, result.record) == (Outcome.UNKNOWN, None)
        assert rig.charges() == []


async def test_cable_pulled_before_the_decision_is_unknown(tmp_path):
    """The PIN pad reverses what nobody acknowledged; the kiosk only knows that it does not know."""
    async with running(tmp_path, {"pinpad.cable_pulled"}) as rig:
        rig.peer.cable_pulled_at = "before_decision"
        assert (await rig.pay()).outcome is Outcome.UNKNOWN
        while rig.charges() != [(140000, False, True)]:  # by the PIN pad itself, a moment later
            await trio.sleep(0.01)
        rig.faults.clear()
        await rig.peer.plug_in()
        assert (await until_back(rig)).amount == Money(1)
        assert (await rig.pay()).outcome is Outcome.APPROVED


async def test_no_cable_is_not_started(tmp_path):
    """Without a line nothing was sent: certainly not started, and the reason is shown."""
    async with running(tmp_path) as rig:
        await rig.pad.status()
        await rig.peer.pull_cable()
        while rig.pad.trouble is None:
            await trio.sleep(0.01)
        assert rig.pad.trouble.reason is TroubleReason.PIN_PAD_GONE
        assert (await rig.pay(card=False)).outcome is Outcome.NOT_STARTED
        with pytest.raises(DeviceError):
            await rig.pad.last_transaction()
        assert await rig.pad.reverse(record_of()) is ReversalOutcome.UNKNOWN


async def test_busy_is_not_started(tmp_path):
    """A busy PIN pad is asked for nothing."""
    async with running(tmp_path, {"pinpad.busy"}) as rig:
        result = await rig.pay(card=False)
        assert (result.outcome, result.code) == (Outcome.NOT_STARTED, 0x9C)
        assert rig.pad.trouble.reason is TroubleReason.PIN_PAD_BUSY


async def test_wrong_currency_is_misconfigured(tmp_path):
    """A PIN pad that does not book CNY is a technician's matter."""
    async with running(tmp_path, {"pinpad.wrong_currency"}) as rig:
        result = await rig.pay(card=False)
        assert (result.outcome, result.code) == (Outcome.NOT_STARTED, 0x6F)


@pytest.mark.parametrize("fault", ["nak_first", "doubled_approval", "noise"])
async def test_faults_on_the_line_change_nothing(tmp_path, fault):
    """Refused, doubled and noisy blocks end in one charge and one question to the journal."""
    async with running(tmp_path, {f"pinpad.{fault}"}) as rig:
        result = await rig.pay()
        assert result.outcome is Outcome.APPROVED
        assert len(rig.asked) == 1
        assert rig.charges() == [(140000, True, False)]


async def test_lost_completion_is_unknown(tmp_path):
    """Accepted but never completed: UNKNOWN with the record, for recovery to settle."""
    async with running(tmp_path, {"pinpad.lost_completion"}, completion_limit_s=1) as rig:
        result = await rig.pay()
        assert (result.outcome, result.record) == (Outcome.UNKNOWN, rig.asked[0])
        assert await rig.pad.last_transaction() == result.record


async def test_silent_after_approval_is_unknown(tmp_path):
    """Charged and never reported: UNKNOWN, and the PIN pad shows the charge when asked."""
    async with running(tmp_path, {"pinpad.silent_after_approval"}, command_limit_s=1) as rig:
        result = await rig.pay()
        assert (result.outcome, result.record) == (Outcome.UNKNOWN, None)
        assert (await rig.pad.last_transaction()).amount == AMOUNT


async def test_waiting_is_asked_again(tmp_path):
    """After "wait" the PIN pad asks again, and then the charge is committed."""
    async with running(tmp_path) as rig:

        async def wait_once(record):
            rig.asked.append(record)
            return Decision.WAIT if len(rig.asked) == 1 else Decision.ACCEPT

        rig.decide = wait_once
        assert (await rig.pay()).outcome is Outcome.APPROVED
        assert len(rig.asked) == 2


async def test_last_transaction_totals_reversal_and_end_of_day(tmp_path):
    """The books can be asked, a charge undone once, the day closed."""
    async with running(tmp_path) as rig:
        assert (await rig.pad.last_transaction()).amount == Money(1)
        record = (await rig.pay()).record
        assert await rig.pad.last_transaction() == record
        assert await rig.pad.totals() == (2, WITH_COMMISSIONING)
        assert await rig.pad.reverse(record) is ReversalOutcome.REVERSED
        assert await rig.pad.reverse(record) is ReversalOutcome.ALREADY
        assert (await rig.pad.last_transaction()).amount == Money(1)
        await rig.pay()
        assert await rig.pad.end_of_day() == (2, WITH_COMMISSIONING)
        assert await rig.pad.totals() == (0, Money(0))


async def test_no_repeat_receipt_shows_none(tmp_path):
    """A PIN pad that shows nothing is None, not an error."""
    async with running(tmp_path, {"pinpad.no_repeat_receipt"}) as rig:
        await rig.pay()
        assert await rig.pad.last_transaction() is None


async def test_cancelled_call_leaves_a_working_driver(tmp_path):
    """A cancelled charge drops the line; the driver logs on anew and works again."""
    async with running(tmp_path) as rig:
        with trio.CancelScope() as scope:

            def cancel(step):
                scope.cancel()

            await rig.pad.authorise(AMOUNT, cancel, rig.decide)
        assert scope.cancelled_caught
        await rig.peer.customer.press_cancel()
        assert (await until_back(rig)).amount == Money(1)


async def test_hooks_stop_the_pin_pad_at_named_points(tmp_path):
    """A story can act exactly when the kiosk's acceptance has arrived."""
    async with running(tmp_path) as rig:
        seen = []

        async def note():
            seen.append(rig.charges())

        rig.peer.at("approval_acknowledged", note)
        await rig.pay()
        assert seen == [[(140000, True, False)]]


async def test_the_wire_log_holds_no_card_number(tmp_path):
    """On the wire the card number is masked, and so is the log."""
    async with running(tmp_path) as rig:
        await rig.pay()
        assert "ee ee ee" in rig.wire_log.read_text()


def test_the_books_survive_and_receipts_wrap(tmp_path):
    """A restart finds every charge; after receipt 9999 comes 1."""
    (tmp_path / "books.json").write_text('{"receipt": 9998, "trace": 7, "batch": 3, "charges": []}')
    books = PinPadBooks(tmp_path / "books.json")
    receipts = [books.charge(100, "1122", "180000").receipt for _ in range(2)]
    assert receipts == [9999, 1]
    books.commit(books.charges[0])
    again = PinPadBooks(tmp_path / "books.json")
    assert again.charges == books.charges
    assert [it.receipt for it in again.uncommitted()] == [1]


def record_of():
    return TransactionRecord(AMOUNT, 1, 1, "", "", "", 0)


async def until_back(rig):
    while True:
        try:
            return await rig.pad.last_transaction()
        except DeviceError:
            await trio.sleep(0.05)
