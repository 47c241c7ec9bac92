"""The tables of what was asked about cards: acts of kiosks, moves of cards, applications.

The state of a card itself is in ``schema.cards``. Nothing is ever deleted here. One application of
a kind is open per card at most (the index ``one_open_application``).
"""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from kiosk_central.store.schema import fen, metadata, text

card_acts = Table(
    "card_acts",
    metadata,
    Column("kiosk_id", ForeignKey("kiosks.id"), primary_key=True),
    Column("ref", Text, primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    text("assurance"),
    text("act"),  # a CardAct
    Column("body", LargeBinary, nullable=False),  # SHA-256 of what was asked
    Column("answer", LargeBinary, nullable=False),
    text("at"),
)
"""What kiosks asked, with the answer given: the same reference gets it again."""

card_moves = Table(
    "card_moves",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("card_code", ForeignKey("cards.code"), nullable=False, index=True),
    text("event"),  # a CardEvent
    text("before"),
    text("after"),
    text("by"),  # the reference of the act, a clerk, or the clock
    text("at"),
)
"""The audit of every card: no status changes without a row here."""

applications = Table(
    "applications",
    metadata,
    Column("number", Text, primary_key=True),
    text("kind"),  # an ApplicationKind
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("card_code", ForeignKey("cards.code"), nullable=False),  # the card that is lost
    text("state"),  # an ApplicationState
    text("opened"),  # the citizens' calendar day
    text("closed"),  # the day, empty while open
    text("until"),  # of a loss report
    text("collect_on"),
    text("certainty"),  # of that day
    text("outlet"),
    fen("fee_fen"),
    Column("new_card_code", ForeignKey("cards.code")),
    Index("applications_by_card", "new_card_code"),
)
Index(
    "one_open_application",
    applications.c.card_code,
    applications.c.kind,
    unique=True,
    sqlite_where=applications.c.closed == "",
    postgresql_where=applications.c.closed == "",
)

application_steps = Table(
    "application_steps",
    metadata,
    Column("number", ForeignKey("applications.number"), primary_key=True),
    Column("state", Text, primary_key=True),
    text("day"),
    text("by"),
)
"""When an application reached each of its states."""
