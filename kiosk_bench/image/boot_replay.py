"""Cuts at every flush of the boot partition without a machine: what the firmware would start.

A FAT has no journal. After each flush, and with any part of the sectors that were not flushed, the
choice must name a slot, and the boot files of that slot must be whole ones of a release.
"""

import random
from dataclasses import dataclass, field
from pathlib import Path

from kiosk_bench.image.data import copy_partition, copy_sparse
from kiosk_bench.image.disk_log import Replay
from kiosk_bench.image.fat import BOOT_PARTITION, check_fat
from kiosk_bench.image.firmware import USUAL, BootPartition, settings_of
from kiosk_bench.image.releases import Release, boot_files_in
from kiosk_bench.image.replay import spread

CHOICES = ("a/", "b/")


@dataclass(slots=True)
class BootReplayed:
    """What became of all the cuts of one start's log."""

    start: str
    flushes: int = 0
    """Flushes in the log that had something of the boot partition to flush."""
    points: int = 0
    """Of them tried."""
    sectors_left: int = 0
    """Unflushed sectors that came through, over all points."""
    unclean: int = 0
    """Points at which fsck.fat finds something: clusters that no file has, half-written files."""
    choices: list[str] = field(default_factory=list)
    """What is chosen, in the order in which the points have it."""
    problems: list[str] = field(default_factory=list)


def replay_boot(
    folder: Path, before: Path, logs: list[Path], known: tuple[Release, ...]
) -> list[BootReplayed]:
    """Try the cuts of starts that followed each other; ``before`` is the disk of the first."""
    partition = folder / "boot-replayed.img"
    begin = copy_partition(before, BOOT_PARTITION, partition)
    done = [_replay_one(partition, begin, log, known) for log in logs]
    partition.unlink()
    return done


def _replay_one(partition: Path, begin: int, log: Path, known: tuple[Release, ...]) -> BootReplayed:
    done, cut = BootReplayed(log.stem), partition.with_name("boot-cut.img")
    counted = Replay(log, copy_sparse(partition, cut), begin)
    done.flushes = sum(1 for _ in counted.flush_points())
    tried = spread(done.flushes)
    run = Replay(log, partition, begin)
    chance = random.Random(1)
    for number, point in enumerate(run.flush_points()):
        if number in tried:
            copy_sparse(partition, cut)
            done.sectors_left += run.left_by_a_cut(point, cut, chance)
            done.points += 1
            _note(done, f"flush {number}", cut, known)
    cut.unlink(missing_ok=True)
    return done


def _note(done: BootReplayed, at: str, cut: Path, known: tuple[Release, ...]) -> None:
    boot = BootPartition.alone(cut)
    config = (boot.read(USUAL) or b"").decode("utf-8", "replace")
    choice = settings_of(config).get("os_prefix", "")
    if choice not in CHOICES:
        done.problems.append(f"{at}: no slot is chosen")
    elif boot_files_in(boot, choice.rstrip("/")) not in [one.boot for one in known]:
        done.problems.append(f"{at}: the boot files of slot {choice} are no release's")
    if not done.choices or done.choices[-1] != choice:
        done.choices.append(choice)
    done.unclean += bool(check_fat(cut))
