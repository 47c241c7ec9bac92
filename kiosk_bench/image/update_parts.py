"""The parts of the trial of updates: one that is kept, bundles that are refused, five cuts."""

from collections.abc import Awaitable, Callable

import trio

from kiosk_bench.console import StoryFailed
from kiosk_bench.image.fat import choice_at
from kiosk_bench.image.qmp import MachineGone
from kiosk_bench.image.releases import damage
from kiosk_bench.image.serial_console import NotSaid
from kiosk_bench.image.updates import (
    KEPT_WITHIN_S,
    LOADED_WITHIN_S,
    LOOK_S,
    RESTARTED_WITHIN_S,
    Course,
    Updated,
)
from kiosk_bench.image.world import WELCOME_WITHIN_S
from kiosk_bench.runner import STORIES
from kiosk_bench.stories.story import Story

STREAMED_BYTES = 150 << 20
"""Written to the other slot before the plug is pulled."""
TRIALS = 2
"""That a version is given which does not come up."""
BYTE_LOOK_S = 0.002
FAILURES = (StoryFailed, NotSaid, MachineGone, TimeoutError, trio.TooSlowError)
Part = Callable[[Course], Awaitable[None]]
PAYS_BEFORE = STORIES["pay-by-card"]
PAYS_AFTER = STORIES["another-citizen-pays"]
"""Who has paid her months before the update has none left to pay after it."""


async def pay(course: Course, story: Story) -> None:
    """Have somebody pay, and everybody's books told of it. Raises StoryFailed."""
    outcome = await story.play(course.world)
    if outcome != "paid":
        raise StoryFailed(f"{story.name}: {outcome}")
    course.paid += 1


async def kept(course: Course) -> None:
    """Nobody interrupts: fetched, tried, kept; the next start is in the new slot, and pays."""
    world = course.world
    await world.start_kiosk()
    await pay(course, PAYS_BEFORE)
    await course.offer_next()
    await loaded(course)
    await course.into_trial()
    row = Updated("no cut")
    await course.keeps(row)
    await welcomed(course)
    came_to, row = row.came_to, await course.cut(row.what)
    row.came_to = came_to
    if row.version != course.offers.next.version:
        row.problems.append(f"slot {row.slot} with {row.version} starts next")
    await course.starts_by_itself(row)
    await pay(course, PAYS_AFTER)


async def refused(course: Course) -> None:
    """What may not be taken is refused with its code; nobody's visit is disturbed."""
    for one in course.offers.refused:
        row = Updated(one.what)
        course.rows.append(row)
        await course.offer(one.version, one.bundle, one.keys)
        line = await course.said("update.refused", LOADED_WITHIN_S, version=one.version)
        await course.until_ticket(one.code)
        await course.until_report(one.code)
        row.came_to = f"refused {line.event['code']}: ticket at the centre, report on the card"
        await course.world.console.screen("welcome")
        await course.roll_back()
        await course.until_ticket("")


async def loaded(course: Course) -> None:
    """Wait until the other slot is whole and offered."""
    await course.said("update.stage", LOADED_WITHIN_S, stage="ready")


async def streaming(course: Course) -> None:
    """Wait until a part of the version has been written to the other slot."""
    await course.said("update.stage", LOADED_WITHIN_S, stage="loading")
    start = course.world.start
    before, _ = await start.written_bytes()
    with trio.fail_after(LOADED_WITHIN_S):
        while (await start.written_bytes())[0] < before + STREAMED_BYTES:
            await trio.sleep(LOOK_S)


async def trial_starting(course: Course) -> None:
    """Wait until the new slot has started its kiosk, which is not READY yet."""
    await course.into_trial()
    await course.world.start.console.wait_text(r"Starting kioskd\.service", WELCOME_WITHIN_S)


async def welcomed(course: Course) -> None:
    """Wait until visitors are welcome."""
    await course.world.console.screen("welcome", within_s=WELCOME_WITHIN_S)


async def trial_ready(course: Course) -> None:
    """Wait until the new slot serves visitors, half a minute before it may be kept."""
    await course.into_trial()
    await welcomed(course)


async def confirming(course: Course) -> None:
    """Wait until the byte that keeps the new slot is on the card, and nothing after it."""
    disk = course.world.machine.hardware.disk
    at = await trio.to_thread.run_sync(choice_at, disk)
    await course.into_trial()
    with trio.fail_after(WELCOME_WITHIN_S + KEPT_WITHIN_S), disk.open("rb", buffering=0) as file:
        while file.seek(at) >= 0 and file.read(1) == b"a":
            await trio.sleep(BYTE_LOOK_S)


MOMENTS: tuple[tuple[str, Part], ...] = (
    ("while it streams into the other slot", streaming),
    ("the slot is whole, before the trial", loaded),
    ("the trial starts, before READY", trial_starting),
    ("after READY, before it is kept", trial_ready),
    ("at the write that keeps it", confirming),
)


async def cut_five_times(course: Course) -> None:
    """One card through five cuts; after each it starts by itself and the update goes on.

    The fourth is the second trial that did not come to its end: that is refused, and the centre
    has to want the version anew.
    """
    await course.world.start_kiosk()
    await pay(course, PAYS_BEFORE)
    await course.offer_next()
    for what, moment in MOMENTS:
        await moment(course)
        row = await course.cut(what)
        await course.starts_by_itself(row)
        await _goes_on(course, moment, row)
        course.keep_rows()
    await pay(course, PAYS_AFTER)


async def _goes_on(course: Course, moment: Part, row: Updated) -> None:
    new = course.offers.next.version
    if moment is trial_ready:
        await course.until_ticket("U-09")
        row.came_to = "refused U-09 after its second trial; ordered again"
        await course.roll_back()
        await course.until_ticket("")
        await course.offer_next()
        await loaded(course)
    elif moment is confirming:
        row.came_to = f"{row.version} stays"
        await course.said("update.stage", RESTARTED_WITHIN_S, stage="idle", version=new)
    else:
        row.came_to = "went on"
    expected = new if moment is confirming else course.offers.flashed.version
    if row.version != expected:
        row.problems.append(f"{row.version} starts next, not {expected}")


async def damaged(course: Course) -> None:
    """The other slot loses its first bytes before its trial: the old one serves on, and says why.

    Ordered again, the damage is found and mended, and the version is taken.
    """
    await course.world.start_kiosk()
    await pay(course, PAYS_BEFORE)
    await course.offer_next()
    await loaded(course)
    row = await course.cut("the other slot is damaged before its trial")
    damage(course.world.machine.hardware.disk, "b")
    await course.starts_by_itself(row)
    for _ in range(TRIALS):
        await course.into_trial()
        with trio.fail_after(WELCOME_WITHIN_S):
            await course.world.off.wait()  # it cannot start, and restarts by itself
        await course.starts_by_itself(row)
    await course.until_ticket("U-09")
    await course.until_report("U-09")
    row.came_to = "two trials that did not start, U-09: ticket at the centre, report on the card"
    await course.roll_back()
    await course.until_ticket("")
    await course.offer_next()
    await loaded(course)
    await course.into_trial()
    kept = Updated("ordered again")
    await course.keeps(kept)
    await welcomed(course)
    await pay(course, PAYS_AFTER)
    last = await course.cut(kept.what)
    last.came_to = kept.came_to


async def told(course: Course, *parts: Part) -> str:
    """Go through parts; return what citizens were told, or that it failed and at what."""
    failed: tuple[BaseException, ...] = ()
    try:
        for part in parts:
            await part(course)
    except* FAILURES as group:
        failed = group.exceptions
    if failed:
        return f"failed: {'; '.join(str(one) or type(one).__name__ for one in failed)}"
    return ", ".join(["paid"] * course.paid)
