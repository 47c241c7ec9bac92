"""Stories of the cabinet and of what is left in it, and of a centre that talks nonsense."""

import json
from typing import Any

import trio

from kiosk_bench import faults
from kiosk_bench.config_file import LAMP_PINS
from kiosk_bench.console import Shown
from kiosk_bench.stories.story import (
    Expected,
    Story,
    choose_and_review,
    log_in_by_card,
    receipt_is_out,
    take_card,
    until,
)
from kiosk_bench.trust import KIOSK_ID
from kiosk_bench.world import World

CARD_LEFT = "cmn\t您的卡还在卡槽里，请取走您的卡。"
PINGS_S = 20.0


async def door_opened(world: World) -> str:
    """The door opens while she is at home: out, and nobody is served until it is closed."""
    await log_in_by_card(world, world.people.zhang)
    await world.cabinet.door(True)
    await world.console.screen("take-card")
    await world.card.pull()
    await world.console.screen("out-of-service")
    await world.cabinet.door(False)
    await world.console.screen("welcome")
    return await _told(world, 2)


async def door_opened_while_paying(world: World) -> str:
    """The door opens while the PIN pad waits for her: the payment ends first, then the visit."""
    await log_in_by_card(world, world.people.zhang)
    await choose_and_review(world)
    await world.console.tap("review", "pay")
    await world.console.screen("follow-pin-pad")
    await world.pin_pad.customer.insert_card()
    await world.cabinet.door(True)
    told = await _told(world, 1)
    await world.pin_pad.customer.enter_pin()
    await world.console.wait_for(receipt_is_out, "the end of the payment", 60)
    await world.console.tap("paid", "end")
    await world.console.screen("take-card")
    await world.card.pull()
    await world.console.screen("out-of-service")
    return f"paid, {told}"


async def card_left_behind(world: World) -> str:
    """She goes and leaves her card: lamp and voice call her back, and the centre knows of it."""
    await log_in_by_card(world, world.people.zhang)
    await world.console.tap("home", "end")
    await world.console.screen("take-card")
    await until(lambda: world.spoken().count(CARD_LEFT) > 1, "the voice to call twice")
    await _until_blinking(world)
    told = await _told(world, 1)
    await take_card(world)
    return told


async def centre_talks_nonsense(world: World) -> str:
    """An error page with a trace, a megabyte of noise: a named screen each time, and it goes on."""
    await log_in_by_card(world, world.people.zhang)
    for fault in ("central.html_500", "central.megabyte"):
        await faults.begin(world, fault)
        await world.console.tap("home", "service-insurance")
        await world.console.screen("problem")
        faults.end(world, fault)
        await world.console.tap("problem", "ok")
        await world.console.wait_for(_offers_insurance, "the centre to be well again", PINGS_S)
    await world.console.tap("home", "service-insurance")
    await world.console.tap("insurance", "back")
    await world.console.tap("home", "end")
    await take_card(world)
    log = world.kiosk.log.read_text(encoding="utf-8")
    return "a trace in the log" if "Traceback" in log else "named"


async def _told(world: World, count: int) -> str:
    """Return what the centre knows of the cabinet, once it knows that much."""
    with trio.fail_after(30):
        while len(events := await _events(world)) < count:
            await trio.sleep(0.2)
    assert all(one["kiosk_id"] == KIOSK_ID for one in events)
    return " ".join(one["kind"] for one in events)


async def _events(world: World) -> list[dict[str, Any]]:
    text = await world.centre.call("kiosk", "events", "--db", world.centre.url, "--json")
    return list(json.loads(text))


async def _until_blinking(world: World) -> None:
    seen: set[bool] = set()
    with trio.fail_after(10):
        while len(seen) < 2:
            seen.add(await world.cabinet.lamp_lit(LAMP_PINS["card"]))
            await trio.sleep(0.05)


def _offers_insurance(shown: Shown) -> bool:
    return shown.screen == "home" and "service-insurance" in shown.buttons


STORIES = (
    Story(
        "door-opened-in-visit",
        "The cabinet is opened in a visit: it ends, the centre is told, nobody is served.",
        door_opened,
        Expected("opened closed", 0, 0, ("home", "take-card", "out-of-service", "welcome")),
    ),
    Story(
        "door-opened-while-paying",
        "The cabinet is opened while she pays: the payment ends first and is told.",
        door_opened_while_paying,
        Expected(
            "paid, opened", 1, 1, ("follow-pin-pad", "paid", "take-card", "out-of-service"), 1
        ),
    ),
    Story(
        "card-left-behind",
        "She leaves her card in the slot: the lamp blinks, the voice calls, the centre is told.",
        card_left_behind,
        Expected("card_left", 0, 0, ("home", "take-card", "welcome")),
        {"visit": {"card_left_alarm_s": 0.5, "voice_again_s": 0.5}},
    ),
    Story(
        "centre-talks-nonsense",
        "The centre answers with error pages and noise: named screens, no trace, and on it goes.",
        centre_talks_nonsense,
        Expected("named", 0, 0, ("home", "problem", "home", "problem", "insurance", "take-card")),
    ),
)
