"""How far an update has come, so that it outlasts the power; and what became of the last one.

What the card holds is always looked at again: this file saves questions, it never answers for the
content of a slot. A file that cannot be read is as good as none: the update begins anew.
"""

from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from kioskd import log
from kioskd.errors import UpdateFault, UpdateRefused
from kioskd.protocols.central import ContractBroken, decode, encode
from kioskd.relay.safe_file import write_safely


class Stage(Enum):
    """Where a version stands."""

    IDLE = "idle"
    """Nothing is under way."""
    LOADING = "loading"
    """The other slot is being written: nothing may start it."""
    READY = "ready"
    """The other slot was read back whole."""
    TRYING = "trying"
    """It was given its trial."""
    FAILED = "failed"
    """It is not tried again before something else was wanted, or somebody says so."""


@dataclass(frozen=True, slots=True)
class State:
    """The newest version that was wanted."""

    stage: Stage = Stage.IDLE
    version: str = ""
    tries: int = 0
    """Trials that it was given."""
    well_before: tuple[str, ...] = ()
    """Parts of the kiosk that were well when the trial was begun."""
    by_hand: bool = False
    """A technician brought it: it is tried though the centre wants nothing."""
    fault: str = ""
    """The operator's code, of a version that failed."""
    detail: str = ""

    def failed(self, refused: UpdateRefused) -> "State":
        """Return the state in which this version is given up."""
        fault, detail = refused.fault.value, refused.detail[:200]
        return replace(self, stage=Stage.FAILED, fault=fault, detail=detail)


def load(file: Path) -> State:
    """Return what is kept; IDLE where nothing is, or nothing that can be read."""
    try:
        return decode(file.read_bytes(), State)
    except FileNotFoundError:
        return State()
    except (OSError, ContractBroken) as error:
        log.warning("update.state_unread", kind=type(error).__name__)
        return State()


def keep(file: Path, state: State) -> State:
    """Keep it, whole or not at all. Raises UpdateRefused(NOT_WRITTEN)."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_safely(file, encode(state))
    except OSError as error:
        detail = f"{file.name}: {error.strerror}"
        raise UpdateRefused(UpdateFault.NOT_WRITTEN, detail) from None
    log.event("update.stage", stage=state.stage, version=state.version, fault=state.fault)
    return state
