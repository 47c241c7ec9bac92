"""The journal's SQL as constants, and its rows as values and back. Nothing is run here."""

from collections.abc import Mapping
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
from kioskd.payments.contract import Baseline, Payment
from kioskd.protocols import central
from kioskd.protocols.central import PaymentReport

NEXT_NUMBER: Final = "UPDATE counter SET last_number = last_number + 1 RETURNING last_number"
INSERT_PAYMENT: Final = """
    INSERT INTO payment (number, ref, assessment, fen, state, at,
                         last_receipt, batch_count, batch_fen)
    VALUES (:number, :ref, :assessment, :fen, :state, :at, :last_receipt, :batch_count, :batch_fen)
"""
UPDATE_PAYMENT: Final = """
    UPDATE payment SET state = :state, terminal = :terminal, receipt = :receipt, trace = :trace,
                       record = :record, reason = :reason
    WHERE ref = :ref
"""
INSERT_ENTRY: Final = """
    INSERT INTO entry (ref, state, at, reason, record)
    VALUES (:ref, :state, :at, :reason, :record)
"""
UPDATE_FATE: Final = "UPDATE outbox SET fate = ?, answer = ? WHERE seq = ?"
SELECT_WAITING: Final = "SELECT * FROM outbox WHERE fate = 'waiting' ORDER BY seq LIMIT 1"
SELECT_OPEN: Final = """
    SELECT * FROM payment WHERE state IN ('intended', 'approved', 'unknown') ORDER BY number
"""
SELECT_IN_THE_WAY: Final = """
    SELECT ref, state FROM payment WHERE state IN ('intended', 'approved', 'unknown')
    UNION ALL
    SELECT ref, state FROM payment
    WHERE assessment = ? AND state IN ('intended', 'approved', 'unknown', 'confirmed')
    LIMIT 1
"""
SELECT_NEWEST_RECORD: Final = """
    SELECT receipt, record FROM payment WHERE record IS NOT NULL ORDER BY number DESC LIMIT 1
"""
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
            printed=Printed(row["printed"]) if row["printed"] else None,
        )
    except ValueError as broken:
        raise JournalDamaged(f"payment row: {broken}") from None


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


def entry_of(payment: Payment, at: str) -> Mapping[str, object]:
    """Return the columns of the history entry for a payment that has just moved."""
    return row_of(payment) | {"at": at}


def report_of(payment: Payment, at: str) -> PaymentReport:
    """Return what the centre is told of a payment's present state."""
    return PaymentReport(
        ref=payment.ref,
        assessment=payment.assessment,
        amount=payment.amount,
        state=payment.state,
        record=payment.record,
        at=at,
    )
