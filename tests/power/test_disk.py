"""The model of a disk that forgets, on cases small enough to list all that may be left."""

import random
from collections.abc import Sequence

import pytest

from tests.power.disk import SECTOR, Disk, images
from tests.power.record import (
    Event,
    FolderSynced,
    Made,
    Removed,
    Resized,
    Synced,
    Unmodelled,
    Wrote,
)

OLD, NEW = b"o" * SECTOR, b"n" * SECTOR
MADE: Sequence[Event] = (Made("f"), FolderSynced())


def left_by(*events: Event) -> set[bytes | None]:
    """Return everything that many images of a cut hold under the name f; None is no such name."""
    disk = Disk()
    for event in events:
        disk.apply(event)
    return {image.get("f") for image in images(disk, random.Random(1), 200)}


def test_what_is_synced_stays() -> None:
    """After a sync of file and folder there is nothing to forget."""
    assert left_by(*MADE, Wrote("f", 0, OLD), Synced("f")) == {OLD}


def test_a_write_is_torn_at_sectors() -> None:
    """Of two sectors written over, each is old or new, on its own."""
    written = Wrote("f", 0, OLD + OLD), Synced("f"), Wrote("f", 0, NEW + NEW)
    assert left_by(*MADE, *written) == {OLD + OLD, OLD + NEW, NEW + OLD, NEW + NEW}


def test_any_moment_since_the_sync_may_hold() -> None:
    """A sector written twice may be as it was in between."""
    written = Wrote("f", 0, OLD), Synced("f"), Wrote("f", 0, NEW), Wrote("f", 0, b"m" * SECTOR)
    assert left_by(*MADE, *written) == {OLD, NEW, b"m" * SECTOR}


def test_the_size_may_be_there_without_the_bytes() -> None:
    """A file that grew is short, or long with zeros, or whole."""
    assert left_by(*MADE, Wrote("f", 0, NEW)) == {b"", bytes(SECTOR), NEW}


def test_a_cut_file_is_cut_or_as_before() -> None:
    """A lost shortening leaves what was there, never zeros in its place."""
    cut = Wrote("f", 0, OLD + NEW), Synced("f"), Resized("f", 0)
    assert left_by(*MADE, *cut) == {OLD + NEW, b""}


def test_a_name_may_be_lost_or_come_back() -> None:
    """Until the folder is synced a new name may be missing, and a removed one be there."""
    new = Made("f"), Wrote("f", 0, NEW), Synced("f")
    assert left_by(*new) == {None, NEW}
    assert left_by(*new, FolderSynced(), Removed("f")) == {None, NEW}
    assert left_by(*new, FolderSynced(), Removed("f"), FolderSynced()) == {None}


def test_what_was_never_made_cannot_be_written() -> None:
    """A record that misses something is no record."""
    with pytest.raises(Unmodelled):
        Disk().apply(Wrote("f", 0, NEW))
