"""Deeds that look: each waits until the world is as the line says, and fails if it never is."""

import json
from collections.abc import Awaitable, Callable
from typing import Annotated

import trio

from kiosk_bench.config_file import LAMP_PINS
from kiosk_bench.console import Shown, StoryFailed
from kiosk_bench.deeds.parameters import Button, Duration, Number, ScreenId, Text, Words
from kiosk_bench.deeds.registry import deed
from kiosk_bench.kinds import one_of
from kiosk_bench.trust import KIOSK_ID
from kiosk_bench.world import World

LOOK_S = 0.05
ASK_S = 0.2
"""How often the world is looked at, and a book asked."""
WITHIN_S = 60.0
AssessmentState = Annotated[str, one_of("STATE", "open", "paying", "paid", "released", "expired")]
Lamp = Annotated[str, one_of("LAMP", *LAMP_PINS)]


def same(what: str, found: object, should: object) -> None:
    """Raise StoryFailed with both if they differ."""
    if found != should:
        raise StoryFailed(f"{what}: {found!r}, expected {should!r}")


async def until(what: Callable[[], bool], words: str, within_s: float = WITHIN_S) -> None:
    """Wait until something in the world is so. Raises StoryFailed naming it."""
    with trio.move_on_after(within_s):
        while not what():
            await trio.sleep(LOOK_S)
        return
    raise StoryFailed(f"waited {within_s:g} s for {words}")


async def until_told(
    ask: Callable[[], Awaitable[object]], should: object, words: str, within_s: float = WITHIN_S
) -> None:
    """Ask until the answer is as it should be. Raises StoryFailed with the last answer."""
    found: object = None
    with trio.move_on_after(within_s):
        while (found := await ask()) != should:
            await trio.sleep(ASK_S)
        return
    raise StoryFailed(f"{words}: {found!r} after {within_s:g} s, expected {should!r}")


@deed("expect button")
async def expect_button(
    world: World, screen: ScreenId, button: Button, *, within: Duration = WITHIN_S
) -> None:
    """A screen is up and offers a button."""
    await world.console.wait_for(
        lambda shown: shown.screen == screen and button in shown.buttons,
        f"{screen} with {button}",
        within,
    )


@deed("expect no button")
async def expect_no_button(
    world: World, screen: ScreenId, button: Button, *, within: Duration = WITHIN_S
) -> None:
    """A screen is up and does not offer a button."""
    await world.console.wait_for(
        lambda shown: shown.screen == screen and button not in shown.buttons,
        f"{screen} without {button}",
        within,
    )


@deed("expect buttons")
async def expect_buttons(
    world: World, screen: ScreenId, begin: Button, count: Number, *, within: Duration = WITHIN_S
) -> None:
    """A screen is up with so many buttons whose ids begin so."""

    def fits(shown: Shown) -> bool:
        found = [button for button in shown.buttons if button.startswith(begin)]
        return shown.screen == screen and len(found) == count

    await world.console.wait_for(fits, f"{screen} with {count} {begin}...", within)


@deed("expect new picture")
async def expect_new_picture(
    world: World, screen: ScreenId, *, within: Duration = WITHIN_S
) -> None:
    """The screen that is up is drawn anew, as when it has more to say."""
    await world.console.screen(screen, within_s=within)
    before = len(world.console.shown)
    await world.console.wait_for(
        lambda shown: shown.screen == screen and shown.serial > before, f"{screen} anew", within
    )


@deed("expect shown")
async def expect_shown(
    world: World, screen: ScreenId, *, times: Number = 1, within: Duration = WITHIN_S
) -> None:
    """A screen has been shown so often since the world began, even if it is up no more."""

    def was_shown(_: Shown) -> bool:
        return world.console.ids().count(screen) >= times

    await world.console.wait_for(was_shown, f"{screen} to have been shown", within)


@deed("expect events")
async def expect_events(world: World, kinds: Words) -> None:
    """The centre has heard these events of the cabinet, in order, and all of this kiosk."""

    async def heard() -> list[str]:
        text = await world.centre.call("kiosk", "events", "--db", world.centre.url, "--json")
        events = json.loads(text)
        same("kiosks", {one["kiosk_id"] for one in events} - {KIOSK_ID}, set())
        return [one["kind"] for one in events]

    await until_told(heard, kinds, "events of the cabinet")


@deed("expect postings")
async def expect_postings(world: World, count: Number) -> None:
    """The ledger holds so many payments."""

    async def posted() -> int:
        return len((await world.centre.ledger())["postings"])

    await until_told(posted, count, "payments in the ledger")


@deed("expect assessment")
async def expect_assessment(world: World, state: AssessmentState) -> None:
    """The only assessment stands so at the centre."""

    async def states() -> list[str]:
        return [one["state"] for one in (await world.centre.ledger())["assessments"]]

    await until_told(states, [state], "assessments")


@deed("expect payment resolved")
async def expect_payment_resolved(world: World, *, within: Duration = WITHIN_S) -> None:
    """The kiosk's journal has no open payment, and the centre was told of the last."""
    await until(world.journal_is_at_rest, "the payment to be resolved", within)


@deed("expect payment untold")
async def expect_payment_untold(world: World) -> None:
    """The kiosk still waits for the centre's answer about its last payment."""
    await trio.lowlevel.checkpoint()
    same("the centre has answered", world.journal_is_at_rest(), False)


@deed("expect logged")
async def expect_logged(
    world: World, event: Text, *, times: Number = 1, within: Duration = WITHIN_S
) -> None:
    """The kiosk's log holds an event at least so often."""
    log, name = world.kiosk.log, f'"{event}"'

    def is_logged() -> bool:
        return log.read_text(encoding="utf-8", errors="replace").count(name) >= times

    await until(is_logged, f"{event} in the log", within)


@deed("expect not logged")
async def expect_not_logged(world: World, text: Text) -> None:
    """The kiosk's log holds nothing of this text."""
    await trio.lowlevel.checkpoint()
    log = world.kiosk.log.read_text(encoding="utf-8", errors="replace")
    same(f"{text!r} in the log", text in log, False)


@deed("expect said")
async def expect_said(world: World, text: Text, *, times: Number = 1) -> None:
    """The kiosk has said something at least so often; the beginning of the voice counts too."""
    await until(
        lambda: sum(text in line for line in world.spoken()) >= times, f"{text!r} to be said"
    )


@deed("expect lamp blinks", "cabinet")
async def expect_lamp_blinks(world: World, lamp: Lamp) -> None:
    """A lamp is seen lit and unlit."""
    seen: set[bool] = set()
    with trio.move_on_after(WITHIN_S):
        while len(seen) < 2:
            seen.add(await world.cabinet.lamp_lit(LAMP_PINS[lamp]))
            await trio.sleep(LOOK_S)
        return
    raise StoryFailed(f"the lamp {lamp} does not blink")


@deed("expect lamp lit", "cabinet")
async def expect_lamp_lit(world: World, lamp: Lamp) -> None:
    """A lamp is lit."""
    with trio.move_on_after(WITHIN_S):
        while not await world.cabinet.lamp_lit(LAMP_PINS[lamp]):
            await trio.sleep(LOOK_S)
        return
    raise StoryFailed(f"the lamp {lamp} is not lit")


@deed("expect dead", "power")
async def expect_dead(world: World) -> None:
    """The kiosk's power has gone."""
    await world.kiosk.wait_dead()
