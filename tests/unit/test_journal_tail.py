"""Opening a journal looks at its newest entries: what was changed among them is found at once."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kioskd.errors import JournalDamaged
from kioskd.payments.journal import TAIL
from tests.journals import Books, lent, opened, tamper


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    with lent(tmp_path) as books:
        yield books


def change_an_entry(path: Path, seq: int) -> None:
    """Lower the amount in an entry's body, byte for byte as long as before."""
    spoilt = "CAST(replace(CAST(body AS TEXT), '140000', '140001') AS BLOB)"
    tamper(path, f"UPDATE entry SET body = {spoilt} WHERE seq = ?", seq)


def remove_an_entry(path: Path, seq: int) -> None:
    tamper(path, "DELETE FROM entry WHERE seq = ?", seq)


def swap_two_entries(path: Path, seq: int) -> None:
    """Let an entry and the one before change places, each with its own link."""
    for before, after in ((seq, -1), (seq - 1, seq), (-1, seq - 1)):
        tamper(path, "UPDATE entry SET seq = ? WHERE seq = ?", after, before)


def keep_the_newest_only(path: Path, seq: int) -> None:
    tamper(path, "DELETE FROM entry WHERE seq < (SELECT max(seq) FROM entry)")


@pytest.fixture(scope="module")
def at_rest(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Journals with so many entries: fewer than opening looks at, just as many, and more."""
    paths = {}
    for payments in (21, 22, 30):
        with lent(tmp_path_factory.mktemp("at-rest")) as books:
            for number in range(payments):
                books.confirmed(number)
        paths[3 * payments] = books.path
    return paths


SPOILT = [
    (spoil, entries, back)
    for spoil in (change_an_entry, remove_an_entry, swap_two_entries)
    for entries in (63, 66, 90)
    for back in (0, 1, 5, 60, TAIL - 1)
    if back <= entries - 2 and (back or spoil is not remove_an_entry)
]


@pytest.mark.parametrize(("spoil", "entries", "back"), SPOILT)
def test_a_broken_tail_is_found_at_opening(
    at_rest: dict[int, Path],
    tmp_path: Path,
    spoil: Callable[[Path, int], None],
    entries: int,
    back: int,
) -> None:
    """Whichever of the newest entries was changed, removed or moved, no payment starts on it."""
    path = tmp_path / "journal.db"
    shutil.copy(at_rest[entries], path)
    opened(path).store.shut()
    spoil(path, entries - back)
    with pytest.raises(JournalDamaged, match="entry"):
        opened(path)


def test_a_chain_without_its_beginning_is_found(books: Books) -> None:
    """With few entries the chain must begin where this file's chain begins."""
    books.confirmed()
    books.store.shut()
    keep_the_newest_only(books.path, 0)
    with pytest.raises(JournalDamaged, match="entry 1: missing"):
        opened(books.path)


def test_a_sound_tail_is_opened(books: Books) -> None:
    """Around the length of the tail a sound journal of any length opens, and goes on."""
    for number in range(23):
        books.confirmed(number)
        books.store.shut()
        books = opened(books.path)
    assert books.intend().ref == books.ref(24)
    books.store.shut()


def test_a_series_is_not_taken_for_another(books: Books) -> None:
    """Entries copied into another journal file are not its own."""
    books.confirmed()
    books.store.shut()
    tamper(books.path, "UPDATE journal SET series = '2222'")
    with pytest.raises(JournalDamaged, match="entry 1"):
        opened(books.path)
