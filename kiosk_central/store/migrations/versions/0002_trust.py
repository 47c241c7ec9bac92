"""One-time codes and certificates of kiosks."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "enrolment_codes",
        sa.Column("kiosk_id", sa.Text(), sa.ForeignKey("kiosks.id"), primary_key=True),
        sa.Column("code_sha256", sa.LargeBinary(), primary_key=True),
        sa.Column("made_at", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.Column("used_at", sa.Text(), nullable=False),
        sa.Column("key_sha256", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "kiosk_certificates",
        sa.Column("kiosk_id", sa.Text(), sa.ForeignKey("kiosks.id"), primary_key=True),
        sa.Column("serial", sa.Text(), primary_key=True),
        sa.Column("key_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("pem", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.Text(), nullable=False),
        sa.Column("not_after", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    op.create_index(
        "kiosk_certificates_by_key", "kiosk_certificates", ["kiosk_id", "key_sha256"], unique=True
    )
