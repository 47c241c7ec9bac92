"""The trial: who is well is kept, everything else comes back, and what failed is remembered."""

import errno
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from kioskd.errors import UpdateFault, UpdateRefused
from kioskd.protocols.release_signature import Read
from kioskd.update.bundle_source import from_file
from kioskd.update.facts import FACTS, MAY, WANTED, Facts, progress_in, tell
from kioskd.update.service import AGAIN_S, Updater
from kioskd.update.slots import Machine, Slot
from kioskd.update.state import Stage, State, keep, load
from kioskd.update.trial import NO_CENTRE, TRIAL_S, WELL_FOR_S, confirm, missing
from tests.updates import NEW, OLD, Card, a_bundle, a_card

WELL = Facts(frame=True, centre=True, recovered=True, well=("pin_pad", "id_reader"))


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_bundle(tmp_path_factory.mktemp("bundle"))


@pytest.fixture
def card(tmp_path: Path) -> Card:
    return a_card(tmp_path / "card")


@dataclass
class Time:
    """Passes only when somebody waits; things happen at their moments."""

    at: float = 0.0
    events: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def now(self) -> float:
        return self.at

    def wait(self, seconds: float) -> None:
        self.at += seconds
        while self.events and self.events[0][0] <= self.at:
            self.events.pop(0)[1]()
        assert self.at < 10 * TRIAL_S, "it waits for ever"


def facts_told(card: Card, facts: Facts) -> None:
    tell(card.machine.kiosk / FACTS, facts)


def on_trial(card: Card, tries: int = 1) -> None:
    """Be the new version, started once, with two devices that were well before."""
    card.start(Slot.B, NEW)
    keep(card.machine.state, State(Stage.TRYING, NEW, tries, WELL.well))


def tried(card: Card, *events: tuple[float, Callable[[], None]]) -> tuple[bool, float]:
    time = Time(events=list(events))
    return confirm(card.machine, time.wait, time.now), time.at


@pytest.mark.parametrize(
    ("facts", "lacks"),
    [
        (WELL, ()),
        (None, ("the kiosk's program does not run",)),
        (replace(WELL, frame=False), ("no screen was shown",)),
        (replace(WELL, recovered=False), ("the journal was not recovered",)),
        (replace(WELL, centre=False), (NO_CENTRE,)),
        (replace(WELL, well=("id_reader",)), ("pin_pad is gone",)),
        (replace(WELL, well=("id_reader",), unwell={"pin_pad": "D-02"}), ("pin_pad D-02",)),
        (replace(WELL, well=(*WELL.well, "voice")), ()),
        (replace(WELL, unwell={"voice": "V-01"}), ()),
    ],
)
def test_what_a_kiosk_lacks(facts: Facts | None, lacks: tuple[str, ...]) -> None:
    """What was broken before may be broken still; what was well must be well."""
    assert missing(WELL.well, facts) == lacks


def test_a_well_kiosk_is_kept(card: Card) -> None:
    """After it has been well for a while, and no sooner; nothing is left to try."""
    on_trial(card)
    kept, took = tried(card, (20, lambda: facts_told(card, WELL)))
    assert kept and took == 20 + WELL_FOR_S
    assert card.machine.chosen() is Slot.B and not card.machine.on_trial()
    assert load(card.machine.state) == State(version=NEW)


def test_wellness_that_comes_and_goes_does_not_count(card: Card) -> None:
    """A device that drops out while it is watched starts the watch anew."""
    on_trial(card)
    ill = replace(WELL, well=("id_reader",))
    events = [(10.0, WELL), (30.0, ill), (31.0, WELL)]
    kept, took = tried(card, *((at, lambda f=facts: facts_told(card, f)) for at, facts in events))  # type: ignore[misc]
    assert kept and took == 31 + WELL_FOR_S


@pytest.mark.parametrize(
    "facts", [None, replace(WELL, well=("id_reader",), unwell={"pin_pad": "D-01"})]
)
def test_who_is_not_well_in_time_is_left(card: Card, facts: Facts | None) -> None:
    """The old slot is still the firmware's choice, and the reason is kept for the centre."""
    on_trial(card)
    if facts is not None:
        facts_told(card, facts)
    kept, took = tried(card)
    assert not kept and took == TRIAL_S
    assert card.machine.chosen() is Slot.A
    state = load(card.machine.state)
    assert state.stage is Stage.FAILED and state.fault == UpdateFault.NOT_WELL.value
    assert ("pin_pad D-01" if facts else "does not run") in state.detail


def test_an_outage_of_the_network_is_not_the_version_s_fault(card: Card) -> None:
    """It gets one more trial; a second outage ends it."""
    on_trial(card)
    facts_told(card, replace(WELL, centre=False))
    assert not tried(card)[0]
    assert load(card.machine.state).stage is Stage.TRYING
    on_trial(card, tries=2)
    assert not tried(card)[0]
    assert load(card.machine.state).detail == NO_CENTRE


def test_a_choice_that_cannot_be_written_is_told(
    card: Card, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A boot partition that stays read-only: the old slot, and why, instead of another trial."""
    on_trial(card)
    facts_told(card, WELL)

    def read_only(machine: Machine, slot: Slot) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Machine, "choose", read_only)
    with pytest.raises(UpdateRefused):
        tried(card)
    assert card.machine.chosen() is Slot.A
    state = load(card.machine.state)
    assert (state.stage, state.fault) == (Stage.FAILED, UpdateFault.NOT_WRITTEN.value)


def test_nothing_is_judged_outside_a_trial(card: Card) -> None:
    """An ordinary start is kept without a question, and at once."""
    assert tried(card) == (True, 0)
    assert load(card.machine.state) == State()


# ---- the updater


class Ended(Exception):
    """The test has seen enough."""


@dataclass
class World:
    """An updater with a bundle's file for its centre, and time that only waiting passes."""

    card: Card
    bundle: Path
    time: Time = field(default_factory=Time)
    reboots: int = 0
    damage: bool = False

    @property
    def updater(self) -> Updater:
        return Updater(self.card.machine, self.source, self.reboot, self.time.wait)

    def source(self, version: str, wait: Callable[[float], None]) -> Read:
        read = from_file(self.bundle)

        def damaged(offset: int, size: int) -> bytes:
            wait(1.0)
            data = read(offset, size)
            return data[::-1] if self.damage and size > 10_000 else data

        return damaged

    def reboot(self) -> None:
        self.reboots += 1

    def run(self, *events: tuple[float, Callable[[], None]], until: float = 1000) -> Stage:
        """Run until a trial begins or there is no more time; return the stage."""

        def end() -> None:
            raise Ended

        self.time.at = 0.0
        self.time.events = [*events, (until, end)]
        with suppress(Ended):
            self.updater.run()
        return load(self.card.machine.state).stage

    def say(self, name: str, text: str) -> Callable[[], None]:
        return lambda: self.card.say(name, text)


@pytest.fixture
def world(card: Card, bundle: Path) -> World:
    facts_told(card, WELL)
    return World(card, bundle)


def test_what_is_wanted_is_fetched_and_waits(world: World) -> None:
    """Whole in the other slot, told to the kiosk, and no restart before the kiosk allows it."""
    world.card.say(WANTED, NEW)
    assert world.run() is Stage.READY
    assert world.card.holds(Slot.B, NEW) and world.reboots == 0
    progress = progress_in(world.card.machine.progress)
    assert progress is not None and (progress.stage, progress.version) == (Stage.READY, NEW)


def test_the_trial_begins_when_the_kiosk_allows_it(world: World) -> None:
    """Only for this very version; what was well is written down before the restart."""
    world.card.say(WANTED, NEW)
    allowed = (300.0, world.say(MAY, NEW))
    assert world.run((200.0, world.say(MAY, "0.3.0")), allowed) is Stage.TRYING
    assert world.reboots == 1 and world.time.at >= 300
    assert load(world.card.machine.state) == State(Stage.TRYING, NEW, 1, WELL.well)


@pytest.mark.parametrize("wanted", ["", OLD, "nonsense\n0.2.0", "../../x"])
def test_nothing_is_done_where_nothing_is_wanted(world: World, wanted: str) -> None:
    """Nothing, what runs already, or what is no version."""
    world.card.say(WANTED, wanted)
    assert world.run() is Stage.IDLE
    assert not world.card.holds(Slot.B, NEW)


def test_it_pauses_while_somebody_is_served(world: World) -> None:
    """The card and the line are the visitor's until she has gone."""
    world.card.say(WANTED, NEW)
    facts_told(world.card, replace(WELL, in_visit=True))
    gone = (400.0, lambda: facts_told(world.card, WELL))
    assert world.run(gone, until=390) is Stage.LOADING
    assert world.run(gone) is Stage.READY


def test_another_wish_ends_a_download(world: World) -> None:
    """What was stopped at the centre is not finished first."""
    world.card.say(WANTED, NEW)
    assert world.run((1.0, world.say(WANTED, ""))) is Stage.IDLE
    assert not world.card.holds(Slot.B, NEW)


def test_a_trial_that_never_came_up_is_tried_once_more(world: World) -> None:
    """The first may have been a power cut; the second is told as a fault, and is the last."""
    world.card.say(WANTED, NEW)
    world.card.say(MAY, NEW)
    assert world.run() is Stage.TRYING
    assert world.run() is Stage.TRYING and world.reboots == 2
    assert world.run() is Stage.FAILED and world.reboots == 2
    assert load(world.card.machine.state).fault == UpdateFault.NOT_UP.value
    progress = progress_in(world.card.machine.progress)
    assert progress is not None and progress.fault == "U-09"


def test_what_failed_is_not_tried_again_until_it_is_ordered_anew(world: World) -> None:
    """The same wish changes nothing; another, and then the same again, is an order."""
    world.card.say(WANTED, NEW)
    failed = UpdateRefused(UpdateFault.NOT_WELL, "pin_pad D-01")
    keep(world.card.machine.state, State(version=NEW).failed(failed))
    assert world.run() is Stage.FAILED
    world.card.say(WANTED, "")
    assert world.run() is Stage.IDLE
    world.card.say(WANTED, NEW)
    assert world.run() is Stage.READY


def test_an_updater_with_nothing_to_do_ends(world: World) -> None:
    """It is memory that visitors' pictures want; a wish that changes starts it anew."""
    assert world.run() is Stage.IDLE and world.time.at == 0
    world.card.say(WANTED, OLD)
    assert world.run() is Stage.IDLE and world.time.at == 0


def test_a_stranger_s_bundle_is_refused_at_once(world: World, tmp_path: Path) -> None:
    """There is nothing to try again."""
    world.bundle = a_bundle(tmp_path, compatible="kioskd-other")
    world.card.say(WANTED, NEW)
    assert world.run(until=100) is Stage.FAILED
    assert load(world.card.machine.state).fault == "U-04"


def test_a_bundle_under_another_name_is_refused(world: World, tmp_path: Path) -> None:
    """The centre's file of one version must not be another."""
    world.bundle = a_bundle(tmp_path, "0.3.0")
    world.card.say(WANTED, NEW)
    assert world.run(until=100) is Stage.FAILED
    assert load(world.card.machine.state).fault == UpdateFault.NO_BUNDLE.value


def test_damage_is_given_another_chance(world: World) -> None:
    """A copy that is mended in time is taken; one that stays damaged is given up."""
    world.card.say(WANTED, NEW)
    world.damage = True
    assert world.run(until=AGAIN_S / 2) is Stage.LOADING
    damaged = world.card.folder / "partitions" / "4b494f53-03"

    def mend() -> None:
        world.damage = False

    assert world.run((AGAIN_S / 2, mend), until=2 * AGAIN_S) is Stage.READY
    world.card.say(WANTED, "")
    assert world.run(until=100) is Stage.IDLE
    world.damage = True
    damaged.write_bytes(bytes(damaged.stat().st_size))
    world.card.say(WANTED, NEW)
    assert world.run(until=4 * AGAIN_S) is Stage.FAILED
    assert load(world.card.machine.state).fault == UpdateFault.DAMAGED.value


def test_on_trial_nothing_is_touched(world: World) -> None:
    """Whatever is wanted meanwhile waits until the trial is decided."""
    on_trial(world.card)
    world.card.say(WANTED, "0.3.0")
    assert world.run() is Stage.TRYING
    assert world.reboots == 0 and world.card.holds(Slot.A, OLD)


def test_a_cut_after_the_choice_is_put_right(world: World) -> None:
    """Kept, and the power went before that was written down: it is no trial any more."""
    on_trial(world.card)
    world.card.machine.choose(Slot.B)
    world.card.say(WANTED, NEW)
    assert world.run() is Stage.IDLE
    assert world.reboots == 0


def test_what_was_withdrawn_is_not_tried(world: World) -> None:
    """A roll-out that is rolled back takes its offer back; a technician's own bundle stays."""
    world.card.say(MAY, NEW)
    world.card.say(WANTED, "")
    keep(world.card.machine.state, State(Stage.READY, NEW))
    assert world.run() is Stage.IDLE
    keep(world.card.machine.state, State(Stage.READY, NEW, by_hand=True))
    assert world.run() is Stage.TRYING


def test_a_damaged_state_begins_anew(world: World) -> None:
    """It only saves questions."""
    world.card.machine.state.write_bytes(b"\0\0\0")
    world.card.say(WANTED, NEW)
    assert world.run() is Stage.READY
