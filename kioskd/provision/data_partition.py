"""The data partition: there, writable, with room, and grown to the card it came to.

Growing may be cut at any point: the table's sector is written whole or not, and an ext4 that does
not yet fill its partition is grown at the next boot. ``resize2fs`` does it while it is mounted,
through the file system's own journal.
"""

import errno
from typing import Final

import msgspec

from kioskd.domain.text import Text
from kioskd.provision.findings import (
    DATA,
    NOT_GROWN,
    Step,
    Verdict,
    data_full,
    data_not_grown,
    data_read_only,
    good,
    no_data,
)
from kioskd.provision.machine import Machine
from kioskd.provision.partition_table import (
    DATA_PARTITION,
    Extent,
    UnknownDisk,
    data_extent,
    grown,
    read_table,
    write_table,
)
from kioskd.provision.places import Places
from kioskd.relay.safe_file import write_safely

FREE_BYTES_MIN: Final = 4 << 20
"""The journal needs less in a month, and SQLite's log as much again."""
GROWN_FILE: Final = "grown.json"
"""What the file system fills already, so that no boot need ask it again."""
PROBE_FILE: Final = "probe"
_MISSING = Text(
    "找不到数据分区，或者它已损坏。", "The data partition is not there, or it is damaged."
)


def check_data(places: Places, machine: Machine) -> Step:
    """Look whether it can be used, grow it, make the folders on it."""
    if not machine.is_mounted(places.data):
        return no_data(_MISSING)
    try:
        if machine.is_read_only(places.data):
            return data_read_only()
        make_folders(places, machine)
        not_grown = _grow(places, machine)
        free = machine.free_bytes(places.data)
        if free < FREE_BYTES_MIN:
            return data_full(free >> 10)
        write_safely(places.vault / PROBE_FILE, b"")
        (places.vault / PROBE_FILE).unlink()
    except OSError as refused:
        return data_full(0) if refused.errno == errno.ENOSPC else data_read_only()
    return not_grown or good(DATA, Text(f"剩余 {free >> 20} MiB。", f"{free >> 20} MiB free."))


def is_usable(data: Step) -> bool:
    """Tell whether it can be written, be it as small as the image had it."""
    return data.verdict is Verdict.GOOD or data.code == NOT_GROWN


def make_folders(places: Places, machine: Machine) -> None:
    """Make the folders of the kiosk and of what is kept. Raises OSError."""
    places.vault.mkdir(mode=0o700, exist_ok=True)
    places.state.mkdir(mode=0o700, exist_ok=True)
    machine.give(places.state, group_only=False)


def _grow(places: Places, machine: Machine) -> Step | None:
    """Grow partition and file system where they can be; return what was in the way."""
    try:
        partition = machine.partition_of(places.data)
        if partition is None or partition.number != DATA_PARTITION:
            raise UnknownDisk("not on partition 4 of a disk")
        table = read_table(partition.disk)
        new = grown(table, partition.disk_bytes)
        if _grown_to(places) == data_extent(new):
            return None
        if new != table:
            write_table(partition.disk, new)
        machine.resize(partition)
        _note_grown(places, data_extent(new))
    except UnknownDisk as unknown:
        return data_not_grown(str(unknown))
    except OSError as refused:
        return data_not_grown(str(refused))
    return None


def _grown_to(places: Places) -> Extent | None:
    try:
        return msgspec.json.decode((places.vault / GROWN_FILE).read_bytes(), type=Extent)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _note_grown(places: Places, extent: Extent) -> None:
    write_safely(places.vault / GROWN_FILE, msgspec.json.encode(extent))
