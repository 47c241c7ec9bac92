"""The audit of a whole journal: every change behind the program's back is found and named."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio
import trio.testing

from kioskd import log
from kioskd.payments.audit import Fault, faults_in, read_payments
from kioskd.payments.caretaker import audit_forever
from kioskd.payments.chain import Entry, linked
from kioskd.payments.day_book import DayEndState
from tests.fakes import AMOUNT, NOW
from tests.journals import Books, lent
from tests.patience import PATIENCE_S


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty payments, more entries than opening looks at, and a day-end; at rest."""
    with lent(tmp_path_factory.mktemp("whole")) as books:
        for number in range(27):
            books.confirmed(number)
        day_book = books.day_book
        day_end = day_book.intend((27, AMOUNT * 27), NOW)
        day_book.end(day_end, DayEndState.DONE, None, "29001006", NOW)
        books.declined()
        books.unresolved()
        books.intend()
    return books.path


@pytest.fixture
def books(whole: Path, tmp_path: Path) -> Iterator[Books]:
    """A copy of the whole journal, in use."""
    shutil.copy(whole, tmp_path)
    with lent(tmp_path) as books:
        yield books


def places(books: Books) -> list[str]:
    return [fault.place for fault in faults_in(books.path)]


def test_a_sound_journal_has_no_faults(books: Books) -> None:
    """Every kind of payment and a day-end, in a journal that is in use, raise no alarm."""
    assert faults_in(books.path) == ()


def test_every_payment_is_read(books: Books) -> None:
    """All payments, oldest first, as the journal itself reads them."""
    payments = read_payments(books.path)
    assert [payment.ref for payment in payments] == [books.ref(n) for n in range(1, 31)]
    assert all(books.journal.get(payment.ref) == payment for payment in payments)


@pytest.mark.parametrize("seq", [1, 2, 50])
def test_a_changed_entry_is_found_anywhere(books: Books, seq: int) -> None:
    """Also far behind the newest entries, which are all that opening looks at."""
    spoilt = "CAST(replace(CAST(body AS TEXT), '140000', '140001') AS BLOB)"
    books.tamper(f"UPDATE entry SET body = {spoilt} WHERE seq = ?", seq)
    assert f"entry {seq}" in places(books)


def test_a_removed_entry_is_found(books: Books) -> None:
    """A gap is named."""
    books.tamper("DELETE FROM entry WHERE seq = 4")
    found = faults_in(books.path)
    assert Fault("entry 4", "missing: the next entry is 5") in found


def test_reordered_entries_are_found(books: Books) -> None:
    """Two whole entries in each other's place are found."""
    for before, after in ((7, -1), (8, 7), (-1, 8)):
        books.tamper("UPDATE entry SET seq = ? WHERE seq = ?", after, before)
    assert "entry 7" in places(books)


@pytest.mark.parametrize(
    "change",
    [
        "state = 'declined'",
        "fen = 1",
        "assessment = 'c'",
        "reason = 'R-00'",
        "batch_fen = 1",
        "record = CAST(replace(CAST(record AS TEXT), '\"receipt\":1,', '\"receipt\":2,') AS BLOB)",
    ],
)
def test_a_payment_changed_without_an_entry_is_found(books: Books, change: str) -> None:
    """A row that says something else than its newest entry, with a chain that still holds."""
    books.tamper(f"UPDATE payment SET {change} WHERE number = 2")
    assert faults_in(books.path) == (
        Fault(f"payment {books.ref(2)}", "is not what its newest entry says"),
    )


def test_a_payment_without_any_entry_is_found(books: Books) -> None:
    """A row that was put in by hand is no payment."""
    columns = "INSERT INTO payment (number, ref, assessment, fen, state, at) VALUES "
    books.tamper(columns + "(99, 'x', 'c', 1, 'declined', '')")
    assert faults_in(books.path) == (Fault("payment x", "no entry tells of it"),)


def test_a_removed_payment_is_found(books: Books) -> None:
    """A charge whose row is gone is still told of by the chain."""
    books.tamper("DELETE FROM payment WHERE number = 2")
    assert places(books) == [books.ref(2)]


def test_the_newest_entry_removed_is_found(books: Books) -> None:
    """A cut-off end leaves a payment that is further than its entries."""
    books.tamper("DELETE FROM entry WHERE seq = (SELECT max(seq) FROM entry)")
    assert places(books) == [f"payment {books.ref(30)}"]


def test_an_entry_of_nonsense_is_found(books: Books) -> None:
    """A well-linked entry without sense is a fault, not a crash."""
    last = books.store.read("SELECT seq, link FROM entry ORDER BY seq DESC LIMIT 1")[0]
    row = linked(Entry(last["seq"] + 1, books.ref(30), "no state", NOW), last["link"])
    columns = "INSERT INTO entry (seq, ref, body, link) VALUES (?, ?, ?, ?)"
    books.tamper(columns, row.seq, row.ref, row.body, row.link)
    assert places(books) == [f"payment {books.ref(30)}"]


def test_a_torn_page_is_found(books: Books) -> None:
    """A page that is no page is a fault of the file, not an error."""
    books.store.shut()
    content = bytearray(books.path.read_bytes())
    content[8 * 4096 : 9 * 4096] = b"\xa5" * 4096
    books.path.write_bytes(bytes(content))
    assert "file" in places(books)


def test_what_is_no_journal_is_a_fault(tmp_path: Path) -> None:
    """A file that is not there, is no database or is empty of all sense has a fault."""
    assert [fault.place for fault in faults_in(tmp_path / "none.db")] == ["file"]
    (tmp_path / "odd.db").write_bytes(b"not a database " * 1000)
    assert [fault.place for fault in faults_in(tmp_path / "odd.db")] == ["file"]


def test_a_journal_without_an_owner_is_a_fault(books: Books) -> None:
    """The one row that says whose journal it is, gone: a fault, not a crash."""
    books.tamper("DELETE FROM journal")
    assert places(books) == ["file"]


@pytest.mark.parametrize("sound", [True, False])
async def test_a_kiosk_audits_when_it_starts(
    books: Books, monkeypatch: pytest.MonkeyPatch, sound: bool
) -> None:
    """At the start, not only a day later: a fault ends payments, a sound journal goes on."""
    audited = trio.Event()
    monkeypatch.setattr(log, "event", lambda name, *level, **values: audited.set())
    if not sound:
        books.tamper("UPDATE payment SET fen = 1 WHERE number = 2")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(audit_forever, books.store, books.path)
        with trio.fail_after(PATIENCE_S):
            await audited.wait()
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert (books.journal.trouble is None) is sound


@pytest.mark.parametrize("change", ["state = 'not_done'", "told_fen = 1", "before_count = 9"])
def test_a_day_end_changed_without_an_entry_is_found(tmp_path: Path, change: str) -> None:
    """What a closed batch held is in the chain: its row alone cannot be changed."""
    with lent(tmp_path) as books:
        day_end = books.day_book.intend((3, AMOUNT), NOW)
        told = None if "before" in change else (3, AMOUNT)
        books.day_book.end(day_end, DayEndState.DONE, told, "29001006", NOW)
        assert faults_in(books.path) == ()
        books.tamper(f"UPDATE day_end SET {change}")
        assert [fault.place for fault in faults_in(books.path)] == [f"day-end {day_end.ref}"]
