"""The book of desk fees, which the database keeps for ever."""

import sqlalchemy as sa
from alembic import op

from kiosk_central.store.migrations import guards

revision = "0012"
down_revision = "0011"

ADDS_UP = (
    "(settled = 'cash' AND paid_fen = due_fen AND voucher <> '' AND reason = '')"
    " OR (settled = 'exempt' AND paid_fen = 0 AND voucher = '' AND reason <> '')"
)


def upgrade() -> None:
    """Make the table and put its guards up."""
    op.create_table(
        "desk_fees",
        sa.Column("application", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("outlet", "day", "at")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("due_fen", "paid_fen")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("settled", "voucher", "reason")),
        sa.CheckConstraint("due_fen > 0", name="desk_fee_due"),
        sa.CheckConstraint(ADDS_UP, name="desk_fee_adds_up"),
        sa.ForeignKeyConstraint(["account_id"], ["web_accounts.id"]),
        sa.ForeignKeyConstraint(["application"], ["applications.number"]),
        sa.PrimaryKeyConstraint("application"),
    )
    op.create_index("desk_fees_by_day", "desk_fees", ["day"])
    given = sa.text("voucher != ''")
    op.create_index(
        "one_desk_fee_per_voucher",
        "desk_fees",
        ["voucher"],
        unique=True,
        sqlite_where=given,
        postgresql_where=given,
    )
    for statement in guards.kept_for_ever(op.get_bind().dialect.name, ("desk_fees",)):
        op.get_bind().exec_driver_sql(statement)
