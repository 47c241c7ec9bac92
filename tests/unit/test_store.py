"""The journal's file: whose it is, transactions, threads, and disks that fail in real ways."""

import resource
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from kioskd.errors import JournalDamaged
from kioskd.payments import store as store_module
from kioskd.payments.audit import faults_in
from kioskd.payments.store import SERIES_ALPHABET, SERIES_LENGTH, TIDY_LOG_BYTES, Store, reading
from tests.fakes import a_record
from tests.journals import KIOSK, Books, lent, tamper
from tests.patience import PATIENCE_S


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = Store(path, KIOSK)
    yield opened
    opened.shut()


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    with lent(tmp_path) as books:
        yield books


@contextmanager
def files_limited_to(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond ``size``: a write then fails, not for want of room.

    SQLite tells that as SQLITE_IOERR, as it does for a card that no longer takes a block.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def log_size(path: Path) -> int:
    return Path(f"{path}-wal").stat().st_size


def overwrite_page(path: Path, page: int) -> None:
    """Make garbage of one page, counted from 1."""
    content = bytearray(path.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = b"\xa5" * 4096
    path.write_bytes(bytes(content))


def openings(store: Store) -> int:
    return int(store.read("SELECT openings FROM journal")[0]["openings"])


def count_opening(store: Store, *, synced: bool = True) -> None:
    with store.commit(synced=synced) as db:
        db.execute("UPDATE journal SET openings = openings + 1")


def in_a_thread(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_another_kiosks_journal_is_refused(path: Path) -> None:
    """A disk from another kiosk is refused by name, and stays as it was for that kiosk."""
    Store(path, "K0007").shut()
    with pytest.raises(JournalDamaged, match=r"K0007.*K0123"):
        Store(path, KIOSK)
    Store(path, "K0007").shut()


def test_a_kiosk_id_is_only_a_value(path: Path) -> None:
    """Whatever the id is made of, it is stored and not run."""
    odd = "K'); DROP TABLE journal; --"
    Store(path, odd).shut()
    again = Store(path, odd)
    again.shut()
    assert again.kiosk_id == odd


def test_the_series_is_of_the_file(path: Path, tmp_path: Path) -> None:
    """A file keeps its series over reopening; a new file, on a new disk, makes a new one."""
    first, other = Store(path, KIOSK), Store(tmp_path / "other.db", KIOSK)
    first.shut()
    again = Store(path, KIOSK)
    series = {first.series, again.series, other.series}
    again.shut()
    other.shut()
    assert first.series == again.series != other.series
    assert {len(each) for each in series} == {SERIES_LENGTH}
    assert set("".join(series)) <= set(SERIES_ALPHABET)


def test_reading_is_not_stopped_by_a_slow_commit(store: Store) -> None:
    """While a thread waits for the disk the screen still reads, and reads what is committed."""
    inside, go_on = threading.Event(), threading.Event()
    seen: list[int] = []

    def slow_commit() -> None:
        with store.commit(synced=True) as db:
            db.execute("UPDATE journal SET openings = openings + 100")
            inside.set()
            go_on.wait(PATIENCE_S)

    before = openings(store)
    writer = in_a_thread(slow_commit)
    try:
        assert inside.wait(PATIENCE_S)
        reader = in_a_thread(lambda: seen.append(openings(store)))
        reader.join(PATIENCE_S)
        assert seen == [before]
    finally:
        go_on.set()
        writer.join(PATIENCE_S)
    assert openings(store) == before + 100


def test_writers_take_turns(store: Store) -> None:
    """Two threads that write at once both get what they wanted, one after the other."""
    before = openings(store)
    threads = [
        in_a_thread(lambda: [count_opening(store, synced=False) for _ in range(20)])
        for _ in range(2)
    ]
    for thread in threads:
        thread.join(PATIENCE_S)
    assert openings(store) == before + 40


def test_whatever_is_raised_inside_undoes_it(store: Store) -> None:
    """A commit that is left by an error leaves nothing behind, and the next one works."""
    before = openings(store)
    with pytest.raises(ZeroDivisionError):
        _leave_by_an_error(store)
    assert openings(store) == before
    count_opening(store)
    assert openings(store) == before + 1


def _leave_by_an_error(store: Store) -> None:
    with store.commit(synced=True) as db:
        db.execute("UPDATE journal SET openings = 99")
        raise ZeroDivisionError


def test_reading_changes_nothing(store: Store) -> None:
    """The connection for reading refuses to write."""
    with pytest.raises(JournalDamaged, match="readonly"):
        store.read("UPDATE journal SET openings = 99")


def test_a_failed_write_ends_the_use(store: Store, path: Path) -> None:
    """After an error that may have lost pages nothing is read or written until it is reopened."""
    before = openings(store)
    with files_limited_to(log_size(path)), pytest.raises(JournalDamaged, match="disk I/O"):
        count_opening(store)
    with pytest.raises(JournalDamaged, match="until opened"):
        count_opening(store)
    with pytest.raises(JournalDamaged, match="until opened"):
        store.read("SELECT 1")
    store.shut()
    again = Store(path, KIOSK)
    assert openings(again) == before + 1  # its own opening, not the one that failed
    again.shut()


def test_a_full_disk_only_refuses(books: Books) -> None:
    """Out of room: the step is undone whole, what is there stays readable, and room helps."""
    paid = books.confirmed()
    (pages,) = books.store._writer.execute("PRAGMA page_count").fetchone()
    books.store._writer.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(JournalDamaged, match="full"):
        _decline_many(books)
    told = books.journal.open_payments()
    assert books.journal.get(paid.ref) == paid
    books.store._writer.execute("PRAGMA max_page_count = 1000000")
    for payment in told:
        assert books.states(payment.ref) == ["intended"]
        books.journal.approve(payment.ref, paid.record, paid.at)  # type: ignore[arg-type]
    assert faults_in(books.path) == ()


def _decline_many(books: Books) -> None:
    for _ in range(500):
        books.declined()


def test_a_corrupt_page_ends_the_use(books: Books) -> None:
    """A page that is no page is found when it is read, and nothing is believed any more."""
    books.confirmed()
    query = "SELECT rootpage FROM sqlite_master WHERE name = 'entry'"
    (page,) = books.store.read(query)[0]
    books.store.shut()
    overwrite_page(books.path, page)
    store = Store(books.path, KIOSK)
    with pytest.raises(JournalDamaged, match="malformed"):
        store.read("SELECT * FROM entry ORDER BY seq")
    with pytest.raises(JournalDamaged, match="not to be believed"):
        store.read("SELECT 1")
    store.shut()


def test_garbage_is_not_a_journal(path: Path) -> None:
    """A file that is no database is refused, not overwritten."""
    path.write_bytes(b"not a database " * 1000)
    with pytest.raises(JournalDamaged, match="not a database"):
        Store(path, KIOSK)
    assert path.read_bytes() == b"not a database " * 1000


def test_a_newer_schema_is_refused(path: Path) -> None:
    """A journal written by a newer program is left alone."""
    Store(path, KIOSK).shut()
    tamper(path, "PRAGMA user_version = 99")
    with pytest.raises(JournalDamaged, match="99"):
        Store(path, KIOSK)
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("PRAGMA user_version").fetchone() == (99,)


def test_no_folder(tmp_path: Path) -> None:
    """A data partition that is not mounted is damage with a name, not a crash."""
    with pytest.raises(JournalDamaged, match="unable to open"):
        Store(tmp_path / "missing" / "journal.db", KIOSK)


def test_a_creation_that_fails_leaves_an_empty_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables, first row and version come together or not at all; the next opening makes them."""
    with monkeypatch.context() as planted:
        planted.setattr(store_module, "SERIES_ALPHABET", ["'x"])  # ends the statement too early
        with pytest.raises(JournalDamaged, match="token"):
            Store(path, KIOSK)
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)
    Store(path, KIOSK).shut()


def test_tidy_leaves_a_short_log_alone(store: Store, path: Path) -> None:
    """A log that is not worth a checkpoint costs no sync."""
    before = (log_size(path), openings(store))
    store.tidy()
    assert (log_size(path), openings(store)) == before


def test_the_log_is_shortened_but_never_while_paying(books: Books) -> None:
    """A long log is checkpointed in idle time only, and the next payment finds a new one."""
    number = 0
    while log_size(books.path) < TIDY_LOG_BYTES:
        books.confirmed(number := number + 1)
    before = log_size(books.path)
    last = books.intend()
    books.outbox.tidy()
    assert log_size(books.path) >= before
    books.journal.approve(last.ref, record := a_record(number + 1), last.at)
    books.journal.confirm(last.ref, last.at)
    books.outbox.tidy()
    assert 0 < log_size(books.path) < before / 10
    assert books.journal.get(last.ref).record == record


def test_distrusted_for_ever(store: Store) -> None:
    """Once distrusted, the first reason stays; tidying is left alone too."""
    store.distrust("the centre knows another")
    store.distrust("something else")
    with pytest.raises(JournalDamaged, match="the centre knows another"):
        count_opening(store)
    store.tidy()


def test_reading_a_journal_that_is_in_use(store: Store, path: Path) -> None:
    """A second program reads what is committed and cannot write."""
    with reading(path) as db:
        assert db.execute("SELECT kiosk FROM journal").fetchone()["kiosk"] == KIOSK
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            db.execute("UPDATE journal SET openings = 99")


def test_reading_makes_no_file(path: Path) -> None:
    """Looking at a journal that is not there does not make one."""
    with pytest.raises(JournalDamaged), reading(path):
        pass
    assert not path.exists()
