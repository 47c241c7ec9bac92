"""The power goes at every moment of a record: an acknowledged step is never gone, no money is."""

import os
import random
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest

from tests.power import plants
from tests.power.aftermath import Findings, Record, put, trials
from tests.power.disk import Disk, Image, images
from tests.power.record import HAS_STRACE, STATE, WITNESS, Event, Noted, Resized, record
from tests.power.witness import Fact, write_witness

BETWEEN = int(os.environ.get("KIOSKD_POWER_IMAGES", "2"))
"""So many random images at each moment, besides nothing kept and all kept."""
AGAIN = int(os.environ.get("KIOSKD_POWER_AGAIN", "1"))
"""So many images are booted under a recorder of their own and cut once more."""
SEED = int(os.environ.get("KIOSKD_POWER_SEED", "1"))

pytestmark = pytest.mark.skipif(not HAS_STRACE, reason="strace is not installed")
Changed = Callable[[Sequence[Event]], list[Event]]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where that is possible: the model forgets, the medium need not."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as name:
        yield Path(name)


def recorded(life: str, folder: Path, fault: str = "") -> list[Event]:
    """Record a life in a subfolder; all its writes, one after the other, are the real files."""
    lived = folder / "lived"
    lived.mkdir()
    events = record(["-m", "tests.power.lives", life, str(lived), *filter(None, [fault])], lived)
    disk = Disk()
    for event in events:
        disk.apply(event)
    left = {file.name: file.read_bytes() for file in (lived / STATE).iterdir()}
    assert disk.as_asked() == {name: left[name] for name in left if not name.endswith("-shm")}
    return events


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    """The record of ``lives.days``."""
    return recorded("days", tmp_path_factory.mktemp("days"))


@pytest.fixture(scope="module")
def tidying(tmp_path_factory: pytest.TempPathFactory) -> list[Event]:
    """The record of ``lives.tidying``: the log was really cut in it."""
    events = recorded("tidying", tmp_path_factory.mktemp("tidying"))
    assert Resized("journal.db-wal", 0) in events
    return events


def tried(what: Record, folder: Path, between: int = BETWEEN) -> Iterator[Findings]:
    """Judge the images of a record in a subfolder of their own."""
    after = folder / "after"
    after.mkdir(exist_ok=True)
    return trials(what, after, random.Random(SEED), between)


def first_finding(events: Sequence[Event], folder: Path) -> str:
    """Judge only nothing kept and all kept, until something is found."""
    return next((findings[0] for findings in tried(Record(events), folder, 0) if findings), "")


def found_in(trials_made: Sequence[Findings]) -> Findings:
    """Return all findings."""
    return [found for findings in trials_made for found in findings]


def test_a_power_cut_takes_no_acknowledged_step(days: list[Event], folder: Path) -> None:
    """First opening, payments, SIGKILL, recovery: whatever is left opens, holds and resolves."""
    done = list(tried(Record(days), folder))
    assert found_in(done) == []
    assert len(done) >= 400


def test_tidying_takes_no_acknowledged_step(tidying: list[Event], folder: Path) -> None:
    """The checkpoint, the cut log, its new header and the payment after it."""
    done = list(tried(Record(tidying), folder))
    assert found_in(done) == []
    assert len(done) >= 100


def some_cuts(events: Sequence[Event], count: int) -> Iterator[tuple[list[Fact], Image]]:
    """Choose moments after the first charge, and one of the images of each."""
    chance, disk = random.Random(SEED), Disk()
    facts: list[Fact] = []
    charged = [n for n, e in enumerate(events) if isinstance(e, Noted) and "charge" in e.fact]
    chosen = chance.sample(range(charged[0], len(events)), count)
    for number, event in enumerate(events):
        disk.apply(event)
        if isinstance(event, Noted):
            facts.append(event.fact)
        if number in chosen:
            yield list(facts), chance.choice(list(images(disk, chance, 4)))


def test_a_second_power_cut_in_the_recovery(days: list[Event], folder: Path) -> None:
    """The kiosk boots on what the first cut left and loses its power again, at every moment."""
    done: list[Findings] = []
    for number, (facts, image) in enumerate(some_cuts(days, AGAIN)):
        lived = folder / f"{number}"
        lived.mkdir()
        put(image, lived)
        write_witness(lived / WITNESS, facts)
        events = record(["-m", "tests.power.lives", "next day", str(lived)], lived)
        done += tried(Record(events, image, facts), folder)
    assert found_in(done) == []
    assert len(done) >= 50 * AGAIN


@pytest.mark.parametrize("fault", sorted(plants.UNSYNCED))
def test_a_journal_that_does_not_sync_is_found(folder: Path, fault: str) -> None:
    """SQLite told to sync less than the journal asks for: an acknowledged step is gone."""
    assert re.search("gone|damaged", first_finding(recorded("days", folder, fault), folder))


@pytest.mark.parametrize(
    "changed",
    [
        plants.acknowledged_early,
        plants.without_folder_syncs,
        partial(plants.without_syncs_of, "journal.db-wal"),
    ],
)
def test_a_word_or_a_flush_that_lies_is_found(
    days: list[Event], folder: Path, changed: Changed
) -> None:
    """A word given before the sync, a folder or log whose flush is ignored: a step is gone."""
    assert "gone" in first_finding(changed(days), folder)


def test_a_checkpoint_without_its_sync_is_found(tidying: list[Event], folder: Path) -> None:
    """The log is cut before what was in it is on the disk."""
    finding = first_finding(plants.without_syncs_of("journal.db", tidying), folder)
    assert re.search("gone|damaged", finding)


def test_money_is_looked_at(
    days: list[Event], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A recovery that takes every doubt for a decline is found by the books, not by the file."""
    monkeypatch.setattr("tests.power.lives.recover_all", plants.believes_nothing_was_charged)
    assert "lost" in first_finding(days, folder)
