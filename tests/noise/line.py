"""A noisy serial line: what 9600 baud through bad cables, and worse adapters, do to bytes."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

BYTE_S = 11 / 9600
"""Start bit, eight data bits, two stop bits."""
STALL_MOST_S = 8.0
"""Longer than T2 and T3: a stalled adapter holds everything back that comes after, too."""
ECHO_MOST_S = 3.0
SPECIAL = bytes([0x02, 0x03, 0x06, 0x10, 0x15, 0x80, 0x84])
"""What the protocol itself uses: noise that looks like it hurts most."""


@dataclass(frozen=True, slots=True)
class Rates:
    """How bad the line is; each from 0 to 1."""

    per_byte: float = 0.0
    """Of a byte to be flipped, lost or joined by a strange one."""
    doubled: float = 0.0
    """Of a block to come twice, one right after the other."""
    echoed: float = 0.0
    """Of a block to come again up to ``ECHO_MOST_S`` later, amid whatever is going on then."""
    stalled: float = 0.0
    """Of a block, or its second half, to come up to ``STALL_MOST_S`` late."""
    cut: float = 0.0
    """Of the rest of a block to be lost."""


QUIET = Rates()


@dataclass(slots=True)
class Weather:
    """The line as it is now; both directions look at it at each block."""

    rates: Rates = QUIET
    spoiled: int = 0
    """Blocks that did not arrive as they were sent."""


class NoisyWay:
    """One direction of the line; fulfils ``memory_port.Carry``."""

    def __init__(self, weather: Weather, chance: random.Random) -> None:
        self._weather, self._chance = weather, chance
        self._free_at = 0.0

    def __call__(self, data: bytes, now: float) -> Iterator[tuple[float, bytes]]:
        """Tell which pieces arrive when: in order, but for echoes."""
        start = max(self._free_at, now)
        damaged = self._damaged(data)
        pieces = list(self._pieces(damaged, start))
        self._free_at = max(due for due, _ in pieces)
        self._weather.spoiled += b"".join(piece for _, piece in pieces) != data
        yield from pieces
        if self._happens(self._weather.rates.echoed):
            yield self._free_at + self._chance.uniform(0, ECHO_MOST_S), damaged

    def _pieces(self, data: bytes, start: float) -> Iterator[tuple[float, bytes]]:
        rates, end = self._weather.rates, start + len(data) * BYTE_S
        if self._happens(rates.stalled):
            held, late = self._chance.randrange(len(data) + 1), self._stall_s()
            yield end, data[:held]
            yield end + late, data[held:]
            return
        yield end, data
        if self._happens(rates.doubled):
            yield 2 * end - start, data

    def _damaged(self, data: bytes) -> bytes:
        rates, chance = self._weather.rates, self._chance
        if self._happens(rates.cut):
            data = data[: chance.randrange(len(data))]
        if not rates.per_byte:
            return data
        noisy = bytearray(data)
        at = self._gap(rates.per_byte)
        while at < len(noisy):
            match chance.randrange(3):
                case 0:
                    noisy[at] ^= 1 << chance.randrange(8)
                case 1:
                    del noisy[at]
                case _:
                    noisy.insert(at, self._strange_byte())
            at += 1 + self._gap(rates.per_byte)
        return bytes(noisy)

    def _gap(self, rate: float) -> int:
        """Return how many bytes stay whole until the next is hit."""
        return int(math.log(1.0 - self._chance.random()) / math.log(1.0 - rate))

    def _strange_byte(self) -> int:
        special = self._chance.random() < 0.5
        return self._chance.choice(SPECIAL) if special else self._chance.randrange(256)

    def _stall_s(self) -> float:
        return self._chance.choice((0.3, 1.0, STALL_MOST_S)) * self._chance.random()

    def _happens(self, rate: float) -> bool:
        return rate > 0 and self._chance.random() < rate
