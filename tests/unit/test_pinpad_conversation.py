"""What the PIN pad and the kiosk do to each other besides paying: waits, quiet hours, numbers."""

import pytest
import trio

from kioskd.domain.payment import Decision, Outcome, ReversalOutcome
from kioskd.domain.trouble import TroubleReason
from kioskd.errors import DeviceError, DeviceRefused, DeviceTimeout
from kioskd.protocols.zvt_words import DAY_END_CODES
from tests.unit.pinpad_rig import AMOUNT, FEN, Rig, running

STANDS, NEVER_COMMITTED = (True, False), (False, True)
WAIT, REFUSED = "> 84 9c 00", "> 84 66 00"


async def test_a_journal_that_says_wait_is_asked_again(autojump_clock, tmp_path):
    """Each repeat of the approval is a new question until the journal has an answer."""
    async with running(tmp_path) as rig:
        rig.decisions = [Decision.WAIT] * 9
        assert (await rig.pay()).outcome is Outcome.APPROVED
        assert (len(rig.asked), rig.heard(WAIT)) == (10, 9)
        assert rig.charges() == [STANDS]


async def test_a_slow_disk_is_waited_for(autojump_clock, tmp_path):
    """A journal that writes for 20 s is asked once; each report is answered within 5 s."""
    async with running(tmp_path) as rig:
        asked = []

        async def slow(record):
            asked.append(record)
            await trio.sleep(20)
            return Decision.ACCEPT

        before = trio.current_time()
        assert (await rig.pay(decide=slow)).outcome is Outcome.APPROVED
        assert (len(asked), rig.heard(WAIT)) == (1, 3)
        assert 20 <= trio.current_time() - before < 26
        assert rig.charges() == [STANDS]


async def test_a_disk_slower_than_the_pin_pad_waits_is_refused(autojump_clock, tmp_path):
    """The last report is answered 84 66, and the acceptance that comes later is never sent."""
    async with running(tmp_path, waits_max=2) as rig:
        ended = []

        async def slower(record):
            await trio.sleep(100)
            ended.append(record)
            return Decision.ACCEPT

        result = await rig.pay(decide=slower)
        assert (result.outcome, result.code) == (Outcome.DECLINED, 0x6C)
        assert (rig.heard(WAIT), rig.heard(REFUSED), len(ended)) == (2, 1, 1)
        assert rig.charges() == [NEVER_COMMITTED]


async def test_a_pin_pad_that_waits_less_than_asked_reverses(autojump_clock, tmp_path):
    """It reverses after its own limit and says 04 0F with 6C: DECLINED."""
    async with running(tmp_path) as rig:
        rig.decisions = [Decision.WAIT] * 30
        rig.peer.waits_at_most = 3
        result = await rig.pay()
        assert (result.outcome, result.code) == (Outcome.DECLINED, 0x6C)
        assert (rig.heard(WAIT), rig.heard("< 04 0f 02 27 6c")) == (4, 1)
        assert rig.charges() == [NEVER_COMMITTED]


async def test_a_disk_that_refuses_makes_it_reverse(autojump_clock, tmp_path):
    """84 66, and the PIN pad gives the money back."""
    async with running(tmp_path) as rig:
        rig.decisions = [Decision.WAIT, Decision.REFUSE]
        assert (await rig.pay()).outcome is Outcome.DECLINED
        assert (rig.heard(WAIT), rig.heard(REFUSED)) == (1, 1)
        assert rig.charges() == [NEVER_COMMITTED]


@pytest.mark.parametrize("fault", ["wrong_currency", "wrong_currency_at_registration"])
async def test_a_refused_currency_is_misconfigured(autojump_clock, tmp_path, fault):
    """Named, no decline, and no payment starts until the PIN pad has logged us on anew."""
    async with running(tmp_path, {fault}) as rig:
        result = await rig.pay()
        assert result.outcome is Outcome.NOT_STARTED
        await trio.sleep(100)
        assert rig.pad.trouble.reason is TroubleReason.PIN_PAD_MISCONFIGURED
        assert rig.pad.trouble.code == "Z-6F"
        asked = rig.heard("! authorisation_received")
        assert (await rig.pay(card=False)).outcome is Outcome.NOT_STARTED
        assert rig.heard("! authorisation_received") == asked
        rig.faults.clear()
        await rig.until_well()
        assert (await rig.pay()).outcome is Outcome.APPROVED


async def test_busy_for_minutes(autojump_clock, tmp_path):
    """Busy is named, polled, and over by itself; nothing is asked of it meanwhile."""
    async with running(tmp_path, {"busy"}) as rig:
        for _ in range(5):
            await trio.sleep(60)
            assert (await rig.pay(card=False)).code == 0x9C
        assert rig.pad.trouble.reason is TroubleReason.PIN_PAD_BUSY
        assert rig.heard("> 06 01") == 0
        rig.faults.clear()
        await rig.until_well()
        assert (await rig.pay()).outcome is Outcome.APPROVED


async def test_housekeeping_inside_a_status_enquiry(autojump_clock, tmp_path):
    """A PIN pad that goes about its own business is left to it: BUSY, and nobody waits for long."""
    async with running(tmp_path) as rig:
        await rig.until_well()
        rig.faults.add("pinpad.housekeeping")
        with pytest.raises(DeviceTimeout):
            await rig.pad.status()
        assert rig.pad.trouble.reason is TroubleReason.PIN_PAD_BUSY
        before = trio.current_time()
        assert (await rig.pay(card=False)).outcome is Outcome.NOT_STARTED
        assert trio.current_time() - before < 30
        await trio.sleep(300)
        rig.faults.clear()
        await rig.until_well()
        assert (await rig.pay()).outcome is Outcome.APPROVED
        assert rig.heard("> 06 00") == 1


async def test_silence_for_minutes(autojump_clock, tmp_path):
    """No answer at all is GONE; when it comes back the driver logs on and all is well."""
    async with running(tmp_path) as rig:
        await rig.until_well()
        rig.faults.add("pinpad.silent")
        assert (await rig.pay(card=False)).outcome is Outcome.NOT_STARTED
        await trio.sleep(600)
        assert rig.pad.trouble.reason is TroubleReason.PIN_PAD_GONE
        rig.faults.clear()
        await rig.until_well()
        assert rig.heard("> 06 00") == 2
        assert (await rig.pay()).outcome is Outcome.APPROVED


@pytest.mark.parametrize("status", sorted(DAY_END_CODES))
async def test_a_pin_pad_that_wants_its_day_end(autojump_clock, tmp_path, status):
    """The status says so and so does the operator's code; nothing is charged before."""
    async with running(tmp_path) as rig:
        rig.peer.terminal_status = status
        result = await rig.pay(card=False)
        assert (result.outcome, result.code) == (Outcome.NOT_STARTED, status)
        assert rig.pad.trouble.code == f"Z-{status:02X}"
        assert await rig.pad.end_of_day() == (1, FEN)
        rig.peer.terminal_status = 0
        await rig.until_well()


async def test_forgotten_in_the_middle(autojump_clock, tmp_path):
    """6B to the charge: NOT_STARTED, and the driver logs on anew by itself."""
    async with running(tmp_path, {"not_registered"}) as rig:
        result = await rig.pay(card=False)
        assert (result.outcome, result.code) == (Outcome.NOT_STARTED, 0x6B)
        await rig.until_well()
        assert rig.heard("> 06 00") == 2
        assert (await rig.pay()).outcome is Outcome.APPROVED


async def test_forgotten_before_an_enquiry(autojump_clock, tmp_path):
    """6B to an enquiry is refused by name and cured the same way."""
    async with running(tmp_path) as rig:
        await rig.pad.status()
        rig.peer._registered = False
        with pytest.raises(DeviceRefused) as refused:
            await rig.pad.totals()
        assert refused.value.code == 0x6B
        assert (await rig.last()).amount == FEN


async def test_slow_answers_change_nothing(autojump_clock, tmp_path):
    """Answers just inside T3 are answers."""
    async with running(tmp_path, {"slow_answers"}) as rig:
        assert (await rig.pay()).outcome is Outcome.APPROVED
        assert await rig.pad.totals() == (2, AMOUNT + FEN)


async def test_it_logs_off_at_the_end(autojump_clock, tmp_path):
    """An order to stop logs the kiosk off."""
    async with running(tmp_path) as rig:
        await rig.pad.status()
    assert rig.heard("> 06 02 00") == 1
    assert rig.heard("! logged off") == 1


async def test_a_dead_pin_pad_does_not_delay_the_end(autojump_clock, tmp_path):
    """Without an answer to the log-off the end comes after a second."""
    async with running(tmp_path) as rig:
        await rig.pad.status()
        rig.faults.add("pinpad.silent")
        before = trio.current_time()
    assert trio.current_time() - before < 2


async def test_a_payment_outlives_the_order_to_stop(autojump_clock, tmp_path):
    """Money first: the charge ends as if nothing had been ordered, and then comes the log-off."""
    rig = Rig(tmp_path)
    rig.peer.host.takes_s = 10
    results = []

    async def visit():
        with trio.CancelScope(shield=True):
            results.append(await rig.pay())

    with trio.fail_after(500):
        async with trio.open_nursery() as nursery:
            await nursery.start(rig.peer.run)
            async with trio.open_nursery() as inner:
                await inner.start(rig.pad.run)
                await rig.pad.status()
                inner.start_soon(visit)
                await trio.sleep(5)
                inner.cancel_scope.cancel()
            nursery.cancel_scope.cancel()
    assert results[0].outcome is Outcome.APPROVED
    assert rig.charges() == [STANDS]
    assert rig.heard("! logged off") == 1


async def test_a_lost_line_is_logged_on_again(autojump_clock, tmp_path):
    """After each reconnect comes a registration."""
    async with running(tmp_path) as rig:
        await rig.until_well()
        for again in range(2, 5):
            await rig.peer.pull_cable()
            await trio.sleep(20)
            await rig.peer.plug_in()
            await rig.until_well()
            assert rig.heard("> 06 00") == again


async def test_nothing_is_reversed_on_a_busy_pin_pad(autojump_clock, tmp_path):
    """A reversal that was not sent is UNKNOWN, and the charge stands."""
    async with running(tmp_path) as rig:
        record = (await rig.pay()).record
        rig.faults.add("pinpad.busy")
        assert await rig.pad.reverse(record) is ReversalOutcome.UNKNOWN
        assert rig.heard("> 06 30") == 0
        assert rig.charges() == [STANDS]


async def test_messages_are_numbered_where_the_pin_pad_does(autojump_clock, tmp_path):
    """Both sides count from 000001 after the registration, and it all works as before."""
    async with running(tmp_path, {"sequence_ids"}) as rig:
        assert (await rig.pay()).outcome is Outcome.APPROVED
        record = await rig.pad.last_transaction()
        assert await rig.pad.reverse(record) is ReversalOutcome.REVERSED
        assert await rig.pad.totals() == (1, FEN)
        await rig.pad.diagnose()
        lines = rig.wire_log.read_text().splitlines()
        first = next(line for line in lines if "> 05 01" in line)
        assert first.endswith("06 06 1f 73 03 00 00 01")
        assert rig.heard("< 80 00 08 06 06 1f 73 03 00 00 01") == 1


async def test_nothing_is_numbered_unless_wanted(autojump_clock, tmp_path):
    """Without the setting the registration does not ask; the PIN pad then does not number."""
    async with running(tmp_path, {"sequence_ids"}, sequence_ids=False) as rig:
        assert (await rig.pay()).outcome is Outcome.APPROVED
        assert rig.heard("1f 73") == 0


@pytest.mark.parametrize("numbered", [True, False])
async def test_doubled_blocks_in_both_directions(autojump_clock, tmp_path, numbered):
    """Every block twice: numbered, all goes well; else the outcome is true, or UNKNOWN."""

    def twice(data, now):
        return ((now, data), (now + 0.01, data)) if len(data) > 1 else ((now, data),)

    faults = {"sequence_ids"} if numbered else set()
    async with running(tmp_path, faults, to_kiosk=twice, to_device=twice) as rig:
        result = await rig.pay()
        assert len(rig.asked) <= 1
        if numbered:
            assert (result.outcome, rig.charges()) == (Outcome.APPROVED, [STANDS])
        else:
            standing = rig.charges().count(STANDS)
            allowed = {1: (Outcome.APPROVED, Outcome.UNKNOWN), 0: tuple(Outcome)[1:]}
            assert result.outcome in allowed[standing]


async def test_numbered_a_lost_command_is_sent_again(autojump_clock, tmp_path):
    """Where repeats are known for what they are, silence repeats even a charge; it is made once."""
    lost = []

    def lose_first_charge(data, now):
        if data[2:4] == b"\x06\x01" and not lost:
            lost.append(data)
            return ()
        return ((now, data),)

    async with running(tmp_path, {"sequence_ids"}, to_device=lose_first_charge) as rig:
        assert (await rig.pay()).outcome is Outcome.APPROVED
        assert rig.charges() == [STANDS]
    lost.clear()
    (tmp_path / "plain").mkdir()
    async with running(tmp_path / "plain", to_device=lose_first_charge) as rig:
        assert (await rig.pay(card=False)).outcome is Outcome.UNKNOWN
        assert rig.charges() == []


async def test_a_charge_that_the_line_repeats_later_is_stopped(autojump_clock, tmp_path):
    """Without numbers it is obeyed anew; the kiosk asks it to stop, and one charge stands."""
    held = []

    def hold_a_copy(data, now):
        if data[2:4] == b"\x06\x01":
            held.append(data)
        elif data[2:4] == b"\x06\x20" and held:
            yield now, held.pop()
        yield now, data

    async with running(tmp_path, to_device=hold_a_copy) as rig:
        result = await rig.pay()
        assert (result.outcome, result.record) == (Outcome.APPROVED, rig.asked[0])
        assert rig.heard("! authorisation_received") == 2
        assert rig.heard("> 06 b0 00") >= 1
        assert rig.charges() == [STANDS]


async def test_numbered_a_charge_that_arrives_twice_is_made_once(autojump_clock, tmp_path):
    """The acknowledgement and the answer are lost, the command is repeated, known for a repeat."""
    lost = []

    def lose_answer(data, now):
        running_charge = "> 06 01" in (tmp_path / "wire.log").read_text()
        if running_charge and len(lost) < 2:
            lost.append(data)
            return ()
        return ((now, data),)

    async with running(tmp_path, {"sequence_ids"}, to_kiosk=lose_answer) as rig:
        assert (await rig.pay()).outcome in (Outcome.APPROVED, Outcome.UNKNOWN)
        assert len(rig.charges()) <= 1
        assert rig.heard("! authorisation_received") == 1


async def test_without_a_line_it_says_so(autojump_clock, tmp_path):
    """Nothing answers and nothing was charged."""
    rig = Rig(tmp_path)
    async with trio.open_nursery() as nursery:
        await nursery.start(rig.pad.run)
        assert (await rig.pay(card=False)).outcome is Outcome.NOT_STARTED
        with pytest.raises(DeviceError):
            await rig.pad.status()
        nursery.cancel_scope.cancel()
