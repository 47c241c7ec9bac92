"""Every write to the machine's disk, every flush, and what a power cut may leave of them.

QEMU's ``blklogwrites`` keeps them in the format of the kernel's dm-log-writes: a superblock, then
entries of one sector each, with their data. A disk that honours a flush has everything from before
the last flush; of what came after it a cut may leave any part. Source:
https://docs.kernel.org/admin-guide/device-mapper/log-writes.html.
"""

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

MAGIC = 0x6A736677736872
SUPER = struct.Struct("<QQQI")
ENTRY = struct.Struct("<QQQQ")
FLUSH, DISCARD = 1, 4
SECTOR = 512
LEFT = 0.5
"""The chance that a sector which was not flushed came through."""


class NotALog(Exception):
    """The file is no log of writes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing the disk was asked for; bytes, from the disk's beginning."""

    start: int
    length: int
    flags: int
    data_at: int
    """Where in the log its data are."""

    @property
    def flushes(self) -> bool:
        return bool(self.flags & FLUSH)

    @property
    def writes(self) -> bool:
        return self.length > 0 and not self.flags & DISCARD


def entries_of(log: Path) -> list[Entry]:
    """Read a log; an entry that was cut off at the end has not happened. Raises NotALog."""
    size = log.stat().st_size
    with log.open("rb") as file:
        head = file.read(SUPER.size)
        if len(head) < SUPER.size:
            raise NotALog(str(log))
        magic, _, count, sector = SUPER.unpack(head)
        if magic != MAGIC:
            raise NotALog(str(log))
        at, found = sector, []
        for _ in range(count):
            file.seek(at)
            block = file.read(ENTRY.size)
            if len(block) < ENTRY.size:
                break
            first, sectors, flags, _ = ENTRY.unpack(block)
            data = 0 if flags & DISCARD else sectors * sector
            if at + sector + data > size:
                break
            found.append(Entry(first * sector, sectors * sector, flags, at + sector))
            at += sector + data
    return found


class Replay:
    """Brings a partition's file, as it was before the log began, through what the log tells."""

    def __init__(self, log: Path, partition: Path, start: int) -> None:
        """``partition`` is changed; it began at byte ``start`` of the disk."""
        self.entries = entries_of(log)
        self._log, self._file, self._start = log, partition, start
        self._length = partition.stat().st_size

    def is_ours(self, entry: Entry) -> bool:
        """Tell whether an entry writes to the partition."""
        start = entry.start - self._start
        return entry.writes and start >= 0 and start + entry.length <= self._length

    def flush_points(self) -> Iterator[int]:
        """Yield the number of each entry that flushes something of ours, applying all up to it."""
        since = 0
        with self._log.open("rb") as log, self._file.open("r+b") as file:
            for number, entry in enumerate(self.entries):
                if self.is_ours(entry):
                    since += 1
                    _apply(log, file, entry, self._start)
                if entry.flushes and since:
                    since = 0
                    file.flush()
                    yield number

    def left_by_a_cut(self, after: int, copy: Path, chance: random.Random) -> int:
        """Apply any part of what follows flush ``after``, up to the next, to a copy.

        Returns how many sectors came through; each decides for itself.
        """
        through = 0
        with self._log.open("rb") as log, copy.open("r+b") as file:
            for entry in self.entries[after + 1 :]:
                if entry.flushes:
                    break
                for sector in self._sectors(entry):
                    if chance.random() < LEFT:
                        through += 1
                        _apply(log, file, sector, self._start)
        return through

    def _sectors(self, entry: Entry) -> Iterator[Entry]:
        """Yield a write of ours in pieces that no disk tears."""
        for at in range(0, entry.length if self.is_ours(entry) else 0, SECTOR):
            yield Entry(entry.start + at, SECTOR, entry.flags, entry.data_at + at)


def _apply(log: BinaryIO, file: BinaryIO, entry: Entry, start: int) -> None:
    log.seek(entry.data_at)
    file.seek(entry.start - start)
    file.write(log.read(entry.length))
