"""A kiosk that the centre does not accept any more, and that is made known again."""

import json

from kiosk_bench.stories.failing import until_posted
from kiosk_bench.stories.story import Expected, Story, end_and_take_card, log_in_and_pay, until
from kiosk_bench.trust import KIOSK_ID
from kiosk_bench.world import World

LOOKS_S = 60.0
"""The kiosk asks for the time every 15 s, and so learns what the centre thinks of it."""


async def revoked_and_enrolled_again(world: World) -> str:
    """Revoked, she is told so and nobody is served; a new code, and she pays as ever."""
    before = world.centre.trust.identity(KIOSK_ID) / "identity.pem"
    old = before.read_bytes()
    db = ("--db", world.centre.url)
    await world.centre.call("kiosk", "revoke", KIOSK_ID, *db, "--reason", "stolen")
    await until_trouble(world, "identity_refused")
    await world.console.screen("welcome")
    world.id_reader.put_card(world.people.zhang.id_card())
    await world.console.tap("problem", "end-visit")
    world.id_reader.take_card()
    code = await world.centre.call("kiosk", "enrol", KIOSK_ID, *db)
    words = ["enrol", "--config", str(world.kiosk.config), "--code", code.strip()]
    await world.programs.kiosk.read(words, world.folder)
    assert before.read_bytes() != old
    await until_trouble(world, None)
    await log_in_and_pay(world)
    await end_and_take_card(world, "paid")
    await until_posted(world, 1)
    return "refused, paid"


async def until_trouble(world: World, reason: str | None) -> None:
    """Wait until the kiosk's log says that this is how it stands with the centre."""
    await until(lambda: _last_trouble(world) == reason, f"the centre: {reason}", LOOKS_S)


def _last_trouble(world: World) -> str | None:
    lines = world.kiosk.log.read_text(encoding="utf-8", errors="replace").splitlines()
    told = [json.loads(line[3:]) for line in lines if '"central.trouble"' in line]
    reason = told[-1]["reason"] if told else None
    return None if reason is None else str(reason)


STORIES = (
    Story(
        "revoked-and-enrolled-again",
        "The centre revokes the kiosk: it says so. A technician enrols it again, and she pays.",
        revoked_and_enrolled_again,
        Expected(
            "refused, paid",
            1,
            1,
            ("problem", "welcome", "paid", "take-card", "welcome"),
            1,
        ),
    ),
)
