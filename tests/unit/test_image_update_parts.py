"""The order of an update's trial, and what makes a row of it fail: played without a machine."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import trio

from kiosk_bench.console import StoryFailed
from kiosk_bench.image import update_parts
from kiosk_bench.image.releases import Offers, Refused, Release
from kiosk_bench.image.serial_console import Line
from kiosk_bench.image.update_parts import MOMENTS, STREAMED_BYTES, cut_five_times, kept, refused
from kiosk_bench.image.updates import Course, Updated
from kiosk_bench.image.world import ImageWorld
from kiosk_bench.stories.story import Story

OLD, NEW = "0.1.0", "0.2.0"


class PlayedCourse(Course):
    """A course whose machine does at once what is waited for, and writes down what was asked."""

    def __init__(self, folder: Path, versions: Callable[[str], str]) -> None:
        card = folder / "card.img"
        card.write_bytes(b"os_prefix=a/\n")
        self.done: list[str] = []
        self.versions, self.card = versions, card
        self.bytes = 0
        start = SimpleNamespace(written_bytes=self.written, console=self)
        machine = SimpleNamespace(hardware=SimpleNamespace(disk=card))
        world = SimpleNamespace(
            machine=machine, start=start, console=self, folder=folder, start_kiosk=self.start_kiosk
        )
        releases = [Release(version, 0, version, frozenset()) for version in (OLD, NEW)]
        strange = Refused("by a stranger", "9.9.9", folder, folder, "U-03")
        offers = Offers(releases[0], releases[1], folder, folder, (strange,))
        super().__init__(cast(ImageWorld, world), offers, [])

    async def written(self) -> tuple[int, int]:
        self.bytes += STREAMED_BYTES // 2
        return self.bytes, 0

    async def start_kiosk(self) -> None:
        self.done.append("start")

    async def screen(self, name: str, within_s: float = 0.0) -> None:
        self.done.append(name)

    async def wait_text(self, pattern: str, within_s: float) -> None:
        self.done.append(pattern)

    async def offer(self, version: str, bundle: Path, keys: Path) -> None:
        self.done.append(f"offer {version}")

    async def roll_back(self) -> None:
        self.done.append("roll back")

    async def until_ticket(self, code: str) -> None:
        self.done.append(f"ticket {code}")

    async def until_report(self, code: str) -> None:
        self.done.append(f"report {code}")

    async def said(self, event: str, within_s: float, **values: str) -> Line:
        self.done.append(" ".join((event, *values.values())))
        return Line(1.0, 99.0, 'kioskd[1]: {"event": "x", "code": "U-03"}')

    async def into_trial(self) -> None:
        self.done.append("trial")
        self.card.write_bytes(b"os_prefix=b/\n")

    async def starts_by_itself(self, row: Updated) -> None:
        self.done.append("start")
        self.card.write_bytes(b"os_prefix=a/\n")

    async def look(self, what: str) -> Updated:
        row = Updated(what, version=self.versions(what))
        self.rows.append(row)
        return row

    async def cut(self, what: str) -> Updated:
        self.done.append("cut")
        return await self.look(what)


@pytest.fixture(autouse=True)
def everybody_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Payments are the stories' own business."""

    async def pay(course: Course, story: Story) -> None:
        course.paid += 1
        await trio.lowlevel.checkpoint()

    monkeypatch.setattr(update_parts, "pay", pay)


def as_it_must(what: str) -> str:
    """Return the version that starts after each cut, on a machine that does all right."""
    return NEW if what in (MOMENTS[-1][0], "no cut") else OLD


async def test_one_card_goes_through_all_five_cuts(tmp_path: Path) -> None:
    """Each is a row; the fourth ends the second trial, and the version has to be ordered anew."""
    course = PlayedCourse(tmp_path, as_it_must)
    await cut_five_times(course)
    assert [row.what for row in course.rows] == [what for what, _ in MOMENTS]
    assert [row.problems for row in course.rows] == [[]] * 5
    assert course.done.count("cut") == 5 and course.done.count("trial") == 3
    again = course.done[course.done.index("ticket U-09") :]
    assert again[1:4] == ["roll back", "ticket ", f"offer {NEW}"]
    assert course.rows[3].came_to.startswith("refused U-09")
    assert course.paid == 2 and (tmp_path / "updates.json").exists()


async def test_a_cut_after_which_another_slot_starts_is_a_problem(tmp_path: Path) -> None:
    """The old version after the write that keeps the new one; the new one before its trial."""
    course = PlayedCourse(tmp_path, lambda what: NEW if as_it_must(what) == OLD else OLD)
    await cut_five_times(course)
    told = [row.problems for row in course.rows]
    assert told == [[f"{NEW} starts next, not {OLD}"]] * 4 + [[f"{OLD} starts next, not {NEW}"]]


async def test_an_update_that_is_kept_starts_next(tmp_path: Path) -> None:
    """The plug is pulled after it was kept; the old version on the card then is a problem."""
    course = PlayedCourse(tmp_path, as_it_must)
    await kept(course)
    assert [(row.came_to, row.problems) for row in course.rows] == [("kept after 99 s", [])]
    course = PlayedCourse(tmp_path, lambda _: OLD)
    await kept(course)
    assert course.rows[0].problems == [f"slot  with {OLD} starts next"]


async def test_a_refusal_is_heard_at_the_centre_and_read_on_the_card(tmp_path: Path) -> None:
    """Ticket, report, a welcome; the roll-out is taken back before the next one begins."""
    course = PlayedCourse(tmp_path, as_it_must)
    await refused(course)
    assert course.done == [
        "offer 9.9.9", "update.refused 9.9.9", "ticket U-03", "report U-03", "welcome",
        "roll back", "ticket ",
    ]  # fmt: skip
    assert course.rows[0].came_to == "refused U-03: ticket at the centre, report on the card"


async def test_a_payment_that_fails_ends_the_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """The story's outcome is the reason; nothing is counted as paid."""
    monkeypatch.undo()

    class Declined:
        name = "before"

        async def play(self, _: object) -> str:
            await trio.lowlevel.checkpoint()
            return "not-paid"

    story = cast(Story, Declined())
    course = Course(cast(ImageWorld, None), cast(Offers, None), [])
    with pytest.raises(StoryFailed, match="before: not-paid"):
        await update_parts.pay(course, story)
    assert course.paid == 0
