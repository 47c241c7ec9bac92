"""The data partition of a machine that is off: whether it is whole, and what is in it.

Looked at in a copy, as the next start would find it: ext4's own journal is replayed first, then
nothing may be left to mend.
"""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess, run
from typing import Any

import trio

from kiosk_bench.config_file import store
from kiosk_bench.image.firmware import partitions
from kiosk_bench.programs import Programs
from kiosk_bench.trust import KIOSK_ID

DATA_PARTITION = 4
STATE = "/kioskd"
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class DataBooks:
    """What a data partition holds."""

    is_clean: bool
    """Nothing to mend after ext4's journal was replayed."""
    checked: str
    """What e2fsck said."""
    payments: list[dict[str, Any]]
    """The kiosk's journal by its own command."""
    faults: list[str]
    """What the kiosk's own check of the journal found."""


def copy_data(disk: Path, place: Path, table: Path | None = None) -> int:
    """Copy the data partition out of a disk; return the byte at which it began.

    ``table`` is a disk whose partition table tells where it is, if not this one.
    """
    return copy_partition(disk, DATA_PARTITION, place, table)


def copy_partition(disk: Path, number: int, place: Path, table: Path | None = None) -> int:
    """Copy a partition, but for its holes; return the byte at which it began."""
    (part,) = (one for one in partitions(table or disk) if one.number == number)
    with disk.open("rb") as source, place.open("wb") as copy:
        source.seek(part.start)
        left = part.length
        while left and (data := source.read(min(CHUNK, left))):
            left -= len(data)
            if data.count(0) == len(data):
                copy.seek(len(data), os.SEEK_CUR)  # stays a hole
            else:
                copy.write(data)
        copy.truncate(part.length)
    return part.start


def copy_sparse(source: Path, place: Path) -> Path:
    """Copy a file and its holes."""
    run(["cp", "--sparse=always", "--reflink=auto", str(source), str(place)], check=True)
    return place


async def read_data(partition: Path, folder: Path, programs: Programs) -> DataBooks:
    """Check a copy of the data partition, which is changed, and read its journal."""
    _fsck("-E", "journal_only", "-y", str(partition))
    checked = _fsck("-f", "-n", str(partition))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    dump = ["debugfs", "-R", f"rdump {STATE} {folder}", str(partition)]
    await trio.run_process(dump, capture_stdout=True, capture_stderr=True)
    state = folder / STATE.strip("/")
    payments: list[dict[str, Any]] = []
    faults = ["no journal"]
    if (state / "journal.db").exists():
        payments, faults = await _journal(state, folder, programs)
    return DataBooks(checked.returncode == 0, checked.stdout, payments, faults)


def _fsck(*words: str) -> CompletedProcess[str]:
    return run(["e2fsck", *words], capture_output=True, text=True, check=False)


async def _journal(
    state: Path, folder: Path, programs: Programs
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return payments and faults. A journal that was not yet made whole cannot be shown."""
    config = store(folder / "kioskd.toml", _tables(state))
    asked = ["--json", "--config", str(config)]
    try:
        shown = await programs.kiosk.read(["journal", "show", *asked], folder)
    except RuntimeError as told:
        return [], str(told).splitlines()
    try:
        await programs.kiosk.read(["journal", "verify", "--offline", *asked], folder)
    except RuntimeError as told:  # it ends with 1 and names each fault
        return list(json.loads(shown)), str(told).splitlines()
    return list(json.loads(shown)), []


def _tables(state: Path) -> dict[str, dict[str, Any]]:
    """Return a configuration that only ever reads the journal."""
    nowhere = {"port": "/nowhere"}
    return {
        "kiosk": {"id": KIOSK_ID, "outlet": {"zh": "-", "en": "-"}, "state_dir": str(state)},
        "central": {"url": "https://127.0.0.1:1"},
        "pin_pad": nowhere,
        "id_reader": nowhere,
        "receipt_printer": nowhere,
    }
