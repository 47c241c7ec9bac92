"""The journal's entries and the hash chain that holds them together. No I/O.

``link = SHA-256(link before + SHA-256(body))``: nobody can change, remove or reorder an entry
without changing every link after it, and the centre keeps them. The body is JSON of an ``Entry``.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256

from kioskd.domain.money import Money
from kioskd.domain.payment import TransactionRecord
from kioskd.payments.contract import Baseline, Payment
from kioskd.protocols import central
from kioskd.protocols.central_books import first_link, next_link


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened, once and for ever."""

    seq: int
    ref: str
    """Of a payment or of a day-end."""
    now: str
    """The state it came to."""
    at: str
    """RFC 3339, UTC, by the kiosk's clock."""
    amount: Money | None = None
    assessment: str = ""
    reason: str = ""
    record: TransactionRecord | None = None
    baseline: Baseline | None = None
    totals: tuple[int, Money] | None = None
    """Of a day-end: what the PIN pad told."""


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """A row of ``entry``, as the file has it."""

    seq: int
    ref: str
    body: bytes
    link: bytes


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold, and why."""

    seq: int
    why: str


def entry_of(seq: int, payment: Payment, at: str) -> Entry:
    """Return the entry for a payment that has just come to its state."""
    return Entry(
        seq=seq,
        ref=payment.ref,
        now=payment.state.value,
        at=at,
        amount=payment.amount,
        assessment=payment.assessment,
        reason=payment.reason,
        record=payment.record,
        baseline=payment.baseline,
    )


def linked(entry: Entry, before: bytes) -> StoredEntry:
    """Return the row to be stored after the link ``before``."""
    body = central.encode(entry)
    return StoredEntry(entry.seq, entry.ref, body, next_link(before, digest_of(body)))


def digest_of(body: bytes) -> bytes:
    """Return the SHA-256 of an entry's body: what the centre is told of it."""
    return sha256(body).digest()


def read_entry(row: StoredEntry) -> Entry:
    """Return the entry in a row. Raises ContractBroken."""
    return central.decode(row.body, Entry)


def breaks(kiosk_id: str, series: str, rows: Iterable[StoredEntry]) -> Iterator[Break]:
    """Yield every place where a whole chain, oldest first, does not hold."""
    yield from breaks_after(first_link(kiosk_id, series), 1, rows)


def breaks_after(link: bytes, seq: int, rows: Iterable[StoredEntry]) -> Iterator[Break]:
    """Yield the breaks of a chain whose next entry is ``seq`` and whose last link is ``link``."""
    for row in rows:
        if row.seq != seq:
            yield Break(seq, f"missing: the next entry is {row.seq}")
        elif row.link != next_link(link, digest_of(row.body)):
            yield Break(row.seq, "changed: its link does not follow from the one before")
        elif not _says_of_itself(row):
            yield Break(row.seq, "its body is of another entry")
        link, seq = row.link, row.seq + 1


def _says_of_itself(row: StoredEntry) -> bool:
    try:
        entry = read_entry(row)
    except central.ContractBroken:
        return False
    return (entry.seq, entry.ref) == (row.seq, row.ref)
