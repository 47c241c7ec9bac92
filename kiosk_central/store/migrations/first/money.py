"""The tables of payments and the ledger, as revision 0001 makes them."""

import sqlalchemy as sa
from alembic import op


def make() -> None:
    """Make them."""
    _payments()
    _payment_reports()
    _charges()
    _postings()
    _entries()
    _differences()
    _decisions()


def _payments() -> None:
    op.create_table(
        "payments",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("kiosk_id", sa.Text(), nullable=False),
        sa.Column("assessment_ref", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.Text(), nullable=False),
        sa.Column("heard_at", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.Text(), nullable=False),
        sa.Column("give_back", sa.Text(), nullable=False),
        sa.Column("decided", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["kiosk_id"],
            ["kiosks.id"],
        ),
        sa.PrimaryKeyConstraint("ref"),
    )
    op.create_index(
        op.f("ix_payments_assessment_ref"), "payments", ["assessment_ref"], unique=False
    )
    op.create_index("payments_by_kiosk", "payments", ["kiosk_id", "begun_at"], unique=False)
    op.create_index("payments_by_state", "payments", ["state", "heard_at"], unique=False)


def _payment_reports() -> None:
    op.create_table(
        "payment_reports",
        sa.Column("payment_ref", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("kiosk_at", sa.Text(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["payment_ref"],
            ["payments.ref"],
        ),
        sa.PrimaryKeyConstraint("payment_ref", "state", "reason"),
    )


def _charges() -> None:
    op.create_table(
        "charges",
        sa.Column("payment_ref", sa.Text(), nullable=False),
        sa.Column("terminal_id", sa.Text(), nullable=False),
        sa.Column("receipt", sa.BigInteger(), nullable=False),
        sa.Column("trace", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["payment_ref"],
            ["payments.ref"],
        ),
        sa.PrimaryKeyConstraint("payment_ref"),
    )
    op.create_index(
        "charges_by_terminal", "charges", ["terminal_id", "day", "receipt", "trace"], unique=False
    )


def _postings() -> None:
    op.create_table(
        "postings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payment_ref", sa.Text(), nullable=True),
        sa.Column("receipt_number", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("posted_at", sa.Text(), nullable=False),
        sa.Column("reverses", sa.Integer(), nullable=True),
        sa.Column("proof", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["payment_ref"],
            ["payments.ref"],
        ),
        sa.ForeignKeyConstraint(
            ["reverses"],
            ["postings.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("receipt_number"),
        sa.UniqueConstraint("reverses"),
    )
    op.create_index(
        "one_posting",
        "postings",
        ["payment_ref"],
        unique=True,
        sqlite_where=sa.text("reverses IS NULL"),
        postgresql_where=sa.text("reverses IS NULL"),
    )
    op.create_index("postings_by_payment", "postings", ["payment_ref"], unique=False)


def _entries() -> None:
    op.create_table(
        "entries",
        sa.Column("posting_id", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("debit_fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
        ),
        sa.ForeignKeyConstraint(
            ["posting_id"],
            ["postings.id"],
        ),
        sa.PrimaryKeyConstraint("posting_id", "account"),
    )


def _differences() -> None:
    op.create_table(
        "differences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payment_ref", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("claimed_state", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("kiosk_id", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("other_fen", sa.BigInteger(), nullable=True),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("noticed_at", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.Text(), nullable=False),
        sa.Column("settled_by", sa.Text(), nullable=False),
        sa.Column("settled_note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "one_open_difference",
        "differences",
        ["payment_ref", "kind", "claimed_state", "place"],
        unique=True,
        sqlite_where=sa.text("settled_at = ''"),
        postgresql_where=sa.text("settled_at = ''"),
    )


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
