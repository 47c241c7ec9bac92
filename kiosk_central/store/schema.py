"""The tables. Money is whole fen; months are ``2026-10``, moments RFC 3339 UTC: they sort as text.

Rules that must hold however many copies of the server run are constraints, not code:
a month is locked once (``month_locks``), paid once (``contributions``), and a payment is posted
once (``postings.payment_ref``).
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()


def _fen(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False)


settings = Table("settings", metadata, Column("name", Text, primary_key=True), _text("value"))

kiosks = Table(
    "kiosks",
    metadata,
    Column("id", Text, primary_key=True),
    _text("outlet"),
    _text("sam_id"),  # empty: the resident ID reader's module is not registered
    Column("active", Boolean, nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("id_number", Text, nullable=False, unique=True),
    _text("name"),
    _text("city"),
    Column("flexible_employment", Boolean, nullable=False),
)

cards = Table(
    "cards",
    metadata,
    Column("code", Text, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("atr_history", LargeBinary, nullable=False),
    _text("issued"),
    _text("expires"),
    Column("lost", Boolean, nullable=False),
)

enrolments = Table(
    "enrolments",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("scheme", Text, primary_key=True),
    _text("since"),
    Column("active", Boolean, nullable=False),
)

contributions = Table(
    "contributions",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("scheme", Text, primary_key=True),
    Column("month", Text, primary_key=True),
    Column("percent", Integer, nullable=False),
    _fen("base_fen"),
    _fen("amount_fen"),
    _fen("personal_fen"),
    _fen("pool_fen"),
    Column("posting_id", Integer),  # null: taken over from before this ledger
    CheckConstraint("amount_fen = personal_fen + pool_fen", name="contribution_parts"),
)

assessments = Table(
    "assessments",
    metadata,
    Column("ref", Text, primary_key=True),
    Column("kiosk_id", ForeignKey("kiosks.id"), nullable=False),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    _text("scheme"),
    Column("percent", Integer, nullable=False),
    _fen("base_fen"),
    _fen("monthly_fen"),
    _fen("monthly_personal_fen"),
    _text("months"),  # ascending, joined by spaces
    _text("created_at"),
    _text("expires_at"),
    _text("state"),
    Column("payment_ref", Text),
    Index("assessments_due", "state", "expires_at"),
)

month_locks = Table(
    "month_locks",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("scheme", Text, primary_key=True),
    Column("month", Text, primary_key=True),
    Column("assessment_ref", ForeignKey("assessments.ref"), nullable=False, index=True),
)

payments = Table(
    "payments",
    metadata,
    Column("ref", Text, primary_key=True),
    Column("kiosk_id", ForeignKey("kiosks.id"), nullable=False),
    Column("assessment_ref", Text, nullable=False, index=True),
    _fen("amount_fen"),
    _text("state"),
    _text("changed_at"),
)

payment_reports = Table(
    "payment_reports",
    metadata,
    Column("payment_ref", ForeignKey("payments.ref"), primary_key=True),
    Column("state", Text, primary_key=True),
    _text("record"),  # JSON of the PIN pad's record, or empty
    _text("kiosk_at"),
    _text("received_at"),
)

postings = Table(
    "postings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("payment_ref", ForeignKey("payments.ref"), nullable=False, unique=True),
    Column("receipt_number", Text, nullable=False, unique=True),
    _text("kind"),
    _text("posted_at"),
)

entries = Table(
    "entries",
    metadata,
    Column("posting_id", ForeignKey("postings.id"), primary_key=True),
    Column("account", Text, primary_key=True),
    Column("person_id", ForeignKey("people.id")),
    _fen("debit_fen"),  # a credit is negative
)

differences = Table(
    "differences",
    metadata,
    Column("id", Integer, primary_key=True),
    _text("payment_ref"),
    _text("kind"),
    _text("claimed_state"),
    _text("kiosk_id"),
    _fen("amount_fen"),
    _text("record"),
    _text("noticed_at"),
    UniqueConstraint("payment_ref", "kind", "claimed_state"),
)

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
