"""Deeds of hands: cards, the bank's side of a payment, cables, the cabinet, power, the network."""

import trio

from kiosk_bench import faults
from kiosk_bench.console import StoryFailed
from kiosk_bench.deeds.parameters import (
    Cable,
    Citizen,
    DoorMove,
    Duration,
    FaultName,
    Flaw,
    Number,
    PersonMove,
    PlugMove,
)
from kiosk_bench.deeds.registry import deed
from kiosk_bench.world import World

DO_NOT_HONOUR = 5
"""The bank's code for a refusal without a reason."""


@deed("card insert", "card-reader")
async def card_insert(world: World, citizen: Citizen, flaw: Flaw = "") -> None:
    """Put a citizen's social security card into the slot, or one that is not right."""
    if world.card.is_inserted:
        raise StoryFailed("a card is in the slot already")
    await world.card.insert(world.people.named(citizen).persona(flaw))


@deed("card pull", "card-reader")
async def card_pull(world: World) -> None:
    """Take the card out of the slot."""
    await world.card.pull()


@deed("id put", "id-reader")
async def id_put(world: World, citizen: Citizen) -> None:
    """Put a citizen's resident ID card on the reader."""
    world.id_reader.put_card(world.people.named(citizen).id_card())
    await trio.lowlevel.checkpoint()


@deed("id take", "id-reader")
async def id_take(world: World) -> None:
    """Take the ID card away."""
    world.id_reader.take_card()
    await trio.lowlevel.checkpoint()


@deed("bank insert", "pin-pad")
async def bank_insert(world: World) -> None:
    """Put a bank card into the PIN pad, once it asks for one."""
    _heeded(await world.pin_pad.customer.insert_card(), "a card")


@deed("bank pin", "pin-pad")
async def bank_pin(world: World) -> None:
    """Type the bank card's PIN at the PIN pad, once it asks for it."""
    _heeded(await world.pin_pad.customer.enter_pin(), "a PIN")


@deed("bank wrong pin", "pin-pad")
async def bank_wrong_pin(world: World) -> None:
    """Type a wrong PIN at the PIN pad, once it asks for it."""
    _heeded(await world.pin_pad.customer.enter_pin(right=False), "a PIN")


@deed("bank cancel", "pin-pad")
async def bank_cancel(world: World) -> None:
    """Press the PIN pad's red key, at whatever it asks for."""
    _heeded(await world.pin_pad.customer.press_cancel(), "anything")


def _heeded(asked: bool, what: str) -> None:
    """Raise StoryFailed where the PIN pad never asked for what was done."""
    if not asked:
        raise StoryFailed(f"the PIN pad did not ask for {what}")


@deed("bank approves", "pin-pad")
async def bank_approves(world: World) -> None:
    """Let the bank approve from now on, and at once."""
    world.pin_pad.host.approve()
    world.pin_pad.host.takes_s = 0.0
    await trio.lowlevel.checkpoint()


@deed("bank declined", "pin-pad")
async def bank_declined(world: World, code: Number = DO_NOT_HONOUR) -> None:
    """Let the bank decline from now on, with a code of its own (1 to 63)."""
    world.pin_pad.host.decline(code)
    await trio.lowlevel.checkpoint()


@deed("bank late", "pin-pad")
async def bank_late(world: World, takes: Duration = 10.0) -> None:
    """Let the bank take its time before it decides, from now on."""
    world.pin_pad.host.takes_s = takes
    await trio.lowlevel.checkpoint()


@deed("cable pull")
async def cable_pull(world: World, cable: Cable) -> None:
    """Pull a device's cable out of the kiosk."""
    await world.cable(cable, False)


@deed("cable plug")
async def cable_plug(world: World, cable: Cable) -> None:
    """Put a device's cable back."""
    await world.cable(cable, True)


@deed("network cut")
async def network_cut(world: World) -> None:
    """Cut the line to the centre; open connections break."""
    await world.line.cut()


@deed("network mend")
async def network_mend(world: World) -> None:
    """Mend the line to the centre."""
    world.line.mend()
    await trio.lowlevel.checkpoint()


@deed("power cut", "power")
async def power_cut(world: World) -> None:
    """Take the power from the kiosk: it ends in the middle of whatever it does."""
    await world.cut_power()


@deed("power on", "power")
async def power_on(world: World) -> None:
    """Give the kiosk its power, and wait until it welcomes visitors."""
    world.told_from = len(world.console.shown)
    await world.start_kiosk()


@deed("disk refuses", "power")
async def disk_refuses(world: World) -> None:
    """Let no file of the kiosk grow beyond what its journal's log is now, as on a full disk."""
    world.kiosk.limit_files((world.state_dir / "journal.db-wal").stat().st_size)
    await trio.lowlevel.checkpoint()


@deed("disk accepts", "power")
async def disk_accepts(world: World) -> None:
    """Let the disk take what is written again."""
    world.kiosk.limit_files(None)
    await trio.lowlevel.checkpoint()


@deed("door", "cabinet")
async def door(world: World, move: DoorMove) -> None:
    """Open the cabinet's door or close it."""
    await world.cabinet.door(move == "open")


@deed("person", "cabinet")
async def person(world: World, move: PersonMove) -> None:
    """Let somebody come before the kiosk, or leave."""
    await world.cabinet.presence(move == "come")


@deed("earphones", "cabinet")
async def earphones(world: World, move: PlugMove) -> None:
    """Put earphones into the jack or pull them out."""
    await world.earphones(move == "in")


@deed("fault begin")
async def fault_begin(world: World, fault: FaultName) -> None:
    """Let something go wrong."""
    await faults.begin(world, fault)


@deed("fault end")
async def fault_end(world: World, fault: FaultName) -> None:
    """Let what went wrong be right again."""
    faults.end(world, fault)
    await trio.lowlevel.checkpoint()
