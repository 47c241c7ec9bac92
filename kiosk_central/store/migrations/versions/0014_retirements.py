"""How kiosks ended and were replaced: kept for ever."""

import sqlalchemy as sa
from alembic import op

from kiosk_central.store.migrations import guards

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Make the table and put its guard up."""
    op.create_table(
        "retirements",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("ref", "kiosk_id", "kind")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("kiosk_at", "at", "by", "note")),
        sa.Column("series", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosks.id"]),
        sa.PrimaryKeyConstraint("kiosk_id", "ref"),
    )
    for statement in guards.kept_for_ever(op.get_bind().dialect.name, ("retirements",)):
        op.get_bind().exec_driver_sql(statement)
