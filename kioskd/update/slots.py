"""The two slots, and what the firmware chooses by: ``config.txt``, or ``tryboot.txt`` once.

The choice is one letter in ``os_prefix=a/``. It is overwritten in place: one byte, so one sector,
of which a card writes the old or the new. Everything else of the two files stays as it came with
the image. A trial that ends in any way at all comes back to the slot that ``config.txt`` names.
"""

import os
import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from kioskd import __version__
from kioskd.errors import UpdateFault, UpdateRefused
from kioskd.protocols.software_bundle import is_version
from kioskd.relay.safe_file import sync_folder
from kioskd.update.system import writable

CHOICE: Final = re.compile(rb"^os_prefix=([ab])/[ \t\r]*$", re.MULTILINE)
SLOT_TOLD: Final = re.compile(r"(?:^|\s)kioskd\.slot=([ab])(?=\s|$)")
PARTITIONS: Final = {"a": "4b494f53-02", "b": "4b494f53-03"}
CONFIG, TRYBOOT = "config.txt", "tryboot.txt"
BLOCK_BYTES: Final = 1 << 20


class Slot(Enum):
    """One of the two places for a system."""

    A = "a"
    B = "b"

    @property
    def other(self) -> "Slot":
        """The place beside it."""
        return Slot.B if self is Slot.A else Slot.A


@dataclass(frozen=True, slots=True)
class Machine:
    """Where this machine keeps what an update touches; tests give files for partitions."""

    firmware: Path = Path("/boot/firmware")
    partitions: Path = Path("/dev/disk/by-partuuid")
    command_line: Path = Path("/proc/cmdline")
    os_release: Path = Path("/etc/os-release")
    release_keys: Path = Path("/usr/share/kioskd/release-keys.pem")
    state: Path = Path("/data/update/state.json")
    kiosk: Path = Path("/run/kioskd")
    """What the kiosk's program tells."""
    progress: Path = Path("/run/kioskd-update/progress.json")
    """What is told to it."""

    def device(self, slot: Slot) -> Path:
        """Return the partition of a slot's root file system."""
        return self.partitions / PARTITIONS[slot.value]

    def boot_folder(self, slot: Slot) -> Path:
        """Return where the firmware finds a slot's kernel."""
        return self.firmware / slot.value

    def running(self) -> Slot:
        """Return the slot that was started. Raises UpdateRefused(NO_SLOTS)."""
        try:
            told = SLOT_TOLD.findall(self.command_line.read_text("utf-8", "replace"))
        except OSError:
            told = []
        if len(told) != 1:
            raise UpdateRefused(UpdateFault.NO_SLOTS, "the kernel was not told its slot")
        return Slot(told[0])

    def chosen(self) -> Slot:
        """Return the slot that is started next. Raises UpdateRefused(NO_SLOTS)."""
        return _choice_in(self._config())[0]

    def on_trial(self) -> bool:
        """Tell whether what runs is started only this once. Raises UpdateRefused(NO_SLOTS)."""
        return self.running() is not self.chosen()

    def _config(self) -> bytes:
        try:
            return (self.firmware / CONFIG).read_bytes()
        except OSError as error:
            reason = f"{CONFIG}: {error.strerror}"
            raise UpdateRefused(UpdateFault.NO_SLOTS, reason) from None

    def choose(self, slot: Slot) -> None:
        """Start this slot from now on: one byte. Raises UpdateRefused(NO_SLOTS), OSError."""
        was, offset = _choice_in(self._config())
        if was is slot:
            return
        with writable(self.firmware):
            handle = os.open(self.firmware / CONFIG, os.O_WRONLY)
            try:
                os.pwrite(handle, slot.value.encode(), offset)
                os.fsync(handle)
            finally:
                os.close(handle)

    def offer_trial(self, slot: Slot) -> None:
        """Let the firmware start this slot once, when it is asked to. Raises as ``choose``."""
        config = bytearray(self._config())
        _, offset = _choice_in(bytes(config))
        config[offset : offset + 1] = slot.value.encode()
        replace_file(self.firmware, TRYBOOT, bytes(config))


@dataclass(frozen=True, slots=True)
class Release:
    """What the image says of itself, in os-release(5)."""

    compatible: str
    """IMAGE_ID: the kind of machine it was built for."""
    version: str
    """IMAGE_VERSION."""


def running_release(os_release: Path) -> Release:
    """Return what runs. Raises UpdateRefused(NO_SLOTS) where no image of ours does."""
    try:
        lines = os_release.read_text("utf-8", "replace").splitlines()
    except OSError:
        lines = []
    told = dict(line.split("=", 1) for line in lines if "=" in line)
    compatible, version = (told.get(key, "").strip("\"'") for key in ("IMAGE_ID", "IMAGE_VERSION"))
    if not compatible or not is_version(version):
        raise UpdateRefused(UpdateFault.NO_SLOTS, "os-release names no image")
    return Release(compatible, version)


def software_version(machine: Machine | None = None) -> str:
    """Return the version of the image that runs here, or of the program where none does."""
    try:
        return running_release((machine or Machine()).os_release).version
    except UpdateRefused:
        return __version__


def _choice_in(config: bytes) -> tuple[Slot, int]:
    found = list(CHOICE.finditer(config))
    if len(found) != 1:
        raise UpdateRefused(UpdateFault.NO_SLOTS, f"{CONFIG} must name one slot")
    return Slot(found[0][1].decode()), found[0].start(1)


def replace_file(firmware: Path, name: str, data: bytes | bytearray) -> None:
    """Write a file anew unless it is so already, and read it back.

    A cut may leave a part of it: only what no boot needs yet is written so.
    Raises UpdateRefused(NOT_WRITTEN), OSError.
    """
    path = firmware / name
    if path.is_file() and _holds(path, data):
        return
    with writable(firmware):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        for parent in Path(name).parents:
            sync_folder(firmware / parent)
    if not _holds(path, data):
        raise UpdateRefused(UpdateFault.NOT_WRITTEN, name)


def _holds(path: Path, data: bytes | bytearray) -> bool:
    """Tell whether the card holds just this, and not only what memory remembers of it."""
    if path.stat().st_size != len(data):
        return False
    with path.open("rb") as file, memoryview(data) as view:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        blocks = range(0, len(data), BLOCK_BYTES)
        return all(file.read(BLOCK_BYTES) == view[at : at + BLOCK_BYTES] for at in blocks)
