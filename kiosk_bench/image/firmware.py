"""Does what a Raspberry Pi's firmware does with the card: chooses kernel, initrd, command line.

Read from the card's own boot partition with mtools, never from the build's folders. Of the
firmware's language this knows what the image uses: ``config.txt`` or, once after a reboot that
asked for it, ``tryboot.txt``; in them ``os_prefix``, ``kernel``, ``initramfs`` and ``cmdline``.
Source: https://www.raspberrypi.com/documentation/computers/config_txt.html, ``os_prefix`` and
``tryboot``.
"""

import os
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess, run

SECTOR = 512
TABLE = 446
ENTRY = struct.Struct("<B3xB3xII")
MAGIC = b"\x55\xaa"
USUAL, TRIAL = "config.txt", "tryboot.txt"
TRYBOOT = re.compile(r"Restarting system with command '0 tryboot'")
RESTART = re.compile(r"reboot: Restarting system")
POWER_DOWN = re.compile(r"reboot: Power down")


class NotBootable(Exception):
    """The firmware would stop here; the text says at what."""


@dataclass(frozen=True, slots=True)
class Partition:
    """One partition of the card, in bytes."""

    number: int
    kind: int
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Choice:
    """What the firmware would start."""

    read: str
    prefix: str
    kernel: Path
    initrd: Path | None
    words: str
    """The kernel's command line."""


def partitions(disk: Path) -> list[Partition]:
    """Read the partition table. Raises NotBootable."""
    with disk.open("rb") as file:
        block = file.read(SECTOR)
    if block[510:] != MAGIC:
        raise NotBootable("no partition table")
    entries = (ENTRY.unpack_from(block, TABLE + 16 * number) for number in range(4))
    return [
        Partition(number, kind, start * SECTOR, length * SECTOR)
        for number, (_, kind, start, length) in enumerate(entries, start=1)
        if kind
    ]


class BootPartition:
    """The FAT partition of a card that nobody has mounted."""

    def __init__(self, disk: Path, start: int | None = None) -> None:
        """``start`` is the byte at which it begins, if the partition table shall not tell."""
        self._at = f"{disk}@@{partitions(disk)[0].start if start is None else start}"

    @classmethod
    def alone(cls, file: Path) -> "BootPartition":
        """Return one that has been copied out of its card."""
        return cls(file, start=0)

    def read(self, name: str) -> bytes | None:
        """Return a file's content, None if there is none."""
        done = _mtools(["mtype", "-i", self._at, f"::/{name}"])
        return done.stdout if done.returncode == 0 else None

    def write(self, name: str, content: bytes) -> None:
        """Write a file, as a technician's laptop does."""
        command = ["mcopy", "-o", "-i", self._at, "-", f"::/{name}"]
        _mtools(command, content).check_returncode()

    def remove(self, name: str) -> None:
        """Delete a file."""
        _mtools(["mdel", "-i", self._at, f"::/{name}"]).check_returncode()

    def copy_out(self, name: str, file: Path) -> bool:
        """Copy a file out of it; False if there is none."""
        return _mtools(["mcopy", "-n", "-i", self._at, f"::/{name}", str(file)]).returncode == 0

    def copy_out_folder(self, name: str, place: Path) -> None:
        """Copy a folder into ``place``; nothing if there is none."""
        _mtools(["mcopy", "-s", "-n", "-i", self._at, f"::/{name}", str(place)])


def _mtools(command: list[str], given: bytes = b"") -> CompletedProcess[bytes]:
    environment = {**os.environ, "MTOOLS_SKIP_CHECK": "1"}
    return run(command, input=given, capture_output=True, env=environment, check=False)


def choose(disk: Path, folder: Path, trial: bool = False) -> Choice:
    """Choose as the firmware would; kernel and initrd are copied into ``folder``.

    Raises NotBootable.
    """
    boot = BootPartition(disk)
    # A trial without its file is an ordinary start, as it is for the firmware.
    name = TRIAL if trial and boot.read(TRIAL) is not None else USUAL
    text = boot.read(name)
    if text is None:
        raise NotBootable(f"no {name}")
    said = settings_of(text.decode("utf-8", "replace"))
    prefix = said.get("os_prefix", "")
    command = boot.read(prefix + said.get("cmdline", "cmdline.txt"))
    if command is None:
        raise NotBootable(f"no {prefix}cmdline.txt")
    kernel = _taken(boot, prefix, said.get("kernel", "vmlinuz"), folder)
    initrd = said.get("initramfs", "").split()
    return Choice(
        name,
        prefix,
        kernel,
        _taken(boot, prefix, initrd[0], folder) if initrd else None,
        " ".join(command.decode("utf-8", "replace").split()),
    )


def settings_of(text: str) -> dict[str, str]:
    """Return the settings for every model: those in ``[all]`` and before the first filter."""
    said: dict[str, str] = {}
    everybody = True
    for line in (line.partition("#")[0].strip() for line in text.splitlines()):
        if line.startswith("["):
            everybody = line == "[all]"
        elif everybody and line.startswith("initramfs "):
            said["initramfs"] = line.removeprefix("initramfs ").strip()
        elif everybody and "=" in line:
            key, _, value = line.partition("=")
            said[key.strip()] = value.strip()
    return said


def _taken(boot: BootPartition, prefix: str, name: str, folder: Path) -> Path:
    place = folder / Path(name).name
    place.unlink(missing_ok=True)
    if not boot.copy_out(prefix + name, place):
        raise NotBootable(f"no {prefix}{name}")
    return place


def wants_trial(console: str) -> bool:
    """Tell by the last words on the console whether the next start is a trial."""
    return TRYBOOT.search(console) is not None
