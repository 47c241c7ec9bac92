"""The power goes at every write of an update: the machine starts, and the update goes on."""

import random
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from kioskd.errors import UpdateRefused
from kioskd.update.slots import Slot
from kioskd.update.state import Stage
from kioskd.update.trial import settled
from tests.crash.update_life import PLANTS, update_to_the_end
from tests.power.disk import Disk, Image, images
from tests.power.record import HAS_STRACE, STATE, Event, Noted, record
from tests.updates import NEW, OLD, Card, a_bundle, a_card

pytestmark = pytest.mark.skipif(not HAS_STRACE, reason="strace is not installed")
SEED = 1


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """In memory where that is possible: the model forgets, the medium need not."""
    memory = Path("/dev/shm")
    base = memory if memory.is_dir() else tmp_path_factory.mktemp("update")
    with tempfile.TemporaryDirectory(dir=base) as name:
        yield Path(name)


@pytest.fixture(scope="module")
def bundle(folder: Path) -> Path:
    (folder / "bundle").mkdir()
    return a_bundle(folder / "bundle")


def files_of(card: Path) -> Image:
    return {
        file.relative_to(card).as_posix(): file.read_bytes()
        for file in card.rglob("*")
        if file.is_file()
    }


def recorded(folder: Path, bundle: Path, plant: str = "") -> tuple[Image, list[Event]]:
    """Return the card before an update, and all that the update asked of it."""
    lived = folder / (plant or "lived")
    a_card(lived / STATE, lived / "memory")
    before = files_of(lived / STATE)
    words = ["-m", "tests.crash.update_life", str(lived), str(bundle), *filter(None, [plant])]
    events = record(words, lived)
    disk = Disk(before)
    for event in events:
        disk.apply(event)
    assert disk.as_asked() == files_of(lived / STATE), "the record misses something"
    return before, events


@pytest.fixture(scope="module")
def update(folder: Path, bundle: Path) -> tuple[Image, list[Event]]:
    return recorded(folder, bundle)


def put(image: Image, folder: Path) -> Card:
    """Make a card of what a cut has left; the folders of a boot partition are there."""
    for name in ("firmware/a", "firmware/b", "partitions", "data"):
        (folder / STATE / name).mkdir(parents=True)
    for name, data in image.items():
        file = folder / STATE / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return Card(folder / STATE, folder / "memory")


def finding(card: Card, bundle: Path, kept: bool) -> str:
    """Say what is wrong with a card after a cut; empty: it starts, and comes to the end."""
    try:
        chosen = card.machine.chosen()
        if not card.holds(chosen, OLD if chosen is Slot.A else NEW):
            return f"slot {chosen.value} is started and is not whole"
        if kept and chosen is Slot.A:
            return "it was told to be kept, and is not"
        update_to_the_end(card, bundle, lambda mark: None)
    except (UpdateRefused, AssertionError) as error:
        return f"it does not go on: {error}"
    state = settled(card.machine, NEW)
    done = card.machine.chosen() is Slot.B and card.holds(Slot.B, NEW)
    return "" if done and state.stage is Stage.IDLE else f"it ends as {state}"


def findings(
    before: Image, events: Sequence[Event], bundle: Path, folder: Path, between: int
) -> Iterator[str]:
    """Cut before the first event and after each; yield one finding a card, empty where none."""
    disk, chance, kept = Disk(before), random.Random(SEED), False
    for number in range(len(events) + 1):
        for image in images(disk, chance, between):
            at = folder / "cut"
            found = finding(put(image, at), bundle, kept)
            shutil.rmtree(at)
            yield f"cut at {number}: {found}" if found else ""
        if number < len(events):
            disk.apply(events[number])
            kept = kept or events[number] == Noted({"mark": "kept"})


def test_no_cut_keeps_a_machine_from_starting(
    folder: Path, bundle: Path, update: tuple[Image, list[Event]], in_full: bool
) -> None:
    """At every write, whatever the card has kept: a whole system starts and updates itself."""
    before, events = update
    assert {"trial", "kept"} <= {one.fact["mark"] for one in events if isinstance(one, Noted)}
    found = list(findings(before, events, bundle, folder, 12 if in_full else 3))
    assert [one for one in found if one] == []
    assert len(found) >= 5 * len(events) > 200


@pytest.mark.parametrize("plant", PLANTS)
def test_planted_faults_are_found(folder: Path, bundle: Path, plant: str) -> None:
    """A slot that was never synced, and a choice made too early, leave a machine that is dead."""
    before, events = recorded(folder, bundle, plant)
    assert any("not whole" in one for one in findings(before, events, bundle, folder, 0))
