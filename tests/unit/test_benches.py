"""What each bench says that it lacks, and how it tells what it could not do."""

from dataclasses import replace
from pathlib import Path
from unittest.mock import create_autospec

import pytest

from kiosk_bench.benches import image
from kiosk_bench.benches.beyond import IMAGE, RIG
from kiosk_bench.benches.image import CARD, ImageBench
from kiosk_bench.benches.rig import RigBench
from kiosk_bench.benches.simulator import SimulatorBench
from kiosk_bench.deeds import DEEDS, read
from kiosk_bench.image.emulator import Emulator
from kiosk_bench.image.trial import Trial
from kiosk_bench.image.verdict import Verdict
from kiosk_bench.needs import NotOffered
from kiosk_bench.programs import Programs
from kiosk_bench.rig.file import read_rig
from kiosk_bench.runner import STORIES
from kiosk_bench.stories.story import Step, Story

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
    assert {bench.lacks(story) for story in STORIES.values()} == {""}


def test_the_image_says_what_it_cannot_be_given(machine: ImageBench) -> None:
    """Other settings, keys, contacts, another panel: each with its reason."""
    assert machine.lacks(PAYS) == machine.lacks(replace(PAYS, panel=(800, 480))) == ""
    asks = {
        "kioskd.txt": replace(PAYS, overrides={"visit": {"absence_s": 1.0}}),
        "no key pad": replace(PAYS, by_keys=True),
        "800x480": replace(PAYS, panel=(1080, 1920)),
        "compared with pictures": replace(PAYS, looks=True),
        "no cabinet contacts": replace(PAYS, needs=frozenset({"cabinet"})),
        "its city is another": replace(PAYS, seed=8),
    }
    for reason, story in asks.items():
        assert reason in machine.lacks(story)


def asking(*lines: str) -> Story:
    """Return a story of these deeds."""
    return replace(PAYS, steps=tuple(Step(read(line), "here:1") for line in lines))


def test_what_a_bench_cannot_do_is_found_before_it_is_played() -> None:
    """Deeds, faults and moments, those within other deeds too, each once and with its reason."""
    paper = asking("expect slips 1", "expect slips 1", "fault begin pinpad.silent")
    assert RIG.beyond(paper) == [
        "expect slips: what stands on real paper, people see",
        "pinpad.silent: it is of a simulated device",
    ]
    inner = asking("at pin-pad.approval_acknowledged: fault begin central.late=170s")
    assert RIG.beyond(inner) == [
        "pin-pad.approval_acknowledged: a rig comes a little later than that"
    ]
    assert IMAGE.beyond(inner) == ["central.late=170s: the line to the machine is TLS"]
    for limits in (IMAGE, RIG):
        assert limits.beyond(asking("fault begin power.cut_at=journal:approved")) == []
        assert limits.beyond(asking("at centre.confirmed: power cut", "expect dead")) == []


def test_limits_name_deeds_that_there_are() -> None:
    """A deed that is renamed is renamed in what benches cannot do."""
    named = {deed for reasons in (IMAGE.deeds, RIG.deeds) for deeds in reasons.values()
             for deed in deeds}  # fmt: skip
    assert named <= DEEDS.keys()


def test_most_that_matters_can_be_played_on_a_rig(programs: Programs) -> None:
    """A rig with every device plays payments, log-ins, power cuts; many stories are left."""
    rig = RigBench(read_rig(SAMPLE), programs)
    played = {name for name, story in STORIES.items() if rig.lacks(story) == ""}
    assert {PAYS.name, "pay-by-id-card", "power-cut-while-paying-approved"} <= played
    assert len(played) > len(STORIES) / 3


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
    assert rig.lacks(PAYS) == ""
    assert "1280x800" in rig.lacks(replace(PAYS, panel=(800, 480)))
