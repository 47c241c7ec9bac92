"""What a story is, and the steps that many stories share."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

import trio

from kiosk_bench.console import Console, Shown
from kiosk_bench.devices.id_reader import IdReaderPeer
from kiosk_bench.people import CitizenCard
from kiosk_bench.world import World

GRADE = 100
TAB_TURNED_S = 2.0
MONTHS = 2


class Place(Protocol):
    """What a citizen needs of a world to find her way to the review."""

    console: Console
    id_reader: IdReaderPeer


@dataclass(frozen=True, slots=True)
class Expected:
    """How a story must end, checked against everybody's own books."""

    outcome: str
    """The last state the citizen was told: ``paid``, ``declined``, ``cancelled``, ``unknown``..."""
    charges: int = 0
    """Unreversed charges in the PIN pad's books."""
    postings: int = 0
    """Payments posted in the ledger."""
    screens: tuple[str, ...] = ()
    """Screens that must appear in this order (others may stand between)."""
    receipts: int = 0
    """Slips that came out of the receipt printer."""
    differences: tuple[str, ...] = ()
    """Kinds of difference that the centre must list, and no other."""


@dataclass(frozen=True, slots=True)
class Story:
    """One scripted visit."""

    name: str
    tells: str
    """One sentence for people."""
    play: Callable[[World], Awaitable[str]]
    """Does it; returns the outcome as the citizen was told it."""
    expected: Expected
    overrides: dict[str, dict[str, Any]] = field(default_factory=dict)
    a4: bool = False
    """Whether it needs the A4 printer."""
    by_keys: bool = False
    """Whether it is always played by the pad's keys alone."""
    panel: tuple[int, int] = (1280, 800)
    """Pixels of the kiosk's panel."""
    looks: bool = False
    """Whether it is judged by a picture of the screen too."""


async def insert_card(world: World, card: CitizenCard, flaw: str = "") -> None:
    """Put a social security card into the slot once the kiosk asks for it."""
    await world.console.screen("welcome")
    await world.card.insert(card.persona(flaw))


async def type_pin(world: World, pin: str) -> None:
    """Type a PIN on the shuffled keypad, each digit by its own button."""
    for digit in pin:
        await world.console.tap("enter-pin", f"digit-{digit}")
    await world.console.tap("enter-pin", "ok")


async def log_in_by_card(world: World, card: CitizenCard) -> None:
    """Insert the card, type its PIN, be at home."""
    await insert_card(world, card)
    await world.console.screen("enter-pin")
    await type_pin(world, card.pin)
    await world.console.screen("home")


async def log_in_by_id_card(world: Place, card: CitizenCard) -> None:
    """Put the resident ID card on the reader, be at home."""
    await world.console.screen("welcome")
    world.id_reader.put_card(card.id_card())
    await world.console.screen("home")
    world.id_reader.take_card()


async def open_service(world: Place, tab: str, service: str) -> None:
    """From home to a service: turn to its tab, then its pages until it is there."""
    console, button = world.console, f"service-{service}"
    shown = await console.screen("home")
    if button not in shown.buttons:
        shown = await console.tap("home", f"tab-{tab}")
        with trio.move_on_after(TAB_TURNED_S):  # the tab that is up already gives no new picture
            shown = await console.next_after(shown)
    while button not in shown.buttons:
        shown = await console.next_after(await console.tap("home", "page-next"))
    await console.tap("home", button)


async def choose_and_review(world: Place) -> None:
    """From home to the review: pension, 100 %, October and November."""
    console = world.console
    await open_service(world, "handling", "pay-contribution")
    await console.tap("choose-scheme", "scheme-pension")
    await console.tap("choose-scheme", "next")
    await choose_grade(world)
    await console.tap("choose-grade", "next")
    for button in await payable_months(world):
        await console.tap("choose-months", button)
    await console.tap("choose-months", "next")
    await console.screen("review")


async def payable_months(world: Place) -> list[str]:
    """Return the buttons of the first months that can be paid, two if there are."""
    shown = await world.console.screen("choose-months")
    return sorted(button for button in shown.buttons if button.startswith("month-"))[:MONTHS]


async def choose_grade(world: Place) -> None:
    """Mark the grade, turning pages until it is there."""
    shown = await world.console.screen("choose-grade")
    while f"grade-{GRADE}" not in shown.buttons:
        acted = await world.console.tap("choose-grade", "page-next")
        shown = await world.console.next_after(acted)
    await world.console.tap("choose-grade", f"grade-{GRADE}")


async def pay_at_pin_pad(world: World) -> None:
    """Touch pay, put the bank card in, type its PIN at the PIN pad."""
    await world.console.tap("review", "pay")
    await world.console.screen("follow-pin-pad")
    await world.pin_pad.customer.insert_card()
    await world.pin_pad.customer.enter_pin()


async def log_in_and_pay(world: World) -> None:
    """The whole way in one: by card to the PIN pad, with nothing left for her to do there."""
    await log_in_by_card(world, world.people.zhang)
    await choose_and_review(world)
    await pay_at_pin_pad(world)


async def end_and_take_card(world: World, screen: str) -> None:
    """Touch end, take the card out of the slot, see the welcome screen again."""
    await world.console.tap(screen, "end")
    await take_card(world)


def receipt_is_out(shown: Shown) -> bool:
    """The paid screen offers to end only when printing has ended."""
    return shown.screen == "paid" and "end" in shown.buttons


async def take_card(world: World) -> None:
    """Take the card when the kiosk asks for it and wait for the next welcome."""
    await world.console.screen("take-card")
    await world.card.pull()
    await world.console.screen("welcome")


async def until(what: Callable[[], bool], words: str, within_s: float = 30.0) -> None:
    """Wait until something in the world is so. Raises TimeoutError naming it."""
    with trio.move_on_after(within_s):
        while not what():
            await trio.sleep(0.02)
        return
    raise TimeoutError(f"waited {within_s:g} s for {words}")
