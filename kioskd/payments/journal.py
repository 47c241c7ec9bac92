"""The payment journal: SQLite, one synced commit per durable step, three per approved payment.

The only importer of sqlite3. Knows no PIN pad, no HTTP and no clock. WAL with ``synchronous=FULL``
costs one sync per commit (facts, pin-pad-and-payments 5.1). Checkpoints happen in ``tidy`` and
``close`` only; the first commit of a new log also syncs its header, so ``_open_new_log`` makes one
in idle time and no payment pays for it. Every ``sqlite3.Error`` becomes JournalDamaged.
"""

import os
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Final

from kioskd import log
from kioskd.domain.money import Money
from kioskd.domain.payment import (
    AssessmentRef,
    PaymentRef,
    PaymentState,
    Printed,
    TransactionRecord,
)
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import JournalDamaged
from kioskd.payments import journal_rows as rows
from kioskd.payments.contract import Baseline, Payment, PaymentInTheWay, RecordContradicts, Waiting
from kioskd.payments.states import START, TELLS_THE_CENTRE, PaymentEvent, next_state
from kioskd.protocols import central
from kioskd.protocols.central import Posting

__all__ = ["Journal", "Payment", "new_assessment_ref", "read_payments"]

SCHEMA_VERSION: Final = 1
BUSY_TIMEOUT_S: Final = 5.0
TIDY_LOG_BYTES: Final = 1 << 20
"""``tidy`` leaves a shorter write-ahead log alone."""
_UNTRUSTWORTHY: Final = frozenset(
    {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
)
"""After these the file is not written again: a failed sync may have thrown pages away."""


def new_assessment_ref() -> AssessmentRef:
    """Make a reference for an assessment; no counter, so it may be made before anything else."""
    return AssessmentRef(uuid.uuid4().hex)


class Journal:
    """The journal of one kiosk; fulfils ``contract.PaymentJournal``, whose docstrings hold here."""

    def __init__(self, path: Path, kiosk_id: str) -> None:
        """Open, or create, and check the journal. Raises JournalDamaged."""
        self._path, self._kiosk_id = path, kiosk_id
        self._unusable = False
        self._on_report: Callable[[], None] = lambda: None
        with _translated():
            self._db = _open(path)
        self._open_new_log()

    def listen(self, on_report: Callable[[], None]) -> None:
        """Call ``on_report`` after every commit that wrote an outbox row."""
        self._on_report = on_report

    def shut(self) -> None:
        """Checkpoint and close the file."""
        with _translated():
            self._db.close()

    def intend(
        self, assessment: AssessmentRef, amount: Money, baseline: Baseline, at: str
    ) -> Payment:
        with self._commit(synced=True) as db:
            self._nothing_in_the_way(assessment)
            (number,) = db.execute(rows.NEXT_NUMBER).fetchone()
            ref = PaymentRef(f"{self._kiosk_id}-{number:06d}")
            payment = Payment(ref, assessment, amount, START, at, baseline)
            db.execute(rows.INSERT_PAYMENT, rows.row_of(payment) | {"number": number})
            db.execute(rows.INSERT_ENTRY, rows.entry_of(payment, at))
        return self._done(payment)

    def approve(self, ref: PaymentRef, record: TransactionRecord, at: str) -> Payment:
        payment = self.get(ref)
        if payment.state is PaymentState.APPROVED and _is_of(payment, record):
            return payment  # a repeat: our answer was lost on the wire
        return self._move(ref, PaymentEvent.APPROVE, at, record)

    def confirm(self, ref: PaymentRef, at: str, record: TransactionRecord | None = None) -> Payment:
        return self._move(ref, PaymentEvent.CONFIRM, at, record)

    def close(
        self,
        ref: PaymentRef,
        event: PaymentEvent,
        at: str,
        record: TransactionRecord | None = None,
        reason: str = "",
    ) -> Payment:
        assert event not in (PaymentEvent.APPROVE, PaymentEvent.CONFIRM)
        return self._move(ref, event, at, record, reason)

    def get(self, ref: PaymentRef) -> Payment:
        found = self._read("SELECT * FROM payment WHERE ref = ?", ref)
        if not found:
            raise KeyError(ref)
        return rows.payment_of(found[0])

    def open_payments(self) -> tuple[Payment, ...]:
        return tuple(rows.payment_of(row) for row in self._read(rows.SELECT_OPEN))

    def last_known_receipt(self) -> int | None:
        found = self._read(rows.SELECT_NEWEST_RECORD)
        return int(found[0]["receipt"]) if found else None

    def last_transaction_id(self) -> bytes:
        found = self._read(rows.SELECT_NEWEST_RECORD)
        record = rows.record_of(found[0]["record"]) if found else None
        return record.transaction_id if record else b""

    def knows(self, record: TransactionRecord, besides: PaymentRef) -> bool:
        key = (record.terminal_id, record.receipt, record.trace)
        others = (rows.payment_of(row) for row in self._read(rows.SELECT_TRANSACTION, *key))
        return any(_is_of(other, record) for other in others if other.ref != besides)

    def next_report(self) -> Waiting | None:
        found = self._read(rows.SELECT_WAITING)
        return Waiting(found[0]["seq"], found[0]["ref"], found[0]["body"]) if found else None

    def mark_delivered(self, seq: int, posting: Posting) -> None:
        with self._commit(synced=False) as db:
            db.execute(rows.UPDATE_FATE, ("delivered", posting.state.value, seq))
            if posting.receipt_number:
                db.execute(
                    "UPDATE payment SET receipt_number = ?, posted_at = ? WHERE ref = ?",
                    (posting.receipt_number, posting.posted_at, posting.ref),
                )

    def quarantine(self, seq: int, status: int, code: str) -> None:
        with self._commit(synced=False) as db:
            db.execute(rows.UPDATE_FATE, ("quarantined", f"{status} {code}", seq))

    def posting(self, ref: PaymentRef) -> Posting | None:
        query = "SELECT * FROM payment WHERE ref = ? AND receipt_number != ''"
        for row in self._read(query, ref):
            state = PaymentState(row["state"])
            return Posting(row["ref"], state, row["receipt_number"], row["posted_at"])
        return None

    def set_printed(self, ref: PaymentRef, printed: Printed) -> None:
        with self._commit(synced=False) as db:
            db.execute("UPDATE payment SET printed = ? WHERE ref = ?", (printed.value, ref))

    def tidy(self) -> None:
        """Checkpoint a long log unless a payment is open."""
        if self._unusable or self._log_bytes() < TIDY_LOG_BYTES or self.open_payments():
            return
        with _translated():
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        self._open_new_log()

    @property
    def trouble(self) -> Trouble | None:
        """JOURNAL_DAMAGED, PAYMENT_IN_DOUBT (an unresolved payment), or None."""
        try:
            in_doubt = bool(self._read("SELECT 1 FROM payment WHERE state = 'unknown'"))
        except JournalDamaged:
            return Trouble(TroubleReason.JOURNAL_DAMAGED, JournalDamaged.operator_code)
        return Trouble(TroubleReason.PAYMENT_IN_DOUBT, "P-01") if in_doubt else None

    def _nothing_in_the_way(self, assessment: AssessmentRef) -> None:
        for row in self._read(rows.SELECT_IN_THE_WAY, assessment):
            raise PaymentInTheWay(row["ref"], PaymentState(row["state"]))

    def _move(
        self,
        ref: PaymentRef,
        event: PaymentEvent,
        at: str,
        record: TransactionRecord | None,
        reason: str = "",
    ) -> Payment:
        """Make one move of the transition table, with its report, in one synced commit."""
        with self._commit(synced=True) as db:
            before = self.get(ref)
            after = replace(
                before,
                state=next_state(before.state, event),
                record=_agreed_record(before, event, record),
                reason=reason,
            )
            db.execute(rows.UPDATE_PAYMENT, rows.row_of(after))
            db.execute(rows.INSERT_ENTRY, rows.entry_of(after, at))
            if after.state in TELLS_THE_CENTRE:
                body = central.encode(rows.report_of(after, at))
                db.execute("INSERT INTO outbox (ref, body) VALUES (?, ?)", (ref, body))
        return self._done(after)

    def _done(self, payment: Payment) -> Payment:
        log.event("journal.synced", ref=payment.ref, state=payment.state, reason=payment.reason)
        if payment.state in TELLS_THE_CENTRE:
            self._on_report()
        return payment

    @contextmanager
    def _commit(self, *, synced: bool) -> Iterator[sqlite3.Connection]:
        """Run the block as one transaction; whatever it raises undoes it. Raises JournalDamaged."""
        self._still_usable()
        with self._judged():
            self._db.execute(f"PRAGMA synchronous = {'FULL' if synced else 'NORMAL'}")
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):  # the first error is the one that matters
                    self._db.rollback()
                raise

    def _read(self, query: str, *values: object) -> list[sqlite3.Row]:
        self._still_usable()
        with self._judged():
            return self._db.execute(query, values).fetchall()

    def _still_usable(self) -> None:
        if self._unusable:
            raise JournalDamaged("not used again until it has been opened and checked anew")

    @contextmanager
    def _judged(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            primary_code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            self._unusable |= primary_code in _UNTRUSTWORTHY
            log.warning("journal.failed", error=str(error), unusable=self._unusable)
            raise JournalDamaged(str(error)) from error

    def _open_new_log(self) -> None:
        with self._commit(synced=True) as db:
            db.execute("UPDATE counter SET openings = openings + 1")

    def _log_bytes(self) -> int:
        try:
            return os.stat(f"{self._path}-wal").st_size
        except FileNotFoundError:
            return 0


def _agreed_record(
    payment: Payment, event: PaymentEvent, record: TransactionRecord | None
) -> TransactionRecord | None:
    """Return the record to keep: the approved one for ever. Raises RecordContradicts."""
    if record is not None and event in (PaymentEvent.APPROVE, PaymentEvent.CONFIRM):
        _check_approval(payment, record)
    if payment.record is None or not payment.record.approved:
        return record or payment.record
    if event is PaymentEvent.CONFIRM and record is not None and not _is_of(payment, record):
        raise RecordContradicts(f"{payment.ref}: another receipt than the one approved")
    return payment.record


def _check_approval(payment: Payment, record: TransactionRecord) -> None:
    if record.amount != payment.amount or not record.approved:
        raise RecordContradicts(f"{payment.ref}: not an approval of its amount")


def _is_of(payment: Payment, record: TransactionRecord) -> bool:
    kept = payment.record
    return kept is not None and (
        (kept.terminal_id, kept.receipt, kept.trace, kept.amount, kept.date)
        == (record.terminal_id, record.receipt, record.trace, record.amount, record.date)
    )


def _open(path: Path) -> sqlite3.Connection:
    """Open and check the file. Raises sqlite3.Error, JournalDamaged."""
    is_new = not path.exists()
    db = sqlite3.connect(path, isolation_level=None, timeout=BUSY_TIMEOUT_S)
    db.row_factory = sqlite3.Row
    try:
        _set_up(db)
        _migrate(db)
    except BaseException:
        db.close()
        raise
    if is_new:
        _sync_directory(path.parent)
    return db


def _set_up(db: sqlite3.Connection) -> None:
    (mode,) = db.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise JournalDamaged(f"journal_mode is {mode}: not on this file system")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    db.execute("PRAGMA wal_autocheckpoint = 0")
    (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise JournalDamaged(f"quick_check: {verdict}")


def _migrate(db: sqlite3.Connection) -> None:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > SCHEMA_VERSION:
        raise JournalDamaged(f"written by a newer kioskd: schema {version}")
    if version == 0:
        schema = resources.files("kioskd.payments") / "schema" / "0001_journal.sql"
        script = schema.read_text(encoding="utf-8")
        db.executescript(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = 1; COMMIT;")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise JournalDamaged(str(error)) from error


def _sync_directory(directory: Path) -> None:
    """Make the new file's name durable; SQLite syncs only what is in it."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read_payments(path: Path) -> tuple[Payment, ...]:
    """Return every payment in the file, oldest first, changing nothing. Raises JournalDamaged."""
    with _translated(), closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        db.row_factory = sqlite3.Row
        found = db.execute("SELECT * FROM payment ORDER BY number").fetchall()
    return tuple(rows.payment_of(row) for row in found)
