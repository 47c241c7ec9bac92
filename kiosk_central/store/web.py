"""The tables of staff: their accounts and log-ins, and what they did and looked at."""

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

from kiosk_central.store.schema import metadata, text

web_accounts = Table(
    "web_accounts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),  # what is typed to log in, lower case
    text("shown"),  # as colleagues and papers call her
    text("roles"),  # of ``web.roles``, ascending, joined by spaces
    text("outlet"),
    text("password_hash"),  # Argon2id; empty until she has chosen one
    text("totp_secret"),  # base32; empty until she has begun to set up
    Column("totp_last", BigInteger, nullable=False),  # time step of the last code taken
    Column("setup_hash", LargeBinary, nullable=False),  # SHA-256 of the set-up code, or empty
    text("setup_until"),
    Column("failures", Integer, nullable=False),  # wrong log-ins in a row
    text("blocked_until"),
    text("disabled_at"),
    text("made_at"),
    CheckConstraint("name <> ''", name="web_account_named"),
)

web_sessions = Table(
    "web_sessions",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("account_id", ForeignKey("web_accounts.id"), nullable=False, index=True),
    text("csrf"),
    text("begun_at"),
    text("seen_at"),
)

web_acts = Table(
    "web_acts",
    metadata,
    Column("id", Integer, primary_key=True),
    text("at"),
    Column("account_id", ForeignKey("web_accounts.id"), nullable=False),
    text("outlet"),
    text("act"),
    Column("person_id", ForeignKey("people.id")),  # null: about no person
    text("about"),
    text("detail"),
    Index("web_acts_by_person", "person_id", "id"),
    Index("web_acts_by_account", "account_id", "id"),
)
"""Who did what, and who looked at whom. Nothing is changed or deleted here."""
