"""Read a whole journal without changing it: is it sound, and what is in it that people must settle.

Used on a journal in use or at rest, once a day by the kiosk and by ``kioskd journal``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kioskd.errors import JournalDamaged
from kioskd.payments import journal_rows as rows
from kioskd.payments.chain import Entry, StoredEntry, breaks, read_entry
from kioskd.payments.contract import Payment
from kioskd.payments.day_book import day_end_of
from kioskd.payments.store import Connection, reading
from kioskd.protocols.central import ContractBroken
from kioskd.protocols.central_books import ChainHead


@dataclass(frozen=True, slots=True)
class Fault:
    """Something in the file that cannot be so."""

    place: str
    """``entry 17``, ``payment K0123-7KQ4-000002``."""
    what: str


def read_payments(path: Path) -> tuple[Payment, ...]:
    """Return every payment in the file, oldest first. Raises JournalDamaged."""
    with reading(path) as db:
        found = db.execute("SELECT * FROM payment ORDER BY number").fetchall()
    return tuple(rows.payment_of(row) for row in found)


def faults_in(path: Path) -> tuple[Fault, ...]:
    """Return what is wrong with the file; empty if it is sound. Never raises for its content."""
    try:
        with reading(path) as db:
            return tuple(_faults(db))
    except JournalDamaged as damage:
        return (Fault("file", str(damage)),)


def head_of(path: Path) -> ChainHead:
    """Return how far the chain goes, and its value there. Raises JournalDamaged."""
    with reading(path) as db:
        about = db.execute("SELECT series FROM journal").fetchone()
        last = db.execute(rows.LAST_ENTRY).fetchone()
    return ChainHead(about["series"], *((last["seq"], last["link"]) if last else (0, b"")))


def link_at(path: Path, seq: int) -> bytes:
    """Return the chain's value at an entry; empty if there is none. Raises JournalDamaged."""
    with reading(path) as db:
        found = db.execute("SELECT link FROM entry WHERE seq = ?", (seq,)).fetchone()
    return bytes(found["link"]) if found else b""


def _faults(db: Connection) -> Iterator[Fault]:
    (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        yield Fault("file", f"quick_check: {verdict}")
    about = db.execute("SELECT * FROM journal").fetchone()
    if about is None:
        yield Fault("file", "does not say whose journal it is")
        return
    entries = (rows.stored_entry(row) for row in db.execute("SELECT * FROM entry ORDER BY seq"))
    for broken in breaks(about["kiosk"], about["series"], entries):
        yield Fault(f"entry {broken.seq}", broken.why)
    yield from _payments_without_their_entry(db)
    yield from _day_ends_without_their_entry(db)
    yield from _entries_without_their_row(db)


def _payments_without_their_entry(db: Connection) -> Iterator[Fault]:
    """A payment's row must say what the newest entry of its reference says."""
    query = """
        SELECT payment.*, (SELECT body FROM entry WHERE entry.ref = payment.ref
                           ORDER BY seq DESC LIMIT 1) AS newest
        FROM payment ORDER BY number
    """
    for row in db.execute(query):
        place = f"payment {row['ref']}"
        if row["newest"] is None:
            yield Fault(place, "no entry tells of it")
        elif not _agree(rows.payment_of(row), _newest(row)):
            yield Fault(place, "is not what its newest entry says")


def _day_ends_without_their_entry(db: Connection) -> Iterator[Fault]:
    """A day-end's row must say what its newest entry says."""
    query = """
        SELECT day_end.*, (SELECT body FROM entry WHERE entry.ref = day_end.ref
                           ORDER BY seq DESC LIMIT 1) AS newest
        FROM day_end ORDER BY number
    """
    for row in db.execute(query):
        day_end, entry = day_end_of(row), _newest(row)
        if entry is None or (entry.now, entry.totals) != (day_end.state.value, day_end.totals):
            yield Fault(f"day-end {row['ref']}", "is not what its newest entry says")


def _newest(row: rows.Row) -> Entry | None:
    """Return the newest entry that a query has found beside a row; None if it is none."""
    if row["newest"] is None:
        return None
    try:
        return read_entry(StoredEntry(0, "", row["newest"], b""))
    except ContractBroken:
        return None


def _entries_without_their_row(db: Connection) -> Iterator[Fault]:
    """What the chain tells of is still there."""
    query = """
        SELECT DISTINCT ref FROM entry
        WHERE ref NOT IN (SELECT ref FROM payment UNION ALL SELECT ref FROM day_end)
    """
    for row in db.execute(query):
        yield Fault(row["ref"], "entries tell of it, but it is gone")


def _agree(payment: Payment, entry: Entry | None) -> bool:
    if entry is None:
        return False
    told = (entry.now, entry.amount, entry.assessment, entry.reason, entry.record, entry.baseline)
    kept = (payment.state.value, payment.amount, payment.assessment, payment.reason)
    return told == (*kept, payment.record, payment.baseline)
