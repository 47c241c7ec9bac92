"""Is this disk a memory card that may be overwritten? Every reason against it, told before."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from image.say import BuildRefused

LARGEST_BYTES = 256 * 10**9
"""What is larger is somebody's disk and no card for a kiosk."""
_SECTOR = 512


@dataclass(frozen=True, slots=True)
class Machine:
    """Where the kernel tells of disks; other folders in tests."""

    sys: Path = Path("/sys")
    proc: Path = Path("/proc")

    def block(self, name: str) -> Path:
        """Give the folder of a disk or of one of its partitions."""
        return self.sys / "class/block" / name


def disk_name(device: Path) -> str:
    """Give the kernel's name of a block device.

    Raises:
        BuildRefused: it is none.
    """
    try:
        real = device.resolve(strict=True)
        if stat.S_ISBLK(os.stat(real).st_mode):
            return real.name
    except OSError as gone:
        raise BuildRefused(f"{device} is not there: {gone.strerror}") from gone
    raise BuildRefused(f"{device} is a file, not a disk")


def reasons_against(name: str, image_bytes: int, machine: Machine) -> list[str]:
    """List why the disk ``name`` must not be overwritten; none for a card that nobody uses."""
    disk = machine.block(name)
    if not disk.exists():
        return [f"the kernel knows no disk {name}"]
    if (disk / "partition").exists():
        return [f"{name} is a partition; name the whole disk"]
    size = int(_read(disk / "size") or 0) * _SECTOR
    found = []
    if not _can_be_taken_out(name, disk):
        found.append(f"{name} cannot be taken out of the machine: it is no card")
    if size > LARGEST_BYTES:
        found.append(f"{name} holds {size / 10**9:.0f} GB: it is too large to be a card")
    if size < image_bytes:
        found.append(
            f"{name} holds {size / 10**9:.1f} GB, the image needs {image_bytes / 10**9:.1f}"
        )
    if _read(disk / "ro") == "1":
        found.append(f"{name} is write-protected: look at the slide on its side")
    return [*found, *_uses(disk, machine)]


def _can_be_taken_out(name: str, disk: Path) -> bool:
    """Tell a card in a USB reader, or in a card slot, from a disk that stays."""
    slot = name.startswith("mmcblk") and _read(disk / "device/type") == "SD"
    return slot or _read(disk / "removable") == "1"


def _uses(disk: Path, machine: Machine) -> Iterator[str]:
    """Find who uses the disk or a part of it: mounted, swapped to, below LVM, RAID or a cipher."""
    parts = [disk, *sorted(one.parent for one in disk.glob("*/partition"))]
    numbers = {_read(part / "dev"): part.name for part in parts}
    for line in _read(machine.proc / "self/mountinfo").splitlines():
        fields = line.split()
        if fields[2] in numbers:
            yield f"{numbers[fields[2]]} is mounted at {fields[4]}"
    swaps = {Path(line.split()[0]).name for line in _read(machine.proc / "swaps").splitlines()[1:]}
    for part in parts:
        if part.name in swaps:
            yield f"{part.name} is swapped to"
        for holder in sorted((part / "holders").glob("*")):
            shown = _read(holder / "dm/name") or holder.name
            yield f"{part.name} is used by {shown}"


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
