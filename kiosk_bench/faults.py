"""Everything that can be made to go wrong, by name: the same names in stories, demo and rig."""

from kiosk_bench.world import World

FAULTS = {
    "card.pull_mid_apdu": "the social security card is pulled while it is being read, once",
    "card.damaged_record": "the record of the name has a wrong length",
    "id_reader.silent": "the ID reader does not answer",
    "id_reader.noise": "noise on the ID reader's line",
    "id_reader.torn_frame": "the ID reader's answers are cut off",
    "id_reader.wrong_checksum": "the ID reader's answers have a wrong check byte",
    "pinpad.silent_after_approval": "the PIN pad charges and never says so",
    "pinpad.cable_pulled": "the PIN pad's cable is pulled after the charge",
    "pinpad.lost_completion": "the PIN pad's completion never comes",
    "pinpad.nak_first": "the PIN pad refuses the first block",
    "pinpad.doubled_approval": "the PIN pad reports its approval twice",
    "pinpad.noise": "noise on the PIN pad's line",
    "pinpad.no_repeat_receipt": "the PIN pad shows no last transaction",
    "pinpad.busy": "the PIN pad is busy with itself",
    "pinpad.wrong_currency": "the PIN pad does not know the currency",
    "printer.paper_out": "the receipt printer has no paper",
    "printer.cover_open": "the receipt printer's cover is open",
    "printer.silent": "the receipt printer does not answer",
    "printer.jam_mid_receipt": "the paper jams in the middle of a receipt",
    "central.down": "the line to the centre is cut",
    "central.lost_reply": "the centre posts a payment, its answer is lost, once",
}
CUT_AT = "power.cut_at="
STEPS = ("intended", "approved", "confirmed")
"""``power.cut_at=<journal step>``: SIGKILL as soon as a wire shows that the step is committed."""


class UnknownFault(Exception):
    """No fault has this name; the text lists those there are."""


async def begin(world: World, name: str) -> None:
    """Let a fault begin. Raises UnknownFault."""
    if name.startswith(CUT_AT) and name.removeprefix(CUT_AT) in STEPS:
        _cut_power_at(world, name.removeprefix(CUT_AT))
    elif name == "central.down":
        await world.line.cut()
    elif name in FAULTS:
        world.faults.add(name)
    else:
        known = [*FAULTS, *(CUT_AT + step for step in STEPS)]
        raise UnknownFault(f"no fault {name}; there are {', '.join(known)}")


def end(world: World, name: str) -> None:
    """Let a fault end; no effect on one that is not there."""
    world.faults.discard(name)


def _cut_power_at(world: World, step: str) -> None:
    if step == "intended":
        world.pin_pad.at("authorisation_received", world.cut_power)
    elif step == "approved":
        world.pin_pad.at("approval_acknowledged", world.cut_power)
    else:
        world.line.when_confirmed(world.cut_power)
