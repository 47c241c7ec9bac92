"""Stories of the social security card: lost, found, replaced, activated, its PIN and barcode."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import zxingcpp
from PIL import Image

from kiosk_bench.console import StoryFailed
from kiosk_bench.devices.card_os import CardOs
from kiosk_bench.evidence import find_in_files
from kiosk_bench.people import CitizenCard
from kiosk_bench.stories.documents import a4_of
from kiosk_bench.stories.story import (
    Expected,
    Story,
    log_in_by_card,
    log_in_by_id_card,
    open_service,
    take_card,
    type_pin,
)
from kiosk_bench.world import World

LAPSE_DAYS, WORKING_DAYS, TRIES = 10, 15, 6
NEW_PIN = "908172"
TRIVIAL_PIN, WRONG_PIN = "123456", "907172"
BARCODE = "000099000001"
OUTLET = "东区社会保障服务大厅"


async def report_loss_by_id_card(world: World) -> str:
    """By ID card: told what stops, she agrees; her card then logs nobody in."""
    li = world.people.li
    await log_in_by_id_card(world, li)
    await _choose(world, "report-loss")
    await world.console.tap("terms-report-loss", "yes")
    slip = await world.printer.wait_slips(1)
    await world.console.tap("done-loss-reported", "end")
    books = await world.centre.cards()
    card = _card(books, li)
    until = (_today() + timedelta(days=LAPSE_DAYS)).isoformat()
    _same("status and last day", (card["status"], card["until"]), ("pre_reported", until))
    [act] = [one for one in books["acts"] if one["person_id"] == card["person_id"]]
    _same("audit", (act["act"], act["assurance"]), ("report_loss", "id_card"))
    _on_paper(slip.rows, _application(books, card)["number"])
    await world.console.screen("welcome")
    await world.card.insert(li.persona())
    await world.console.tap("problem", "ok")
    await take_card(world)
    return "loss-reported"


async def cancel_loss(world: World) -> str:
    """Her card is found: she takes the report back, and the card logs her in again."""
    chen = world.people.chen
    await log_in_by_id_card(world, chen)
    await _choose(world, "cancel-loss")
    await world.console.tap("terms-cancel-loss", "yes")
    await world.console.tap("done-loss-cancelled", "end")
    books = await world.centre.cards()
    card = _card(books, chen)
    _same("status", card["status"], "active")
    _same("application", _application(books, card)["state"], "cancelled")
    await log_in_by_card(world, chen)
    await world.console.tap("home", "end")
    await take_card(world)
    return "loss-cancelled"


async def reissue_collection_date(world: World) -> str:
    """Lost for good, asked twice: the day by the working-day calendar, a sealed certificate."""
    li = world.people.li
    await log_in_by_id_card(world, li)
    await _choose(world, "reissue-card")
    await world.console.tap("terms-reissue", "yes")
    await world.console.tap("choose-outlet", "outlet-1")
    await world.console.tap("choose-outlet", "next")
    await world.console.tap("terms-reissue-sure", "yes")
    await world.console.tap("document-printed", "home")
    _same("pages of the certificate", len(a4_of(world).sheets()), 1)
    slip = await world.printer.wait_slips(1)
    await world.console.tap("done-reissued", "home")
    books = await world.centre.cards()
    card = _card(books, li)
    known = _application(books, card)
    _same("status", card["status"], "lost")
    _same("outlet and fee", (known["outlet"], known["fee_fen"]), (OUTLET, 2000))
    opened, due = date.fromisoformat(known["opened"]), date.fromisoformat(known["collect_on"])
    _same("certainty", known["certainty"] == "official", due.year == 2026)
    if known["certainty"] == "official":  # no holiday is left in 2026 after October: weekends only
        _same("collection date", due, _weekdays_after(opened, WORKING_DAYS))
    _on_paper(slip.rows, known["number"])
    await open_service(world, "inquiry", "applications")
    await world.console.tap("applications", "back")
    await world.console.tap("home", "end")
    await world.console.screen("welcome")
    return "reissued"


async def activate_card(world: World) -> str:
    """A new card in the slot logs nobody in: her ID card leads straight to its activation."""
    sun = world.people.sun
    await world.console.screen("welcome")
    await world.card.insert(sun.persona())
    await world.console.screen("put-id-card-first")
    world.id_reader.put_card(sun.id_card())
    await _type(world, sun.pin)
    world.id_reader.take_card()
    await world.console.tap("terms-own-pin", "yes")
    for _ in range(2):
        await _type(world, NEW_PIN)
    await world.console.tap("done-activated", "end")
    await take_card(world)
    books = await world.centre.cards()
    _same("status", _card(books, sun)["status"], "active")
    [known] = [one for one in books["applications"] if one["new_card_code"] == sun.card_code]
    _same("application", known["state"], "activated")
    _same("PIN on the card", _chip(world, sun).opens_with(NEW_PIN), True)
    await world.card.insert(sun.persona())
    await _type(world, NEW_PIN)
    await world.console.tap("home", "end")
    await take_card(world)
    _pin_is_nowhere(world)
    return "activated"


async def change_card_pin(world: World) -> str:
    """A wrong old PIN costs a try, a trivial new one is refused, and so are two that differ."""
    zhang = world.people.zhang
    await log_in_by_card(world, zhang)
    await _choose(world, "change-card-pin")
    await _type(world, WRONG_PIN)
    await _fresh_keypad(world)
    _same("tries after a wrong PIN", _chip(world, zhang).tries, TRIES - 1)
    for pin in (zhang.pin, TRIVIAL_PIN, NEW_PIN, WRONG_PIN, NEW_PIN, NEW_PIN):
        await _type(world, pin)
    await world.console.tap("done-pin-changed", "end")
    await take_card(world)
    _same("new PIN", _chip(world, zhang).opens_with(NEW_PIN), True)
    _pin_is_nowhere(world)
    return "pin-changed"


async def card_barcode(world: World) -> str:
    """The barcode on the screen is read by a scanner, and says her medical-insurance number."""
    await log_in_by_id_card(world, world.people.zhang)
    await open_service(world, "inquiry", "my-card")
    shown = await world.console.screen("my-card")
    picture = world.folder / "screens" / f"{shown.serial:03d}-my-card.png"
    [found] = zxingcpp.read_barcodes(Image.open(picture))
    _same("barcode", (found.format.name, found.text), ("Code128", BARCODE))
    await world.console.tap("my-card", "back")
    await world.console.tap("home", "end")
    await world.console.screen("welcome")
    _is_nowhere(world, BARCODE.encode())
    return "scanned"


async def _choose(world: World, service: str) -> None:
    await open_service(world, "handling", service)


async def _fresh_keypad(world: World) -> None:
    """Wait for a keypad on which nothing is typed: the last one is still up when OK is touched."""
    await world.console.wait_for(
        lambda shown: shown.screen == "enter-pin" and "ok" not in shown.buttons, "a keypad", 20
    )


async def _type(world: World, pin: str) -> None:
    await _fresh_keypad(world)
    await type_pin(world, pin)


def _today() -> date:
    """Return the citizens' day: one zone in the whole country."""
    return (datetime.now(UTC) + timedelta(hours=8)).date()


def _chip(world: World, citizen: CitizenCard) -> CardOs:
    return world.card.chip_of(citizen.persona())


def _pin_is_nowhere(world: World) -> None:
    packed = " ".join(NEW_PIN[at : at + 2] for at in (0, 2, 4))
    _is_nowhere(world, NEW_PIN.encode(), packed.encode(), bytes.fromhex(NEW_PIN))


def _is_nowhere(world: World, *codings: bytes) -> None:
    """Search all that the kiosk wrote, and the wires, for what must not be there."""
    places = [world.state_dir, world.run / "tmp", world.run / "home", world.wires]
    files = [file for place in places for file in place.rglob("*") if file.is_file()]
    secrets = [("secret", coding) for coding in codings]
    _same("files with it", find_in_files([*files, world.kiosk.log], secrets), [])


def _card(books: dict[str, list[dict[str, Any]]], citizen: CitizenCard) -> dict[str, Any]:
    return next(card for card in books["cards"] if card["code"] == citizen.card_code)


def _application(books: dict[str, list[dict[str, Any]]], card: dict[str, Any]) -> dict[str, Any]:
    [known] = [one for one in books["applications"] if one["card_code"] == card["code"]]
    return known


def _weekdays_after(start: date, count: int) -> date:
    """Count Monday to Friday, apart from the kiosk's own calendar."""
    day = start
    while count:
        day += timedelta(days=1)
        count -= day.isoweekday() <= 5
    return day


def _on_paper(rows: tuple[str, ...] | list[str], number: str) -> None:
    if not any(number in row for row in rows):
        raise StoryFailed(f"{number} is not on the slip: {list(rows)}")


def _same(what: str, is_: object, should: object) -> None:
    if is_ != should:
        raise StoryFailed(f"{what}: {is_!r}, expected {should!r}")


ASKED_TWICE = ("terms-reissue", "choose-outlet", "terms-reissue-sure")
ACTIVATES = ("put-id-card-first", "enter-pin", "terms-own-pin", "done-activated")
STORIES = (
    Story(
        "report-loss-by-id-card",
        "She reports her card lost by ID card; the card then logs nobody in.",
        report_loss_by_id_card,
        Expected(
            "loss-reported",
            screens=("home", "terms-report-loss", "done-loss-reported", "welcome", "problem"),
            receipts=1,
        ),
    ),
    Story(
        "cancel-loss",
        "Her card is found: the report is taken back and the card works again.",
        cancel_loss,
        Expected(
            "loss-cancelled",
            screens=("terms-cancel-loss", "done-loss-cancelled", "enter-pin", "home"),
            receipts=1,
        ),
    ),
    Story(
        "reissue-collection-date",
        "Lost for good: a new card, with the true day to collect it.",
        reissue_collection_date,
        Expected(
            "reissued",
            screens=(
                *ASKED_TWICE,
                "document-printed",
                "done-reissued",
                "applications",
                "home",
                "welcome",
            ),
            receipts=1,
        ),
        a4=True,
    ),
    Story(
        "activate-card",
        "A new card leads to its activation; then it logs her in with a PIN of her own.",
        activate_card,
        Expected(
            "activated",
            screens=(*ACTIVATES, "take-card", "welcome", "enter-pin", "home"),
            receipts=1,
        ),
    ),
    Story(
        "change-card-pin",
        "The card takes a new PIN; no file and no wire log knows it.",
        change_card_pin,
        Expected("pin-changed", screens=("home", "enter-pin", "done-pin-changed", "welcome")),
    ),
    Story(
        "card-barcode",
        "Her medical-insurance number is scanned from the screen.",
        card_barcode,
        Expected("scanned", screens=("home", "my-card", "home", "welcome")),
        looks=True,
    ),
)
