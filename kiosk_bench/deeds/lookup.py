"""Deeds of looking things up: a search, a paper's number, payments of another kiosk."""

import trio

from kiosk_bench.console import StoryFailed
from kiosk_bench.deeds.books import this_month
from kiosk_bench.deeds.expecting import same
from kiosk_bench.deeds.parameters import Citizen, Text, Words
from kiosk_bench.deeds.registry import deed
from kiosk_bench.deeds.visits import GRADE
from kiosk_bench.other_kiosk import OtherKiosk
from kiosk_bench.world import World


@deed("type search")
async def type_search(world: World, initials: Text) -> None:
    """Type the initials of what is looked for, where policies are searched."""
    for letter in initials:
        await world.console.tap("policy-search", f"key-{letter}")


@deed("type code")
async def type_code(world: World, code: Text) -> None:
    """Type the number of a paper where papers are checked."""
    for character in code:
        await world.console.tap("check-paper", f"key-{character.lower()}")


@deed("type receipt number mistyped")
async def type_receipt_number_mistyped(world: World) -> None:
    """Type the number of the only receipt with a slip of the finger at its end."""
    number = await _receipt_number(world)
    await type_code(world, number[:-1] + ("0" if number[-1] != "0" else "1"))


@deed("type last of receipt number")
async def type_last_of_receipt_number(world: World) -> None:
    """Type the last character of the only receipt's number."""
    await type_code(world, (await _receipt_number(world))[-1])


async def _receipt_number(world: World) -> str:
    (posting,) = (await world.centre.ledger())["postings"]
    return str(posting["receipt_number"]).replace("-", "")


@deed("expect verdicts")
async def expect_verdicts(world: World, verdicts: Words) -> None:
    """The centre's verdicts on papers were these, in order, by the kiosk's log."""
    await trio.lowlevel.checkpoint()
    same("verdicts", [one["verdict"] for one in world.kiosk.events("paper.checked")], verdicts)


@deed("expect not offered")
async def expect_not_offered(world: World, services: Words) -> None:
    """On none of the pages at home is there a button for these services."""
    shown = await world.console.screen("home")
    buttons = set(shown.buttons)
    while "page-next" in shown.buttons:
        await world.console.tap("home", "page-next")
        shown = await world.console.next_after(shown)
        buttons |= set(shown.buttons)
    same("offered", [one for one in services if f"service-{one}" in buttons], [])


@deed("another kiosk leaves a payment in doubt")
async def another_kiosk_leaves_a_payment_in_doubt(world: World, citizen: Citizen) -> None:
    """Another kiosk does not know if it charged a citizen for this month, and says so."""
    other = OtherKiosk(world.centre.trust, world.centre.port)
    card = world.people.named(citizen)
    world.in_doubt = await other.leave_in_doubt(card, GRADE, (this_month(),))


@deed("the other kiosk finds out")
async def the_other_kiosk_finds_out(world: World) -> None:
    """The other kiosk finds that it has charged for what it left in doubt, and reports it."""
    if world.in_doubt is None:
        raise StoryFailed("no kiosk has left a payment in doubt")
    await OtherKiosk(world.centre.trust, world.centre.port).find_out(world.in_doubt)
