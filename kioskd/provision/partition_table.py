"""The disk's MBR: read what is known, grow the last partition by one write of one sector.

UEFI specification 2.10, 5.2.1 (legacy MBR): 32-bit signature at 440, four entries of 16 bytes at
446, each with its first sector and number of sectors at 8 and 12, then 55 AA. A disk that is not
laid out as our image is never written.
"""

import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kioskd.errors import KioskError

SECTOR_BYTES: Final = 512
LABEL_ID: Final = 0x4B494F53
"""Of the image's disks."""
DATA_PARTITION: Final = 4
DATA_BYTES_MAX: Final = 512 << 20
ALIGN_BYTES: Final = 1 << 20
_LABEL_AT, _ENTRIES_AT, _ENTRY_BYTES, _SIZE_AT = 440, 446, 16, 12
_LINUX: Final = 0x83


class UnknownDisk(KioskError):
    """The disk is not laid out as the image is; it is left alone."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Where a partition is, in sectors."""

    first: int
    length: int


def data_extent(table: bytes) -> Extent:
    """Return where the data partition is. Raises UnknownDisk."""
    if len(table) != SECTOR_BYTES or table[-2:] != b"\x55\xaa":
        raise UnknownDisk("no MBR")
    (label,) = struct.unpack_from("<I", table, _LABEL_AT)
    if label != LABEL_ID:
        raise UnknownDisk(f"label {label:08x}")
    extents = [_extent(table, number) for number in range(1, 5)]
    if not all(one.length for one in extents) or table[_at(DATA_PARTITION) + 4] != _LINUX:
        raise UnknownDisk("other partitions")
    last = extents[DATA_PARTITION - 1]
    if any(one.first + one.length > last.first for one in extents[:-1]):
        raise UnknownDisk("the data partition is not the last")
    return last


def grown(table: bytes, disk_bytes: int) -> bytes:
    """Return the table with the data partition as large as it shall be. Raises UnknownDisk.

    It only grows: to the end of the disk, but not beyond its greatest size.
    """
    now = data_extent(table)
    start = now.first * SECTOR_BYTES
    room = (disk_bytes - start) // ALIGN_BYTES * ALIGN_BYTES
    length = max(now.length, min(room, DATA_BYTES_MAX) // SECTOR_BYTES)
    new = bytearray(table)
    struct.pack_into("<I", new, _at(DATA_PARTITION) + _SIZE_AT, length)
    return bytes(new)


def read_table(disk: Path) -> bytes:
    """Return the first sector. Raises OSError."""
    with open(disk, "rb") as device:
        return device.read(SECTOR_BYTES)


def write_table(disk: Path, table: bytes) -> None:
    """Write the first sector, which a card writes whole or not at all, and sync. Raises OSError."""
    handle = os.open(disk, os.O_WRONLY)
    try:
        os.pwrite(handle, table, 0)
        os.fsync(handle)
    finally:
        os.close(handle)


def _at(number: int) -> int:
    return _ENTRIES_AT + (number - 1) * _ENTRY_BYTES


def _extent(table: bytes, number: int) -> Extent:
    return Extent(*struct.unpack_from("<II", table, _at(number) + 8))
