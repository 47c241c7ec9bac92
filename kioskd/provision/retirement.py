"""The end of a kiosk, as it is kept: nothing is wiped before the centre knows what the kiosk knew.

Where it stands is kept on the data partition at every step, so that it is taken up again wherever
it was cut: *asked* (the centre may have it on record: it is asked by the reference), *acknowledged*
(wiping is finished at the next boot), *wiped* (the card waits for a new code, or for the bin).
"""

from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Final

import msgspec

from kioskd import log
from kioskd.provision.machine import Machine
from kioskd.provision.made_files import make_folder, write_made
from kioskd.provision.places import Places
from kioskd.provision.wiping import wipe
from kioskd.relay.safe_file import write_safely

STATE_FILE: Final = "retirement.json"


class Stage(Enum):
    """How far it has come."""

    ASKED = "asked"
    ACKNOWLEDGED = "acknowledged"
    WIPED = "wiped"


@dataclass(frozen=True, slots=True)
class Retiring:
    """A retirement under way."""

    kiosk: str
    ref: str
    by: str
    reason: str
    stage: Stage
    at: str = ""
    """When the centre took it on record; empty if it has not heard of it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the kiosk goes on, and whether a written reason could change that."""

    left: tuple[str, ...]
    final: bool


def tell_refusal(places: Places, refusal: Refusal) -> None:
    """Keep why it goes on, for the report. Raises OSError."""
    make_folder(places.not_retired.parent)
    write_made(places.not_retired, msgspec.json.encode(refusal))


def told_refusal(places: Places) -> Refusal | None:
    """Return why it goes on, if it was to be retired since power-on."""
    try:
        return msgspec.json.decode(places.not_retired.read_bytes(), type=Refusal)
    except (OSError, msgspec.DecodeError):
        return None


def finish(places: Places, machine: Machine, begun: Retiring) -> Retiring:
    """Wipe what an acknowledged retirement allows to wipe. Raises OSError."""
    if begun.stage is Stage.ACKNOWLEDGED:
        wipe(places, machine, keep=places.state / STATE_FILE)
        begun = replace(begun, stage=Stage.WIPED)
        save_state(places.state / STATE_FILE, begun)
        log.event("retirement.wiped", kiosk=begun.kiosk, ref=begun.ref)
    return begun


def saved(places: Places) -> Retiring | None:
    """Return the retirement that is under way or done, if there is one. Raises OSError."""
    return read_state(places.state / STATE_FILE)


def begin_anew(places: Places) -> None:
    """Let a wiped card become a kiosk again: it was given a new code. Raises OSError."""
    (places.state / STATE_FILE).unlink(missing_ok=True)


def read_state(file: Path) -> Retiring | None:
    """Return what is kept in a file; None if there is none. Raises OSError."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=Retiring)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def save_state(file: Path, begun: Retiring) -> None:
    """Keep how far it has come. Raises OSError."""
    write_safely(file, msgspec.json.encode(begun))
