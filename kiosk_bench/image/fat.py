"""The boot partition of a machine that is off: whether it is whole, and where its choice stands."""

from pathlib import Path
from subprocess import run

from kiosk_bench.image.data import CHUNK, copy_partition

BOOT_PARTITION = 1
MARK_AT = 0x41
"""Of FAT32's first sector, and of its copy: bit 0 is set while Linux may write."""
COPY_AT = 6 * 512
CHOICE = b"os_prefix=a/\n"


class NoChoice(Exception):
    """The card's boot partition does not hold the words once that say that slot a starts."""


def check_boot_partition(disk: Path, place: Path) -> str:
    """Return what is wrong with a card's boot partition; empty: nothing. ``place`` is written."""
    copy_partition(disk, BOOT_PARTITION, place)
    return check_fat(place)


def check_fat(partition: Path) -> str:
    """Return what fsck.fat finds in a copy of a FAT partition, which is removed.

    The mark of one that was writable when the power went is taken off first, as Linux does when it
    next ends writing; everything else counts.
    """
    with partition.open("r+b") as file:
        for place in (MARK_AT, COPY_AT + MARK_AT):
            file.seek(place)
            file.write(b"\0")
    done = run(["fsck.fat", "-n", str(partition)], capture_output=True, text=True, check=False)
    partition.unlink()
    return "" if done.returncode == 0 else done.stdout.replace(str(partition), "").strip()


def choice_at(disk: Path) -> int:
    """Return at which byte of the disk the letter of ``config.txt`` is, where it is ``a``.

    Raises NoChoice.
    """
    found, before, at = [], b"", 0
    with disk.open("rb") as file:
        while at < SEARCHED and (data := file.read(CHUNK)):
            text = before + data
            if CHOICE in text:
                found.append(at - len(before) + text.index(CHOICE) + len("os_prefix="))
            before, at = data[-len(CHOICE) + 1 :], at + len(data)
    if len(found) != 1:
        raise NoChoice(f"{disk.name}: {len(found)} places")
    return found[0]


SEARCHED = 300 << 20
"""The partition table, and the boot partition behind it."""
