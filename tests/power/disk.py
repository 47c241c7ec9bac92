"""A disk that forgets: what a power cut may leave of writes that were not synced.

Each 512-byte sector of a file is as it was at any moment since the file's last sync, each on its
own; so is the file's size; so is each name of the folder since the folder's last sync. That is as
harsh as a disk can be that honours a flush: writes are torn and come in any order. Gaps read as
zeros. What was synced stays. Cutting a file short touches its size only, not what was in its
sectors: where the shorter size is lost, they are all there.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import count
from typing import Final, TypeVar

from tests.power.record import (
    Event,
    FolderSynced,
    Made,
    Removed,
    Renamed,
    Resized,
    Synced,
    Unmodelled,
    Wrote,
)

T = TypeVar("T")

SECTOR: Final = 512
Image = dict[str, bytes]
"""Names and contents of the folder's files after a cut."""
Choice = Callable[[Sequence[int]], int]
"""Given the moments at which something changed, the first as of the last sync: which one holds."""


class File:
    """One file: its content now, and each sector and its size as of every moment since its sync."""

    def __init__(self, content: bytes = b"") -> None:
        self._now = bytearray(content)
        self.sync()

    @property
    def unsynced(self) -> int:
        """How many things a cut decides on: the size, and each sector that was written."""
        return 1 + len(self._sectors)

    def write(self, offset: int, data: bytes) -> None:
        """Put ``data`` at ``offset``; a gap before it is zeros."""
        end = offset + len(data)
        with self._changing(min(offset, len(self._now)), end):
            self._now.extend(bytes(max(0, offset - len(self._now))))
            self._now[offset:end] = data

    def resize(self, size: int) -> None:
        """Cut, or grow with zeros."""
        was = len(self._now)
        with self._changing(min(size, was), max(size, was)):
            del self._now[size:]
            self._now.extend(bytes(size - len(self._now)))

    @contextmanager
    def _changing(self, start: int, end: int) -> Iterator[None]:
        touched = range(start // SECTOR, -(-end // SECTOR))
        for number in touched:
            self._sectors.setdefault(number, [(0, self._sector(number))])
        yield
        self._moment += 1
        for number in touched:
            self._sectors[number].append((self._moment, self._sector(number)))
        self._sizes.append((self._moment, len(self._now)))

    def _sector(self, number: int) -> bytes:
        return bytes(self._now[number * SECTOR : (number + 1) * SECTOR])

    def sync(self) -> None:
        """Forget what was."""
        self._moment = 0
        self._sectors: dict[int, list[tuple[int, bytes]]] = {}
        self._sizes = [(0, len(self._now))]

    def after_a_cut(self, choice: Choice) -> bytes:
        """Return what may be left."""
        as_of, size = _chosen(self._sizes, choice)
        content = bytearray(self._now[:size].ljust(size, b"\0"))
        for number, was in self._sectors.items():
            start = number * SECTOR
            room = max(0, min(SECTOR, size - start))
            content[start : start + room] = _kept(was, choice, as_of)[:room].ljust(room, b"\0")
        return bytes(content)


def _chosen(was: Sequence[tuple[int, T]], choice: Choice) -> tuple[int, T]:
    return was[choice([moment for moment, _ in was])]


def _kept(was: Sequence[tuple[int, bytes]], choice: Choice, size_as_of: int) -> bytes:
    """Choose what a sector holds; where the size is as of before a cut, nothing was cut away."""
    moment, content = _chosen(was, choice)
    while moment > size_as_of and (earlier := _longer_before(was, moment, content)) is not None:
        moment, content = earlier
    return content


def _longer_before(
    was: Sequence[tuple[int, bytes]], moment: int, content: bytes
) -> tuple[int, bytes] | None:
    before = [each for each in was if each[0] < moment][-1:]
    return before[0] if before and len(before[0][1]) > len(content) else None


class Disk:
    """Files by their names, and the names at every moment since the last sync of their folder."""

    def __init__(self, image: Image | None = None) -> None:
        self._moment = 0
        self._names: dict[str, list[tuple[int, File | None]]] = {
            name: [(0, File(content))] for name, content in (image or {}).items()
        }

    def apply(self, event: Event) -> None:
        """Do what the program asked for. Raises Unmodelled if it cannot have been so."""
        match event:
            case Made(name):
                if self._file(name) is None:
                    self._rename(name, File())
            case Removed(name):
                self._rename(name, None)
            case Renamed(name, to):
                file = self._made(name)
                self._rename(to, file)
                self._rename(name, None)
            case FolderSynced(folder):
                for name, was in self._names.items():
                    if name.rpartition("/")[0] == folder:
                        self._names[name] = [(0, was[-1][1])]
            case Wrote(name, offset, data):
                self._made(name).write(offset, data)
            case Resized(name, size):
                self._made(name).resize(size)
            case Synced(name):
                self._made(name).sync()

    def _rename(self, name: str, file: File | None) -> None:
        self._moment += 1
        self._names.setdefault(name, [(0, None)]).append((self._moment, file))

    def _file(self, name: str) -> File | None:
        return self._names[name][-1][1] if name in self._names else None

    def _made(self, name: str) -> File:
        file = self._file(name)
        if file is None:
            raise Unmodelled(f"{name} was written and never made")
        return file

    def as_asked(self) -> Image:
        """Return the folder as the program sees it: what a killed process leaves."""
        return self.after_a_cut(lambda decisions: _last)

    def after_a_cut(self, choice_for: Callable[[int], Choice]) -> Image:
        """Return what may be left; ``choice_for`` is asked once for the names and once a file.

        It is given how many decisions are to be taken.
        """
        image = {}
        names = choice_for(len(self._names))
        for name, was in self._names.items():
            _, file = _chosen(was, names)
            if file is not None:
                image[name] = file.after_a_cut(choice_for(file.unsynced))
        return image


def images(disk: Disk, chance: random.Random, between: int) -> Iterator[Image]:
    """Return images of one cut: nothing kept, all kept, and so many ``between``, each by some way.

    All but one and only one are the edges where a checksum is the only help.
    """
    yield disk.after_a_cut(lambda decisions: _first)
    yield disk.as_asked()
    for _ in range(between):
        way = chance.choice((_any, _all_but_one, _only_one, _whole_or_nothing))
        yield disk.after_a_cut(partial(way, chance))


def _first(moments: Sequence[int]) -> int:
    return 0


def _last(moments: Sequence[int]) -> int:
    return len(moments) - 1


def _any(chance: random.Random, decisions: int) -> Choice:
    return lambda moments: chance.randrange(len(moments))


def _all_but_one(chance: random.Random, decisions: int) -> Choice:
    return _exception(chance, decisions, _last)


def _only_one(chance: random.Random, decisions: int) -> Choice:
    return _exception(chance, decisions, _first)


def _exception(chance: random.Random, decisions: int, rule: Choice) -> Choice:
    """Follow ``rule`` but for one decision."""
    odd, numbers = chance.randrange(max(decisions, 1)), count()
    return lambda moments: chance.randrange(len(moments)) if next(numbers) == odd else rule(moments)


def _whole_or_nothing(chance: random.Random, decisions: int) -> Choice:
    """One file kept, another not, each entirely."""
    return chance.choice([_first, _last])
