"""What the kiosk's program and the updater tell each other, in small files that memory holds.

Neither believes the other more than it has to: the kiosk says what is wanted and when it is a good
moment, never what is installed; only a signature does that.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from kioskd.protocols.central import ContractBroken, decode, encode
from kioskd.protocols.software_bundle import is_version
from kioskd.update.state import Stage

T = TypeVar("T")

WANTED: Final = "wanted-software"
"""The version that the centre wants, as text; empty: the one there is."""
MAY: Final = "may-update"
"""The version whose trial may begin now: nobody is served and no money is on its way."""
FACTS: Final = "update-facts.json"
BYTES_MAX: Final = 1 << 16


@dataclass(frozen=True, slots=True)
class Facts:
    """How the kiosk is."""

    frame: bool = False
    """A screen has been drawn."""
    centre: bool = False
    """The centre answers."""
    recovered: bool = False
    """The journal is sound, and no payment of an earlier life is open."""
    in_visit: bool = False
    well: tuple[str, ...] = ()
    unwell: dict[str, str] = field(default_factory=dict)
    """Parts with their code; not those that only a hand can put right, like paper."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the updater is."""

    stage: Stage = Stage.IDLE
    version: str = ""
    percent: int = 0
    fault: str = ""


def wanted_in(folder: Path) -> str | None:
    """Return the wanted version; None where nothing was said, or nothing that is a version."""
    text = _read(folder / WANTED).decode("ascii", "replace")
    told = text.strip()
    return told if text and (not told or is_version(told)) else None


def allowed_in(folder: Path) -> str:
    """Return the version whose trial may begin; empty: none."""
    return _read(folder / MAY).decode("ascii", "replace").strip()


def facts_in(folder: Path) -> Facts | None:
    """Return how the kiosk is; None while its program tells nothing."""
    return _decoded(folder / FACTS, Facts)


def progress_in(file: Path) -> Progress | None:
    """Return how far the updater is; None where there is none."""
    return _decoded(file, Progress)


def tell(file: Path, value: object) -> None:
    """Put text or a value where the other looks, whole or not at all. Raises OSError."""
    data = f"{value}\n".encode() if isinstance(value, str) else encode(value)
    part = file.with_name(f".{file.name}")
    part.write_bytes(data)
    part.chmod(0o644)
    os.replace(part, file)


def _decoded(file: Path, wanted: type[T]) -> T | None:
    try:
        return decode(_read(file), wanted)
    except ContractBroken:
        return None


def _read(file: Path) -> bytes:
    """Return a small file's bytes, and nothing of what is no file of its own."""
    try:
        with open(os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as found:
            return found.read(BYTES_MAX)
    except OSError:
        return b""
