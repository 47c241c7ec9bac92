"""The door, the hold and what is left behind: guard, goodbye and greyed paying."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
import trio
import trio.testing

from kioskd.domain.payment import Printed
from kioskd.domain.region_cabinet import CabinetRules, Release
from kioskd.domain.trouble import TroubleReason
from kioskd.errors import ServerUnreachable, SessionEnded, VisitorLeft
from kioskd.flows.cabinet_guard import guard_cabinet, wait_until_closed
from kioskd.flows.goodbye import say_goodbye
from kioskd.flows.kiosk import Kiosk
from kioskd.flows.papers import Receipt
from kioskd.flows.printing import print_behind
from kioskd.flows.services import SERVICES, trouble_with
from kioskd.flows.session import end_when_nobody_is_there
from kioskd.flows.settings import VisitSettings
from kioskd.health import HealthBoard
from kioskd.protocols.central_cabinet import CabinetEventKind, Hold
from kioskd.relay.cabinet_book import HELD
from kioskd.screens.goodbye import Goodbye
from kioskd.screens.out_of_service import OutOfService
from tests.unit.flow_world import REGION, VISIT, FakeStage, FlowWorld


@dataclass
class DoorStage(FakeStage):
    """Keeps the ends of visits and follows of screens."""

    ends: list[SessionEnded] = field(default_factory=list)

    def end_visit(self, why: SessionEnded) -> None:
        self.ends.append(why)

    def update(self, screen: Any) -> None:
        self.seen.append(screen)


@dataclass
class SlotWithCard:
    """A slot whose card goes when the test says so."""

    card_present: bool = True
    gone: trio.Event = field(default_factory=trio.Event)

    async def wait_removed(self) -> None:
        if self.card_present:
            await self.gone.wait()
            self.card_present = False

    async def wait_inserted(self) -> None:
        await trio.sleep_forever()


@dataclass
class Centre:
    """Holds as the test says, or cannot be reached."""

    held: bool = True
    away: bool = False
    asked: int = 0

    async def hold(self) -> Hold:
        await trio.lowlevel.checkpoint()
        self.asked += 1
        if self.away:
            raise ServerUnreachable
        return Hold(self.held)


class World(FlowWorld):
    """A kiosk with a door, a slot and a centre that may release it."""

    def __init__(self, release: Release = Release.CLOSING) -> None:
        super().__init__()
        self.stage = DoorStage()
        self.slot, self.holding = SlotWithCard(), Centre()
        self.kiosk = replace(
            self.kiosk,
            stage=cast(Any, self.stage),
            social_cards=cast(Any, self.slot),
            central=cast(Any, self.holding),
            region=replace(REGION, cabinet=CabinetRules(release)),
            times=VisitSettings(card_left_alarm_s=30, voice_again_s=10),
        )


@asynccontextmanager
async def guarded(kiosk: Kiosk) -> AsyncIterator[None]:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(guard_cabinet, kiosk)
        await trio.testing.wait_all_tasks_blocked()
        yield
        nursery.cancel_scope.cancel()


async def door(world: World, is_open: bool) -> None:
    world.cabinet.door(is_open)
    await trio.testing.wait_all_tasks_blocked(0.01)


async def test_an_opened_door_ends_the_visit_and_holds_payments() -> None:
    """At once, and the centre is told; closing it is told too and here releases."""
    world = World()
    async with guarded(world.kiosk):
        await door(world, True)
        assert [type(end) for end in world.stage.ends] == [VisitorLeft]
        assert world.book.held
        await door(world, False)
        assert not world.book.held
    assert world.book.noted == [CabinetEventKind.OPENED, CabinetEventKind.CLOSED]
    assert world.holding.asked == 0


async def test_where_the_centre_releases_the_closed_door_is_not_enough(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """Asked again and again: away is no release, no events told is no question."""
    world = World(Release.CENTRE)
    async with guarded(world.kiosk):
        await door(world, True)
        world.book.all_told = False
        await door(world, False)
        assert world.book.held and world.holding.asked == 0
        world.book.all_told, world.holding.away = True, True
        await trio.sleep(25)
        assert world.book.held and world.holding.asked > 0
        world.holding.away, world.holding.held = False, False
        await trio.sleep(25)
        assert not world.book.held


async def test_a_kiosk_that_starts_held_is_released_by_its_rule() -> None:
    """After a power cut with the door closed: the same rule, without a new opening."""
    world = World()
    world.book.held = True
    async with guarded(world.kiosk):
        assert not world.book.held and world.book.noted == []


async def test_a_kiosk_that_starts_with_its_door_open_tells_it() -> None:
    """A door opened without power is noticed at start."""
    world = World()
    world.cabinet.door_open = True
    async with guarded(world.kiosk):
        assert world.book.noted == [CabinetEventKind.OPENED] and world.book.held


async def test_a_visit_that_is_walked_away_from_ends(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """Nobody seen for the whole time: ended. Somebody who steps aside for a moment: not."""
    world = World()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(end_when_nobody_is_there, world.kiosk)
        await trio.sleep(2.5 * world.kiosk.times.absence_s)
        world.cabinet.presence(False)
        await trio.sleep(world.kiosk.times.absence_s - 1)
        world.cabinet.presence(True)
        await trio.sleep(world.kiosk.times.absence_s + 1)
        assert world.stage.ends == []
        world.cabinet.presence(False)
        await trio.sleep(world.kiosk.times.absence_s + 1)
    assert [str(end) for end in world.stage.ends] == ["nobody there"]


async def test_nobody_is_served_while_the_door_is_open() -> None:
    """A screen says so with code and hotline until the door is closed."""
    world = World()
    world.cabinet.door_open = True
    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait_until_closed, world.kiosk)
        await trio.testing.wait_all_tasks_blocked()
        (screen,) = world.stage.seen
        assert isinstance(screen, OutOfService) and screen.trouble.code == "B-01"
        world.cabinet.door(False)


def test_held_payments_grey_paying_alone() -> None:
    """Inquiries and printing go on; paying says why not, with its code."""
    world = World()
    roles = {role for service in SERVICES for role in service.needs}
    board = {role: (lambda: None) for role in roles} | {"held": lambda: HELD}
    region = replace(REGION, services={service.id: None for service in SERVICES})
    kiosk = replace(world.kiosk, health=HealthBoard(board), region=region)
    troubled = {one.id: trouble_with(kiosk, VISIT, one) for one in SERVICES}
    told = {name: trouble for name, trouble in troubled.items() if trouble is not None}
    assert told == {"pay-contribution": HELD}
    assert HELD.reason is TroubleReason.PAYMENTS_HELD


async def test_a_card_left_behind_is_called_for_until_it_is_taken(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """Lamp, then voice and blinking, ever more rarely; the centre is told once."""
    world = World()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(say_goodbye, world.kiosk)
        await trio.sleep(29)
        assert world.cabinet.done == [("card", "on")]
        assert world.voice.said == ["", "请取走您的卡。"]
        await trio.sleep(2 + 10 + 20)  # the alarm, again after ten seconds, after twenty more
        assert world.voice.said[2:] == ["您的卡还在卡槽里，请取走您的卡。"] * 3
        assert world.cabinet.done == [("card", "on"), ("card", "blinks")]
        assert cast(Goodbye, world.stage.seen[-1]).alarm
        world.slot.gone.set()
    assert world.book.noted == [CabinetEventKind.CARD_LEFT]
    assert world.cabinet.done[2] == ("card", "off") and world.voice.said[-1] == ""
    assert not cast(Goodbye, world.stage.seen[-1]).card_in_slot


async def test_a_card_taken_in_time_is_no_event(autojump_clock: trio.testing.MockClock) -> None:
    """Asked for once, taken, thanked."""
    world = World()
    world.slot.gone.set()
    await say_goodbye(world.kiosk)
    assert world.book.noted == [] and world.voice.said == ["", "请取走您的卡。", ""]


@pytest.mark.parametrize(
    ("printed", "reminded"), [(Printed.YES, True), (Printed.UNKNOWN, True), (Printed.NO, False)]
)
async def test_paper_in_its_slot_is_reminded_of(
    printed: Printed, reminded: bool, autojump_clock: trio.testing.MockClock
) -> None:
    """The lamp stays lit from printing to goodbye; where no paper came, nobody is sent there."""
    world = World()
    world.slot.card_present = False
    world.printer.says = [printed]
    paper = Receipt((), "")
    assert await print_behind(world.kiosk, Goodbye(card_in_slot=False), paper) is printed
    assert world.cabinet.is_lit("receipt") is reminded
    await say_goodbye(world.kiosk)
    assert cast(Goodbye, world.stage.seen[-1]).papers is reminded
    assert ("请取走打印好的纸。" in world.voice.said) is reminded
    assert not world.cabinet.is_lit("receipt")
