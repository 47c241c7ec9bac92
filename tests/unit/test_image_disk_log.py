"""What a power cut may leave of the machine's disk, replayed from the log of its writes."""

import random
import struct
from pathlib import Path

import pytest

from kiosk_bench.image.disk_log import MAGIC, NotALog, Replay, entries_of

SECTOR = 512
START = 4 * SECTOR
"""Where the partition begins on the disk."""


def entry(sector: int, data: bytes, flags: int = 0) -> bytes:
    """Make an entry as QEMU writes it."""
    head = struct.pack("<QQQQ", sector, len(data) // SECTOR, flags, 0)
    return head.ljust(SECTOR, b"\0") + data


def log_of(tmp_path: Path, *entries: bytes, count: int | None = None) -> Path:
    """Write a log."""
    told = len(entries) if count is None else count
    head = struct.pack("<QQQI", MAGIC, 1, told, SECTOR).ljust(SECTOR, b"\0")
    file = tmp_path / "log"
    file.write_bytes(head + b"".join(entries))
    return file


def sector(letter: bytes) -> bytes:
    """Return a sector full of one letter."""
    return letter * SECTOR


@pytest.fixture
def partition(tmp_path: Path) -> Path:
    """Four empty sectors."""
    file = tmp_path / "partition"
    file.write_bytes(bytes(4 * SECTOR))
    return file


def test_what_was_flushed_is_there(tmp_path: Path, partition: Path) -> None:
    """At a flush point each write before it is there; other partitions' writes are not ours."""
    log = log_of(
        tmp_path,
        entry(4, sector(b"a")),
        entry(0, sector(b"x")),
        entry(0, b"", 1),
        entry(5, sector(b"b")),
        entry(0, b"", 1),
    )
    replay = Replay(log, partition, START)
    states = [partition.read_bytes() for _ in replay.flush_points()]
    empty = bytes(2 * SECTOR)
    assert states == [
        sector(b"a") + sector(b"\0") + empty,
        sector(b"a") + sector(b"b") + empty,
    ]


def test_what_was_not_flushed_may_be_there_or_not(tmp_path: Path, partition: Path) -> None:
    """After a cut a later write is there whole, in part or not; the next flush's are never."""
    log = log_of(
        tmp_path,
        entry(4, sector(b"a")),
        entry(0, b"", 1),
        entry(5, sector(b"b") + sector(b"c")),
        entry(0, b"", 1),
        entry(4, sector(b"d")),
    )
    replay = Replay(log, partition, START)
    point = next(iter(replay.flush_points()))
    before = partition.read_bytes()
    seen = set()
    for seed in range(30):
        copy = tmp_path / "copy"
        copy.write_bytes(before)
        replay.left_by_a_cut(point, copy, random.Random(seed))
        left = copy.read_bytes()
        seen.add(left[SECTOR : SECTOR + 1] + left[2 * SECTOR : 2 * SECTOR + 1])
        assert left[:SECTOR] == sector(b"a")
    assert seen == {b"\0\0", b"b\0", b"\0c", b"bc"}


def test_a_log_that_was_cut_off_ends_at_its_last_whole_entry(tmp_path: Path) -> None:
    """An entry whose data are not all there has not happened; a foreign file is refused."""
    log = log_of(tmp_path, entry(4, sector(b"a")), entry(5, sector(b"b"))[:-1])
    assert [one.start for one in entries_of(log)] == [4 * SECTOR]
    log.write_bytes(b"no log at all".ljust(SECTOR))
    with pytest.raises(NotALog):
        entries_of(log)
