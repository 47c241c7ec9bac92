"""What became of a bundle that was to be written to a USB stick."""

from dataclasses import dataclass
from enum import Enum


class StickFault(Enum):
    """Why nothing was written; the words are ``stick.<value>``."""

    NONE_PLUGGED = "none_plugged"
    SEVERAL_PLUGGED = "several_plugged"
    NO_DISK = "no_disk"
    """It is plugged and shows no disk."""
    PULLED = "pulled"
    NOT_ROOT = "not_root"
    NOT_WRITTEN = "not_written"
    """Full, write-protected, or not FAT."""
    DIFFERS = "differs"
    """What is read back is not what was written."""
    NOBODY = "nobody"
    """The part of the system that writes to sticks did not answer."""


@dataclass(frozen=True, slots=True)
class StickOutcome:
    """The answer to one order."""

    order: str
    fault: StickFault | None
    file: str = ""
    """The file's name on the stick."""
