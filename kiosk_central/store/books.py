"""The tables of money: payments, the ledger, papers, and the books of others beside them.

Nothing is ever deleted from these tables. A payment has one posting that stands (the index
``one_posting``) and at most one that reverses it (``postings.reverses``).
"""

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

from kiosk_central.store.schema import (
    NAMED_BY,
    contributions,
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
"""``payment_refs.kiosk_in`` of a reference is its kiosk."""

payments = Table(
    "payments",
    metadata,
    Column("kiosk_id", ForeignKey("kiosks.id"), primary_key=True),
    Column("ref", Text, primary_key=True),  # names its kiosk: ``payment_refs``
    text("assessment_ref"),
    fen("amount_fen"),
    text("state"),
    text("begun_at"),  # by the kiosk's clock, where it told
    text("heard_at"),  # first, by ours
    text("month"),  # of that; what is kept of a payment beside the ledger is in its partition
    text("changed_at"),
    text("give_back"),  # a GiveBack
    text("decided"),  # a Decided: what a person has settled it to be
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
    Column("reason", Text, primary_key=True),  # an operator code, or empty
    text("record"),  # JSON of the PIN pad's record, or empty
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
    text("day"),  # 2026-11-22, by the PIN pad's clock; the year is ours
    of_payment(),
    Index("charges_by_terminal", "terminal_id", "day", "receipt", "trace"),
)
"""What the bank knows a charge by: from the PIN pad's record, or from the bank's own line."""

postings = Table(
    "postings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kiosk_id", Text),  # null, as the payment: a settlement by the bank
    Column("payment_ref", Text),
    Column("receipt_number", Text, unique=True),  # null: a settlement by the bank
    text("kind"),
    text("posted_at"),
    Column("reverses", ForeignKey("postings.id"), unique=True),
    Column("proof", LargeBinary, nullable=False),  # empty: a settlement by the bank
    of_payment(),
    CheckConstraint(
        "(kiosk_id IS NULL) = (payment_ref IS NULL)", name="posting_of_a_payment_or_none"
    ),
    info={NAMED_BY: "receipt_number"},
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
contributions.add_is_dependent_on(postings)  # by ``posting_id``, which is no foreign key

entries = Table(
    "entries",
    metadata,
    Column("posting_id", ForeignKey("postings.id"), primary_key=True),
    Column("account", Text, primary_key=True),
    Column("person_id", ForeignKey("people.id")),
    fen("debit_fen"),  # a credit is negative
)
Index(
    "entries_by_person",
    entries.c.person_id,
    sqlite_where=entries.c.person_id.is_not(None),
    postgresql_where=entries.c.person_id.is_not(None),
)

differences = Table(
    "differences",
    metadata,
    Column("id", Integer, primary_key=True),
    text("payment_ref"),  # empty where it is about no payment of ours
    text("kind"),
    text("claimed_state"),
    text("place"),  # where else to look: a day-end, a bank line, a journal entry
    text("kiosk_id"),
    fen("amount_fen"),  # as it was claimed
    Column("other_fen", BigInteger),  # as our own book has it, where it has another
    text("record"),
    text("noticed_at"),
    text("settled_at"),
    text("settled_by"),
    text("settled_note"),
)
Index(
    "one_open_difference",
    differences.c.payment_ref,
    differences.c.kind,
    differences.c.claimed_state,
    differences.c.place,
    differences.c.kiosk_id,
    unique=True,
    sqlite_where=differences.c.settled_at == "",
    postgresql_where=differences.c.settled_at == "",
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    text("at"),
    text("by"),
    text("act"),
    text("about"),
    text("note"),
)
"""What a person decided. One row an act; there is no way to take one back."""

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("key_id", LargeBinary, primary_key=True),
    Column("public_key", LargeBinary, nullable=False),
    text("since"),
)

prints = Table(
    "prints",
    metadata,
    Column("kiosk_id", Text, primary_key=True),  # of the payment
    Column("payment_ref", Text, primary_key=True),
    Column("at_kiosk", ForeignKey("kiosks.id"), primary_key=True),  # that prints it
    Column("print_ref", Text, primary_key=True),
    Column("copy", Integer, nullable=False),
    text("printed"),  # empty: given out, and nothing heard of it
    text("at"),
    Column("answer", LargeBinary, nullable=False),  # the ReceiptCopy given out; empty if none was
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

journal_links = Table(
    "journal_links",
    metadata,
    Column("kiosk_id", ForeignKey("kiosks.id"), primary_key=True),
    Column("series", Text, primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("head", LargeBinary, nullable=False),
    text("received_at"),
)
"""The anchors: the value of each kiosk's chain after every entry, as it was first told."""

bank_files = Table(
    "bank_files",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", LargeBinary, nullable=False, unique=True),
    text("name"),
    text("imported_at"),
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
    Column("occurrence", Integer, nullable=False),  # in its file: 2 is the same line once more
    Column("posting_id", ForeignKey("postings.id")),  # null: not cleared yet
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

terminals = Table(
    "terminals",
    metadata,
    Column("terminal_id", Text, primary_key=True),
    Column("kiosk_id", ForeignKey("kiosks.id"), primary_key=True),
)
"""Which PIN pads a kiosk was ever heard to have."""
