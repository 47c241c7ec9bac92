"""Spoilt inputs: mutations of valid ones, spliced and cut, and plain noise. Seeded."""

import random
from collections.abc import Iterator, Sequence

SPECIAL = bytes(
    [0x00, 0x01, 0x02, 0x03, 0x06, 0x10, 0x15, 0x1F, 0x7F, 0x80, 0x81, 0x82, 0xAA, 0xFF]
)
TEXTS = (b"", b"-1", b"1e999", b"null", b"{}", b"[]", b'"', b"\xc3\x28", "\u0661".encode(), b"\r\n")
EDITS = (1, 1, 1, 2, 4)
VALID_SHARE = 0.6
LONGEST = 6000
KEPT_MOST = 400
"""Inputs that led to something new and are mutated further."""


class Inputs:
    """An endless supply that goes on from whatever led to a new outcome."""

    def __init__(self, corpus: Sequence[bytes], seed: int) -> None:
        self._chance = random.Random(seed)
        self._valid, self._pool = tuple(corpus), list(corpus)
        self._given = b""

    def __iter__(self) -> Iterator[bytes]:
        yield from tuple(self._pool)
        while True:
            self._given = self._next()
            yield self._given

    def keep(self) -> None:
        """The last input led where none had led before: go on from there."""
        if len(self._pool) < KEPT_MOST:
            self._pool.append(self._given)

    def _next(self) -> bytes:
        chance = self._chance
        if chance.random() < 0.1:
            return chance.randbytes(chance.randrange(64))
        begin_with = self._valid if chance.random() < VALID_SHARE else self._pool
        data = bytearray(chance.choice(begin_with))
        for _ in range(chance.choice(EDITS)):
            self._edit(data)
        return bytes(data[:LONGEST])

    def _edit(self, data: bytearray) -> None:
        chance, at = self._chance, self._chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.randint(1, 8))
        match chance.randrange(8):
            case 0 if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                data[at:at] = bytes([chance.choice(SPECIAL)])
            case 2 if at < len(data):
                data[at] = chance.randrange(256)
            case 3:
                del data[at:end]
            case 4:
                data[at:at] = data[at:end] * chance.randint(1, 20)
            case 5:
                del data[at:]
            case 6:
                data[at:at] = chance.choice(TEXTS)
            case _:
                other = chance.choice(self._pool)
                data[at:] = other[chance.randrange(len(other) + 1) :]
