"""Who was let in at a kiosk by the centre's word, and what the acceptance sheets said."""

import sqlalchemy as sa
from alembic import op

from kiosk_central.store.migrations import guards

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Make the tables and put their guards up."""
    op.create_table(
        "technician_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        *(_text(name) for name in ("kiosk_id", "challenge", "at", "by", "note")),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosks.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("technician_codes_by_kiosk", "technician_codes", ["kiosk_id", "id"])
    op.create_table(
        "acceptances",
        *(_text(name) for name in ("kiosk_id", "ref", "received_at", "technician", "result")),
        _text("serial"),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosks.id"]),
        sa.PrimaryKeyConstraint("kiosk_id", "ref"),
    )
    op.create_index("acceptances_by_time", "acceptances", ["kiosk_id", "received_at"])
    at = op.get_bind()
    for statement in guards.kept_for_ever(at.dialect.name, ("acceptances", "technician_codes")):
        at.exec_driver_sql(statement)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)
