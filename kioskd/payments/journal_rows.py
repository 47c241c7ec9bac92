"""The journal's SQL as constants, and its rows as values and back. Nothing is run here."""

from typing import Any, Final, Protocol

from kioskd.domain.money import Money
from kioskd.domain.payment import (
    AssessmentRef,
    PaymentRef,
    PaymentState,
    Printed,
    TransactionRecord,
)
from kioskd.errors import JournalDamaged
from kioskd.payments.chain import StoredEntry
from kioskd.payments.contract import Baseline, Payment
from kioskd.protocols import central
from kioskd.protocols.central import PaymentReport, Posting

NEXT_NUMBER: Final = "UPDATE journal SET last_number = last_number + 1 RETURNING last_number"
INSERT_PAYMENT: Final = """
    INSERT INTO payment (number, ref, assessment, fen, state, at,
                         last_receipt, batch_count, batch_fen)
    VALUES (:number, :ref, :assessment, :fen, :state, :at, :last_receipt, :batch_count, :batch_fen)
"""
UPDATE_PAYMENT: Final = """
    UPDATE payment SET state = :state, terminal = :terminal, receipt = :receipt, trace = :trace,
                       record = :record, reason = :reason, last_receipt = :last_receipt,
                       batch_count = :batch_count, batch_fen = :batch_fen
    WHERE ref = :ref
"""
UPDATE_POSTED: Final = """
    UPDATE payment SET receipt_number = ?, posted_at = ?, proof = ?, give_back = ? WHERE ref = ?
"""
LAST_ENTRY: Final = "SELECT seq, link FROM entry ORDER BY seq DESC LIMIT 1"
INSERT_ENTRY: Final = "INSERT INTO entry (seq, ref, body, link) VALUES (?, ?, ?, ?)"
SELECT_ENTRIES_AFTER: Final = "SELECT * FROM entry WHERE seq > ? ORDER BY seq LIMIT ?"
INSERT_REPORT: Final = "INSERT INTO outbox (kind, ref, path, body) VALUES (?, ?, ?, ?)"
UPDATE_FATE: Final = "UPDATE outbox SET fate = ?, answer = ? WHERE seq = ?"
SELECT_WAITING: Final = "SELECT * FROM outbox WHERE fate = 'waiting' ORDER BY seq LIMIT 1"
COUNT_WAITING: Final = "SELECT count(*) AS waiting FROM outbox WHERE fate = 'waiting'"
SELECT_PAYMENT: Final = "SELECT * FROM payment WHERE ref = ?"
SELECT_OPEN: Final = """
    SELECT * FROM payment WHERE state IN ('intended', 'approved', 'unknown', 'reversing')
"""
SELECT_UNRESOLVED: Final = "SELECT * FROM payment WHERE state = 'unresolved' ORDER BY number"
SELECT_TO_GIVE_BACK: Final = """
    SELECT * FROM payment WHERE give_back = 1 AND state = 'confirmed' AND reason NOT LIKE 'R-%'
    ORDER BY number
"""
SELECT_IN_THE_WAY: Final = """
    SELECT ref, state FROM payment WHERE state IN ('intended', 'approved', 'unknown', 'reversing')
    UNION ALL
    SELECT ref, state FROM payment
    WHERE assessment = ? AND state IN ('intended', 'approved', 'unknown', 'reversing',
                                       'unresolved', 'confirmed')
    UNION ALL
    SELECT ref, 'unknown' FROM day_end WHERE state = 'intended'
    LIMIT 1
"""
INSERT_DAY_END: Final = """
    INSERT INTO day_end (number, ref, state, at, through, before_count, before_fen)
    VALUES (:number, :ref, :state, :at, :through, :before_count, :before_fen)
"""
UPDATE_DAY_END: Final = """
    UPDATE day_end SET state = :state, told_count = :told_count, told_fen = :told_fen
    WHERE number = :number
"""
SELECT_NEWEST_RECORD: Final = """
    SELECT number, receipt, record FROM payment WHERE record IS NOT NULL
    ORDER BY number DESC LIMIT 1
"""
SELECT_CHARGED_UNSEEN: Final = """
    SELECT 1 FROM payment WHERE number > ? AND state IN ('unresolved', 'confirmed')
"""
"""Newer than the newest record: charged, or perhaps, but the PIN pad never told us of it."""
SELECT_TRANSACTION: Final = """
    SELECT * FROM payment WHERE record IS NOT NULL AND terminal = ? AND receipt = ? AND trace = ?
"""


class Row(Protocol):
    """A row that is read by column name."""

    def __getitem__(self, column: str, /) -> Any: ...


def payment_of(row: Row) -> Payment:
    """Read a row of ``payment``. Raises JournalDamaged if it makes no sense."""
    try:
        return Payment(
            ref=PaymentRef(row["ref"]),
            assessment=AssessmentRef(row["assessment"]),
            amount=Money(row["fen"]),
            state=PaymentState(row["state"]),
            at=row["at"],
            baseline=Baseline(row["last_receipt"], _totals(row["batch_count"], row["batch_fen"])),
            record=record_of(row["record"]),
            reason=row["reason"],
            receipt_number=row["receipt_number"],
            give_back=bool(row["give_back"]),
            printed=Printed(row["printed"]) if row["printed"] else None,
        )
    except ValueError as broken:
        raise JournalDamaged(f"payment row: {broken}") from None


def posting_of(row: Row) -> Posting:
    """Read what the centre answered of a payment."""
    return Posting(
        ref=row["ref"],
        state=PaymentState(row["state"]),
        receipt_number=row["receipt_number"],
        posted_at=row["posted_at"],
        proof=row["proof"],
        give_back=bool(row["give_back"]),
    )


def posted_columns(posting: Posting) -> tuple[object, ...]:
    """Return the values of ``UPDATE_POSTED``."""
    told = (posting.receipt_number, posting.posted_at, posting.proof, int(posting.give_back))
    return (*told, posting.ref)


def stored_entry(row: Row) -> StoredEntry:
    """Read a row of ``entry``."""
    return StoredEntry(row["seq"], row["ref"], row["body"], row["link"])


def _totals(count: int | None, fen: int | None) -> tuple[int, Money] | None:
    return None if count is None or fen is None else (count, Money(fen))


def record_of(body: bytes | None) -> TransactionRecord | None:
    """Read a stored record. Raises JournalDamaged."""
    if body is None:
        return None
    try:
        return central.decode(body, TransactionRecord)
    except central.ContractBroken as broken:
        raise JournalDamaged(f"record: {broken}") from None


def row_of(payment: Payment) -> dict[str, object]:
    """Return the columns of a payment, without its number and what centre and printer add."""
    totals, record = payment.baseline.totals, payment.record
    return {
        "ref": payment.ref,
        "assessment": payment.assessment,
        "fen": payment.amount.fen,
        "state": payment.state.value,
        "at": payment.at,
        "last_receipt": payment.baseline.receipt,
        "batch_count": totals[0] if totals else None,
        "batch_fen": totals[1].fen if totals else None,
        "terminal": record.terminal_id if record else None,
        "receipt": record.receipt if record else None,
        "trace": record.trace if record else None,
        "record": central.encode(record) if record else None,
        "reason": payment.reason,
    }


def report_of(payment: Payment, at: str) -> PaymentReport:
    """Return what the centre is told of a payment's present state."""
    return PaymentReport(
        ref=payment.ref,
        assessment=payment.assessment,
        amount=payment.amount,
        state=payment.state,
        record=payment.record,
        at=at,
        reason=payment.reason,
    )
