"""Deeds at the screen and the pad below it: touches, keys, and waiting for a picture."""

from kiosk_bench.console import PATIENCE_S, Shown
from kiosk_bench.deeds.parameters import Button, Citizen, Digits, Duration, Key, Number, ScreenId
from kiosk_bench.deeds.registry import deed
from kiosk_bench.world import World


@deed("tap")
async def tap(
    world: World, screen: ScreenId, button: Button, *, within: Duration = PATIENCE_S
) -> None:
    """Wait until a screen offers a button, and touch it."""
    await world.console.tap(screen, button, within)


@deed("touch")
async def touch(world: World, x: Number, y: Number) -> None:
    """Touch a point of the glass, whatever is there; pixels from the upper left corner."""
    await world.console.point(x, y)


@deed("key")
async def key(world: World, key: Key) -> None:
    """Press a key of the pad below the screen, whatever is shown."""
    await world.console.blind_key(key)


@deed("sign")
async def sign(world: World) -> None:
    """Make the technicians' sign: a finger stays on the clock."""
    await world.console.call()


@deed("type pin of")
async def type_pin_of(world: World, citizen: Citizen) -> None:
    """Type the PIN of a citizen's card on the shuffled pad of the screen, and OK."""
    await type_pin(world, world.people.named(citizen).pin)


@deed("type pin")
async def type_pin(world: World, digits: Digits) -> None:
    """Type any PIN on the shuffled pad of the screen, and OK.

    It waits for a pad on which nothing is typed: the last one is still up when OK is touched.
    """
    await world.console.wait_for(_is_fresh_pad, "a pad to type a PIN", PATIENCE_S)
    await touch_pin(world, digits)


async def touch_pin(world: World, digits: str) -> None:
    """Touch the digits of a PIN, each by its own button, and OK."""
    for digit in digits:
        await world.console.tap("enter-pin", f"digit-{digit}")
    await world.console.tap("enter-pin", "ok")


def _is_fresh_pad(shown: Shown) -> bool:
    return shown.screen == "enter-pin" and "ok" not in shown.buttons


@deed("wait")
async def wait(world: World, screen: ScreenId, *, within: Duration = PATIENCE_S) -> None:
    """Wait until a screen is up."""
    await world.console.screen(screen, within_s=within)
