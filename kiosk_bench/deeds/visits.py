"""Deeds that many visits share: logging in, choosing what to pay, paying, leaving."""

from typing import Annotated

import trio

from kiosk_bench.console import PATIENCE_S, Console, Shown, StoryFailed
from kiosk_bench.deeds.glass import touch_pin
from kiosk_bench.deeds.handling import bank_insert, bank_pin, card_insert
from kiosk_bench.deeds.parameters import Button, Citizen, Duration, Flaw, ScreenId
from kiosk_bench.deeds.registry import deed
from kiosk_bench.kinds import one_of
from kiosk_bench.world import World

GRADE, MONTHS = 100, 2
TAB_TURNED_S, UNKNOWN_S = 2.0, 90.0
TABS = ("inquiry", "handling", "convenience")
Tab = Annotated[str, one_of("TAB", *TABS)]
Scheme = Annotated[str, one_of("SCHEME", "pension", "medical")]


@deed("show card", "card-reader")
async def show_card(world: World, citizen: Citizen, flaw: Flaw = "") -> None:
    """Wait for the welcome screen and put a social security card into the slot."""
    await world.console.screen("welcome")
    await card_insert(world, citizen, flaw)


@deed("log in by card", "card-reader")
async def log_in_by_card(world: World, citizen: Citizen) -> None:
    """Insert a citizen's card at the welcome screen, type its PIN, be at home."""
    await show_card(world, citizen)
    await world.console.screen("enter-pin")
    await touch_pin(world, world.people.named(citizen).pin)
    await world.console.screen("home")


@deed("log in by id card", "id-reader")
async def log_in_by_id_card(world: World, citizen: Citizen) -> None:
    """Put a citizen's ID card on the reader at the welcome screen, be at home, take it away."""
    await world.console.screen("welcome")
    with trio.move_on_after(PATIENCE_S):  # a reader that is silent is not asked: her hand is slow
        await world.id_reader.seen_empty()
    world.id_reader.put_card(world.people.named(citizen).id_card())
    await world.console.screen("home")
    world.id_reader.take_card()


@deed("open service")
async def open_service(world: World, tab: Tab, service: Button) -> None:
    """From home to a service: turn to its tab, then its pages until it is there."""
    console, button = world.console, f"service-{service}"
    shown = await console.screen("home")
    if button not in shown.buttons:
        shown = await console.tap("home", f"tab-{tab}")
        with trio.move_on_after(TAB_TURNED_S):  # the tab that is up already gives no new picture
            await console.next_after(shown)
    while button not in (await _home_with(console, button, "page-next")).buttons:
        await _turn_page(console)
    await console.tap("home", button)


async def _home_with(console: Console, *buttons: str) -> Shown:
    """Wait until home offers one of these."""
    return await console.wait_for(
        lambda shown: shown.screen == "home" and not shown.buttons.keys().isdisjoint(buttons),
        f"home with {' or '.join(buttons)}",
        PATIENCE_S,
    )


async def _turn_page(console: Console) -> None:
    """Turn home's page, unless a tab that turns late takes the button away meanwhile."""
    try:
        turned = await console.tap("home", "page-next", TAB_TURNED_S)
    except StoryFailed:
        return
    with trio.move_on_after(TAB_TURNED_S):
        await console.next_after(turned)


@deed("turn pages to")
async def turn_pages_to(world: World, screen: ScreenId, button: Button) -> None:
    """Turn a list's pages until a button is there, and touch it."""
    await turn_to(world.console, screen, button)


async def turn_to(console: Console, screen: str, button: str) -> None:
    """Turn pages until a button is there, and touch it. Raises StoryFailed."""
    shown = await console.screen(screen)
    while button not in shown.buttons:
        turn = next((it for it in ("page-next", "page-prev") if it in shown.buttons), None)
        if turn is None:
            raise StoryFailed(f"{screen} has no {button}, and no other page")
        shown = await console.next_after(await console.tap(screen, turn))
    await console.tap(screen, button)


@deed("tap first")
async def tap_first(world: World, screen: ScreenId, begins: Button) -> None:
    """Touch the first of a screen's buttons whose id begins so, by the order of their ids."""
    shown = await world.console.wait_for(
        lambda shown: shown.screen == screen and bool(_beginning(shown, begins)),
        f"a button {begins}... on {screen}",
        60.0,
    )
    await world.console.tap(screen, _beginning(shown, begins)[0])


def _beginning(shown: Shown, begins: str) -> list[str]:
    return sorted(button for button in shown.buttons if button.startswith(begins))


@deed("choose scheme")
async def choose_scheme(world: World, scheme: Scheme) -> None:
    """From home to the grades of one insurance."""
    await open_service(world, "handling", "pay-contribution")
    await world.console.tap("choose-scheme", f"scheme-{scheme}")
    await world.console.tap("choose-scheme", "next")


@deed("choose grade")
async def choose_grade(world: World) -> None:
    """Take the grade of 100 %, on whichever page it is, and go on."""
    await turn_to(world.console, "choose-grade", f"grade-{GRADE}")
    await world.console.tap("choose-grade", "next")


@deed("mark months")
async def mark_months(world: World) -> None:
    """Mark the first two months that can be paid, or the only one."""
    shown = await world.console.screen("choose-months")
    for button in _beginning(shown, "month-")[:MONTHS]:
        await world.console.tap("choose-months", button)


@deed("choose and review")
async def choose_and_review(world: World) -> None:
    """From home to the review: pension, 100 %, the first two months that can be paid."""
    await choose_scheme(world, "pension")
    await choose_grade(world)
    await mark_months(world)
    await world.console.tap("choose-months", "next")
    await world.console.screen("review")


@deed("pay at PIN pad", "pin-pad")
async def pay_at_pin_pad(world: World) -> None:
    """At the review: touch pay, put the bank card in, type its PIN."""
    await world.console.tap("review", "pay")
    await world.console.screen("follow-pin-pad")
    await bank_insert(world)
    await bank_pin(world)


@deed("log in and pay", "card-reader", "pin-pad")
async def log_in_and_pay(world: World, citizen: Citizen) -> None:
    """The whole way by card to the PIN pad, with nothing left to do there."""
    await log_in_by_card(world, citizen)
    await choose_and_review(world)
    await pay_at_pin_pad(world)


@deed("take card", "card-reader")
async def take_card(world: World) -> None:
    """Take the card when the kiosk asks for it, and see the next welcome."""
    await world.console.screen("take-card")
    await world.card.pull()
    await world.console.screen("welcome")


@deed("end visit", "card-reader")
async def end_visit(world: World, screen: ScreenId, *, within: Duration = UNKNOWN_S) -> None:
    """Touch end on a screen once it offers it, and take the card."""
    await world.console.tap(screen, "end", within)
    await take_card(world)


@deed("take receipt", "receipt-printer")
async def take_receipt(world: World) -> None:
    """Wait until the paid screen says that printing has ended."""
    await world.console.wait_for(_is_printed, "the end of printing", 60.0)


def _is_printed(shown: Shown) -> bool:
    """The paid screen offers to end only when printing has ended."""
    return shown.screen == "paid" and "end" in shown.buttons
