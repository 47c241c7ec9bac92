"""The record of software bundles."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

TEXTS = ("compatible", "may_replace")
LATER = ("sha256", "added_at", "added_by", "note", "removed_at", "removed_by", "removed_note")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "software",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS),
        sa.Column("size", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in LATER),
        sa.PrimaryKeyConstraint("id"),
    )
    on_shelf = sa.text("removed_at = ''")
    op.create_index(
        "software_once",
        "software",
        ["version"],
        unique=True,
        sqlite_where=on_shelf,
        postgresql_where=on_shelf,
    )
