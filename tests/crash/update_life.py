"""An update from the wish to the end of its trial, in a process of its own, for a recorder.

    python -m tests.crash.update_life FOLDER BUNDLE [PLANT]

The card is ``FOLDER/state``, what the power takes away ``FOLDER/memory``; what the world outside
has seen is noted in ``FOLDER/witness.jsonl``.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from kioskd.protocols.release_signature import Read
from kioskd.protocols.software_bundle import Bundle
from kioskd.update import install
from kioskd.update.bundle_source import from_file
from kioskd.update.facts import FACTS, MAY, WANTED, Facts, tell
from kioskd.update.service import Updater
from kioskd.update.slots import Machine, Slot
from kioskd.update.trial import confirm
from tests.power.record import STATE, WITNESS
from tests.updates import NEW, OLD, Card

WELL: Final = Facts(frame=True, centre=True, recovered=True, well=("pin_pad",))


class Time:
    """Passes when somebody waits; nobody waits for long."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> float:
        return self.at

    def wait(self, seconds: float) -> None:
        self.at += seconds
        assert self.at < 5000, "nothing comes of it"


def update_to_the_end(card: Card, bundle: Path, note: Callable[[str], None]) -> None:
    """Start what the firmware chooses, bring what is wanted, try it and keep it."""
    chosen = card.machine.chosen()
    card.start(chosen, OLD if chosen is Slot.A else NEW)
    tell(card.machine.kiosk / FACTS, WELL)
    card.say(WANTED, NEW)
    card.say(MAY, NEW)
    time, began = Time(), []

    def source(version: str, wait: Callable[[float], None]) -> Read:
        return from_file(bundle)

    def reboot() -> None:
        began.append(card.holds(Slot.B, NEW))
        note("trial")

    if chosen is Slot.A:
        Updater(card.machine, source, reboot, time.wait).run()
        tryboot = (card.machine.firmware / "tryboot.txt").read_text()
        assert began == [True] and "os_prefix=b/" in tryboot, "a trial of what is not whole"
        card.start(Slot.B, NEW)
    assert confirm(card.machine, time.wait, time.now)
    note("kept")


class _NeverSynced:
    """The system's calls, but for the one that makes a slot durable."""

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def fsync(self, _handle: int) -> None:
        """Do nothing."""


def _never_synced() -> None:
    install.os = _NeverSynced()  # type: ignore[attr-defined]


def _chosen_first() -> None:
    written = install._write_root

    def write(bundle: Bundle, read: Read, machine: Machine, slot: Slot, told: install.Told) -> None:
        machine.choose(slot)
        written(bundle, read, machine, slot, told)
        machine.choose(slot.other)

    install._write_root = write


PLANTS: Final = {"never-synced": _never_synced, "chosen-first": _chosen_first}
"""Faults that the matrix must find."""


def main(folder: Path, bundle: Path, plant: str = "") -> None:
    """Live once."""
    if plant:
        PLANTS[plant]()
    with (folder / WITNESS).open("ab", buffering=0) as witness:

        def note(mark: str) -> None:
            witness.write(json.dumps({"mark": mark}).encode() + b"\n")

        update_to_the_end(Card(folder / STATE, folder / "memory"), bundle, note)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
