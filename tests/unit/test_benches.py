"""What each bench says that it lacks, and how it tells what it could not do."""

from dataclasses import replace
from pathlib import Path
from unittest.mock import create_autospec

import pytest

from kiosk_bench.benches import image
from kiosk_bench.benches.image import CARD, ImageBench
from kiosk_bench.benches.rig import RigBench
from kiosk_bench.benches.simulator import SimulatorBench
from kiosk_bench.image.emulator import Emulator
from kiosk_bench.image.trial import Trial
from kiosk_bench.image.verdict import Verdict
from kiosk_bench.needs import Need, NotOffered
from kiosk_bench.programs import Programs
from kiosk_bench.rig.file import read_rig
from kiosk_bench.runner import STORIES
from kiosk_bench.stories.story import Story

ALL, NONE = frozenset(Need), frozenset[Need]()
PAYS = STORIES["pay-by-card"]
SAMPLE = Path(__file__).parents[2] / "docs" / "rig.toml"


@pytest.fixture
def programs() -> Programs:
    """Programs that nobody starts here."""
    return create_autospec(Programs, instance=True)


@pytest.fixture
def machine(programs: Programs) -> ImageBench:
    """The image's bench, whose machine is never switched on here."""
    return ImageBench(Path("kioskd.img"), programs, Emulator(Path("qemu")))


def test_the_simulators_lack_nothing(programs: Programs) -> None:
    """Every story can be played on the bench that is always there."""
    bench = SimulatorBench(programs)
    assert {bench.lacks(story, ALL) for story in STORIES.values()} == {""}


def test_the_image_says_what_it_cannot_be_given(machine: ImageBench) -> None:
    """Other settings, keys, contacts, another panel: each with its reason."""
    assert machine.lacks(PAYS, frozenset({Need.CARD, Need.PIN_PAD, Need.POWER})) == ""
    assert machine.lacks(replace(PAYS, panel=(800, 480)), NONE) == ""
    asks = {
        "kioskd.txt": replace(PAYS, overrides={"visit": {"absence_s": 1.0}}),
        "no key pad": replace(PAYS, by_keys=True),
        "800x480": replace(PAYS, panel=(1080, 1920)),
        "compared with pictures": replace(PAYS, looks=True),
    }
    for reason, story in asks.items():
        assert reason in machine.lacks(story, NONE)
    assert "no cabinet contacts" in machine.lacks(PAYS, frozenset({Need.GPIO}))


async def test_the_image_tells_its_verdict_as_other_benches_do(
    machine: ImageBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rehearsed, played on a card of its own that does not stay, judged in the same words."""
    rehearsed: list[str] = []

    async def rehearse(stories: list[Story], *_: object) -> None:
        rehearsed.extend(story.name for story in stories)

    async def play(trial: Trial, names: tuple[str, ...]) -> None:
        assert rehearsed == [*names] and trial.image == Path("kioskd.img")
        (trial.folder / names[0]).mkdir()
        (trial.folder / names[0] / CARD).write_bytes(b"8 GiB")
        told = Verdict(names[0], "paid", problems=["e2fsck: dirty"], receipts=1, touches=30)
        trial.verdicts.append(told)

    monkeypatch.setattr(image.rehearsal, "rehearse", rehearse)
    monkeypatch.setattr(Trial, "play", play)
    summary = await machine.play(PAYS, tmp_path / "paid")
    assert (summary.outcome, summary.problems) == ("paid", ["e2fsck: dirty"])
    assert summary.receipt_printed and summary.unchecked
    left = {file.name for file in (tmp_path / "paid").rglob("*")}
    assert "summary.json" in left and CARD not in left


async def test_what_the_image_cannot_do_on_the_way_is_not_offered(
    machine: ImageBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault that it cannot have ends the story as a skip, out of whatever group it comes in."""

    async def rehearse(*_: object) -> None:
        raise ExceptionGroup("world", [NotOffered("the line to the machine is TLS")])

    monkeypatch.setattr(image.rehearsal, "rehearse", rehearse)
    with pytest.raises(NotOffered, match="the line to the machine is TLS"):
        await machine.play(PAYS, tmp_path / "paid")


def test_the_rig_says_what_it_has_not(programs: Programs) -> None:
    """A story for another panel is not for this rig; one that does not care is."""
    rig = RigBench(read_rig(SAMPLE), programs)
    assert rig.lacks(PAYS, ALL) == ""
    assert "1280x800" in rig.lacks(replace(PAYS, panel=(800, 480)), NONE)
