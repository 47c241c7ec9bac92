"""Deeds of an operator at the centre: tickets, holding payments, packs, who is let in."""

import json
from pathlib import Path
from typing import Annotated, Any

import trio

from kiosk_bench.console import StoryFailed
from kiosk_bench.deeds.expecting import same, until, until_told
from kiosk_bench.deeds.parameters import Number, Text
from kiosk_bench.deeds.registry import deed
from kiosk_bench.kinds import one_of
from kiosk_bench.trust import KIOSK_ID
from kiosk_bench.world import World

HEARD_S = 60.0
"""The first heartbeat comes after five to fifteen seconds, then one at least every ten."""
LOOKS_S = 60.0
"""The kiosk asks for the time every 15 s, and so learns what the centre thinks of it."""
BY = ("--by", "operator", "--note", "story")
DIGITS = "零幺二三四五六七八九"
"""As numbers are read aloud, one by one."""
Which = Annotated[str, one_of("old|new", "old", "new", called="pack")]


async def _tickets(world: World) -> list[dict[str, Any]]:
    words = ("kiosk", "tickets", "--db", world.centre.url, "--json")
    return list(json.loads(await world.centre.call(*words)))


@deed("expect ticket")
async def expect_ticket(world: World, module: Text, code: Text) -> None:
    """One ticket is open at the centre: of this part, with this code."""

    async def told() -> list[tuple[str, str]]:
        return [(one["module"], one["code"]) for one in await _tickets(world)]

    await until_told(told, [(module, code)], "tickets", HEARD_S)


@deed("expect no ticket")
async def expect_no_ticket(world: World) -> None:
    """No ticket is open at the centre."""

    async def count() -> int:
        return len(await _tickets(world))

    await until_told(count, 0, "open tickets", HEARD_S)


@deed("expect ticket said")
async def expect_ticket_said(world: World) -> None:
    """Whoever has the screen read to her hears the open ticket's number, digit by digit."""
    (ticket,) = await _tickets(world)
    digits = " ".join(DIGITS[int(one)] for one in ticket["number"] if one.isdigit())
    await until(lambda: f"报修单 F {digits}" in "\n".join(world.spoken()), ticket["number"])


@deed("operator holds payments")
async def operator_holds_payments(world: World) -> None:
    """Hold payments at this kiosk from the centre."""
    await world.centre.call("kiosk", "hold", KIOSK_ID, "--db", world.centre.url, *BY)


@deed("operator lets pay")
async def operator_lets_pay(world: World) -> None:
    """Let this kiosk take payments again."""
    await world.centre.call("kiosk", "let-pay", KIOSK_ID, "--db", world.centre.url, *BY)


@deed("roll out a newer pack")
async def roll_out_a_newer_pack(world: World) -> None:
    """Roll out the region's pack with another hotline and the next version, to everybody."""
    pack = _kept(world)
    first, *others = pack["hotlines"]
    newer = pack | {
        "version": pack["version"] + 1,
        "hotlines": [first | {"number": "12345"}, *others],
    }
    file = _rolled_out(world)
    file.write_text(json.dumps(newer), encoding="utf-8")
    words = ("--kind", "config", "--file", str(file), "--stages", "100%")
    await world.centre.call("rollout", "start", "--db", world.centre.url, *words, *BY)


@deed("expect pack")
async def expect_pack(world: World, which: Which) -> None:
    """The kiosk keeps its old pack, or the one rolled out, which must come whole."""
    newer = json.loads(_rolled_out(world).read_text(encoding="utf-8"))
    if which == "old":
        await trio.lowlevel.checkpoint()
        same("is older", _kept(world)["version"] < newer["version"], True)
    else:
        await until(lambda: _kept(world) == newer, "the new pack on disk", HEARD_S)


def _rolled_out(world: World) -> Path:
    return world.folder / "pack.json"


def _kept(world: World) -> dict[str, Any]:
    """Return the region pack that lies on the kiosk's disk."""
    data = (world.state_dir / "region.json").read_bytes()
    return dict(json.loads(data.partition(b"\n")[2]))


@deed("centre revokes the kiosk")
async def centre_revokes_the_kiosk(world: World) -> None:
    """Let the centre accept the kiosk's certificate no more."""
    db = ("--db", world.centre.url)
    await world.centre.call("kiosk", "revoke", KIOSK_ID, *db, "--reason", "stolen")


@deed("enrol the kiosk again")
async def enrol_the_kiosk_again(world: World) -> None:
    """Get a new code from the centre and enrol the kiosk with it, as a technician does."""
    identity = world.centre.trust.identity(KIOSK_ID) / "identity.pem"
    before = identity.read_bytes()
    code = await world.centre.call("kiosk", "enrol", KIOSK_ID, "--db", world.centre.url)
    words = ["enrol", "--config", str(world.kiosk.config), "--code", code.strip()]
    await world.programs.kiosk.read(words, world.folder)
    if identity.read_bytes() == before:
        raise StoryFailed("enrolled again, and the certificate is the same")


@deed("expect trouble")
async def expect_trouble(world: World, reason: Text) -> None:
    """By its log the kiosk knows of this trouble with the centre; ``none`` for none."""
    wanted = None if reason == "none" else reason
    await until(lambda: _last_trouble(world) == wanted, f"the centre: {reason}", LOOKS_S)


def _last_trouble(world: World) -> str | None:
    told = world.kiosk.events("central.trouble")
    return told[-1]["reason"] if told else None


@deed("expect asked")
async def expect_asked(world: World, path: Text, times: Number) -> None:
    """The kiosk has asked the centre for a path so often, by the log of the line."""
    await trio.lowlevel.checkpoint()
    asked = (world.wires / "centre.log").read_text(encoding="utf-8")
    same(f"requests for {path}", asked.count(path), times)
