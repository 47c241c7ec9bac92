"""The tables of people and what they may pay; those of money are in ``store.books``.

Money is whole fen; months are ``2026-10``, moments RFC 3339 UTC: they sort as text. Rules that must
hold however many copies of the server run are constraints, not code: a month is locked once
(``month_locks``), paid once (``contributions``), and a payment is posted once (``postings``).
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    cast,
    func,
)

metadata = MetaData()
NAMED_BY = "named_by"
"""In a table's ``info``: the unique column by which a new row is known before it has its ``id``."""


def fen(name: str) -> Column[int]:
    """Return a column of money."""
    return Column(name, BigInteger, nullable=False)


def text(name: str) -> Column[str]:
    """Return a column of text, empty where there is none."""
    return Column(name, Text, nullable=False)


def of_payment() -> ForeignKeyConstraint:
    """Return the reference of a row to its payment."""
    return ForeignKeyConstraint(["kiosk_id", "payment_ref"], ["payments.kiosk_id", "payments.ref"])


def of_payment_in_month() -> ForeignKeyConstraint:
    """Return the reference of a row to its payment and to the month whose partition it is in."""
    return ForeignKeyConstraint(
        ["month", "kiosk_id", "payment_ref"],
        ["payments.month", "payments.kiosk_id", "payments.ref"],
    )


def fen_sum(amounts: ColumnElement[int]) -> ColumnElement[int]:
    """Return the sum of amounts as whole fen; PostgreSQL's own sum is a decimal number."""
    return cast(func.sum(amounts), BigInteger)


settings = Table("settings", metadata, Column("name", Text, primary_key=True), text("value"))

kiosks = Table(
    "kiosks",
    metadata,
    Column("id", Text, primary_key=True),
    text("outlet"),
    text("sam_id"),  # empty: the resident ID reader's module is not registered
    Column("active", Boolean, nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # as the city numbers people
    Column("id_number", Text, nullable=False, unique=True),
    text("name"),
    text("city"),
    Column("flexible_employment", Boolean, nullable=False),
)

cards = Table(
    "cards",
    metadata,
    Column("code", Text, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("atr_history", LargeBinary, nullable=False),
    text("issued"),
    text("expires"),
    text("status"),  # a CardStatus: the one truth, but for a report that has lapsed since
    text("until"),  # 2026-12-06: the last day on which a loss report holds; else empty
    text("barcode"),  # the medical-insurance number
    text("bank"),  # id of the issuing bank in the region pack
)

enrolments = Table(
    "enrolments",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("scheme", Text, primary_key=True),
    text("since"),
    Column("active", Boolean, nullable=False),
)

contributions = Table(
    "contributions",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("scheme", Text, primary_key=True),
    Column("month", Text, primary_key=True),
    Column("percent", Integer, nullable=False),
    fen("base_fen"),
    fen("amount_fen"),
    fen("personal_fen"),
    fen("pool_fen"),
    Column("posting_id", Integer),  # null: taken over from before this ledger
    CheckConstraint("amount_fen = personal_fen + pool_fen", name="contribution_parts"),
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
    text("months"),  # ascending, joined by spaces
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

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)
