"""What the machine uses: bytes written to its card, and memory; counted from outside of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import trio

from kiosk_bench.image.machine import Start

MIB = 1 << 20
HOUR_S = 3600.0
MEMORY_WITHIN_S = 30.0


@dataclass(frozen=True, slots=True)
class Written:
    """What went to the card in some time."""

    what: str
    seconds: float
    bytes: int
    flushes: int

    def per_hour(self) -> int:
        """Return bytes in an hour at this pace: scaled, not measured."""
        return round(self.bytes * HOUR_S / self.seconds) if self.seconds else 0


@dataclass(frozen=True, slots=True)
class Memory:
    """The guest kernel's count of its own memory, in MiB."""

    total_mib: float
    available_mib: float
    free_mib: float

    @property
    def used_mib(self) -> float:
        """All that could not be given to somebody else: programs, kernel, files in memory."""
        return self.total_mib - self.available_mib


@asynccontextmanager
async def written(start: Start, what: str, kept: list[Written]) -> AsyncIterator[None]:
    """Count what is written while the block runs. Raises MachineGone."""
    began, (bytes_, flushes) = trio.current_time(), await start.written_bytes()
    yield
    now, (bytes_after, flushes_after) = trio.current_time(), await start.written_bytes()
    kept.append(Written(what, now - began, bytes_after - bytes_, flushes_after - flushes))


async def memory(start: Start) -> Memory | None:
    """Ask the guest's kernel; None if it has no driver that tells."""
    old, _ = await start.memory()
    await start.count_memory()
    with trio.move_on_after(MEMORY_WITHIN_S):
        while (counted := await start.memory())[0] == old:
            await trio.sleep(0.5)
        told = counted[1]
        total, available, free = (
            told[f"stat-{name}-memory"] / MIB for name in ("total", "available", "free")
        )
        return Memory(total, available, free)
    return None
