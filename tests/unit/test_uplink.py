"""The uplink: order, repetition with the same bytes, waiting, what is set aside, and the links."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import trio
from trio.testing import MockClock

from kioskd.domain.money import Money
from kioskd.domain.payment import PaymentState, Printed
from kioskd.errors import (
    JournalDamaged,
    ServerContractBroken,
    ServerError,
    ServerRefused,
    ServerUnreachable,
)
from kioskd.payments.day_book import DayEndState
from kioskd.payments.desk import in_a_thread
from kioskd.protocols import central
from kioskd.protocols.central import PaymentReport, Posting
from kioskd.protocols.central_books import (
    ChainHead,
    ChainLinks,
    DayEndAnswer,
    DayEndReport,
    PrintReport,
)
from kioskd.relay.uplink import Uplink
from tests.fakes import NOW
from tests.journals import Books, lent


@dataclass
class FakeTarget:
    """A centre that keeps the bytes it got and fails as told, one failure a call."""

    failures: list[ServerError] = field(default_factory=list)
    got: list[bytes] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    """Of reports and of links, in the order in which they came."""
    links: list[ChainLinks] = field(default_factory=list)
    link_failures: list[ServerError] = field(default_factory=list)
    back: Callable[[], None] = lambda: None

    def listen(self, on_back: Callable[[], None]) -> None:
        self.back = on_back

    async def put(self, path: str, body: bytes, wanted: type[Any]) -> Any:
        await trio.sleep(0.1)
        self.got.append(body)
        self.paths.append(path)
        if self.failures:
            raise self.failures.pop(0)
        return _answer(body, wanted)

    async def send_links(self, links: ChainLinks) -> ChainHead:
        await trio.sleep(0.1)
        self.links.append(links)
        self.paths.append("links")
        if self.link_failures:
            raise self.link_failures.pop(0)
        return ChainHead(links.series, links.first + len(links.digests) - 1, links.head)


def _answer(body: bytes, wanted: type[Any]) -> Any:
    if wanted is DayEndAnswer:
        return DayEndAnswer(central.decode(body, DayEndReport).ref, ())
    if wanted is PrintReport:
        return central.decode(body, PrintReport)
    report = central.decode(body, PaymentReport)
    number = f"R-{report.ref}" if report.state is PaymentState.CONFIRMED else ""
    return Posting(report.ref, report.state, number, NOW)


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    with lent(tmp_path) as books:
        yield books


def longest(low: float, high: float) -> float:
    return high


def uplink_of(books: Books, target: FakeTarget) -> Uplink:
    return Uplink(books.outbox, target, jitter=longest)


def fates(books: Books) -> list[str]:
    return [row["fate"] for row in books.store.read("SELECT fate FROM outbox ORDER BY seq")]


async def run_for(uplink: Uplink, seconds: float) -> None:
    with trio.move_on_after(seconds):
        await uplink.run()


async def test_everything_is_sent_in_order(autojump_clock: MockClock, books: Books) -> None:
    """What waited before the start is sent in the order in which it was written."""
    refs = [books.confirmed(1).ref, books.declined().ref, books.confirmed(2).ref]
    target = FakeTarget()
    await run_for(uplink_of(books, target), 10)
    assert [central.decode(body, PaymentReport).ref for body in target.got] == refs
    assert books.outbox.next_report() is None


async def test_every_kind_gets_its_own_answer(autojump_clock: MockClock, books: Books) -> None:
    """Payments, prints and day-ends go to their own addresses and are answered as what they are."""
    paid = books.confirmed()
    books.journal.report_print(PrintReport(paid.ref, "f" * 32, 0, Printed.YES, NOW))
    day_end = books.day_book.intend((1, Money(1)), NOW)
    books.day_book.end(day_end, DayEndState.DONE, None, "29001006", NOW)
    target = FakeTarget()
    await run_for(uplink_of(books, target), 10)
    print_path = f"/v1/payments/{paid.ref}/prints/{'f' * 32}"
    told = [f"/v1/payments/{paid.ref}", print_path, f"/v1/day-ends/{day_end.ref}", "links"]
    assert target.paths == told
    assert fates(books) == ["delivered"] * 3
    assert books.journal.get(paid.ref).receipt_number == f"R-{paid.ref}"


async def test_a_lost_reply_is_repeated_with_the_same_bytes(
    autojump_clock: MockClock, books: Books
) -> None:
    """No answer: the very same bytes again, until there is one."""
    payment = books.confirmed()
    target = FakeTarget([ServerUnreachable(), ServerContractBroken(), ServerRefused(503, "x")])
    await run_for(uplink_of(books, target), 60)
    assert len(target.got) == 4
    assert len(set(target.got)) == 1
    assert books.journal.get(payment.ref).receipt_number == f"R-{payment.ref}"


async def test_what_is_refused_for_good_is_set_aside(
    autojump_clock: MockClock, books: Books
) -> None:
    """A report that contradicts the centre is quarantined; the next one is sent."""
    books.confirmed(1)
    second = books.confirmed(2)
    target = FakeTarget([ServerRefused(409, "state_conflict")])
    await run_for(uplink_of(books, target), 10)
    assert books.journal.get(second.ref).receipt_number
    assert fates(books) == ["quarantined", "delivered"]


@pytest.mark.parametrize("status", [401, 403, 408, 425, 429, 500])
async def test_what_may_pass_later_is_kept(
    autojump_clock: MockClock, books: Books, status: int
) -> None:
    """A refusal that is not about the report itself never sets it aside."""
    payment = books.confirmed()
    await run_for(uplink_of(books, FakeTarget([ServerRefused(status, "x")])), 30)
    assert books.journal.get(payment.ref).receipt_number


async def test_backing_off_grows_to_a_limit(autojump_clock: MockClock, books: Books) -> None:
    """Pauses double up to 300 s; a centre that is seen again is tried at once."""
    books.confirmed()
    target = FakeTarget([ServerUnreachable()] * 12)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(uplink_of(books, target).run)
        await trio.sleep(2 + 4 + 8 + 16 + 32 + 64 + 128 + 256 + 10)
        assert len(target.got) == 9
        await trio.sleep(300)
        assert len(target.got) == 10
        target.failures.clear()
        target.back()
        await trio.sleep(1)
        assert len(target.got) == 11
        nursery.cancel_scope.cancel()


async def test_a_new_row_is_sent_at_once(autojump_clock: MockClock, books: Books) -> None:
    """The flow waits for the number of a payment made just now, and gets it."""
    uplink = uplink_of(books, FakeTarget())
    async with trio.open_nursery() as nursery:
        nursery.start_soon(uplink.run)
        await trio.sleep(1000)
        payment = books.confirmed()
        start = trio.current_time()
        posting = await uplink.delivered(payment.ref, within_s=10)
        assert posting == Posting(payment.ref, payment.state, f"R-{payment.ref}", NOW)
        assert trio.current_time() - start < 1
        nursery.cancel_scope.cancel()


async def test_a_row_written_by_another_thread_is_sent(books: Books) -> None:
    """A commit in a worker thread wakes the sender, and its notes are made in threads too."""
    idle = trio.Event()

    async def keep(write: Callable[[], Any]) -> Any:
        value = await in_a_thread(write)
        if write == books.outbox.tidy:
            idle.set()
        return value

    uplink = Uplink(books.outbox, FakeTarget(), keep, longest)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(uplink.run)
        await idle.wait()
        threads: list[int] = []
        books.journal.listen(lambda: (threads.append(threading.get_ident()), uplink.wake())[0])
        payment = await in_a_thread(books.confirmed)
        with trio.fail_after(20):
            assert await uplink.delivered(payment.ref, within_s=20) is not None
        assert threads != [threading.get_ident()]
        nursery.cancel_scope.cancel()


async def test_the_flow_does_not_wait_for_ever(autojump_clock: MockClock, books: Books) -> None:
    """With the centre away there is no number in time, and the flow goes on without it."""
    payment = books.confirmed()
    uplink = uplink_of(books, FakeTarget([ServerUnreachable()] * 100))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(uplink.run)
        start = trio.current_time()
        assert await uplink.delivered(payment.ref, within_s=10) is None
        assert trio.current_time() - start == pytest.approx(10)
        nursery.cancel_scope.cancel()


async def test_a_refusal_ends_the_waiting(autojump_clock: MockClock, books: Books) -> None:
    """When the centre refuses for good, who waits for the number is told at once: there is none."""
    payment = books.confirmed()
    uplink = uplink_of(books, FakeTarget([ServerRefused(422, "reference_reused")]))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(uplink.run)
        start = trio.current_time()
        assert await uplink.delivered(payment.ref, within_s=1000) is None
        assert trio.current_time() - start < 1
        assert books.outbox.refused(payment.ref)
        nursery.cancel_scope.cancel()


async def test_links_follow_the_reports(autojump_clock: MockClock, books: Books) -> None:
    """The chain is witnessed when nothing else waits, and only what is new of it."""
    books.confirmed(1)
    books.declined()
    target = FakeTarget()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(uplink_of(books, target).run)
        await trio.sleep(10)
        books.confirmed(2)
        await trio.sleep(10)
        nursery.cancel_scope.cancel()
    assert [path == "links" for path in target.paths] == [False, False, True, False, True]
    assert [(links.first, len(links.digests)) for links in target.links] == [(1, 5), (6, 3)]


async def test_no_links_while_a_report_waits(autojump_clock: MockClock, books: Books) -> None:
    """A centre that does not take the report is not bothered with links."""
    books.confirmed()
    target = FakeTarget([ServerUnreachable()] * 100)
    await run_for(uplink_of(books, target), 100)
    assert target.links == []


@pytest.mark.parametrize(
    "failure", [ServerUnreachable(), ServerContractBroken(), ServerRefused(503, "unavailable")]
)
async def test_links_are_repeated(
    autojump_clock: MockClock, books: Books, failure: ServerError
) -> None:
    """Links that were not answered are sent again, the same, after a pause."""
    books.confirmed()
    target = FakeTarget(link_failures=[failure])
    await run_for(uplink_of(books, target), 10)
    assert len(target.links) == 2
    assert target.links[0] == target.links[1]
    assert books.outbox.next_links() is None
    assert books.intend()


async def test_a_new_report_goes_before_links_that_failed(
    autojump_clock: MockClock, books: Books
) -> None:
    """Trouble with the links never keeps a payment from being told."""
    books.confirmed(1)
    target = FakeTarget(link_failures=[ServerRefused(503, "unavailable")] * 100)
    uplink = uplink_of(books, target)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(uplink.run)
        await trio.sleep(500)
        assert await uplink.delivered(books.confirmed(2).ref, within_s=1) is not None
        nursery.cancel_scope.cancel()


async def test_a_broken_chain_ends_paying(autojump_clock: MockClock, books: Books) -> None:
    """A centre that has seen another journal of this series: no more payments on this one."""
    books.confirmed()
    target = FakeTarget(link_failures=[ServerRefused(409, "chain_broken")])
    with pytest.raises(JournalDamaged, match="another journal"):
        await run_for(uplink_of(books, target), 10)
    with pytest.raises(JournalDamaged):
        books.intend()


async def test_a_damaged_journal_is_raised(autojump_clock: MockClock, books: Books) -> None:
    """The supervisor learns of a journal that cannot be read; who waits for a number does too."""
    payment = books.confirmed()
    books.store.distrust("torn")
    uplink = uplink_of(books, FakeTarget())
    with pytest.raises(JournalDamaged, match="torn"):
        await run_for(uplink, 10)
    with pytest.raises(JournalDamaged, match="torn"):
        await uplink.delivered(payment.ref, within_s=1)


async def test_idle_time_is_used_for_tidying(autojump_clock: MockClock, books: Books) -> None:
    """When nothing is left to send the file is tidied, by the way that waits for the disk."""
    kept: list[str] = []

    async def keep(write: Callable[[], Any]) -> Any:
        await trio.lowlevel.checkpoint()
        kept.append(getattr(write, "__name__", ""))
        return write()

    books.confirmed()
    await run_for(Uplink(books.outbox, FakeTarget(), keep), 10)
    assert kept[-1] == "tidy"
    assert kept.count("tidy") == 1
