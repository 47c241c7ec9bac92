"""The partitions of a kiosk's card, and the fixed numbers that make two builds the same bytes."""

from collections.abc import Sequence
from dataclasses import dataclass

MIB = 1024 * 1024
LABEL_ID = 0x4B494F53
"""The disk's signature, ``KIOS``: kernel and fstab name partitions by it."""


@dataclass(frozen=True, slots=True)
class Partition:
    """One primary partition; start and size in MiB."""

    number: int
    name: str
    start: int
    size: int
    type: str
    """The byte of the partition table, hexadecimal."""
    label: str
    uuid: str
    """Of the file system: eight hexadecimal digits for FAT."""

    @property
    def offset(self) -> int:
        """Where it begins on the disk, in bytes."""
        return self.start * MIB


SLOT_MIB = 1024
_ROOT_UUID = "6b696f73-6b64-4000-8000-00000000000a"
_DATA_UUID = "6b696f73-6b64-4000-8000-00000000000d"
BOOT = Partition(1, "boot", 4, 256, "0c", "KIOSK-BOOT", "4b494f53")
ROOT_A = Partition(2, "root-a", 260, SLOT_MIB, "83", "KIOSK-ROOT", _ROOT_UUID)
ROOT_B = Partition(3, "root-b", 260 + SLOT_MIB, SLOT_MIB, "83", "KIOSK-ROOT", _ROOT_UUID)
DATA = Partition(4, "data", 260 + 2 * SLOT_MIB, 64, "83", "KIOSK-DATA", _DATA_UUID)
PARTITIONS = (BOOT, ROOT_A, ROOT_B, DATA)


def disk_bytes(plan: Sequence[Partition] = PARTITIONS) -> int:
    """Give the size of a disk that ends with its last partition."""
    return (plan[-1].start + plan[-1].size) * MIB


def partition_id(partition: Partition) -> str:
    """Name it as the kernel does: ``root=PARTUUID=4b494f53-02``."""
    return f"{LABEL_ID:08x}-{partition.number:02d}"


def sfdisk_script(plan: Sequence[Partition] = PARTITIONS) -> str:
    """Write what sfdisk makes the partition table from."""
    sectors = MIB // 512
    lines = [f"label: dos\nlabel-id: {LABEL_ID:#010x}\nunit: sectors\n"]
    for one in plan:
        boots = ", bootable" if one.number == BOOT.number else ""
        lines.append(
            f"start={one.start * sectors}, size={one.size * sectors}, type={one.type}{boots}\n"
        )
    return "".join(lines)
