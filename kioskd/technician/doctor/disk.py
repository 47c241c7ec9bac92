"""The memory card and what is on it: wear, errors, whether it takes writes, how fast, how much.

A journal on a worn card is money at risk; a card that became slow is the first sign of one.
"""

import os
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kioskd.domain.diagnosis import Facts, Finding, good, unknown, wrong
from kioskd.technician.doctor.machine import Machine
from kioskd.technician.doctor.view import View

WORN_FROM: Final = 0x0A
"""Of JEDEC's life-time estimate, in steps of a tenth: 0x0A is 90 to 100 %, 0x0B beyond."""
PRE_EOL_GOOD: Final = 1
WRITES: Final = 8
WRITE_BYTES: Final = 4096
SLOW_MS: Final = 1000.0
"""A payment waits for three such writes."""
LEAST_FREE_SHARE: Final = 0.10
MIB: Final = 1 << 20


def card(view: View) -> Finding:
    """What the card says of its own wear; most SD cards say nothing, and that is told as such."""
    devices = [name for name in view.machine.found("/sys/block/mmcblk*") if "boot" not in name]
    if not devices:
        return unknown("no_memory_card")
    facts, life, pre_eol = _card_facts(view.machine, f"{devices[0]}/device")
    if pre_eol is not None and pre_eol > PRE_EOL_GOOD:
        return wrong("card_near_end", **facts)
    if life and max(life) >= WORN_FROM:
        return wrong("card_worn", **facts)
    return good("card_with_wear" if life else "card_without_wear", **facts)


def _card_facts(
    machine: Machine, device: str
) -> tuple[dict[str, str | None], list[int], int | None]:
    def told(name: str) -> str | None:
        return machine.read(f"{device}/{name}")

    life = [int(word, 16) for word in (told("life_time") or "").split() if int(word, 16)]
    pre_eol = told("pre_eol_info")
    facts = {
        "type": told("type"),
        "name": told("name"),
        "made": told("date"),
        "used": f"{max(life) * 10} %" if life else None,
    }
    return facts, life, int(pre_eol, 16) if pre_eol else None


def file_systems(view: View) -> Finding:
    """Errors that ext4 has counted on any of its file systems, also in earlier runs."""
    counted = {
        name.split("/")[4]: int(view.machine.read(name) or 0)
        for name in view.machine.found("/sys/fs/ext4/*/errors_count")
    }
    if not counted:
        return unknown("no_error_count")
    bad = {name: count for name, count in counted.items() if count}
    facts: Facts = {"errors": sum(bad.values()), "where": ", ".join(bad or counted)}
    return wrong("file_system_errors", **facts) if bad else good(**facts)


def data_partition(view: View) -> Finding:
    """Whether the journal's file system takes writes: an error makes it read-only at once."""
    folder = view.state_folder
    if folder is None:
        return unknown("no_configuration")
    mount = _mount_of(view.machine, folder)
    if mount is None:
        return unknown("not_readable", what="/proc/mounts")
    facts = {"device": mount.device, "place": mount.place, "kind": mount.kind}
    if not folder.exists():
        return wrong("no_state_folder", folder=str(folder), **facts)
    if mount.is_read_only and mount.place == "/":  # an image's own root: nothing lies over it
        return wrong("data_not_mounted", **facts)
    return wrong("data_read_only", **facts) if mount.is_read_only else good(**facts)


def write_speed(view: View) -> Finding:
    """How long a small write takes until it is on the card: eight files that never get a name."""
    folder = view.state_folder
    if folder is None:
        return unknown("no_configuration")
    try:
        times = [_timed_write(folder) for _ in range(WRITES)]
    except OSError as refused:
        told: Facts = {"folder": str(folder), "reason": refused.strerror}
        if isinstance(refused, PermissionError):
            return unknown("may_not_write", "write_not_done", **told)
        return wrong("write_refused", "write_not_done", **told)
    middle, worst = statistics.median(times), max(times)
    facts: Facts = {
        "median_ms": round(middle, 1),
        "worst_ms": round(worst, 1),
        "ratio": round(worst / middle, 1) if middle else None,
        "limit_ms": SLOW_MS,
    }
    return wrong("writes_slow", **facts) if worst > SLOW_MS else good(**facts)


def room(view: View) -> Finding:
    """How much is free where the journal is."""
    folder = view.state_folder
    if folder is None:
        return unknown("no_configuration")
    try:
        found = view.machine.room(folder)
    except OSError:
        return unknown("not_readable", what=str(folder))
    facts = {"free_mib": found.free // MIB, "total_mib": found.total // MIB}
    is_full = found.total and found.free / found.total < LEAST_FREE_SHARE
    no_names = found.total_files and found.free_files / found.total_files < LEAST_FREE_SHARE
    return wrong("disk_nearly_full", **facts) if is_full or no_names else good(**facts)


@dataclass(frozen=True, slots=True)
class _Mount:
    device: str
    place: str
    kind: str
    is_read_only: bool


def _mount_of(machine: Machine, folder: Path) -> _Mount | None:
    """Return the newest mount of the longest place that ``folder`` lies in."""
    found = None
    for line in (machine.read("/proc/mounts") or "").splitlines():
        device, place, kind, options = line.split()[:4]
        if (found is None or len(place) >= len(found.place)) and folder.is_relative_to(place):
            found = _Mount(device, place, kind, "ro" in options.split(","))
    return found


def _timed_write(folder: Path) -> float:
    """Write and sync one nameless file; return the milliseconds. Raises OSError."""
    with tempfile.TemporaryFile(dir=folder) as file:
        begun = time.perf_counter()
        file.write(os.urandom(WRITE_BYTES))
        file.flush()
        os.fsync(file.fileno())
        return (time.perf_counter() - begun) * 1000
