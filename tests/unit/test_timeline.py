"""The timeline: one clock for everything that the bench sees."""

from pathlib import Path

import pytest
import trio
import trio.testing

from kiosk_bench.timeline.timeline import Entry, Timeline
from kiosk_bench.wirelog import WireLog
from tests.patience import PATIENCE_S


class _Clock:
    """Tells what it is set to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_wires_share_the_clock_of_the_timeline(tmp_path: Path) -> None:
    """A wire log that is begun late counts from when the world began, as its entries do."""
    clock = _Clock()
    timeline = Timeline(clock)
    clock.now += 2.5
    WireLog(tmp_path / "card.log", timeline, "card").write("!", "inserted")
    assert timeline.entries == [Entry(2.5, "card", "!", "inserted")]
    assert (tmp_path / "card.log").read_text() == "    2.500 ! inserted\n"


def test_a_lane_nobody_draws_is_refused() -> None:
    """An entry that no strip would show is a mistake of the bench and says so."""
    with pytest.raises(AssertionError, match="no lane cat"):
        Timeline().note("cat", "!", "sleeps")


async def test_whoever_waits_is_woken_by_the_next_entry() -> None:
    """A page that shows the timeline learns of each entry when it is added."""
    timeline = Timeline()
    seen: list[int] = []

    async def watch(task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        task_status.started()
        await timeline.changed()
        seen.append(len(timeline.entries))

    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            await nursery.start(watch)
            await trio.testing.wait_all_tasks_blocked()
            timeline.note("power", "!", "cut")
    assert seen == [1]
