"""What may be wrong with a card that is put into a kiosk: done to one that is off."""

import os
from collections.abc import Callable
from pathlib import Path
from subprocess import run
from tempfile import TemporaryDirectory

from kiosk_bench.image.data import DATA_PARTITION, copy_data
from kiosk_bench.image.firmware import ENTRY, SECTOR, TABLE, BootPartition, partitions
from kiosk_bench.image.site import SITE_FILE

Spoil = Callable[[Path], None]
MIB = 1 << 20
HEAD_BYTES = 64 << 10
"""The first superblock of an ext4, and what describes its groups."""
ROOM_LEFT = 256 << 10
SLOT_B = 3
WRONG_LINES = "panle = auto\npin_pad.baud = fast\n"


def nothing(disk: Path) -> None:
    """Leave it as it is."""


def wrong_lines(disk: Path) -> None:
    """A name that is mistyped, and a word where a number belongs."""
    boot = BootPartition(disk)
    text = boot.read(SITE_FILE) or b""
    boot.write(SITE_FILE, text + WRONG_LINES.encode("ascii"))


def no_site_file(disk: Path) -> None:
    """It lies on the card under another name."""
    boot = BootPartition(disk)
    boot.write("kioskd.txt.txt", boot.read(SITE_FILE) or b"")
    boot.remove(SITE_FILE)


def full(disk: Path) -> None:
    """Fill the data partition up to the last blocks."""
    with TemporaryDirectory(dir=disk.parent) as folder:
        partition, filler = Path(folder, "data.img"), Path(folder, "filler")
        start = copy_data(disk, partition)
        run(["e2fsck", "-fy", str(partition)], capture_output=True, check=False)
        filler.write_bytes(os.urandom(free_bytes(partition) - ROOM_LEFT))
        words = ["debugfs", "-w", "-R", f"write {filler} filler", str(partition)]
        run(words, capture_output=True, check=True)
        _overwrite(disk, start, partition.read_bytes())


def damaged(disk: Path) -> None:
    """The first sectors of the data partition hold nothing any more."""
    _overwrite(disk, _start_of(disk, DATA_PARTITION), bytes(HEAD_BYTES))


def missing(disk: Path) -> None:
    """The partition table knows of no data partition."""
    at = TABLE + ENTRY.size * (DATA_PARTITION - 1)
    _overwrite(disk, at, bytes(ENTRY.size))


def other_slot(disk: Path) -> None:
    """Nothing of the slot that does not run can be read."""
    _overwrite(disk, _start_of(disk, SLOT_B), os.urandom(MIB))
    BootPartition(disk).remove("b/vmlinuz")


def _start_of(disk: Path, number: int) -> int:
    (start,) = (one.start for one in partitions(disk) if one.number == number)
    assert start % SECTOR == 0
    return start


def _overwrite(disk: Path, at: int, data: bytes) -> None:
    with disk.open("r+b") as file:
        file.seek(at)
        file.write(data)


def free_bytes(partition: Path) -> int:
    """Return how much room an ext4 that is not mounted has."""
    words = ["debugfs", "-R", "stats -h", str(partition)]
    told = run(words, capture_output=True, text=True, check=True).stdout
    facts = dict(line.split(":", 1) for line in told.splitlines() if ":" in line)
    return int(facts["Free blocks"]) * int(facts["Block size"])
