"""The tables of personal accounts, as revision 0001 makes them."""

import sqlalchemy as sa
from alembic import op


def make() -> None:
    """Make them."""
    _interest_rates()
    _pension_interest()
    _medical_accounts()
    _medical_credits()
    _medical_spending()


def _interest_rates() -> None:
    op.create_table(
        "interest_rates",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("rate", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("year"),
    )


def _pension_interest() -> None:
    op.create_table(
        "pension_interest",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("interest_fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
        ),
        sa.ForeignKeyConstraint(
            ["year"],
            ["interest_rates.year"],
        ),
        sa.PrimaryKeyConstraint("person_id", "year"),
    )


def _medical_accounts() -> None:
    op.create_table(
        "medical_accounts",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("growing", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
        ),
        sa.PrimaryKeyConstraint("person_id"),
    )


def _medical_credits() -> None:
    op.create_table(
        "medical_credits",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("bank", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name="credit_is_positive"),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["medical_accounts.person_id"],
        ),
        sa.PrimaryKeyConstraint("person_id", "month"),
    )


def _medical_spending() -> None:
    op.create_table(
        "medical_spending",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name="spending_is_positive"),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["medical_accounts.person_id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "medical_spending_by_person", "medical_spending", ["person_id", "day"], unique=False
    )
