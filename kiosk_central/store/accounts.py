"""The tables of personal accounts: pension interest, and the medical account's movements.

The pension account's credits are the personal parts in ``contributions``; only its interest is
kept here. What is in an account is always worked out from these rows, never stored beside them.
"""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, Table, Text

from kiosk_central.store.schema import fen, metadata, text

interest_rates = Table(
    "interest_rates",
    metadata,
    Column("year", Integer, primary_key=True),
    text("rate"),  # a fraction: 0.0262
    text("source"),  # who set it, where it is published
)

pension_interest = Table(
    "pension_interest",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("year", ForeignKey("interest_rates.year"), primary_key=True),
    fen("interest_fen"),
)

medical_accounts = Table(
    "medical_accounts",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("growing", Integer, nullable=False),  # 1: credits come every month
)

medical_credits = Table(
    "medical_credits",
    metadata,
    Column("person_id", ForeignKey("medical_accounts.person_id"), primary_key=True),
    Column("month", Text, primary_key=True),
    text("day"),
    text("bank"),
    fen("amount_fen"),
    CheckConstraint("amount_fen > 0", name="credit_is_positive"),
)

medical_spending = Table(
    "medical_spending",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("medical_accounts.person_id"), nullable=False),
    text("day"),
    text("place"),
    text("kind"),  # a SpendingKind
    fen("amount_fen"),
    CheckConstraint("amount_fen > 0", name="spending_is_positive"),
    Index("medical_spending_by_person", "person_id", "day"),
)
