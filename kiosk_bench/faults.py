"""Everything that can be made to go wrong, by name: the same names in stories, page and rig.

A fault is written ``device.fault``, or ``device.fault=value`` where it takes a value:
``power.cut_at=journal:approved``, ``central.late=170s``, ``printer.jam_on_page=2``. Devices look
for the names of their own in the world's set of faults whenever they matter.
"""

from dataclasses import dataclass

from kiosk_bench.kinds import DURATION, NUMBER, Kind, NotOfKind, one_of
from kiosk_bench.world import World

STEPS = ("intended", "approved", "confirmed")
"""Journal steps that a wire tells of as soon as they are committed."""
STEP = one_of("STEP", *(f"journal:{step}" for step in STEPS))


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that can go wrong."""

    name: str
    tells: str
    """What it does, in plain words."""
    value: Kind | None = None
    """What stands after ``=``; None: nothing does."""

    @property
    def form(self) -> str:
        """Return how it is written: ``central.late=DURATION``."""
        return self.name if self.value is None else f"{self.name}={self.value.name}"


_PLAIN = {
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
    "receipt.paper_out": "the receipt printer has no paper",
    "receipt.cover_open": "the receipt printer's cover is open",
    "receipt.silent": "the receipt printer does not answer",
    "receipt.jam_mid_receipt": "the paper jams in the middle of a receipt",
    "printer.paper_out": "the A4 printer has no paper",
    "printer.jam": "the paper jams in the A4 printer",
    "printer.cover_open": "the A4 printer's cover is open",
    "printer.toner_empty": "the A4 printer has no toner",
    "printer.toner_low": "the A4 printer has little toner left, and prints on",
    "printer.slow": "the A4 printer takes a second for each page",
    "printer.busy": "the A4 printer has somebody else's job",
    "printer.off": "the A4 printer is switched off, and forgets its jobs",
    "printer.miscounts": "the A4 printer prints all pages and counts one less",
    "printer.finishes_cancelled_job": "the A4 printer prints on after it was told to stop",
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
_ON_PAGE = {
    "printer.paper_out_on_page": "the A4 printer has no paper when this page of a job is due",
    "printer.jam_on_page": "the paper jams in the A4 printer when this page is due",
    "printer.off_on_page": "the A4 printer is switched off when this page is due",
    "printer.crash_on_page": "the A4 printer aborts the job when this page is due",
    "printer.hold_on_page": "the A4 printer just waits when this page is due",
}
FAULTS: dict[str, Fault] = {
    fault.name: fault
    for fault in (
        *(Fault(name, tells) for name, tells in _PLAIN.items()),
        *(Fault(name, tells, NUMBER) for name, tells in _ON_PAGE.items()),
        Fault("central.late", "the centre's answers come that late", DURATION),
        Fault("power.cut_at", "the power goes as soon as this step is in the journal", STEP),
    )
}
"""All faults by name."""


class UnknownFault(NotOfKind):
    """No fault is written so; the text says what there is."""


def read(text: str) -> tuple[Fault, object]:
    """Return a fault as written, with its value (None if it takes none). Raises UnknownFault."""
    name, equals, word = text.partition("=")
    fault = FAULTS.get(name)
    if fault is None:
        forms = ", ".join(one.form for one in FAULTS.values())
        raise UnknownFault(f"no fault {text}; there are {forms}")
    if (fault.value is None) == bool(equals):
        raise UnknownFault(f"{name} is written {fault.form}")
    try:
        return fault, fault.value.read(word) if fault.value else None
    except NotOfKind as wrong:
        raise UnknownFault(f"{fault.form}: {wrong}") from wrong


def checked(text: str) -> str:
    """Return what was written if it is a fault. Raises UnknownFault."""
    read(text)
    return text


async def begin(world: World, text: str) -> None:
    """Let a fault begin. Raises UnknownFault."""
    fault, value = read(text)
    if fault.name == "power.cut_at":
        _cut_power_at(world, str(value))
    elif fault.name == "central.down":
        await world.line.cut()
    else:
        world.faults.add(text)


def end(world: World, text: str) -> None:
    """Let a fault end; no effect on one that is not there. Raises UnknownFault."""
    world.faults.discard(checked(text))


def _cut_power_at(world: World, step: str) -> None:
    if step == "journal:intended":
        world.pin_pad.at("authorisation_received", world.cut_power)
    elif step == "journal:approved":
        world.pin_pad.at("approval_acknowledged", world.cut_power)
    else:
        world.line.when_confirmed(world.cut_power)
