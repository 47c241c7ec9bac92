"""The ledger and what refers to it, as revision 0011 makes them."""

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
    UniqueConstraint,
)

from kiosk_central.store.migrations.keyed.parts import fen, metadata, of_payment, text

postings = Table(
    "postings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kiosk_id", Text),
    Column("payment_ref", Text),
    Column("receipt_number", Text, unique=True),
    text("kind"),
    text("posted_at"),
    Column("reverses", ForeignKey("postings.id"), unique=True),
    Column("proof", LargeBinary, nullable=False),
    of_payment(),
    CheckConstraint(
        "(kiosk_id IS NULL) = (payment_ref IS NULL)", name="posting_of_a_payment_or_none"
    ),
)
Index(
    "one_posting",
    postings.c.kiosk_id,
    postings.c.payment_ref,
    unique=True,
    sqlite_where=postings.c.reverses.is_(None),
    postgresql_where=postings.c.reverses.is_(None),
)
Index("postings_by_payment", postings.c.kiosk_id, postings.c.payment_ref)
Index("postings_by_time", postings.c.posted_at)

entries = Table(
    "entries",
    metadata,
    Column("posting_id", ForeignKey("postings.id"), primary_key=True),
    Column("account", Text, primary_key=True),
    Column("person_id", ForeignKey("people.id")),
    fen("debit_fen"),
)
Index(
    "entries_by_person",
    entries.c.person_id,
    sqlite_where=entries.c.person_id.is_not(None),
    postgresql_where=entries.c.person_id.is_not(None),
)

bank_lines = Table(
    "bank_lines",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("file_id", ForeignKey("bank_files.id"), nullable=False),
    Column("line", Integer, nullable=False),
    text("settlement_date"),
    text("terminal_id"),
    Column("batch", Integer, nullable=False),
    Column("receipt", BigInteger, nullable=False),
    Column("trace", BigInteger, nullable=False),
    text("day"),
    text("time"),
    fen("amount_fen"),
    text("kind"),
    Column("occurrence", Integer, nullable=False),
    Column("posting_id", ForeignKey("postings.id")),
    UniqueConstraint(
        "settlement_date",
        "terminal_id",
        "batch",
        "receipt",
        "trace",
        "day",
        "time",
        "amount_fen",
        "kind",
        "occurrence",
        name="one_bank_line",
    ),
    Index("bank_lines_by_charge", "terminal_id", "day", "receipt", "trace"),
)

refunds = Table(
    "refunds",
    metadata,
    Column("id", Integer, primary_key=True),
    text("kiosk_id"),
    text("payment_ref"),
    Column("person_id", ForeignKey("people.id")),
    fen("amount_fen"),
    text("state"),
    text("account"),
    text("holder"),
    text("asked_at"),
    text("asked_by"),
    text("asked_why"),
    text("decided_at"),
    text("decided_by"),
    text("decided_why"),
    Column("posting_id", ForeignKey("postings.id"), unique=True),
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
    Column("posting_id", ForeignKey("postings.id"), primary_key=True),
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

transfers = Table(
    "transfers",
    metadata,
    Column("reference", Text, primary_key=True),
    Column("month", ForeignKey("month_ends.month"), nullable=False, index=True),
    text("what"),
    Column("refund_id", ForeignKey("refunds.id"), index=True),
    text("account"),
    text("holder"),
    fen("amount_fen"),
    Column("posting_id", ForeignKey("postings.id"), nullable=False, unique=True),
    text("outcome"),
    text("reason"),
    Column("outcome_id", ForeignKey("postings.id"), unique=True),
    CheckConstraint("amount_fen > 0", name="transfer_is_positive"),
)
