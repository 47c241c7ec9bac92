"""Deeds of single fingers: one key of the PIN pad, paper out of a printer's mouth."""

from typing import Annotated

import trio

from kiosk_bench.console import StoryFailed
from kiosk_bench.deeds.registry import deed
from kiosk_bench.kinds import one_of
from kiosk_bench.world import World

PAD_KEYS = (*"0123456789", "ok", "clear", "cancel")

PadKey = Annotated[str, one_of("KEY", *PAD_KEYS, called="key of the PIN pad")]
Printer = Annotated[str, one_of("receipt|a4", "receipt", "a4", called="printer")]


@deed("bank key", "pin-pad")
async def bank_key(world: World, key: PadKey) -> None:
    """Press one key of the PIN pad, now; a PIN of 4 to 12 digits is confirmed with ``ok``."""
    if not await world.pin_pad.customer.press_key(key):
        raise StoryFailed(f"the PIN pad does not heed the key {key} now")


@deed("paper take")
async def paper_take(world: World, printer: Printer) -> None:
    """Take the paper that came out of a printer."""
    if printer == "receipt":
        world.printer.take_slips()
    elif world.a4 is None:
        raise StoryFailed("there is no A4 printer")
    else:
        world.a4.take_sheets()
    await trio.lowlevel.checkpoint()
