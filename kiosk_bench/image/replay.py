"""Cuts at very many moments without a machine: the log of its writes, replayed and cut short.

At each flush the kiosk's data partition is taken as a disk that honours flushes may have left it:
all before the flush, and of what came after it any sectors. Each is checked as the next start
would: the file system, the journal's own chain, and that no payment has gone back a step.
"""

import random
from dataclasses import dataclass, field
from pathlib import Path

from kiosk_bench.image.data import DataBooks, copy_data, copy_sparse, read_data
from kiosk_bench.image.disk_log import Replay
from kiosk_bench.programs import Programs

STEPS = ("intended", "approved", "unknown", "confirmed")
POINTS_MAX = 60


@dataclass(slots=True)
class Replayed:
    """What became of all the cuts of one log."""

    story: str
    flushes: int = 0
    """Flushes in the log that had something of the data partition to flush."""
    points: int = 0
    """Of them tried."""
    sectors_left: int = 0
    """Unflushed sectors that came through, over all points."""
    problems: list[str] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    """The newest payment's states in the order in which the points have them."""


async def replay(
    folder: Path, before: Path, after: Path, log: Path, programs: Programs
) -> Replayed:
    """Try the cuts of one story; ``before`` and ``after`` are its disk then."""
    done = Replayed(folder.name)
    partition = folder / "replayed.img"
    start = copy_data(before, partition, table=after)
    counted = Replay(log, copy_sparse(partition, folder / "count.img"), start)
    done.flushes = sum(1 for _ in counted.flush_points())
    tried = spread(done.flushes)
    run = Replay(log, partition, start)
    chance = random.Random(1)
    for number, point in enumerate(run.flush_points()):
        if number not in tried:
            continue
        cut = copy_sparse(partition, folder / "cut.img")
        done.sectors_left += run.left_by_a_cut(point, cut, chance)
        done.points += 1
        _note(done, number, await read_data(cut, folder / "cut", programs))
    for name in ("replayed.img", "count.img", "cut.img"):
        (folder / name).unlink(missing_ok=True)
    return done


def spread(total: int) -> set[int]:
    """Choose points: all if they are few, else evenly."""
    if total <= POINTS_MAX:
        return set(range(total))
    step = total / POINTS_MAX
    return {round(number * step) for number in range(POINTS_MAX)} & set(range(total))


def _note(done: Replayed, number: int, books: DataBooks) -> None:
    if not books.is_clean:
        done.problems.append(f"flush {number}: {books.checked}")
    if not books.payments and not done.states:
        return  # before the first payment there may be no journal at all
    done.problems += [f"flush {number}: {fault}" for fault in books.faults]
    state = books.payments[-1]["state"] if books.payments else "gone"
    before = done.states[-1] if done.states else STEPS[0]
    if state != before or not done.states:
        done.states.append(state)
    if _rank(state) < _rank(before):
        done.problems.append(f"flush {number}: {state} after {before}")


def _rank(state: str) -> int:
    return STEPS.index(state) if state in STEPS else -1 if state == "gone" else len(STEPS)
