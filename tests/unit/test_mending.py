"""A disk that fails and comes back: named while it lasts, mended when it is over."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import trio

from kioskd.domain.trouble import TroubleReason
from kioskd.errors import JournalDamaged
from kioskd.payments import caretaker
from kioskd.payments.audit import faults_in
from tests.journals import Books, lent, tamper
from tests.patience import PATIENCE_S
from tests.unit.test_store import files_limited_to, log_size


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    with lent(tmp_path) as books:
        yield books


def fail_once(books: Books) -> None:
    """Let one write end in an I/O error."""
    with files_limited_to(log_size(books.path)), pytest.raises(JournalDamaged):
        books.intend()


def decline_many(books: Books) -> None:
    for _ in range(500):
        books.declined()


def test_after_an_io_error_the_file_is_opened_anew(books: Books) -> None:
    """What was acknowledged is there, what failed is not, and payments go on."""
    paid = books.confirmed()
    fail_once(books)
    assert books.store.failing
    trouble = books.journal.trouble
    assert trouble is not None
    assert trouble.reason is TroubleReason.JOURNAL_DAMAGED
    books.store.mend()
    assert not books.store.failing
    assert books.journal.trouble is None
    assert books.journal.get(paid.ref) == paid
    assert books.journal.open_payments() == ()
    assert books.confirmed(19).ref != paid.ref
    assert faults_in(books.path) == ()


def test_all_that_can_be_read_is_written_anew(books: Books) -> None:
    """A failed sync may have left pages in memory only: the old log is gone after mending."""
    books.confirmed()
    before = log_size(books.path)
    fail_once(books)
    books.store.mend()
    assert log_size(books.path) < before


def test_a_full_disk_is_named_until_a_write_works(books: Books) -> None:
    """No room: in trouble; room again: the next write that works ends it."""
    (pages,) = books.store._writer.execute("PRAGMA page_count").fetchone()
    books.store._writer.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(JournalDamaged, match="full"):
        decline_many(books)
    assert books.store.failing
    assert books.journal.trouble is not None
    books.store._writer.execute("PRAGMA max_page_count = 1000000")
    books.store.mend()
    assert not books.store.failing


def test_what_is_distrusted_is_not_mended(books: Books) -> None:
    """A disk that works again makes a journal no truer that the centre does not know."""
    fail_once(books)
    books.store.distrust("the centre knows another journal")
    with pytest.raises(JournalDamaged, match="another journal"):
        books.store.mend()
    with pytest.raises(JournalDamaged, match="another journal"):
        books.store.read("SELECT 1")


async def test_the_caretaker_mends(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    """While writes fail it is tried again and again, beside everything else."""
    monkeypatch.setattr(caretaker, "MEND_S", 0.0)
    fail_once(books)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(caretaker.mend_forever, books.store, books.path)
        with trio.fail_after(PATIENCE_S):
            while books.store.failing:
                await trio.sleep(0.01)
        nursery.cancel_scope.cancel()
    assert books.intend()


def test_an_unsound_file_is_not_mended(books: Books) -> None:
    """An entry that was changed while the disk failed keeps the journal closed."""
    books.confirmed()
    fail_once(books)
    tamper(books.path, "UPDATE entry SET body = x'7b7d' WHERE seq = 1")
    caretaker._mend(books.store, books.path)
    assert books.store.failing
