"""The kiosk's program and updates: what it tells, what it shows, when it makes way."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest
import trio
from trio.testing import MockClock

from kioskd import __version__
from kioskd.contracts import Stage as Screens
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.flows.updating import make_way
from kioskd.update.facts import MAY, WANTED, Facts, Progress, allowed_in, facts_in, tell, wanted_in
from kioskd.update.kiosk_side import (
    AGAIN_S,
    BY_HAND,
    REMIND_S,
    RESTART_S,
    Asked,
    UpdateSide,
    update_side,
)
from kioskd.update.slots import software_version
from kioskd.update.state import Stage
from tests.unit.flow_world import FakeStage
from tests.updates import NEW, OLD, Card, a_card

READY = Progress(Stage.READY, NEW, 100)
GONE = Trouble(TroubleReason.PIN_PAD_GONE, "D-01")
PAPER = Trouble(TroubleReason.RECEIPT_PAPER_OUT, "D-11")


@pytest.fixture
def card(tmp_path: Path) -> Card:
    return a_card(tmp_path / "card")


@dataclass
class World:
    """A kiosk that is as the test says, beside an updater that is as its file says."""

    card: Card
    troubles: dict[str, Trouble | None] = field(default_factory=dict)
    in_visit: bool = False
    at_rest: bool = True
    wanted: str | None = None

    def __post_init__(self) -> None:
        self.side = UpdateSide(self.card.machine)
        roles = ("pin_pad", "receipt_printer", "central", "journal", "door")
        self.troubles = dict.fromkeys(roles, None) | self.troubles

    @property
    def asked(self) -> Asked:
        return Asked(
            troubles=lambda: self.troubles,
            in_visit=lambda: self.in_visit,
            frame=lambda: True,
            at_rest=lambda: self.at_rest,
            wanted=lambda: self.wanted,
        )

    @property
    def allowed(self) -> str:
        return allowed_in(self.card.machine.kiosk)

    def updater_says(self, progress: Progress) -> None:
        tell(self.card.machine.progress, progress)


@pytest.fixture
def world(card: Card) -> World:
    return World(card)


def test_what_is_told_of_a_kiosk(world: World) -> None:
    """Devices by what only software or a driver can have done; the rest is asked on its own."""
    assert world.asked.facts() == Facts(True, True, True, False, ("pin_pad", "receipt_printer"))
    world.troubles |= {"pin_pad": GONE, "receipt_printer": PAPER, "door": GONE, "central": GONE}
    told = Facts(True, False, True, False, ("receipt_printer",), {"pin_pad": "D-01"})
    assert world.asked.facts() == told
    world.troubles["journal"] = GONE
    assert not world.asked.facts().recovered


def test_a_part_that_is_gone_is_never_a_hand_s_matter() -> None:
    """It may have lost its driver: that is what a trial must find out."""
    assert not [reason for reason in BY_HAND if "gone" in reason.value or "broken" in reason.value]


async def test_it_tells_what_is_wanted_and_how_it_is(
    world: World, autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    """Nothing of a wish before the centre has said anything; changes within seconds."""
    nursery.start_soon(world.side.run, world.asked)
    await trio.sleep(3)
    folder = world.card.machine.kiosk
    assert wanted_in(folder) is None and facts_in(folder) == world.asked.facts()
    world.wanted, world.in_visit = "", True
    await trio.sleep(3)
    assert wanted_in(folder) == ""
    assert (seen := facts_in(folder)) is not None and seen.in_visit
    world.wanted = NEW
    await trio.sleep(3)
    assert wanted_in(folder) == NEW


async def test_the_wish_is_told_again_now_and_then(
    world: World, autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    """An updater that ended in the very moment of the first time is started by the next."""
    world.wanted = NEW
    nursery.start_soon(world.side.run, world.asked)
    await trio.sleep(3)
    file = world.card.machine.kiosk / WANTED
    first = file.stat().st_ino
    await trio.sleep(REMIND_S / 2)
    assert file.stat().st_ino == first
    file.unlink()
    await trio.sleep(REMIND_S)
    assert wanted_in(world.card.machine.kiosk) == NEW


async def test_what_was_not_taken_is_a_fault(
    world: World, autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    """With the updater's code, for as long as it says so."""
    nursery.start_soon(world.side.run, world.asked)
    world.updater_says(Progress(Stage.FAILED, NEW, 0, "U-10"))
    await trio.sleep(3)
    assert world.side.trouble == Trouble(TroubleReason.UPDATE_NOT_TAKEN, "U-10")
    world.updater_says(Progress())
    await trio.sleep(3)
    assert world.side.trouble is None


def _visitor(world: World) -> None:
    world.in_visit = True


def _money(world: World) -> None:
    world.at_rest = False


def _still_loading(world: World) -> None:
    world.updater_says(Progress(Stage.LOADING, NEW, 50))


@pytest.mark.parametrize("hindrance", [_visitor, _money, _still_loading])
async def test_no_trial_begins_at_a_bad_moment(
    world: World,
    autojump_clock: MockClock,
    nursery: trio.Nursery,
    hindrance: Callable[[World], None],
) -> None:
    """Somebody is served, money is on its way, or the slot is not whole; then it may."""
    world.updater_says(READY)
    hindrance(world)
    nursery.start_soon(world.side.run, world.asked)
    with trio.move_on_after(3600) as hour:
        await world.side.due()
    assert hour.cancelled_caught and world.allowed == ""
    world.in_visit, world.at_rest = False, True
    world.updater_says(READY)
    with trio.fail_after(5):
        await world.side.due()


async def test_it_makes_way_behind_a_screen(
    world: World, autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    """The permission is for this version; where no restart comes, visitors are served again."""
    world.updater_says(READY)
    nursery.start_soon(world.side.run, world.asked)
    await world.side.due()
    stage = FakeStage()
    nursery.start_soon(make_way, cast("Screens", stage), world.side)
    await trio.sleep(RESTART_S / 2)
    assert world.allowed == NEW
    assert [screen.id for screen in stage.seen] == ["out-of-service"]
    await trio.sleep(RESTART_S)
    assert world.allowed == ""
    with trio.move_on_after(AGAIN_S / 2) as soon:
        await world.side.due()
    assert soon.cancelled_caught
    with trio.fail_after(AGAIN_S):
        await world.side.due()


async def test_who_arrives_in_the_last_moment_is_served_first(
    world: World, autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    """It looks once more behind the screen; then nothing is allowed."""
    world.updater_says(READY)
    nursery.start_soon(world.side.run, world.asked)
    await world.side.due()
    world.at_rest = False
    await world.side.give_way()
    assert world.allowed == ""


async def test_an_old_permission_does_not_outlive_a_restart(
    world: World, autojump_clock: MockClock, nursery: trio.Nursery
) -> None:
    """The program that gave it is gone; the new one has to look for itself."""
    world.card.say(MAY, NEW)
    nursery.start_soon(world.side.run, world.asked)
    await trio.sleep(1)
    assert world.allowed == ""


def test_outside_an_image_there_are_no_updates(card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kiosk on a desk runs the program's own version, and tells nobody anything."""
    monkeypatch.delenv("RUNTIME_DIRECTORY", raising=False)
    side = update_side()
    assert side.troubles() == {} == side.parts(World(card).asked)
    assert software_version(card.machine) == OLD
    (card.memory / "os-release").write_text("ID=debian\n")
    assert software_version(card.machine) == __version__
