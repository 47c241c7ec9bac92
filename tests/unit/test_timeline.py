"""The timeline: one clock for everything that the bench sees."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trio
import trio.testing

from kiosk_bench.kiosk_process import KioskProcess
from kiosk_bench.timeline.teller import Teller
from kiosk_bench.timeline.timeline import Entry, Timeline
from kiosk_bench.timeline.watching import LogWatch, ToldFaults
from kiosk_bench.wirelog import WireLog
from tests.patience import PATIENCE_S

REF = "K0123-62FT-000001"


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


def test_a_fault_is_told_when_it_begins_and_ends() -> None:
    """Whoever sets a fault, and the device that ends one by itself, tell it; twice is once."""
    timeline = Timeline(_Clock())
    faults = ToldFaults(timeline)
    for _ in range(2):
        faults.add("receipt.paper_out")
    for _ in range(2):
        faults.discard("receipt.paper_out")
    assert [one.text for one in timeline.entries] == [
        "receipt.paper_out begins",
        "receipt.paper_out ends",
    ]


def test_the_journal_is_told_by_the_kiosks_log(tmp_path: Path) -> None:
    """A synced state is an entry at the log's own time; a torn or foreign line is none."""
    timeline = Timeline()
    kiosk = KioskProcess(tmp_path / "kioskd.toml", tmp_path, {})
    stamp = datetime.fromtimestamp(timeline.began_at, UTC).strftime("%Y-%m-%dT%H:%M:%S.999Z")
    synced = {"at": stamp, "event": "journal.synced", "ref": REF, "state": "intended"}
    early = {"at": stamp, "event": "health.trouble", "part": "pin_pad", "reason": "pin_pad_gone"}
    up = {"at": stamp, "event": "screen.shown", "screen": "welcome"}
    lines = ["strace: nothing", *map(json.dumps, (early, up, early, synced)), '{"at": "torn']
    kiosk.log.write_text("\n".join(f"<6>{line}" for line in lines) + "\n")
    watch = LogWatch(kiosk, timeline)
    watch.look()
    watch.look()
    told = [(one.lane, one.text) for one in timeline.entries]
    assert told == [
        ("fault", "kiosk: pin_pad: pin pad gone"),
        ("journal", f"INTENDED {REF}"),
    ]


def _told(lane: str, *lines: str) -> list[str]:
    """Return what is told of lines of a wire log."""
    timeline = Timeline(_Clock())
    teller = Teller(timeline, lane)
    for line in lines:
        direction, _, logged = line.partition(" ")
        teller.tell(direction, logged)
    return [f"{one.direction} {one.text}" for one in timeline.entries]


def test_an_unchanged_status_is_told_once() -> None:
    """An idle kiosk's questions do not bury what happens; each change of an answer is told."""
    no_card, card = ("> 20 01", "< 80 and 0 bytes"), ("> 20 01", "< 9f and 4 bytes")
    quiet = _told("id-reader", *no_card * 3, "! card put down", *card * 2, *no_card)
    assert quiet == [
        "> find card", "< no card", "! card put down", "> find card", "< a card is there, 4 bytes",
        "> find card", "< no card",
    ]  # fmt: skip


def test_a_question_that_nobody_answers_is_told() -> None:
    """Of a silent device each question is told, when the next thing happens on its wire."""
    asked = "> DLE EOT 4"
    assert _told("receipt", asked, "< 12", asked, asked, "! unplugged") == [
        "> paper?", "< paper enough", "> paper?", "> paper?", "! unplugged",
    ]  # fmt: skip
    after = _told("receipt", asked, "< 12", asked, "! unplugged", asked, "< 12")
    assert after[-2:] == ["> paper?", "< paper enough"]
