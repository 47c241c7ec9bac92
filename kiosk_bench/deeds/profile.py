"""Deeds of personal information: typed on the keyboard of the screen, judged by the centre."""

import json
from typing import Any

import trio

from kiosk_bench.deeds.expecting import same
from kiosk_bench.deeds.parameters import Number, Text
from kiosk_bench.deeds.registry import deed
from kiosk_bench.finding import find_in_files
from kiosk_bench.world import World
from kioskd.domain.profile import ProfileField
from kioskd.domain.typed_text import TextRule
from kioskd.protocols.central import Problem, ProblemCode
from kioskd.protocols.central_profile import refusal_detail

AGREED = "我同意"
REFUSED = Problem(
    422,
    ProblemCode.TEXT_NOT_ACCEPTED,
    "<script>a hostile title</script>",
    refusal_detail(ProfileField.CONTACT_NAME, TextRule.CHARACTERS),
)


@deed("type letters")
async def type_letters(world: World, letters: Text) -> None:
    """Type letters on the keyboard of the screen."""
    for letter in letters:
        await world.console.tap("enter-text", f"key-{letter}")


@deed("centre refuses the next change")
async def centre_refuses_the_next_change(world: World) -> None:
    """Let the next change be answered with a refusal of a character, its title hostile."""
    await trio.lowlevel.checkpoint()
    world.line.refuse_once("/v1/me/profile/changes/", REFUSED)


@deed("expect changes")
async def expect_changes(world: World, count: Number) -> None:
    """The centre has so many changes, each agreed to in words and of a kiosk."""
    changes = await _changes(world)
    same("changes", len(changes), count)
    whole = [one["agreed"].startswith(AGREED) and bool(one["kiosk_id"]) for one in changes]
    same("agreed to at a kiosk", all(whole), True)


@deed("expect change")
async def expect_change(world: World, field: Text, old: Text, new: Text, state: Text) -> None:
    """The centre has one change of a field, with what was there before, in this state."""
    found = [
        (one["before"], one["after"], one["state"])
        for one in await _changes(world)
        if one["field"] == field
    ]
    same(f"changes of {field}", found, [(old, new, state)])


@deed("expect not kept")
async def expect_not_kept(world: World, text: Text) -> None:
    """No file of the kiosk's state and no log of it holds this text, in any coding."""
    await trio.lowlevel.checkpoint()
    files = [file for file in world.state_dir.rglob("*") if file.is_file()]
    secrets = [("text", text.encode(coding)) for coding in ("utf-8", "utf-16-le", "gb18030")]
    same("files with it", find_in_files([*files, world.kiosk.log], secrets), [])


async def _changes(world: World) -> list[dict[str, Any]]:
    told = await world.centre.call("profile", "changes", "--db", world.centre.url, "--json")
    return list(json.loads(told))
