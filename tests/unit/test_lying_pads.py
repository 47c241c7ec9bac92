"""PIN pads that lie: whatever they say, the driver ends with a named outcome and doubles nothing.

What recovery makes of it is tested with recovery; here it is what the driver says, and what the
PIN pad's own books hold then.
"""

import re
from pathlib import Path

import pytest
import trio

from kiosk_bench.devices import pinpad
from kiosk_bench.faults import FAULTS
from kioskd.domain.money import Money
from kioskd.domain.payment import Decision, Outcome, ReversalOutcome
from kioskd.errors import DeviceRefused, DeviceTimeout
from tests.unit.pinpad_rig import AMOUNT, FEN, running

STANDS, UNDONE, NEVER_COMMITTED = (True, False), (True, True), (False, True)


async def test_it_shows_nothing(autojump_clock, tmp_path):
    """06 20 answered with nothing but 06 0F is "no record", not a decline and not an error."""
    async with running(tmp_path, {"no_repeat_receipt"}) as rig:
        assert (await rig.pay()).outcome is Outcome.APPROVED
        assert await rig.pad.last_transaction() is None


async def test_it_shows_an_older_receipt(autojump_clock, tmp_path):
    """The record that is shown carries its own receipt, so it is never taken for ours."""
    async with running(tmp_path) as rig:
        record = (await rig.pay()).record
        rig.faults.add("pinpad.older_receipt")
        shown = await rig.pad.last_transaction()
        assert (shown.receipt, shown.amount) == (record.receipt - 1, FEN)


@pytest.mark.parametrize(
    ("faults", "outcome"),
    [
        ({"older_receipt"}, Outcome.UNKNOWN),
        ({"other_amount"}, Outcome.UNKNOWN),
        ({"no_repeat_receipt"}, Outcome.APPROVED),
        ({"older_receipt", "sequence_ids"}, Outcome.APPROVED),
    ],
)
async def test_its_books_do_not_show_what_it_has_approved(
    autojump_clock, tmp_path, faults, outcome
):
    """Without message numbers an approval may be an older one that the line has held back."""
    async with running(tmp_path, faults) as rig:
        result = await rig.pay()
        assert (result.outcome, result.record) == (outcome, rig.asked[0])
        assert rig.charges() == [STANDS]


async def test_it_shows_another_amount(autojump_clock, tmp_path):
    """What is shown is told as it is, wrong amount and all; nothing is put right on the way."""
    async with running(tmp_path) as rig:
        record = (await rig.pay()).record
        rig.faults.add("pinpad.other_amount")
        shown = await rig.pad.last_transaction()
        assert (shown.receipt, shown.amount) == (record.receipt, AMOUNT + Money(100))


@pytest.mark.parametrize("lie", ["other_currency", "record_without_receipt"])
async def test_it_shows_what_can_never_be_ours(autojump_clock, tmp_path, lie):
    """A record in euro, or one without a receipt number, is no record."""
    async with running(tmp_path, {lie}) as rig:
        await rig.pay()
        assert await rig.pad.last_transaction() is None


async def test_it_shows_a_reversed_charge_as_good(autojump_clock, tmp_path):
    """06 20 alone may lie; the totals of the same PIN pad give it away."""
    async with running(tmp_path, {"shows_reversed"}) as rig:
        record = (await rig.pay()).record
        rig.peer.undo_last()
        shown = await rig.pad.last_transaction()
        assert (shown.receipt, shown.result) == (record.receipt, 0)
        assert await rig.pad.totals() == (1, FEN)


async def test_it_shows_a_reversed_charge_with_a_result(autojump_clock, tmp_path):
    """The result that is not 00 comes through."""
    async with running(tmp_path, {"shows_reversed_with_result"}) as rig:
        await rig.pay()
        rig.peer.undo_last()
        shown = await rig.pad.last_transaction()
        assert (shown.result, shown.approved) == (0x6C, False)


async def test_it_refuses_its_totals(autojump_clock, tmp_path):
    """06 10 answered 84 83 is an error by name, not an empty batch."""
    async with running(tmp_path, {"no_totals"}) as rig:
        with pytest.raises(DeviceRefused) as refused:
            await rig.pad.totals()
        assert refused.value.code == 0x83


async def test_it_reverses_late(autojump_clock, tmp_path):
    """APPROVED was true when it was said; seconds later only the books show that it is undone."""
    async with running(tmp_path, {"reverses_late"}) as rig:
        assert (await rig.pay()).outcome is Outcome.APPROVED
        assert rig.charges() == [STANDS]
        await trio.sleep(rig.peer.late_s + 1)
        assert rig.charges() == [UNDONE]
        assert await rig.pad.totals() == (1, FEN)


async def test_it_repeats_the_completion(autojump_clock, tmp_path):
    """A second 06 0F is nodded at, and the next charge is not ended by it."""
    async with running(tmp_path, {"doubled_completion"}) as rig:
        first = await rig.pay()
        await trio.sleep(1)
        second = await rig.pay()
        assert (first.outcome, second.outcome) == (Outcome.APPROVED, Outcome.APPROVED)
        assert first.record.receipt != second.record.receipt
        assert rig.charges() == [STANDS, STANDS]


async def test_it_repeats_the_approval(autojump_clock, tmp_path):
    """The same approval again gets the same answer again; the journal is asked once."""
    async with running(tmp_path, {"doubled_approval"}) as rig:
        assert (await rig.pay()).outcome is Outcome.APPROVED
        assert len(rig.asked) == 1
        assert rig.charges() == [STANDS]


async def test_it_reports_success_after_an_abort(autojump_clock, tmp_path):
    """A decline that an approval follows is UNKNOWN; the approval itself is refused."""
    async with running(tmp_path, {"success_after_abort"}) as rig:
        rig.peer.host.decline(0x05)
        result = await rig.pay()
        assert (result.outcome, result.code) == (Outcome.UNKNOWN, 0x05)
        assert rig.asked == []
        await rig.pad.status()
        assert rig.charges() == [NEVER_COMMITTED]


async def test_it_charges_and_never_says_so(autojump_clock, tmp_path):
    """Silence after the command is UNKNOWN without a record, though the charge stands."""
    async with running(tmp_path, {"silent_after_approval"}) as rig:
        result = await rig.pay()
        assert (result.outcome, result.record) == (Outcome.UNKNOWN, None)
        assert rig.charges() == [STANDS]


async def test_it_never_says_that_it_is_done(autojump_clock, tmp_path):
    """Accepted, never completed: UNKNOWN with the record, never a decline."""
    async with running(tmp_path, {"lost_completion"}) as rig:
        result = await rig.pay()
        assert (result.outcome, result.record) == (Outcome.UNKNOWN, rig.asked[0])
        assert rig.charges() == [STANDS]


async def test_it_closes_its_batch_by_itself(autojump_clock, tmp_path):
    """The charge is in no open batch any more; 06 20 still shows it."""
    async with running(tmp_path, {"closes_batch_by_itself"}) as rig:
        record = (await rig.pay()).record
        assert await rig.pad.totals() == (0, Money(0))
        assert await rig.pad.last_transaction() == record


async def test_a_reversal_after_the_batch_is_negative_in_the_next(autojump_clock, tmp_path):
    """One transaction of less than nothing: the sum keeps its sign on the wire."""
    async with running(tmp_path) as rig:
        record = (await rig.pay()).record
        assert await rig.pad.end_of_day() == (2, AMOUNT + FEN)
        assert await rig.pad.reverse(record) is ReversalOutcome.REVERSED
        assert await rig.pad.totals() == (1, -AMOUNT)


async def test_it_undoes_and_never_says_so(autojump_clock, tmp_path):
    """A reversal whose end is lost is UNKNOWN; asked again by intent it is ALREADY."""
    async with running(tmp_path, {"lost_reversal_end"}) as rig:
        record = (await rig.pay()).record
        assert await rig.pad.reverse(record) is ReversalOutcome.UNKNOWN
        assert rig.charges() == [UNDONE]
        assert await rig.pad.reverse(record) is ReversalOutcome.ALREADY


async def test_it_closes_the_day_and_never_says_so(autojump_clock, tmp_path):
    """A day-end whose end is lost is an error that leaves it open; the totals show it."""
    async with running(tmp_path, {"lost_day_end"}) as rig:
        await rig.pay()
        with pytest.raises(DeviceTimeout):
            await rig.pad.end_of_day()
        assert await rig.pad.totals() == (0, Money(0))


async def test_it_reverses_nothing_by_itself(autojump_clock, tmp_path):
    """With TLV 1F1F an unanswered approval stands: UNKNOWN, and the books show the charge."""
    async with running(tmp_path, {"sync_ids", "cable_pulled"}) as rig:
        rig.peer.cable_pulled_at = "before_decision"
        assert (await rig.pay()).outcome is Outcome.UNKNOWN
        rig.faults.discard("pinpad.cable_pulled")
        await rig.peer.plug_in()
        assert (await rig.last()).transaction_id == b"\x00\x02"
        assert rig.charges() == [(False, False)]


@pytest.mark.parametrize(
    ("mirrored", "left"),
    [(b"\x00\x02", [(False, False), STANDS]), (b"\x00\x01", [NEVER_COMMITTED, STANDS]),
     (b"", [(False, False), STANDS]), (b"\x00\x00", [(False, False), STANDS])],
)  # fmt: skip
async def test_the_id_that_is_mirrored_decides(autojump_clock, tmp_path, mirrored, left):
    """The same id keeps the unheard charge, one less undoes it, none and zero touch nothing."""
    async with running(tmp_path, {"sync_ids", "cable_pulled"}) as rig:
        rig.peer.cable_pulled_at = "before_decision"
        await rig.pay()
        rig.faults.discard("pinpad.cable_pulled")
        await rig.peer.plug_in()
        await rig.last()
        result = await rig.pay(transaction_id=mirrored)
        assert result.outcome is Outcome.APPROVED
        assert rig.charges() == left


async def test_it_reverses_by_itself_what_nobody_answers(autojump_clock, tmp_path):
    """A cable out before our word: the PIN pad gives the money back, we do not know that it did."""
    async with running(tmp_path, {"cable_pulled"}) as rig:
        rig.peer.cable_pulled_at = "before_decision"
        assert (await rig.pay()).outcome is Outcome.UNKNOWN
        rig.faults.clear()
        await rig.peer.plug_in()
        assert (await rig.last()).amount == FEN
        assert rig.charges() == [NEVER_COMMITTED]


@pytest.mark.parametrize(("after_last", "receipts"), [(1, [9999, 1]), (0, [9999, 0])])
async def test_its_receipts_begin_anew(autojump_clock, tmp_path, after_last, receipts):
    """After 9999 comes 1, or 0; both are charges like any other, and can be undone."""
    async with running(tmp_path) as rig:
        rig.peer.books.continue_after(9998, after_last)
        results = [await rig.pay(), await rig.pay()]
        assert [it.record.receipt for it in results] == receipts
        assert await rig.pad.reverse(results[1].record) is ReversalOutcome.REVERSED
        assert rig.charges() == [STANDS, UNDONE]


async def test_it_knows_no_such_receipt(autojump_clock, tmp_path):
    """B5 is NOT_POSSIBLE, for a receipt it does not have and for another amount."""
    async with running(tmp_path) as rig:
        record = (await rig.pay()).record
        rig.decisions.append(Decision.REFUSE)
        other = (await rig.pay()).record
        assert other.receipt == record.receipt + 1
        assert await rig.pad.reverse(other) is ReversalOutcome.ALREADY
        rig.peer.books.continue_after(5000)
        unknown = (await rig.pay()).record
        rig.peer.books.charges[-1].receipt = 4000
        assert await rig.pad.reverse(unknown) is ReversalOutcome.NOT_POSSIBLE
        assert rig.charges()[0] == STANDS


def test_every_lie_has_its_name():
    """What the PIN pad can be made to do is listed with the faults, and nothing else is."""
    folder = Path(pinpad.__file__).parent
    sources = [file.read_text(encoding="utf-8") for file in folder.glob("pinpad*.py")]
    used = set(re.findall(r'has\("(\w+)"\)|"pinpad\.(\w+)"', "\n".join(sources)))
    listed = {name.removeprefix("pinpad.") for name in FAULTS if name.startswith("pinpad.")}
    assert {first or second for first, second in used} == listed
