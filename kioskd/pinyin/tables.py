"""The keyboard's tables: text files sorted by key, looked up where they lie on the disk.

A line is key, tab, then words with one character behind each that says how dear it is (``!`` is the
commonest). They are mapped, not read: memory is what is looked at, and the system may drop it.
"""

import mmap
import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice, takewhile
from pathlib import Path
from typing import Final

from kioskd.pinyin.syllables import SYLLABLES

DATA: Final = Path(__file__).with_name("data")
_WORD = re.compile(r"([^!-~]+)([!-~])")
FIRST_COST = ord("!")
Entry = tuple[str, int]
"""A word and its cost: five more is a factor of e rarer."""


class SortedTable:
    """One file of the tables; opened when it is first asked."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._lines = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def exact(self, key: str, most: int | None = None) -> list[Entry]:
        """Return the words of exactly this key, the commonest first; ``most`` of them or all."""
        wanted = key.encode() + b"\t"
        at = self._first_from(wanted)
        line = self._line(at)
        return _entries(line[len(wanted) :], most) if line.startswith(wanted) else []

    def keys_of(self, word: str) -> list[tuple[int, str]]:
        """Return (cost, key) of each line that has ``word``, which no other word may end with."""
        wanted, found, at = word.encode(), [], -1
        while (at := self._lines.find(wanted, at + 1)) >= 0:
            key, _, _ = self._line(self._lines.rfind(b"\n", 0, at) + 1).partition(b"\t")
            found.append((self._lines[at + len(wanted)] - FIRST_COST, key.decode()))
        return found

    def like(self, parts: Sequence[str], lines_max: int) -> list[Entry]:
        """Return the words whose syllables begin as ``parts`` do, the commonest first.

        There may be more syllables than parts. The first part is a whole syllable; looked at are
        at most ``lines_max`` keys from where its own begin.
        """
        whole = list(takewhile(SYLLABLES.__contains__, parts[:-1]))
        wanted, found = " ".join([*whole, ""]).encode(), []
        at = self._first_from(wanted)
        for _ in range(lines_max):
            line = self._line(at)
            if not line.startswith(wanted):
                break
            key, _, words = line.partition(b"\t")
            if begins_like(key.decode(), parts):
                found += _entries(words)
            at += len(line) + 1
        return sorted(found, key=lambda entry: entry[1])

    def __iter__(self) -> Iterator[tuple[str, list[Entry]]]:
        """Go through all lines: key, and its words with their costs."""
        at = 0
        while line := self._line(at):
            key, _, words = line.partition(b"\t")
            yield key.decode(), _entries(words)
            at += len(line) + 1

    def _line(self, at: int) -> bytes:
        end = self._lines.find(b"\n", at)
        return self._lines[at:end] if end >= 0 else b""

    def _first_from(self, wanted: bytes) -> int:
        """Return where the first line that is not before ``wanted`` begins."""
        low, high = 0, len(self._lines)
        while low < high:
            start = self._lines.rfind(b"\n", low, (low + high) // 2) + 1 or low
            line = self._line(start)
            if line < wanted:
                low = start + len(line) + 1
            else:
                high = start
        return low


def begins_like(key: str, parts: Sequence[str]) -> bool:
    """Tell whether the syllables of ``key`` begin as ``parts`` do; there may be more of them."""
    syllables = key.split()
    return len(syllables) >= len(parts) and all(map(str.startswith, syllables, parts))


def _entries(words: bytes, most: int | None = None) -> list[Entry]:
    found = islice(_WORD.finditer(words.decode()), most)
    return [(one[1], ord(one[2]) - FIRST_COST) for one in found]


@cache
def table(name: str) -> SortedTable:
    """Return the table ``phrases``, ``words``, ``initials`` or ``chars``; kept open."""
    return SortedTable(DATA / f"{name}.tsv")
