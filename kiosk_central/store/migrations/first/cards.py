"""The tables of cards, as revision 0001 makes them."""

import sqlalchemy as sa
from alembic import op


def make() -> None:
    """Make them."""
    _cards()
    _card_acts()
    _card_moves()
    _applications()
    _application_steps()


def _cards() -> None:
    op.create_table(
        "cards",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("atr_history", sa.LargeBinary(), nullable=False),
        sa.Column("issued", sa.Text(), nullable=False),
        sa.Column("expires", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("until", sa.Text(), nullable=False),
        sa.Column("barcode", sa.Text(), nullable=False),
        sa.Column("bank", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
        ),
        sa.PrimaryKeyConstraint("code"),
        sa.UniqueConstraint("number"),
    )
    op.create_index(op.f("ix_cards_person_id"), "cards", ["person_id"], unique=False)


def _card_acts() -> None:
    op.create_table(
        "card_acts",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("kiosk_id", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("assurance", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["kiosk_id"],
            ["kiosks.id"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
        ),
        sa.PrimaryKeyConstraint("ref"),
    )
    op.create_index(op.f("ix_card_acts_person_id"), "card_acts", ["person_id"], unique=False)


def _card_moves() -> None:
    op.create_table(
        "card_moves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("card_code", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["card_code"],
            ["cards.code"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_card_moves_card_code"), "card_moves", ["card_code"], unique=False)


def _applications() -> None:
    op.create_table(
        "applications",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("card_code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened", sa.Text(), nullable=False),
        sa.Column("closed", sa.Text(), nullable=False),
        sa.Column("until", sa.Text(), nullable=False),
        sa.Column("collect_on", sa.Text(), nullable=False),
        sa.Column("certainty", sa.Text(), nullable=False),
        sa.Column("outlet", sa.Text(), nullable=False),
        sa.Column("fee_fen", sa.BigInteger(), nullable=False),
        sa.Column("new_card_code", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["card_code"],
            ["cards.code"],
        ),
        sa.ForeignKeyConstraint(
            ["new_card_code"],
            ["cards.code"],
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
        ),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("applications_by_card", "applications", ["new_card_code"], unique=False)
    op.create_index(op.f("ix_applications_person_id"), "applications", ["person_id"], unique=False)
    op.create_index(
        "one_open_application",
        "applications",
        ["card_code", "kind"],
        unique=True,
        sqlite_where=sa.text("closed = ''"),
        postgresql_where=sa.text("closed = ''"),
    )


def _application_steps() -> None:
    op.create_table(
        "application_steps",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["number"],
            ["applications.number"],
        ),
        sa.PrimaryKeyConstraint("number", "state"),
    )
