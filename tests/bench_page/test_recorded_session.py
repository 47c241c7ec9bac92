"""A session done by hand, recorded as a story file, comes to the same books when it is played."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import trio

from kiosk_bench.console import Console
from kiosk_bench.deeds import do
from kiosk_bench.evidence import find_in_text, judge
from kiosk_bench.programs import Programs, programs_loaded
from kiosk_bench.runner import Stopwatch, play
from kiosk_bench.stories.file import parse_story
from kiosk_bench.timeline.record import CannotRecord, Recording
from kiosk_bench.world import World, WorldSettings, running_world

NAME, TELLS = "recorded-payment", "She pays, as it was done by hand."


@pytest.fixture(scope="module")
def programs() -> Iterator[Programs]:
    with programs_loaded() as loaded:
        yield loaded


async def _touch(world: World, screen: str, button: str) -> None:
    """Touch where the picture has the button, as a finger on the page does."""
    shown = await world.console.wait_for(
        lambda shown: shown.screen == screen and button in shown.buttons, button, 60
    )
    left, top, wide, high = shown.buttons[button]
    await do(world, f"touch {left + wide // 2} {top + high // 2}")
    await _moved_on(world.console, shown.serial)


async def _moved_on(console: Console, serial: int) -> None:
    await console.wait_for(lambda shown: shown.serial > serial, "the next picture", 60)


async def _pay_by_hand(world: World) -> None:
    """Pay two months with touches in pixels and deeds of hands; the power goes meanwhile."""
    console = world.console
    await do(world, "bank late 1s")
    await do(world, "card insert zhang")
    for digit in world.people.zhang.pin:
        await _touch(world, "enter-pin", f"digit-{digit}")
    await _touch(world, "enter-pin", "ok")
    shown = await console.screen("home")
    if "service-pay-contribution" not in shown.buttons:
        await _touch(world, "home", "tab-handling")
    await _touch(world, "home", "service-pay-contribution")
    for button in ("scheme-pension", "next"):
        await _touch(world, "choose-scheme", button)
    while "grade-100" not in (await console.screen("choose-grade")).buttons:
        await _touch(world, "choose-grade", "page-next")
    for button in ("grade-100", "next"):
        await _touch(world, "choose-grade", button)
    shown = await console.screen("choose-months")
    for button in [one for one in sorted(shown.buttons) if one.startswith("month-")][:2]:
        await _touch(world, "choose-months", button)
    await _touch(world, "choose-months", "next")
    await _touch(world, "review", "pay")
    await console.screen("follow-pin-pad")
    await do(world, "bank insert")
    await do(world, "bank pin")


@pytest.mark.parametrize("cut", [False, True], ids=["whole", "power-cut"])
async def test_a_recorded_payment_replays_to_the_same_books(
    cut: bool, programs: Programs, tmp_path: Path
) -> None:
    """Charges, postings, receipts and the outcome are those of the session; no PIN is written."""
    async with running_world(tmp_path / "by-hand", WorldSettings(), programs) as world:
        recording = await Recording.begin(world)
        await _pay_by_hand(world)
        await (_cut_and_recover(world) if cut else _take_receipt_and_card(world))
        text = await recording.end(NAME, TELLS)
        assert find_in_text(text.encode(), world.people.secrets()) == []
        story = parse_story(text, "recorded.yaml")
        await world.kiosk.stop()
        by_hand = await judge(world, story, story.expected.outcome, Stopwatch())
    assert "type pin of zhang" in text
    assert by_hand.problems == []
    assert (story.expected.charges, story.expected.postings) == (1, 1)
    replayed = await play(story, tmp_path / "replayed", programs)
    assert replayed.problems == [], text


async def _take_receipt_and_card(world: World) -> None:
    await _touch(world, "paid", "end")
    await world.console.screen("take-card")
    await do(world, "card pull")
    await world.console.screen("welcome")


async def _cut_and_recover(world: World) -> None:
    """Cut the power once the PIN pad's approval was acknowledged; be posted after the start."""
    while not any(one.text == "approval acknowledged" for one in world.timeline.entries):
        await world.timeline.changed()
    await do(world, "power cut")
    await do(world, "card pull")
    await do(world, "power on")
    with trio.fail_after(60):
        while not any(one.lane == "ledger" for one in world.timeline.entries):
            await world.timeline.changed()


async def test_a_recording_begins_where_a_replay_does(programs: Programs, tmp_path: Path) -> None:
    """In the middle of a visit there is nothing to record from; a bad name is refused."""
    async with running_world(tmp_path, WorldSettings(), programs) as world:
        recording = await Recording.begin(world)
        with pytest.raises(CannotRecord, match="no name of a story"):
            await recording.end("../evil", TELLS)
        await do(world, "card insert zhang")
        await world.console.screen("enter-pin")
        with pytest.raises(CannotRecord, match="on the screen: enter-pin"):
            await Recording.begin(world)
