"""The true state of a world, as the page shows it: looked at, never remembered by a browser."""

from typing import Any

from kiosk_bench.config_file import LAMP_PINS
from kiosk_bench.deeds.parameters import FLAWS
from kiosk_bench.faults import Fault
from kiosk_bench.people import CitizenCard
from kiosk_bench.world import World

State = dict[str, Any]


async def state_of(world: World) -> State:
    """Look at everything. Holds no name, number or PIN of a citizen."""
    kiosk = kiosk_of(world)
    return {
        "kiosk": kiosk,
        "screen": _screen(world) if kiosk == "on" else None,
        "lamps": await _lamps(world),
        "card": _card(world),
        "id_card": _id_card(world),
        "pin_pad": _pin_pad(world),
        "receipt": _receipt(world),
        "a4": _a4(world),
        "cables": cables_of(world),
        "person": world.cabinet.somebody,
        "door": world.cabinet.is_open,
        "earphones": world.cabinet.plugged,
        "faults": sorted(world.faults),
    }


def kiosk_of(world: World) -> str:
    """Return ``on`` (its screen is there), ``starting`` or ``off``."""
    if not world.kiosk.is_running:
        return "off"
    return "on" if world.console.is_there and world.console.picture else "starting"


def _screen(world: World) -> State | None:
    now = world.console.now
    if now is None:
        return None
    return {"id": now.screen, "buttons": now.buttons, "keys": bool(now.numbers)}


async def _lamps(world: World) -> dict[str, bool]:
    try:
        lit = await world.cabinet.lamps_lit(LAMP_PINS.values())
    except OSError:
        lit = [False] * len(LAMP_PINS)
    return dict(zip(LAMP_PINS, lit, strict=True))


def _card(world: World) -> State | None:
    inside = world.card.persona
    if inside is None:
        return None
    for card in world.people.cards:
        for flaw in ("", *FLAWS):
            if card.persona(flaw) == inside:
                return {"key": card.key, "flaw": flaw}
    return {"key": "", "flaw": ""}


def _id_card(world: World) -> str | None:
    lies = world.id_reader.card
    if lies is None:
        return None
    return next((card.key for card in world.people.cards if card.id_card() == lies), "")


def _pin_pad(world: World) -> State:
    pad = world.pin_pad
    asked = pad.customer.asked
    stars = "*" * pad.customer.typed
    amount, words = pad.display.lines
    return {
        "amount": amount,
        "words": f"{words}\n{stars}".strip(),
        "asks": asked.value if asked else None,
        "declines": pad.host.decline_code is not None,
        "bank_takes_s": pad.host.takes_s,
    }


def _receipt(world: World) -> State:
    printer = world.printer
    return {
        "out": len(printer.slips),
        "taken": printer.taken,
        "hanging": len(printer.unfinished_rows),
    }


def _a4(world: World) -> State | None:
    if world.a4 is None:
        return None
    return {"sheets": [sheet.name for sheet in world.a4.sheets()], "taken": world.a4.taken}


def cables_of(world: World) -> dict[str, bool]:
    """Tell of each device whether its cable is plugged in."""
    return {
        "card-reader": world.pcscd.plugged,
        "a4": world.a4 is not None and "printer.off" not in world.faults,
        "pin-pad": world.pin_pad.port.plugged,
        "id-reader": world.id_reader.port.plugged,
        "receipt-printer": world.printer.port.plugged,
    }


def described(card: CitizenCard) -> State:
    """Describe a card in the tester's wallet by its key and what is the matter with it."""
    return {"key": card.key, "tells": card.tells}


def fault_described(fault: Fault) -> State:
    """Describe a fault, and what may stand after its ``=``, if anything does."""
    value = fault.value.tells if fault.value else None
    return {"name": fault.name, "tells": fault.tells, "value": value}
