"""The tables of the counter: what clerks did, query codes, and who asks for the telephone menu."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Table, Text

from kiosk_central.store.schema import metadata, text

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
