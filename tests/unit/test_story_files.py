"""Story files: read as written, and every fault told with file, line and what there is."""

from pathlib import Path

import pytest

from kiosk_bench.cli import main
from kiosk_bench.deeds import DEEDS, Line
from kiosk_bench.stories.file import BadStory, parse_story, read_story
from kiosk_bench.stories.library import FOLDER, all_stories

GOOD = """\
name: tells-all
tells: "Everything that a story may say."
needs: [a4]
world: {people: 30, seed: 8, panel: 1080x1920, by_keys: true, looks: true}
configuration:
  visit: {absence_s: 1.0}
steps:
  - log in by card zhang
  - at pin-pad.approval_acknowledged: network cut
ends:
  outcome: paid
  charges: 1
  postings: 2
  receipts: 3
  screens: [home, paid]
  differences: [totals]
  commits: 3
"""


def problems_of(text: str) -> list[str]:
    """Return what is wrong with a story."""
    with pytest.raises(BadStory) as bad:
        parse_story(text, "s.yaml")
    return bad.value.problems


def test_everything_a_story_may_say_is_read() -> None:
    """World, configuration, steps and end arrive with their types, and needs are gathered."""
    story = parse_story(GOOD, "s.yaml")
    assert (story.people, story.seed, story.panel) == (30, 8, (1080, 1920))
    assert story.by_keys and story.looks and story.a4
    assert story.overrides == {"visit": {"absence_s": 1.0}}
    assert story.needs == {"a4", "card-reader", "pin-pad"}
    assert [step.line.text for step in story.steps] == [
        "log in by card zhang",
        "at pin-pad.approval_acknowledged: network cut",
    ]
    expected = story.expected
    assert (expected.outcome, expected.charges, expected.postings) == ("paid", 1, 2)
    assert (expected.receipts, expected.commits) == (3, 3)
    assert (expected.screens, expected.differences) == (("home", "paid"), ("totals",))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("log in by card zhang", "log in by card zhong", "s.yaml:8: log in by card: no citizen"),
        ("log in by card zhang", "dance", "s.yaml:8: no deed dance; deeds begin with"),
        ("log in by card zhang", "wait hmoe", "s.yaml:8: wait: no screen hmoe; there are"),
        ("log in by card zhang", "fault begin pinpad.sad", "s.yaml:8: fault begin: no fault"),
        ("network cut", "network cuts", "s.yaml:9: at: no deed network cuts; network cut"),
        ("approval_acknowledged", "approval", "s.yaml:9: at: no moment pin-pad.approval; there"),
        ("needs:", "need:", "s.yaml:3: a story has no key need; there are name, tells"),
        ("[a4]", "[a5]", "s.yaml:3: needs: no a5; there are card-reader"),
        ("people: 30", "people: many", "s.yaml:4: people is a whole number"),
        ("1080x1920", "wide", "s.yaml:4: panel is written WIDTHxHEIGHT"),
        ("by_keys: true", "by_keys: 3", "s.yaml:4: by_keys is true or false"),
        ("outcome: paid", "outcome: rich", "s.yaml:11: no outcome rich; there are paid"),
        ("charges: 1", "charges: one", "s.yaml:12: charges is a whole number"),
        ("charges: 1", "postings: 1", "s.yaml:13: postings stands there twice"),
        ("[home, paid]", "[hone, paid]", "s.yaml:15: screens: no hone; there are applications"),
        ("[home, paid]", "home", "s.yaml:15: screens is a list"),
        ("name: tells-all\n", "", "s.yaml:1: name is missing"),
        ("steps:", "steps: [", "s.yaml:"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(old: str, new: str, says: str) -> None:
    """Each mistake a tester may make names the file, the line and what there is."""
    assert old in GOOD
    assert any(told.startswith(says) for told in problems_of(GOOD.replace(old, new, 1)))


@pytest.mark.parametrize("text", ["", "- a list", "just words", "\x00", "name: [1]\nsteps: {}\n"])
def test_what_is_no_story_is_refused_in_words(text: str) -> None:
    """Whatever the file holds, it is refused by name and nothing else happens."""
    assert all(told.startswith("s.yaml:") for told in problems_of(text))


def test_all_mistakes_are_told_at_once() -> None:
    """A tester mends a file in one go."""
    broken = GOOD.replace("zhang", "zhong").replace("seed: 8", "seed: x")
    assert len(problems_of(broken)) == 2


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A missing file and one that is no text are refused by their path."""
    (tmp_path / "raw.yaml").write_bytes(b"\xff\xfe")
    for name in ("missing.yaml", "raw.yaml"):
        with pytest.raises(BadStory, match=name):
            read_story(tmp_path / name)


def test_every_story_of_the_bench_has_the_name_of_its_file() -> None:
    """A story is found by its name, and no two have the same."""
    files = sorted(FOLDER.glob("*/*.yaml"))
    assert [read_story(file).name for file in files] == [file.stem for file in files]
    assert len(all_stories()) == len(files)


BY_HAND_ONLY = {"bank approves", "bank key", "card insert", "expect lamp lit", "key"} | {
    "paper take",
    "touch",
}
"""Deeds of single hands, which tests of the page and other deeds do."""


def test_every_deed_is_done_by_a_story() -> None:
    """No deed is there that nothing plays: such a one would be neither tried nor needed."""
    done: set[str] = set()

    def note(line: Line) -> None:
        done.add(line.deed.words)
        for told in line.told.values():
            if isinstance(told, Line):
                note(told)

    for story in all_stories().values():
        for step in story.steps:
            note(step.line)
    assert set(DEEDS) - done == BY_HAND_ONLY


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*/*.yaml")), ids=lambda file: file.stem)
def test_a_story_needs_nothing_twice(file: Path) -> None:
    """What its deeds touch is known already; ``needs`` says what else."""
    story = read_story(file)
    touched = frozenset[str]().union(*(step.line.needs for step in story.steps))
    said = "needs:" in file.read_text(encoding="utf-8")
    assert said == (story.needs != touched)


def test_the_command_tells_what_is_wrong_and_plays_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``check`` tells good and bad files apart; ``story`` refuses what it cannot play."""
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(GOOD, encoding="utf-8")
    bad.write_text(GOOD.replace("network cut", "network burns"), encoding="utf-8")
    assert main(["check", str(good)]) == 0
    assert "tells-all, 2 steps, needs a4, card-reader, pin-pad" in capsys.readouterr().out
    assert main(["check", str(good), str(bad)]) == 2
    assert f"{bad}:9: at: no deed network burns" in capsys.readouterr().out
    for name in (str(bad), "no-such-story"):
        assert main(["story", name, "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().out
    assert "no deed network burns" in told and "no story no-such-story; there are" in told
    assert not (tmp_path / "out").exists()
