"""What only the centre can settle: it is asked again and again, and the PIN pad never."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from kioskd.domain.payment import PaymentState
from kioskd.errors import ServerContractBroken, ServerError, ServerRefused, ServerUnreachable
from kioskd.payments.caretaker import SETTLEMENT_S, care_forever
from kioskd.payments.contract import Payment
from kioskd.payments.desk import PaymentDesk
from kioskd.payments.settlement import follow_up
from kioskd.protocols.central import Posting
from tests.fakes import NOW, FakeCentral, FakePinPad
from tests.journals import Books, lent


@dataclass
class World:
    """A payment that its PIN pad can say nothing of."""

    books: Books
    centre: FakeCentral = field(default_factory=FakeCentral)
    pad: FakePinPad = field(default_factory=lambda: FakePinPad(gone=True))

    def __post_init__(self) -> None:
        self.payment = self.books.unresolved()
        self.books.deliver_all()
        journal = self.books.journal
        self.desk = PaymentDesk(self.pad, self.centre, journal, lambda: NOW)  # type: ignore[arg-type]

    def says(self, state: PaymentState, number: str = "") -> None:
        ref = self.payment.ref
        self.centre.settled[ref] = Posting(ref, state, number, NOW if number else "")

    def now(self) -> Payment:
        return self.books.journal.get(self.payment.ref)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with lent(tmp_path) as books:
        yield World(books)


async def test_found_to_be_charged(autojump_clock: MockClock, world: World) -> None:
    """A charge that the bank settled is confirmed here too, with the centre's number."""
    world.says(PaymentState.CONFIRMED, "R-9")
    await follow_up(world.desk)
    assert (world.now().state, world.now().receipt_number) == (PaymentState.CONFIRMED, "R-9")
    assert world.books.outbox.next_report() is None
    assert world.pad.calls == []


async def test_found_not_to_be_charged(autojump_clock: MockClock, world: World) -> None:
    """Not charged: declined here, and the months may be paid again."""
    world.says(PaymentState.DECLINED)
    await follow_up(world.desk)
    assert world.now().state is PaymentState.DECLINED
    assert world.books.intend(world.payment.assessment)


@pytest.mark.parametrize(
    "state", [PaymentState.UNRESOLVED, PaymentState.UNKNOWN, PaymentState.INTENDED]
)
async def test_still_open(autojump_clock: MockClock, world: World, state: PaymentState) -> None:
    """As long as nobody has settled it nothing moves."""
    world.says(state)
    await follow_up(world.desk)
    assert world.now() == world.payment


@pytest.mark.parametrize(
    "error", [ServerUnreachable(), ServerContractBroken(), ServerRefused(404, "not_found")]
)
async def test_centre_away(autojump_clock: MockClock, world: World, error: ServerError) -> None:
    """A centre that does not answer, or not this, is asked another time."""
    world.says(PaymentState.DECLINED)
    world.centre.fails = error
    await follow_up(world.desk)
    assert world.now() == world.payment
    world.centre.fails = None
    await follow_up(world.desk)
    assert world.now().state is PaymentState.DECLINED


async def test_an_answer_about_another_payment_moves_nothing(
    autojump_clock: MockClock, world: World
) -> None:
    """A posting of another reference settles neither this payment nor that one."""
    other = world.books.unresolved()
    wrong = Posting(other.ref, PaymentState.CONFIRMED, "R-9", NOW)
    world.centre.settled[world.payment.ref] = wrong
    await follow_up(world.desk)
    assert world.now() == world.payment
    assert world.books.journal.get(other.ref) == other


async def test_each_is_asked_about(autojump_clock: MockClock, world: World) -> None:
    """One that is not settled yet does not keep the next one waiting."""
    second = world.books.unresolved()
    world.centre.settled[second.ref] = Posting(second.ref, PaymentState.DECLINED)
    await follow_up(world.desk)
    assert world.books.journal.unresolved() == (world.payment,)


async def test_the_caretaker_keeps_asking(autojump_clock: MockClock, world: World) -> None:
    """At the start and every ten minutes, for as long as it takes."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(care_forever, world.desk)
        await trio.sleep(SETTLEMENT_S + 60)
        assert world.now() == world.payment
        world.says(PaymentState.CONFIRMED, "R-9")
        await trio.sleep(SETTLEMENT_S + 60)
        nursery.cancel_scope.cancel()
    assert world.now().state is PaymentState.CONFIRMED
