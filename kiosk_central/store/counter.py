"""The tables of the counter: what clerks did, query codes, and who asks for the telephone menu."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
)

from kiosk_central.store.schema import fen, metadata, text

counter_acts = Table(
    "counter_acts",
    metadata,
    Column("ref", Text, primary_key=True),  # made when the form was shown
    Column("account_id", ForeignKey("web_accounts.id"), nullable=False, index=True),
    text("outlet"),
    text("channel"),  # a Channel
    text("act"),  # a CounterAct
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    text("agent_name"),
    text("agent_id_number"),
    text("checked"),  # what the clerk saw or asked for
    text("reason"),
    Column("body", LargeBinary, nullable=False),  # SHA-256 of what was asked
    text("answer"),  # the number of the application it is about, or empty
    text("at"),
)
"""Each act of a counter, once. Nothing is ever changed or deleted here."""

FEE_ADDS_UP = (
    "(settled = 'cash' AND paid_fen = due_fen AND voucher <> '' AND reason = '')"
    " OR (settled = 'exempt' AND paid_fen = 0 AND voucher = '' AND reason <> '')"
)
desk_fees = Table(
    "desk_fees",
    metadata,
    Column("application", ForeignKey("applications.number"), primary_key=True),
    text("ref"),  # of the counter act
    Column("account_id", ForeignKey("web_accounts.id"), nullable=False),
    text("outlet"),
    text("day"),  # the citizens' calendar day
    text("at"),
    fen("due_fen"),
    fen("paid_fen"),
    text("settled"),  # a Settled
    text("voucher"),  # receipt or fiscal voucher given for cash
    text("reason"),  # why nothing was taken
    CheckConstraint("due_fen > 0", name="desk_fee_due"),
    CheckConstraint(FEE_ADDS_UP, name="desk_fee_adds_up"),
    Index("desk_fees_by_day", "day"),
)
"""What was due for each card handed out, and what was taken. Nothing is ever changed here."""
Index(
    "one_desk_fee_per_voucher",
    desk_fees.c.voucher,
    unique=True,
    sqlite_where=desk_fees.c.voucher != "",
    postgresql_where=desk_fees.c.voucher != "",
)

query_codes = Table(
    "query_codes",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    text("code_hash"),  # Argon2id
    Column("failures", Integer, nullable=False),  # wrong ones in a row
    text("set_at"),
)

ivr_tokens = Table(
    "ivr_tokens",
    metadata,
    Column("name", Text, primary_key=True),
    Column("token_hash", LargeBinary, nullable=False, unique=True),  # SHA-256
    text("made_at"),
)

ivr_questions = Table(
    "ivr_questions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token_name", ForeignKey("ivr_tokens.name"), nullable=False),
    Column("person_id", ForeignKey("people.id"), index=True),  # null: nobody of that number
    text("outcome"),
    text("at"),
)
"""What telephone menus asked and whether they were told."""
