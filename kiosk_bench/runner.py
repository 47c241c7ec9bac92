"""Play stories: each in a world of its own, judged by everybody's books."""

import shutil
import time
from dataclasses import replace
from pathlib import Path

import trio

from kiosk_bench.console import Shown, StoryFailed
from kiosk_bench.evidence import FAILED, Stopwatch, Summary, judge
from kiosk_bench.programs import Programs
from kiosk_bench.stories.library import all_stories
from kiosk_bench.stories.story import Story
from kiosk_bench.world import World, running_world

STORIES = all_stories()
STORY_LIMIT_S = 480.0
ENDS = ("paid", "not-paid", "payment-unknown")


async def play(
    story: Story,
    folder: Path,
    programs: Programs,
    pictures: bool = True,
    by_keys: bool = False,
) -> Summary:
    """Play one story in a fresh ``folder``; leave the evidence there. Never raises StoryFailed.

    ``by_keys`` presses the pad's keys where the story touches.
    """
    shutil.rmtree(folder, ignore_errors=True)
    settings = replace(
        story.settings,
        pictures=pictures or story.looks,
        by_keys=by_keys or story.by_keys,
    )
    with trio.fail_after(STORY_LIMIT_S):
        async with running_world(folder, settings, programs) as world:
            return await play_in(world, story)


async def play_in(world: World, story: Story) -> Summary:
    """Play a story in a world whose kiosk is up; stop the kiosk and judge."""
    watch = Stopwatch()
    if world.is_measured:
        world.nursery.start_soon(_watch_paying, world, watch)
    try:
        outcome = await story.play(world)
    except (StoryFailed, TimeoutError) as failed:
        outcome = f"{FAILED}: {failed}"
    if world.is_measured and world.kiosk.is_running:
        watch.pss_mib = round(world.kiosk.pss_mib(), 1)
    await world.kiosk.stop()
    await world.look()
    return await judge(world, story, outcome, watch)


async def _watch_paying(world: World, watch: Stopwatch) -> None:
    """Measure from the first sight of the PIN pad screen to the screen with the end."""
    console = world.console
    await console.wait_for(lambda shown: shown.screen == "review", "the review", 1e6)
    watch.begin(time.time(), world.kiosk)
    await console.wait_for(_is_end, "the end of paying", 1e6)
    watch.end(time.time(), world.kiosk)


def _is_end(shown: Shown) -> bool:
    return shown.screen in ENDS


async def play_all(
    stories: list[Story], out: Path, programs: Programs, at_once: int, by_keys: bool = False
) -> list[Summary]:
    """Play several stories, at most ``at_once`` at a time, each in ``out/<name>``."""
    summaries: dict[str, Summary] = {}
    limit = trio.CapacityLimiter(at_once)

    async def one(story: Story) -> None:
        async with limit:
            folder = out / story.name
            summaries[story.name] = await play(story, folder, programs, by_keys=by_keys)

    async with trio.open_nursery() as nursery:
        for story in stories:
            nursery.start_soon(one, story)
    return [summaries[story.name] for story in stories]
