"""The deed that binds another to a moment that no hand can hit."""

from typing import Annotated

import trio

from kiosk_bench.console import StoryFailed
from kiosk_bench.deeds.registry import DeedLine, deed
from kiosk_bench.kinds import Kind, one_of
from kiosk_bench.world import World

PIN_PAD = "pin-pad."
POINTS = (
    "authorisation_received",
    "approval_sent",
    "approval_acknowledged",
    "completion_sent",
    "reversal_received",
    "reversal_done",
    "day_end_received",
    "day_end_done",
)
CONFIRMED = "centre.confirmed"
"""The kiosk reports a confirmed payment; the centre has not got it yet."""
MOMENTS = (*(PIN_PAD + point for point in POINTS), CONFIRMED)
_CHOICE = one_of("MOMENT", *MOMENTS)
Moment = Annotated[
    str, Kind("MOMENT:", lambda word: _CHOICE.read(word.removesuffix(":")), _CHOICE.tells)
]


@deed("at", "pin-pad")
async def at(world: World, moment: Moment, then: DeedLine) -> None:
    """Do another deed when a moment comes, once, before anything else happens.

    A story in which the moment never comes has failed.
    """
    world.moments[moment] = "it never came"

    async def act() -> None:
        try:
            await then.do(world)
        except StoryFailed as failed:
            world.moments[moment] = str(failed)  # told at the story's end: a device waits here
        else:
            del world.moments[moment]

    if moment == CONFIRMED:
        world.line.when_confirmed(act)
    else:
        world.pin_pad.at(moment.removeprefix(PIN_PAD), act)
    await trio.lowlevel.checkpoint()
