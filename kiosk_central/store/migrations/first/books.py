"""The tables of the books beside the ledger, as revision 0001 makes them."""

import sqlalchemy as sa
from alembic import op


def make() -> None:
    """Make them."""
    _signing_keys()
    _prints()
    _day_ends()
    _day_end_payments()
    _journal_links()
    _bank_files()
    _bank_lines()
    _terminals()


def _signing_keys() -> None:
    op.create_table(
        "signing_keys",
        sa.Column("key_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("since", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key_id"),
    )


def _prints() -> None:
    op.create_table(
        "prints",
        sa.Column("print_ref", sa.Text(), nullable=False),
        sa.Column("payment_ref", sa.Text(), nullable=False),
        sa.Column("kiosk_id", sa.Text(), nullable=False),
        sa.Column("copy", sa.Integer(), nullable=False),
        sa.Column("printed", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["kiosk_id"],
            ["kiosks.id"],
        ),
        sa.ForeignKeyConstraint(
            ["payment_ref"],
            ["payments.ref"],
        ),
        sa.PrimaryKeyConstraint("print_ref"),
    )
    op.create_index(op.f("ix_prints_payment_ref"), "prints", ["payment_ref"], unique=False)
    op.create_index(
        "one_copy",
        "prints",
        ["payment_ref", "copy"],
        unique=True,
        sqlite_where=sa.text("copy > 0"),
        postgresql_where=sa.text("copy > 0"),
    )


def _day_ends() -> None:
    op.create_table(
        "day_ends",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("kiosk_id", sa.Text(), nullable=False),
        sa.Column("terminal_id", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["kiosk_id"],
            ["kiosks.id"],
        ),
        sa.PrimaryKeyConstraint("ref"),
    )


def _day_end_payments() -> None:
    op.create_table(
        "day_end_payments",
        sa.Column("day_end_ref", sa.Text(), nullable=False),
        sa.Column("payment_ref", sa.Text(), nullable=False),
        sa.Column("kiosk_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["day_end_ref"],
            ["day_ends.ref"],
        ),
        sa.ForeignKeyConstraint(
            ["kiosk_id"],
            ["kiosks.id"],
        ),
        sa.PrimaryKeyConstraint("day_end_ref", "payment_ref"),
    )
    op.create_index(
        "day_end_payments_by_payment", "day_end_payments", ["kiosk_id", "payment_ref"], unique=False
    )


def _journal_links() -> None:
    op.create_table(
        "journal_links",
        sa.Column("kiosk_id", sa.Text(), nullable=False),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["kiosk_id"],
            ["kiosks.id"],
        ),
        sa.PrimaryKeyConstraint("kiosk_id", "series", "seq"),
    )


def _bank_files() -> None:
    op.create_table(
        "bank_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sha256"),
    )


def _bank_lines() -> None:
    op.create_table(
        "bank_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("settlement_date", sa.Text(), nullable=False),
        sa.Column("terminal_id", sa.Text(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("receipt", sa.BigInteger(), nullable=False),
        sa.Column("trace", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("time", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("posting_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["bank_files.id"],
        ),
        sa.ForeignKeyConstraint(
            ["posting_id"],
            ["postings.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint(
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
    )
    op.create_index(
        "bank_lines_by_charge",
        "bank_lines",
        ["terminal_id", "day", "receipt", "trace"],
        unique=False,
    )


def _terminals() -> None:
    op.create_table(
        "terminals",
        sa.Column("terminal_id", sa.Text(), nullable=False),
        sa.Column("kiosk_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["kiosk_id"],
            ["kiosks.id"],
        ),
        sa.PrimaryKeyConstraint("terminal_id", "kiosk_id"),
    )
