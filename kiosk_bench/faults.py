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
    "pinpad.doubled_completion": "the PIN pad reports the end of a charge twice",
    "pinpad.success_after_abort": "the PIN pad declines, and then reports an approval all the same",
    "pinpad.reverses_late": "the PIN pad undoes a committed charge some seconds later",
    "pinpad.closes_batch_by_itself": "the PIN pad closes its batch after each charge",
    "pinpad.no_totals": "the PIN pad refuses to tell its totals",
    "pinpad.shows_reversed": "the PIN pad shows a charge it has undone as if it stood",
    "pinpad.shows_reversed_with_result": "the PIN pad shows a charge it has undone, as cancelled",
    "pinpad.older_receipt": "the PIN pad shows the transaction before the last one",
    "pinpad.other_amount": "the PIN pad shows its last transaction with another amount",
    "pinpad.other_currency": "the PIN pad shows its last transaction in euro",
    "pinpad.record_without_receipt": "the PIN pad shows its last transaction without a number",
    "pinpad.lost_reversal_end": "the PIN pad undoes a charge and never says so",
    "pinpad.lost_day_end": "the PIN pad closes the day and never says so",
    "pinpad.sync_ids": "the PIN pad synchronises by transaction id, and reverses nothing itself",
    "pinpad.sequence_ids": "the PIN pad numbers its messages",
    "pinpad.busy": "the PIN pad is busy with itself",
    "pinpad.housekeeping": "the PIN pad uses a status enquiry to look after itself",
    "pinpad.silent": "the PIN pad answers nothing at all",
    "pinpad.slow_answers": "the PIN pad takes its time before it answers a command",
    "pinpad.not_registered": "the PIN pad forgets, once, that the kiosk has logged on",
    "pinpad.wrong_currency": "the PIN pad does not know the currency",
    "pinpad.wrong_currency_at_registration": "the PIN pad lets nobody log on with this currency",
    "printer.paper_out": "the receipt printer has no paper",
    "printer.cover_open": "the receipt printer's cover is open",
    "printer.silent": "the receipt printer does not answer",
    "printer.jam_mid_receipt": "the paper jams in the middle of a receipt",
    "a4.paper_out": "the A4 printer has no paper",
    "a4.jam": "the paper jams in the A4 printer",
    "a4.cover_open": "the A4 printer's cover is open",
    "a4.toner_empty": "the A4 printer has no toner",
    "a4.toner_low": "the A4 printer has little toner left, and prints on",
    "a4.slow": "the A4 printer takes a second for each page",
    "a4.busy": "the A4 printer has somebody else's job",
    "a4.off": "the A4 printer is switched off, and forgets its jobs",
    "a4.miscounts": "the A4 printer prints all pages and counts one less",
    "a4.finishes_cancelled_job": "the A4 printer prints on after it was told to stop",
    "central.document_changed": "a byte of each sealed paper is changed on the way",
    "central.document_of_a_stranger": "each sealed paper is swapped for one sealed by a stranger",
    "central.pack_changed": "a bit of the region pack is another than was signed",
    "central.down": "the line to the centre is cut",
    "central.html_500": "the centre answers with an error page that holds a trace",
    "central.megabyte": "the centre answers with a megabyte of noise",
    "central.wrong_json": "the centre answers with values that the contract forbids",
    "central.empty": "the centre answers with nothing in it",
    "central.lost_reply": "the centre posts a payment, its answer is lost, once",
}
CUT_AT = "power.cut_at="
STEPS = ("intended", "approved", "confirmed")
"""``power.cut_at=<journal step>``: SIGKILL as soon as a wire shows that the step is committed."""


ON_PAGE = ("a4.paper_out", "a4.jam", "a4.crash", "a4.off", "a4.hold")
"""``a4.crash_on_page=2`` and the like: when that page of a job is due. Hold: it just waits."""


class NotOfKind(Exception):
    """The word is not of the kind that must stand here; the text says what may."""


class UnknownFault(NotOfKind):
    """No fault has this name; the text lists those there are."""


def checked(name: str) -> str:
    """Return the name of a fault there is. Raises UnknownFault."""
    step = name.removeprefix(CUT_AT)
    if name in FAULTS or _is_on_a_page(name) or (step != name and step in STEPS):
        return name
    known = [*FAULTS, *(CUT_AT + step for step in STEPS), *(f"{f}_on_page=N" for f in ON_PAGE)]
    raise UnknownFault(f"no fault {name}; there are {', '.join(known)}")


async def begin(world: World, name: str) -> None:
    """Let a fault begin. Raises UnknownFault."""
    checked(name)
    if name.startswith(CUT_AT):
        _cut_power_at(world, name.removeprefix(CUT_AT))
    elif name == "central.down":
        await world.line.cut()
    else:
        world.faults.add(name)


def end(world: World, name: str) -> None:
    """Let a fault end; no effect on one that is not there."""
    world.faults.discard(checked(name))


def _is_on_a_page(name: str) -> bool:
    fault, _, page = name.partition("_on_page=")
    return fault in ON_PAGE and page.isdigit()


def _cut_power_at(world: World, step: str) -> None:
    if step == "intended":
        world.pin_pad.at("authorisation_received", world.cut_power)
    elif step == "approved":
        world.pin_pad.at("approval_acknowledged", world.cut_power)
    else:
        world.line.when_confirmed(world.cut_power)
