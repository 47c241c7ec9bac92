"""The citizen of a lean world: she logs in with her ID card and pays two months of her pension."""

from dataclasses import dataclass
from typing import Final

import trio

from kiosk_bench.console import StoryFailed
from kiosk_bench.deeds.visits import GRADE, turn_to
from kiosk_bench.money.lean import LeanWorld

SERVICE: Final = "service-pay-contribution"
SCHEME: Final = "scheme-pension"
MONTHS: Final = 2
ENDS: Final = ("paid", "not-paid", "payment-unknown")
WELCOME_S: Final = 180.0
CARD_TRIES: Final = 4
CARD_S: Final = 20.0
CARD_LIFTED_S: Final = 1.0
"""Long enough for the reader to see that no card is there."""
PAYING_S: Final = 180.0


@dataclass(frozen=True, slots=True)
class Visit:
    """How a visit ended for her."""

    outcome: str
    """``paid``, ``not-paid``, ``payment-unknown``, ``nothing-to-pay`` or ``greyed``."""
    months: tuple[str, ...] = ()
    """The months she chose, by their buttons."""


async def pay(world: LeanWorld, months: tuple[str, ...] = ()) -> Visit:
    """Visit the kiosk and pay ``months``, or the first two there are. Raises StoryFailed."""
    console = world.console
    await _log_in(world)
    await console.tap("home", "tab-handling")
    if not await _is_offered(world):
        return Visit("greyed")
    await console.tap("home", SERVICE)
    chosen = await _choose(world, months)
    if not chosen:
        return Visit("nothing-to-pay")
    await console.tap("review", "pay")
    world.nursery.start_soon(obey_pin_pad, world)
    shown = await console.screen(*ENDS, within_s=PAYING_S)
    world.at_the_pin_pad.cancel()
    await console.tap(shown.screen, "end", within_s=PAYING_S)
    return Visit(shown.screen, chosen)


async def _log_in(world: LeanWorld) -> None:
    """Lay her ID card down, and once more if nothing happens, as people do."""
    await world.console.screen("welcome", within_s=WELCOME_S)
    for _ in range(CARD_TRIES):
        world.id_reader.put_card(world.people.zhang.id_card())
        try:
            with trio.move_on_after(CARD_S):
                await world.console.screen("home", within_s=WELCOME_S)
        finally:
            world.id_reader.take_card()  # also when the kiosk dies: her card goes with her
        await trio.sleep(CARD_LIFTED_S)
        if world.console.ids()[-1] == "home":
            return
    raise StoryFailed("the kiosk does not take her ID card")


async def obey_pin_pad(world: LeanWorld) -> None:
    """Do what the PIN pad asks for, as often as it asks, whatever becomes of the kiosk meanwhile.

    It is for the kiosk to see that she is not charged twice, not for her.
    """
    with trio.CancelScope() as world.at_the_pin_pad:
        while True:
            await world.pin_pad.customer.insert_card()
            await world.pin_pad.customer.enter_pin()


async def _is_offered(world: LeanWorld) -> bool:
    """Wait for the service to be offered: recovery may be at work, the PIN pad busy."""
    with trio.move_on_after(world.circumstances.patience_s):
        await world.console.wait_for(
            lambda shown: shown.screen == "home" and SERVICE in shown.buttons, SERVICE, 1e6
        )
        return True
    return False


async def _choose(world: LeanWorld, months: tuple[str, ...]) -> tuple[str, ...]:
    """Go to the review of these months; () if they are not offered."""
    console = world.console
    shown = await console.screen("choose-scheme", "problem")
    if shown.screen == "problem" or SCHEME not in shown.buttons:
        return ()
    await console.tap("choose-scheme", SCHEME)
    await console.tap("choose-scheme", "next")
    await turn_to(world.console, "choose-grade", f"grade-{GRADE}")
    await console.tap("choose-grade", "next")
    shown = await console.screen("choose-months")
    offered = sorted(button for button in shown.buttons if button.startswith("month-"))
    wanted = months or tuple(offered[:MONTHS])
    if not set(wanted) <= set(offered):
        return ()
    for button in wanted:
        await console.tap("choose-months", button)
    await console.tap("choose-months", "next")
    await console.screen("review")
    return wanted
