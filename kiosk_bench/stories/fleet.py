"""Stories of the operator at the centre: a fault's ticket on the screen, payments held."""

import json
from typing import Any

import trio

from kiosk_bench import faults
from kiosk_bench.console import Shown
from kiosk_bench.stories.story import (
    Expected,
    Story,
    choose_grade,
    log_in_by_card,
    open_service,
    payable_months,
    take_card,
    until,
)
from kiosk_bench.trust import KIOSK_ID
from kiosk_bench.world import World

HEARD_S = 60.0
"""The first heartbeat comes after five to fifteen seconds, then one at least every ten."""
DIGITS = "零幺二三四五六七八九"
"""As numbers are read aloud, one by one."""
BY = ("--by", "operator", "--note", "story")


async def ticket_shown(world: World) -> str:
    """The receipt printer has no paper: a ticket is opened, shown to her, closed when mended."""
    await faults.begin(world, "receipt.paper_out")
    await _until_tickets(world, 1)
    (ticket,) = await _tickets(world)
    await log_in_by_card(world, world.people.zhang)
    await world.earphones(True)
    await world.console.tap("home", "tab-convenience")
    await _until_said(world, ticket["number"])
    await world.earphones(False)
    await world.console.tap("home", "end")
    await take_card(world)
    faults.end(world, "receipt.paper_out")
    await _until_tickets(world, 0)
    return f"{ticket['module']} {ticket['code']} closed"


async def held_from_afar(world: World) -> str:
    """An operator holds payments: she is refused at once, and greyed after; then it goes on."""
    await log_in_by_card(world, world.people.zhang)
    await open_service(world, "handling", "pay-contribution")
    await world.console.tap("choose-scheme", "scheme-pension")
    await world.console.tap("choose-scheme", "next")
    await choose_grade(world)
    await world.console.tap("choose-grade", "next")
    for button in await payable_months(world):
        await world.console.tap("choose-months", button)
    await _kiosk(world, "hold")
    await world.console.tap("choose-months", "next")
    await world.console.screen("problem")
    await world.console.tap("problem", "ok")
    await world.console.screen("home", "choose-months")
    await world.console.wait_for(_paying_greyed, "paying to be greyed", HEARD_S)
    await _kiosk(world, "let-pay")
    await world.console.wait_for(_paying_open, "paying to be open again", HEARD_S)
    await world.console.tap("home", "end")
    await take_card(world)
    return "held"


async def pack_rolled_out(world: World) -> str:
    """A new pack comes changed: the old one stays, a ticket is opened; then it comes whole."""
    pack = _newer_pack(world)
    (world.folder / "pack.json").write_text(json.dumps(pack), encoding="utf-8")
    await faults.begin(world, "central.pack_changed")
    words = ("--kind", "config", "--file", str(world.folder / "pack.json"), "--stages", "100%")
    await world.centre.call("rollout", "start", "--db", world.centre.url, *words, *BY)
    await _until_tickets(world, 1)
    (ticket,) = await _tickets(world)
    assert _kept(world)["version"] < pack["version"], "what was changed is not kept"
    faults.end(world, "central.pack_changed")
    await until(lambda: _kept(world) == pack, "the new pack on disk", HEARD_S)
    await _until_tickets(world, 0)
    await log_in_by_card(world, world.people.zhang)
    await world.console.tap("home", "end")
    await take_card(world)
    return f"{ticket['module']} {ticket['code']}, then taken"


def _kept(world: World) -> dict[str, Any]:
    """Return the region pack that lies on the kiosk's disk."""
    data = (world.state_dir / "region.json").read_bytes()
    return dict(json.loads(data.partition(b"\n")[2]))


def _newer_pack(world: World) -> dict[str, Any]:
    """Return the kiosk's pack with another hotline in the first place."""
    pack = _kept(world)
    first, *others = pack["hotlines"]
    return pack | {
        "version": pack["version"] + 1,
        "hotlines": [first | {"number": "12345"}, *others],
    }


async def _kiosk(world: World, verb: str) -> None:
    await world.centre.call("kiosk", verb, KIOSK_ID, "--db", world.centre.url, *BY)


async def _tickets(world: World) -> list[dict[str, Any]]:
    words = ("kiosk", "tickets", "--db", world.centre.url, "--json")
    return list(json.loads(await world.centre.call(*words)))


async def _until_tickets(world: World, count: int) -> None:
    with trio.fail_after(HEARD_S):
        while len(await _tickets(world)) != count:
            await trio.sleep(0.5)


async def _until_said(world: World, number: str) -> None:
    """Wait until whoever has the welcome screen read to her hears the number's digits."""
    digits = " ".join(DIGITS[int(one)] for one in number if one.isdigit())
    await until(lambda: f"报修单 F {digits}" in "\n".join(world.spoken()), number)


def _paying_greyed(shown: Shown) -> bool:
    return shown.screen == "home" and "service-pay-contribution" not in shown.buttons


def _paying_open(shown: Shown) -> bool:
    return shown.screen == "home" and "service-pay-contribution" in shown.buttons


STORIES = (
    Story(
        "fault-has-a-ticket",
        "The printer has no paper: a ticket is opened at the centre, shown, closed when mended.",
        ticket_shown,
        Expected("receipt_printer D-11 closed", 0, 0, ("home", "take-card", "welcome")),
    ),
    Story(
        "payments-held-from-afar",
        "An operator holds payments while she chooses: refused with the reason, greyed, released.",
        held_from_afar,
        Expected("held", 0, 0, ("choose-months", "problem", "home", "take-card", "welcome")),
    ),
    Story(
        "pack-rolled-out",
        "A rolled out pack comes changed: the last good one stays, a ticket; then it comes whole.",
        pack_rolled_out,
        Expected("region G-06, then taken", 0, 0, ("home", "take-card", "welcome")),
    ),
)
