"""The day-end: when it is due, how it ends, what is told, and that nothing begins beside it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.lowlevel
from trio.testing import MockClock

from kioskd import log
from kioskd.domain.money import ZERO, Money
from kioskd.domain.payment import Outcome, PaymentState
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import DeviceError, JournalDamaged
from kioskd.payments.caretaker import care_forever
from kioskd.payments.contract import ReportKind
from kioskd.payments.day_book import DayBook, DayEnd, DayEndState, Totals
from kioskd.payments.day_end import LOOK_INTERVAL_S, TRY_AGAIN_S, DayEndKeeper
from kioskd.payments.desk import PaymentDesk
from kioskd.payments.pay import pay
from kioskd.payments.states import PaymentEvent
from kioskd.protocols import central
from kioskd.protocols.central_books import DayEndReport, DayPayment
from tests.fakes import AMOUNT, FakeCentral, FakePinPad, an_assessment
from tests.journals import Books, lent, opened

DUE = time(23, 30)
EVENING = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
BEFORE: Totals = (3, Money(90_000))


@dataclass
class World:
    """A kiosk whose wall clock goes on with the test's."""

    books: Books
    pad: FakePinPad = field(default_factory=FakePinPad)
    begun: datetime = EVENING
    due_at: time | None = DUE

    def __post_init__(self) -> None:
        self.book: DayBook = self.books.day_book
        self.desk = PaymentDesk(self.pad, FakeCentral(), self.books.journal, self.now)  # type: ignore[arg-type]
        self.keeper = DayEndKeeper(self.desk, self.book, self.due_at, self.wall_clock)
        self.started_at = trio.current_time()

    def wall_clock(self) -> datetime:
        return self.begun + timedelta(seconds=trio.current_time() - self.started_at)

    def now(self) -> str:
        return self.wall_clock().isoformat().replace("+00:00", "Z")

    async def runs_for(self, seconds: float) -> None:
        with trio.move_on_after(seconds):
            await self.keeper.run()

    @property
    def asked(self) -> int:
        return self.pad.calls.count("end_of_day")

    def states(self) -> list[str]:
        return [row["state"] for row in self.books.store.read("SELECT state FROM day_end")]

    def reports(self) -> list[DayEndReport]:
        kind = ReportKind.DAY_END.value
        rows = self.books.store.read("SELECT body FROM outbox WHERE kind = ?", kind)
        return [central.decode(row["body"], DayEndReport) for row in rows]


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    with lent(tmp_path) as books:
        yield books


@pytest.fixture
async def world(autojump_clock: MockClock, books: Books) -> World:
    return World(books)


def at(hour: int, minute: int, day: int = 22) -> datetime:
    return EVENING.replace(day=day, hour=hour, minute=minute)


async def test_closed_once_a_day_at_its_time(autojump_clock: MockClock, world: World) -> None:
    """Not before its time, once after it, and again the next day."""
    await world.runs_for(29 * 60)
    assert world.asked == 0
    await world.runs_for(10 * 60)
    assert (world.asked, world.states()) == (1, ["done"])
    world.pad.earlier = BEFORE
    await world.runs_for(23 * 3600)
    assert world.asked == 1
    await world.runs_for(3600)
    assert (world.asked, world.states()) == (2, ["done", "done"])


async def test_a_kiosk_that_was_off_at_the_time_closes_late(
    autojump_clock: MockClock, books: Books
) -> None:
    """A batch that is due is closed as soon as the kiosk runs, and a restart does not repeat it."""
    world = World(books, begun=at(23, 50))
    await world.runs_for(60)
    assert world.asked == 1
    world = World(books, pad=FakePinPad(), begun=at(23, 55))
    await world.runs_for(60)
    assert world.asked == 0


async def test_a_day_that_could_not_be_closed_is_closed_the_next_morning(
    autojump_clock: MockClock, world: World
) -> None:
    """A PIN pad that is away from its time until midnight is asked as soon as it is back."""
    await world.runs_for(40 * 60)
    world.pad.earlier, world.pad.gone = BEFORE, True
    world.begun = at(23, 20, day=23)
    await world.runs_for(3600)
    world.pad.gone = False
    await world.runs_for(TRY_AGAIN_S + LOOK_INTERVAL_S)
    assert world.states() == ["done", "done"]


async def test_without_a_time_the_bank_closes(autojump_clock: MockClock, books: Books) -> None:
    """No time in the configuration: the kiosk leaves the batch alone."""
    world = World(books, due_at=None)
    await world.runs_for(25 * 3600)
    assert world.pad.calls == []


@pytest.mark.parametrize("status", [0xF0, 0xB1])
async def test_the_pin_pad_asks_for_it(
    autojump_clock: MockClock, books: Books, status: int
) -> None:
    """A PIN pad that takes no payment before its batch is closed gets it closed, at any time."""
    trouble = Trouble(TroubleReason.PIN_PAD_BUSY, f"Z-{status:02X}")
    pad = FakePinPad(status_byte=status, troubled=trouble)
    world = World(books, pad, begun=at(10, 0), due_at=None)
    await world.runs_for(60)
    assert (world.asked, world.states()) == (1, ["done"])
    assert pad.trouble is None


@pytest.mark.parametrize("status", [0xF0, 0xB1])
async def test_a_doubt_and_a_pin_pad_that_asks_for_it(
    autojump_clock: MockClock, books: Books, status: int
) -> None:
    """A PIN pad that wants its day-end still shows its books: the doubt ends, then the day."""
    trouble = Trouble(TroubleReason.PIN_PAD_BUSY, f"Z-{status:02X}")
    world = World(books, FakePinPad(status_byte=status, troubled=trouble), due_at=None)
    doubt = books.unknown()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(care_forever, world.desk)
        await world.runs_for(100)
        nursery.cancel_scope.cancel()
    assert books.journal.get(doubt.ref).state is PaymentState.DECLINED
    assert (world.asked, world.states()) == (1, ["done"])


async def test_another_trouble_of_the_pin_pad_is_no_reason(
    autojump_clock: MockClock, books: Books
) -> None:
    """A PIN pad that is busy with something else is left alone, however late it is."""
    trouble = Trouble(TroubleReason.PIN_PAD_BUSY, "Z-9C")
    world = World(books, FakePinPad(status_byte=0x9C, troubled=trouble), begun=at(23, 50))
    await world.runs_for(600)
    assert (world.asked, world.states()) == (0, [])


async def test_done_is_reported_with_every_payment(
    autojump_clock: MockClock, world: World, books: Books
) -> None:
    """The centre hears what the PIN pad told and all payments of the batch, charged or not."""
    paid = await pay(world.desk, an_assessment("a" * 32), lambda ref, step: None)
    world.pad.answer = Outcome.DECLINED
    declined = await pay(world.desk, an_assessment("b" * 32), lambda ref, step: None)
    shelved = books.unresolved()
    world.begun = at(23, 40)
    await world.runs_for(100)
    (report,) = world.reports()
    assert report.ref == f"K0123-{books.store.series}-D0001"
    assert (report.told, report.terminal_id) == ((4, Money(90_000) + AMOUNT), "29001006")
    assert report.payments == (
        DayPayment(paid.ref, PaymentState.CONFIRMED, AMOUNT, 18),
        DayPayment(declined.ref, PaymentState.DECLINED, AMOUNT, None),
        DayPayment(shelved.ref, PaymentState.UNRESOLVED, AMOUNT, None),
    )


async def test_each_batch_has_its_own_payments(
    autojump_clock: MockClock, world: World, books: Books
) -> None:
    """A payment is in the report of the first batch that was closed after it began, only."""
    first = books.confirmed(18)
    world.begun = at(23, 40)
    await world.runs_for(100)
    second = books.confirmed(19)
    world.pad.earlier, world.begun = (1, AMOUNT), at(23, 40, day=23)
    await world.runs_for(TRY_AGAIN_S + LOOK_INTERVAL_S)
    told = [[payment.ref for payment in report.payments] for report in world.reports()]
    assert told == [[first.ref], [second.ref]]


async def test_a_difference_is_said_and_reported_as_it_is(
    autojump_clock: MockClock, world: World, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the PIN pad's sum is not the journal's, nothing is smoothed: both go out."""
    said: list[str] = []
    monkeypatch.setattr(log, "warning", lambda name, **values: said.append(name))
    books.confirmed()
    world.pad.earlier, world.begun = (1, AMOUNT), at(23, 40)
    await world.runs_for(100)
    assert said == []
    books.confirmed(19)
    world.pad.earlier, world.begun = (2, AMOUNT * 2), at(23, 40, day=23)
    await world.runs_for(TRY_AGAIN_S + LOOK_INTERVAL_S)
    assert said == ["day_end.difference"]
    report = world.reports()[1]
    assert (report.told, len(report.payments)) == ((2, AMOUNT * 2), 1)


@pytest.mark.parametrize("open_as", [PaymentState.INTENDED, PaymentState.UNKNOWN])
async def test_not_while_a_payment_is_open(
    autojump_clock: MockClock, world: World, books: Books, open_as: PaymentState
) -> None:
    """A charge that is being made, or is in doubt, keeps its batch open."""
    payment = books.intend() if open_as is PaymentState.INTENDED else books.unknown()
    world.begun = at(23, 31)
    await world.runs_for(600)
    assert (world.pad.calls, world.states()) == ([], [])
    books.journal.close(payment.ref, PaymentEvent.DECLINE, world.now())
    await world.runs_for(60)
    assert world.asked == 1


async def test_it_waits_for_a_payment_that_is_being_made(
    autojump_clock: MockClock, world: World
) -> None:
    """The PIN pad is never asked for both at once: they take turns, and both come about."""
    world.begun = at(23, 50)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(pay, world.desk, an_assessment(), lambda ref, step: None)
        await trio.lowlevel.checkpoint()
        nursery.start_soon(world.runs_for, 1000)
    assert world.pad.calls.index("authorise") < world.pad.calls.index("end_of_day")
    (report,) = world.reports()
    assert report.told == (4, Money(90_000) + AMOUNT)
    assert [payment.state for payment in report.payments] == [PaymentState.CONFIRMED]


async def test_nothing_to_close(autojump_clock: MockClock, world: World) -> None:
    """An empty batch is left as it is: no intent, no question, and not asked all the time."""
    world.pad.earlier, world.begun = (0, ZERO), at(23, 31)
    await world.runs_for(TRY_AGAIN_S - LOOK_INTERVAL_S)
    assert (world.asked, world.states()) == (0, [])
    assert world.pad.calls.count("totals") == 1


async def test_a_pin_pad_that_tells_no_totals_is_not_closed(
    autojump_clock: MockClock, world: World
) -> None:
    """Without totals before, a lost answer could not be judged: it is not even begun."""
    world.pad.tells_totals, world.begun = False, at(23, 31)
    await world.runs_for(100)
    assert (world.asked, world.states()) == (0, [])


async def test_a_silent_pin_pad_is_asked_again_later(
    autojump_clock: MockClock, world: World
) -> None:
    """No books before, no intent; the keeper goes on, and closes when the PIN pad is back."""
    world.pad.gone, world.begun = True, at(23, 31)
    await world.runs_for(100)
    assert world.states() == []
    world.pad.gone = False
    await world.runs_for(TRY_AGAIN_S + LOOK_INTERVAL_S)
    assert world.states() == ["done"]


async def test_the_intent_is_kept_before_the_pin_pad_is_asked(
    autojump_clock: MockClock, world: World, books: Books
) -> None:
    """In the moment of the question the journal already says that it was asked."""
    seen: list[DayEnd | None] = []
    real = world.pad.end_of_day

    async def end_of_day() -> Totals:
        seen.append(world.book.open())
        return await real()

    world.pad.end_of_day, world.begun = end_of_day, at(23, 31)  # type: ignore[method-assign]
    await world.runs_for(100)
    assert [(each.state, each.before) for each in seen if each] == [(DayEndState.INTENDED, BEFORE)]


async def test_a_lost_answer_of_a_closed_batch(autojump_clock: MockClock, world: World) -> None:
    """An empty batch afterwards was closed with what it held before; it is not asked again."""
    world.pad.day_end_answer_lost, world.begun = True, at(23, 31)
    await world.runs_for(3000)
    assert (world.asked, world.states()) == (1, ["done"])
    last = world.book.last_done()
    assert last is not None
    assert (last.told, last.totals) == (None, BEFORE)
    assert world.reports()[0].told == BEFORE


async def test_a_lost_answer_of_a_batch_that_is_still_open(
    autojump_clock: MockClock, world: World
) -> None:
    """The same totals afterwards: it did not happen, and is tried again some minutes later."""
    world.pad.day_end_answer_lost = True
    world.pad.closes, world.begun = False, at(23, 31)
    await world.runs_for(TRY_AGAIN_S / 2)
    assert (world.asked, world.states()) == (1, ["not_done"])
    assert world.reports() == []
    world.pad.day_end_answer_lost, world.pad.closes = False, True
    await world.runs_for(TRY_AGAIN_S)
    assert (world.asked, world.states()) == (2, ["not_done", "done"])


async def test_a_lost_answer_and_other_totals(
    autojump_clock: MockClock, world: World, books: Books
) -> None:
    """A batch that is neither the old one nor empty proves nothing: UNCLEAR, for people."""
    day_end = world.book.intend(BEFORE, world.now())
    world.pad.earlier = (1, Money(5))
    await world.keeper.look_once()
    assert (world.states(), world.reports()) == (["unclear"], [])
    assert world.book.last_done() is None
    assert books.states(day_end.ref) == ["intended", "unclear"]  # type: ignore[arg-type]
    assert books.intend()


@pytest.mark.parametrize(("closed", "state"), [(True, "done"), (False, "not_done")])
async def test_a_crash_between_intent_and_answer(
    autojump_clock: MockClock, world: World, books: Books, closed: bool, state: str
) -> None:
    """At the next start its books say what became of it; 06 50 is not sent again for that."""
    world.book.intend(BEFORE, world.now())
    world.pad.earlier = (0, ZERO) if closed else BEFORE
    books.store.shut()
    again = World(opened(books.path), world.pad, begun=at(10, 0))
    await again.runs_for(10)
    assert (again.asked, again.states()) == (0, [state])
    again.books.store.shut()


async def test_enquired_until_the_pin_pad_answers(
    autojump_clock: MockClock, world: World, books: Books
) -> None:
    """While nobody can say how it ended it stays open and blocks payments; then it is over."""
    world.book.intend(BEFORE, world.now())
    world.pad.gone = True
    await world.runs_for(100)
    assert world.states() == ["intended"]
    refused = await pay(world.desk, an_assessment(), lambda ref, step: None)
    assert (refused.state, refused.reason) == (PaymentState.NOT_STARTED, "P-03")
    world.pad.gone, world.pad.tells_totals = False, False
    with pytest.raises(DeviceError):
        await world.keeper.look_once()
    world.pad.tells_totals, world.pad.status_byte = True, 0x9C
    with pytest.raises(DeviceError):
        await world.keeper.look_once()
    world.pad.status_byte = 0
    await world.keeper.look_once()
    assert world.states() == ["not_done"]
    assert books.intend()


async def test_a_journal_that_fails_stops_nothing_else(
    autojump_clock: MockClock, world: World, books: Books
) -> None:
    """Without an intent the PIN pad is not asked; the keeper itself goes on."""
    world.begun = at(23, 31)
    real, failing = books.store.commit, [True]

    def commit(*, synced: bool) -> Any:
        if failing:
            raise JournalDamaged("database or disk is full")
        return real(synced=synced)

    books.store.commit = commit  # type: ignore[method-assign]
    await world.runs_for(100)
    assert world.asked == 0
    failing.clear()
    await world.runs_for(TRY_AGAIN_S)
    assert world.asked == 1


async def test_other_errors_than_ours_are_not_hidden(
    autojump_clock: MockClock, world: World
) -> None:
    """The keeper outlives what is named, and nothing else."""
    world.begun = at(23, 31)

    async def falls() -> int:
        raise ZeroDivisionError

    world.pad.status = falls  # type: ignore[method-assign]
    with pytest.raises(ZeroDivisionError):
        await world.runs_for(100)


def test_only_one_day_end_is_open(books: Books) -> None:
    """The file refuses a second open day-end."""
    books.day_book.intend(BEFORE, "2026-11-22T23:30:00Z")
    with pytest.raises(JournalDamaged):
        books.day_book.intend(BEFORE, "2026-11-22T23:30:00Z")
