"""The uplink: order, repetition with the same bytes, waiting, and what is set aside."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from kioskd.domain.payment import PaymentState
from kioskd.errors import ServerContractBroken, ServerError, ServerRefused, ServerUnreachable
from kioskd.payments.contract import Baseline, Payment
from kioskd.payments.journal import Journal, new_assessment_ref
from kioskd.payments.states import PaymentEvent
from kioskd.protocols import central
from kioskd.protocols.central import PaymentReport, Posting
from kioskd.relay.uplink import Uplink
from tests.fakes import AMOUNT, NOW, a_record


@dataclass
class FakeTarget:
    """A centre that keeps the bytes it got and fails as told, one failure a call."""

    failures: list[ServerError] = field(default_factory=list)
    got: list[bytes] = field(default_factory=list)
    back: Callable[[], None] = lambda: None

    def listen(self, on_back: Callable[[], None]) -> None:
        self.back = on_back

    async def send_report(self, ref: str, body: bytes) -> Posting:
        await trio.sleep(0.1)
        self.got.append(body)
        if self.failures:
            raise self.failures.pop(0)
        state = central.decode(body, PaymentReport).state
        return Posting(ref, state, f"R-{ref}" if state is PaymentState.CONFIRMED else "", NOW)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal(tmp_path / "journal.db", "K0123")
    yield opened
    opened.shut()


def pay_whole(journal: Journal, receipt: int = 18) -> Payment:
    ref = journal.intend(new_assessment_ref(), AMOUNT, Baseline(), NOW).ref
    journal.approve(ref, a_record(receipt), NOW)
    return journal.confirm(ref, NOW)


def decline(journal: Journal) -> Payment:
    ref = journal.intend(new_assessment_ref(), AMOUNT, Baseline(), NOW).ref
    return journal.close(ref, PaymentEvent.DECLINE, NOW)


def longest(low: float, high: float) -> float:
    return high


async def run_for(uplink: Uplink, seconds: float) -> None:
    with trio.move_on_after(seconds):
        await uplink.run()


async def test_everything_is_sent_in_order(autojump_clock: MockClock, journal: Journal) -> None:
    """What waited before the start is sent in the order in which it was written."""
    refs = [pay_whole(journal, 1).ref, decline(journal).ref, pay_whole(journal, 2).ref]
    target = FakeTarget()
    await run_for(Uplink(journal, target), 10)
    assert [central.decode(body, PaymentReport).ref for body in target.got] == refs
    assert journal.next_report() is None


async def test_a_lost_reply_is_repeated_with_the_same_bytes(
    autojump_clock: MockClock, journal: Journal
) -> None:
    """No answer: the very same bytes again, until there is one."""
    payment = pay_whole(journal)
    target = FakeTarget([ServerUnreachable(), ServerContractBroken(), ServerRefused(503, "x")])
    await run_for(Uplink(journal, target, longest), 60)
    assert len(target.got) == 4
    assert len(set(target.got)) == 1
    assert journal.get(payment.ref).receipt_number == f"R-{payment.ref}"


async def test_what_is_refused_for_good_is_set_aside(
    autojump_clock: MockClock, journal: Journal
) -> None:
    """A report that contradicts the centre is quarantined; the next one is sent."""
    pay_whole(journal, 1)
    second = pay_whole(journal, 2)
    target = FakeTarget([ServerRefused(409, "state_conflict")])
    await run_for(Uplink(journal, target), 10)
    assert journal.get(second.ref).receipt_number
    fates = journal._db.execute("SELECT fate FROM outbox ORDER BY seq").fetchall()
    assert [row["fate"] for row in fates] == ["quarantined", "delivered"]


@pytest.mark.parametrize("status", [401, 403, 408, 425, 429, 500])
async def test_what_may_pass_later_is_kept(
    autojump_clock: MockClock, journal: Journal, status: int
) -> None:
    """A refusal that is not about the report itself never sets it aside."""
    payment = pay_whole(journal)
    await run_for(Uplink(journal, FakeTarget([ServerRefused(status, "x")]), longest), 30)
    assert journal.get(payment.ref).receipt_number


async def test_backing_off_grows_to_a_limit(autojump_clock: MockClock, journal: Journal) -> None:
    """Pauses double up to 300 s; a centre that is seen again is tried at once."""
    pay_whole(journal)
    target = FakeTarget([ServerUnreachable()] * 12)
    uplink = Uplink(journal, target, longest)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(uplink.run)
        await trio.sleep(2 + 4 + 8 + 16 + 32 + 64 + 128 + 256 + 10)
        assert len(target.got) == 9
        target.failures.clear()
        target.back()
        await trio.sleep(1)
        assert len(target.got) == 10
        nursery.cancel_scope.cancel()


async def test_a_new_row_is_sent_at_once(autojump_clock: MockClock, journal: Journal) -> None:
    """The flow waits for the number of a payment made just now, and gets it."""
    uplink = Uplink(journal, FakeTarget())
    async with trio.open_nursery() as nursery:
        nursery.start_soon(uplink.run)
        await trio.sleep(1000)
        payment = pay_whole(journal)
        start = trio.current_time()
        posting = await uplink.delivered(payment.ref, within_s=10)
        assert posting == Posting(payment.ref, payment.state, f"R-{payment.ref}", NOW)
        assert trio.current_time() - start < 1
        nursery.cancel_scope.cancel()


async def test_the_flow_does_not_wait_for_ever(autojump_clock: MockClock, journal: Journal) -> None:
    """With the centre away there is no number in time, and the flow goes on without it."""
    payment = pay_whole(journal)
    uplink = Uplink(journal, FakeTarget([ServerUnreachable()] * 100), longest)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(uplink.run)
        start = trio.current_time()
        assert await uplink.delivered(payment.ref, within_s=10) is None
        assert trio.current_time() - start == pytest.approx(10)
        nursery.cancel_scope.cancel()
