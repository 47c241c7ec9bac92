"""Assessments, payments and what kiosks tell of them, as revision 0011 makes them."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from kiosk_central.store.migrations.keyed.parts import (
    fen,
    metadata,
    of_payment,
    of_payment_in_month,
    text,
)

NAMES_ITS_KIOSK = (
    "substr(ref, 1, length(kiosk_id) + 1) = kiosk_id || '-'"
    " AND length(replace(substr(ref, length(kiosk_id) + 2), '-', '')) ="
    " length(ref) - length(kiosk_id) - 2"
)

assessments = Table(
    "assessments",
    metadata,
    Column("kiosk_id", ForeignKey("kiosks.id"), primary_key=True),
    Column("ref", Text, primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    text("scheme"),
    Column("percent", Integer, nullable=False),
    fen("base_fen"),
    fen("monthly_fen"),
    fen("monthly_personal_fen"),
    text("months"),
    text("created_at"),
    text("expires_at"),
    text("state"),
    Column("payment_ref", Text),
    Index("assessments_by_person", "person_id", "state"),
)

month_locks = Table(
    "month_locks",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("scheme", Text, primary_key=True),
    Column("month", Text, primary_key=True),
    text("kiosk_id"),
    text("assessment_ref"),
    ForeignKeyConstraint(
        ["kiosk_id", "assessment_ref"], ["assessments.kiosk_id", "assessments.ref"]
    ),
    Index("month_locks_by_assessment", "kiosk_id", "assessment_ref"),
)

payments = Table(
    "payments",
    metadata,
    Column("kiosk_id", ForeignKey("kiosks.id"), primary_key=True),
    Column("ref", Text, primary_key=True),
    text("assessment_ref"),
    fen("amount_fen"),
    text("state"),
    text("begun_at"),
    text("heard_at"),
    text("month"),
    text("changed_at"),
    text("give_back"),
    text("decided"),
    Index("payments_by_state", "state", "heard_at"),
    Index("payments_by_kiosk", "kiosk_id", "begun_at"),
    Index("payments_by_assessment", "kiosk_id", "assessment_ref"),
    UniqueConstraint("month", "kiosk_id", "ref", name="payment_month"),
    CheckConstraint(NAMES_ITS_KIOSK, name="payment_names_its_kiosk"),
    CheckConstraint("month = substr(heard_at, 1, 7)", name="payment_month_is_right"),
)

payment_reports = Table(
    "payment_reports",
    metadata,
    Column("month", Text, primary_key=True),
    Column("kiosk_id", Text, primary_key=True),
    Column("payment_ref", Text, primary_key=True),
    Column("state", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    text("record"),
    text("kiosk_at"),
    text("received_at"),
    of_payment_in_month(),
    postgresql_partition_by="LIST (month)",
)

charges = Table(
    "charges",
    metadata,
    Column("kiosk_id", Text, primary_key=True),
    Column("payment_ref", Text, primary_key=True),
    text("terminal_id"),
    Column("receipt", BigInteger, nullable=False),
    Column("trace", BigInteger, nullable=False),
    text("day"),
    of_payment(),
    Index("charges_by_terminal", "terminal_id", "day", "receipt", "trace"),
)

prints = Table(
    "prints",
    metadata,
    Column("kiosk_id", Text, primary_key=True),
    Column("payment_ref", Text, primary_key=True),
    Column("at_kiosk", ForeignKey("kiosks.id"), primary_key=True),
    Column("print_ref", Text, primary_key=True),
    Column("copy", Integer, nullable=False),
    text("printed"),
    text("at"),
    Column("answer", LargeBinary, nullable=False),
    of_payment(),
)
Index(
    "one_copy",
    prints.c.kiosk_id,
    prints.c.payment_ref,
    prints.c.copy,
    unique=True,
    sqlite_where=prints.c.copy > 0,
    postgresql_where=prints.c.copy > 0,
)

day_ends = Table(
    "day_ends",
    metadata,
    Column("kiosk_id", ForeignKey("kiosks.id"), primary_key=True),
    Column("ref", Text, primary_key=True),
    text("terminal_id"),
    Column("body", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    text("received_at"),
)

day_end_payments = Table(
    "day_end_payments",
    metadata,
    Column("kiosk_id", Text, primary_key=True),
    Column("day_end_ref", Text, primary_key=True),
    Column("payment_ref", Text, primary_key=True),
    ForeignKeyConstraint(["kiosk_id", "day_end_ref"], ["day_ends.kiosk_id", "day_ends.ref"]),
    Index("day_end_payments_by_payment", "kiosk_id", "payment_ref"),
)
