"""The tables of refunds and of the month's end: what is transferred, and what the bank answered.

Nothing is ever deleted from these tables. A payment is refunded at most once (the index
``one_refund``), a month is closed once, and a transfer is answered once.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
)

from kiosk_central.store.schema import fen, metadata, of_payment, text

refunds = Table(
    "refunds",
    metadata,
    Column("id", Integer, primary_key=True),
    text("kiosk_id"),
    text("payment_ref"),
    Column("person_id", ForeignKey("people.id")),  # null: nobody knows whose money it is
    fen("amount_fen"),
    text("state"),  # a RefundState
    text("account"),  # the bank account that it goes to
    text("holder"),
    text("asked_at"),
    text("asked_by"),
    text("asked_why"),
    text("decided_at"),
    text("decided_by"),
    text("decided_why"),
    Column("posting_id", ForeignKey("postings.id"), unique=True),  # its refund_due
    of_payment(),
    CheckConstraint("amount_fen > 0", name="refund_is_positive"),
    CheckConstraint("decided_by <> asked_by", name="refund_by_two"),
)
Index(
    "one_refund",
    refunds.c.kiosk_id,
    refunds.c.payment_ref,
    unique=True,
    sqlite_where=refunds.c.state != "refused",
    postgresql_where=refunds.c.state != "refused",
)

refunded_months = Table(
    "refunded_months",
    metadata,
    Column("posting_id", ForeignKey("postings.id"), primary_key=True),  # that had paid it
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("scheme", Text, primary_key=True),
    Column("month", Text, primary_key=True),
    Column("percent", Integer, nullable=False),
    fen("base_fen"),
    fen("amount_fen"),
    fen("personal_fen"),
    fen("pool_fen"),
    CheckConstraint("amount_fen = personal_fen + pool_fen", name="refunded_parts"),
)
"""Months that were paid and refunded: as they were in ``contributions``, free again there."""

month_ends = Table(
    "month_ends",
    metadata,
    Column("month", Text, primary_key=True),
    text("closed_at"),
    text("statement"),  # JSON, as it was on that day
    Column("file", LargeBinary, nullable=False),  # the transfer file, byte for byte
)

personal_credits = Table(
    "personal_credits",
    metadata,
    Column("month", ForeignKey("month_ends.month"), primary_key=True),
    Column("account", Text, primary_key=True),
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    fen("amount_fen"),  # negative: more was refunded than paid
)

transfers = Table(
    "transfers",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("month", ForeignKey("month_ends.month"), nullable=False, index=True),
    text("what"),  # the account of ours that it pays out
    Column("refund_id", ForeignKey("refunds.id"), index=True),  # null: a fund's
    text("account"),
    text("holder"),
    fen("amount_fen"),
    Column("posting_id", ForeignKey("postings.id"), nullable=False, unique=True),
    text("outcome"),  # empty until the bank has answered; else paid or failed
    text("reason"),  # the bank's, of a failure
    Column("outcome_id", ForeignKey("postings.id"), unique=True),
    CheckConstraint("amount_fen > 0", name="transfer_is_positive"),
)

bank_answers = Table(
    "bank_answers",
    metadata,
    Column("sha256", LargeBinary, primary_key=True),
    text("name"),
    Column("lines", BigInteger, nullable=False),
    text("imported_at"),
)
"""The bank's acknowledgement files that were taken in."""
