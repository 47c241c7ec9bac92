"""Giving a charge back: only the PIN pad's own last one, journalled first, never asked twice."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from kioskd.domain.money import ZERO, Money
from kioskd.domain.payment import PaymentState, ReversalOutcome, TransactionRecord
from kioskd.payments.caretaker import care_forever
from kioskd.payments.contract import Baseline, Payment
from kioskd.payments.desk import PaymentDesk
from kioskd.payments.give_back import give_back_all
from kioskd.payments.recovery import INCONCLUSIVE_MAX, recover_all
from kioskd.protocols import central
from kioskd.protocols.central import PaymentReport
from tests.fakes import AMOUNT, NOW, FakeCentral, FakePinPad, a_record
from tests.journals import Books, lent, opened

CONFIRMED, REVERSED, REVERSING = (
    PaymentState.CONFIRMED,
    PaymentState.REVERSED,
    PaymentState.REVERSING,
)
CHARGE = a_record(18)


@dataclass
class World:
    """A charge, booked at the PIN pad and wanted back by the centre."""

    books: Books
    pad: FakePinPad = field(default_factory=lambda: FakePinPad(last=CHARGE, charges=[CHARGE]))

    def __post_init__(self) -> None:
        self.payment = self.books.to_give_back(18)
        journal = self.books.journal
        self.desk = PaymentDesk(self.pad, FakeCentral(), journal, lambda: NOW)  # type: ignore[arg-type]

    def now(self) -> Payment:
        return self.books.journal.get(self.payment.ref)

    @property
    def asked(self) -> int:
        return self.pad.calls.count("reverse")

    def told(self) -> list[tuple[PaymentState, str]]:
        """What waits for the centre of this payment: states and reasons."""
        query = "SELECT body FROM outbox WHERE kind = 'payment' AND fate = 'waiting' ORDER BY seq"
        reports = [
            central.decode(row["body"], PaymentReport) for row in self.books.store.read(query)
        ]
        return [(report.state, report.reason) for report in reports]

    async def lives_on(self) -> None:
        """Let the caretaker work for an hour."""
        with trio.move_on_after(3600):
            await care_forever(self.desk)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with lent(tmp_path) as books:
        yield World(books)


@pytest.mark.parametrize(
    ("answer", "undoes", "state", "reason"),
    [
        (ReversalOutcome.REVERSED, True, REVERSED, ""),
        (ReversalOutcome.ALREADY, True, REVERSED, ""),
        (ReversalOutcome.NOT_POSSIBLE, False, CONFIRMED, "R-01"),
        (ReversalOutcome.NOT_POSSIBLE, True, REVERSED, ""),
    ],
)
async def test_the_pin_pads_answer(
    autojump_clock: MockClock,
    world: World,
    answer: ReversalOutcome,
    undoes: bool,
    state: PaymentState,
    reason: str,
) -> None:
    """Reversed, reversed before, or not possible: kept, told to the centre, and the end of it.

    "Not possible" is believed only as far as the totals agree: it may answer a doubled command.
    """
    world.pad.reversal, world.pad.undoes = answer, undoes
    await give_back_all(world.desk)
    assert (world.now().state, world.now().reason) == (state, reason)
    assert world.told() == [(state, reason)]
    await world.lives_on()
    assert world.asked == 1


async def test_the_intent_is_kept_before_the_pin_pad_is_asked(
    autojump_clock: MockClock, world: World
) -> None:
    """In the moment of the question the journal says REVERSING, with the books just before."""
    seen: list[Payment] = []
    real = world.pad.reverse

    async def reverse(record: TransactionRecord) -> ReversalOutcome:
        assert record == CHARGE
        seen.append(world.now())
        return await real(record)

    world.pad.reverse = reverse  # type: ignore[method-assign]
    await give_back_all(world.desk)
    assert [(each.state, each.baseline) for each in seen] == [
        (REVERSING, Baseline(18, (4, Money(90_000) + AMOUNT)))
    ]
    states = world.books.states(world.payment.ref)
    assert states == ["intended", "approved", "confirmed", "reversing", "reversed"]


@pytest.mark.parametrize(
    "last",
    [
        None,
        a_record(19),
        replace(CHARGE, receipt=19),
        replace(CHARGE, trace=1),
        replace(CHARGE, terminal_id="29009999"),
        replace(CHARGE, amount=AMOUNT + Money(1)),
        replace(CHARGE, result=0x6C),
    ],
)
async def test_only_the_last_transaction_is_reversed(
    autojump_clock: MockClock, world: World, last: TransactionRecord | None
) -> None:
    """What is not this very charge by terminal, receipt, trace and amount is left alone."""
    world.pad.last = last
    await give_back_all(world.desk)
    assert (world.now().state, world.now().reason) == (CONFIRMED, "R-02")
    await world.lives_on()
    assert world.asked == 0
    assert world.told() == [(CONFIRMED, "R-02")]


@pytest.mark.parametrize(
    ("earlier", "tells_totals"), [((0, ZERO), True), ((1, AMOUNT - Money(1)), True), (None, False)]
)
async def test_only_in_an_open_batch_with_totals(
    autojump_clock: MockClock,
    world: World,
    earlier: tuple[int, Money] | None,
    tells_totals: bool,
) -> None:
    """A batch that is closed, too small or not told could not show what became of it."""
    world.pad.charges.clear()
    world.pad.earlier, world.pad.tells_totals = earlier or (3, Money(90_000)), tells_totals
    await give_back_all(world.desk)
    assert (world.now().state, world.now().reason, world.asked) == (CONFIRMED, "R-02", 0)


@pytest.mark.parametrize("how", ["gone", "busy", "payment"])
async def test_another_time(autojump_clock: MockClock, world: World, how: str) -> None:
    """A PIN pad that is silent or busy before the intent, or a payment in doubt, puts it off."""
    doubt = world.books.unknown() if how == "payment" else None
    world.pad.gone = how == "gone"
    world.pad.status_byte = 0x9C if how == "busy" else 0
    await give_back_all(world.desk)
    assert (world.now().state, world.now().reason, world.asked) == (CONFIRMED, "", 0)
    if doubt is None:
        world.pad.gone, world.pad.status_byte = False, 0
        await give_back_all(world.desk)
        assert (world.now().state, world.asked) == (REVERSED, 1)


@pytest.mark.parametrize(
    ("undone", "state", "reason"), [(True, REVERSED, ""), (False, CONFIRMED, "R-01")]
)
async def test_a_lost_answer_is_read_in_the_books(
    autojump_clock: MockClock, world: World, undone: bool, state: PaymentState, reason: str
) -> None:
    """Less by our amount: reversed. The same as before: it stands. Never asked a second time."""
    world.pad.reversal, world.pad.undoes = ReversalOutcome.UNKNOWN, undone
    await give_back_all(world.desk)
    assert (world.now().state, world.now().reason) == (state, reason)
    await world.lives_on()
    assert (world.asked, world.told()) == (1, [(state, reason)])


async def test_books_that_prove_nothing_end_it_too(autojump_clock: MockClock, world: World) -> None:
    """A batch that was closed meanwhile: asked about for a while, then it stands, for a person."""
    world.pad.reversal = ReversalOutcome.UNKNOWN
    world.pad.earlier = (0, ZERO)
    await give_back_all(world.desk)  # the only charge of its batch: empty is also closed
    for _ in range(INCONCLUSIVE_MAX - 2):
        await recover_all(world.desk)
        assert world.now().state is REVERSING
    await recover_all(world.desk)
    assert (world.now().state, world.now().reason) == (CONFIRMED, "R-00")
    await world.lives_on()
    assert (world.asked, world.told()) == (1, [(CONFIRMED, "R-00")])


async def test_a_silent_pin_pad_after_the_question(autojump_clock: MockClock, world: World) -> None:
    """As long as nobody answers it stays REVERSING and blocks; the books decide when they can."""
    world.pad.reversal = ReversalOutcome.UNKNOWN
    real = world.pad.reverse

    async def reverse(record: TransactionRecord) -> ReversalOutcome:
        world.pad.gone = True
        return await real(record)

    world.pad.reverse = reverse  # type: ignore[method-assign]
    await world.lives_on()
    assert world.now().state is REVERSING
    world.pad.gone = False
    await world.lives_on()
    assert (world.now().state, world.asked) == (REVERSED, 1)


@pytest.mark.parametrize(
    ("undone", "state", "reason"), [(True, REVERSED, ""), (False, CONFIRMED, "R-01")]
)
async def test_a_crash_between_intent_and_answer(
    autojump_clock: MockClock, world: World, undone: bool, state: PaymentState, reason: str
) -> None:
    """At the next start the books say whether it came about; the PIN pad is not asked again."""
    before = Baseline(18, (4, Money(90_000) + AMOUNT))
    world.books.journal.give_back(world.payment.ref, before, NOW)
    if undone:
        world.pad.charges.clear()
    world.books.store.shut()
    again = opened(world.books.path)
    desk = replace(world.desk, journal=again.journal)
    with trio.move_on_after(3600):
        await care_forever(desk)
    kept = again.journal.get(world.payment.ref)
    again.store.shut()
    assert (kept.state, kept.reason, world.asked) == (state, reason, 0)


async def test_what_the_centre_does_not_want_back_stays(
    autojump_clock: MockClock, world: World
) -> None:
    """A charge that was booked on its months is never touched."""
    await give_back_all(world.desk)
    other = world.books.confirmed(19)
    world.pad.last = a_record(19)
    world.pad.charges.append(a_record(19))
    world.books.deliver_all()
    await world.lives_on()
    assert world.asked == 1
    assert world.books.journal.get(other.ref) == other
