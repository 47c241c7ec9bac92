"""Deeds about social security cards: what the centre, the chip, the slip and the screen say."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import trio
import zxingcpp
from PIL import Image

from kiosk_bench.console import StoryFailed
from kiosk_bench.deeds.expecting import same
from kiosk_bench.deeds.parameters import Amount, Citizen, Digits, Number, ScreenId, Text
from kiosk_bench.deeds.registry import deed
from kiosk_bench.devices.card_os import CardOs
from kiosk_bench.finding import find_in_files
from kiosk_bench.world import World

WORKING_DAYS = 15
Books = dict[str, list[dict[str, Any]]]


@deed("expect card")
async def expect_card(world: World, citizen: Citizen, status: Text) -> None:
    """A citizen's card stands so at the centre: active, pre_reported, lost..."""
    same("status", _card(await world.centre.cards(), world, citizen)["status"], status)


@deed("expect loss lapses")
async def expect_loss_lapses(world: World, citizen: Citizen, days: Number) -> None:
    """A reported loss lapses so many days from today."""
    last = (_today() + timedelta(days=days)).isoformat()
    same("last day", _card(await world.centre.cards(), world, citizen)["until"], last)


@deed("expect card act")
async def expect_card_act(world: World, citizen: Citizen, act: Text, proof: Text) -> None:
    """The centre's audit has one act of the citizen, proved so: report_loss id_card."""
    books = await world.centre.cards()
    person = _card(books, world, citizen)["person_id"]
    acts = [(one["act"], one["assurance"]) for one in books["acts"] if one["person_id"] == person]
    same("acts", acts, [(act, proof)])


@deed("expect application")
async def expect_application(world: World, citizen: Citizen, state: Text) -> None:
    """The only application for or of a citizen's card stands so: cancelled, activated..."""
    same("application", (await _application(world, citizen))["state"], state)


@deed("expect application at")
async def expect_application_at(world: World, citizen: Citizen, outlet: Text, fee: Amount) -> None:
    """The new card is collected at this outlet, for this fee."""
    known = await _application(world, citizen)
    same("outlet and fee in fen", (known["outlet"], known["fee_fen"]), (outlet, fee))


@deed("expect collection by working days")
async def expect_collection_by_working_days(world: World, citizen: Citizen) -> None:
    """The day to collect the new card is 15 working days ahead, and official within its year.

    Reckoned apart from the kiosk's calendar: no holiday is left in 2026 after October.
    """
    known = await _application(world, citizen)
    opened, due = date.fromisoformat(known["opened"]), date.fromisoformat(known["collect_on"])
    same("certainty", known["certainty"] == "official", due.year == 2026)
    if known["certainty"] == "official":
        same("collection date", due, _weekdays_after(opened, WORKING_DAYS))


@deed("expect application on slip", "receipt-printer")
async def expect_application_on_slip(world: World, citizen: Citizen) -> None:
    """The first slip bears the number of a citizen's application."""
    number = (await _application(world, citizen))["number"]
    slip = await world.printer.wait_slips(1)
    if not any(number in row for row in slip.rows):
        raise StoryFailed(f"{number} is not on the slip: {list(slip.rows)}")


@deed("expect tries left", "card-reader")
async def expect_tries_left(world: World, citizen: Citizen, tries: Number) -> None:
    """The chip of a card that was in the slot allows so many tries of its PIN."""
    await trio.lowlevel.checkpoint()
    same("tries", _chip(world, citizen).tries, tries)


@deed("expect card opens with", "card-reader")
async def expect_card_opens_with(world: World, citizen: Citizen, pin: Digits) -> None:
    """The chip of a card that was in the slot takes this PIN."""
    await trio.lowlevel.checkpoint()
    same("PIN on the card", _chip(world, citizen).opens_with(pin), True)


@deed("expect PIN nowhere")
async def expect_pin_nowhere(world: World, pin: Digits) -> None:
    """No file of the kiosk and no wire log holds this PIN, plain, packed or as hex."""
    packed = " ".join(pin[at : at + 2] for at in range(0, len(pin), 2))
    await _is_nowhere(world, pin.encode(), packed.encode(), bytes.fromhex(pin))


@deed("expect text nowhere")
async def expect_text_nowhere(world: World, text: Text) -> None:
    """No file of the kiosk and no wire log holds this text, in any coding it could have."""
    await _is_nowhere(world, *(text.encode(one) for one in ("utf-8", "utf-16-le", "gb18030")))


@deed("expect barcode")
async def expect_barcode(world: World, screen: ScreenId, text: Text) -> None:
    """A scanner reads this text as Code 128 from the screen; the story must say looks: true."""
    shown = await world.console.screen(screen)
    if world.console.pictures is None:
        raise StoryFailed("no pictures are kept: the story must say looks: true")
    with Image.open(world.console.pictures / f"{shown.serial:03d}-{screen}.png") as picture:
        found = [(code.format.name, code.text) for code in zxingcpp.read_barcodes(picture)]
    same("barcodes", found, [("Code128", text)])


async def _is_nowhere(world: World, *codings: bytes) -> None:
    """Search all that the kiosk wrote, and the wires, for what must not be there."""
    places = [world.state_dir, world.run / "tmp", world.run / "home", world.wires]
    files = [file for place in places for file in place.rglob("*") if file.is_file()]
    secrets = [("secret", coding) for coding in codings]
    await trio.lowlevel.checkpoint()
    same("files with it", find_in_files([*files, world.kiosk.log], secrets), [])


def _today() -> date:
    """Return the citizens' day: one zone in the whole country."""
    return (datetime.now(UTC) + timedelta(hours=8)).date()


def _chip(world: World, citizen: str) -> CardOs:
    return world.card.chip_of(world.people.named(citizen).persona())


def _card(books: Books, world: World, citizen: str) -> dict[str, Any]:
    code = world.people.named(citizen).card_code
    return next(card for card in books["cards"] if card["code"] == code)


async def _application(world: World, citizen: str) -> dict[str, Any]:
    """Return the application that concerns the citizen's card, old or new."""
    code = world.people.named(citizen).card_code
    applications = (await world.centre.cards())["applications"]
    found = [one for one in applications if code in (one["card_code"], one["new_card_code"])]
    same("applications", len(found), 1)
    return found[0]


def _weekdays_after(start: date, count: int) -> date:
    """Count Monday to Friday, apart from the kiosk's own calendar."""
    day = start
    while count:
        day += timedelta(days=1)
        count -= day.isoweekday() <= 5
    return day
