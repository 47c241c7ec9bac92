"""How kiosks are, their tickets, orders, holds, and roll-outs."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables."""
    _states()
    _tickets()
    _orders()
    _rollouts()


def _states() -> None:
    op.create_table(
        "fleet_states",
        sa.Column("kiosk_id", sa.Text(), nullable=False),
        sa.Column("heard_at", sa.Text(), nullable=False),
        sa.Column("boot", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("uptime_s", sa.BigInteger(), nullable=False),
        sa.Column("software", sa.Text(), nullable=False),
        sa.Column("region", sa.Integer(), nullable=False),
        sa.Column("screen", sa.Text(), nullable=False),
        sa.Column("screen_since", sa.Text(), nullable=False),
        sa.Column("in_visit", sa.Boolean(), nullable=False),
        sa.Column("modules", sa.Text(), nullable=False),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("receipt_paper", sa.Text(), nullable=False),
        sa.Column("door_open", sa.Boolean(), nullable=False),
        sa.Column("undelivered", sa.Integer(), nullable=False),
        sa.Column("oldest_undelivered_s", sa.BigInteger(), nullable=False),
        sa.Column("unknown_payments", sa.Integer(), nullable=False),
        sa.Column("able", sa.Boolean(), nullable=False),
        sa.Column("clock_off_s", sa.BigInteger(), nullable=False),
        sa.Column("down_since", sa.Text(), nullable=False),
        sa.Column("stuck_since", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["kiosk_id"],
            ["kiosks.id"],
        ),
        sa.PrimaryKeyConstraint("kiosk_id"),
    )
    with op.batch_alter_table("fleet_states", schema=None) as batch_op:
        batch_op.create_index("fleet_states_down", ["down_since", "heard_at"], unique=False)
    op.create_table(
        "fleet_events",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kiosk_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["kiosk_id"],
            ["kiosks.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("fleet_events", schema=None) as batch_op:
        batch_op.create_index("fleet_events_by_kind", ["kind", "at"], unique=False)
        batch_op.create_index("fleet_events_by_kiosk", ["kiosk_id", "at"], unique=False)


def _tickets() -> None:
    op.create_table(
        "fleet_tickets",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("kiosk_id", sa.Text(), nullable=False),
        sa.Column("module", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.Text(), nullable=False),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["kiosk_id"],
            ["kiosks.id"],
        ),
        sa.PrimaryKeyConstraint("number"),
    )
    with op.batch_alter_table("fleet_tickets", schema=None) as batch_op:
        batch_op.create_index(
            "fleet_ticket_once",
            ["kiosk_id", "module", "code"],
            unique=True,
            sqlite_where=sa.text("closed_at = ''"),
            postgresql_where=sa.text("closed_at = ''"),
        )
        batch_op.create_index("fleet_tickets_by_kiosk", ["kiosk_id", "opened_at"], unique=False)
    op.create_table(
        "fleet_holds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kiosk_id", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("released_at", sa.Text(), nullable=False),
        sa.Column("released_by", sa.Text(), nullable=False),
        sa.Column("released_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["kiosk_id"],
            ["kiosks.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("fleet_holds", schema=None) as batch_op:
        batch_op.create_index(
            "fleet_hold_once",
            ["kiosk_id"],
            unique=True,
            sqlite_where=sa.text("released_at = ''"),
            postgresql_where=sa.text("released_at = ''"),
        )


def _orders() -> None:
    op.create_table(
        "fleet_orders",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("kiosk_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("boot", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('asked', 'seen', 'done', 'failed', 'expired')", name="fleet_order_state"
        ),
        sa.ForeignKeyConstraint(
            ["kiosk_id"],
            ["kiosks.id"],
        ),
        sa.PrimaryKeyConstraint("ref"),
    )
    with op.batch_alter_table("fleet_orders", schema=None) as batch_op:
        batch_op.create_index("fleet_orders_by_kiosk", ["kiosk_id", "asked_at"], unique=False)
        batch_op.create_index("fleet_orders_by_state", ["state"], unique=False)
    op.create_table(
        "fleet_bundles",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("kiosk_id", sa.Text(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["kiosk_id"],
            ["kiosks.id"],
        ),
        sa.ForeignKeyConstraint(
            ["ref"],
            ["fleet_orders.ref"],
        ),
        sa.PrimaryKeyConstraint("ref"),
    )


def _rollouts() -> None:
    op.create_table(
        "rollouts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("pack", sa.LargeBinary(), nullable=False),
        sa.Column("pack_before", sa.LargeBinary(), nullable=False),
        sa.Column("stages", sa.Text(), nullable=False),
        sa.Column("soak_s", sa.Integer(), nullable=False),
        sa.Column("stop_at_percent", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("stage_since", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Text(), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('config', 'software')", name="rollout_kind"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "rollout_kiosks",
        sa.Column("rollout_id", sa.Integer(), nullable=False),
        sa.Column("kiosk_id", sa.Text(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("reached_at", sa.Text(), nullable=False),
        sa.Column("failed_at", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["kiosk_id"],
            ["kiosks.id"],
        ),
        sa.ForeignKeyConstraint(
            ["rollout_id"],
            ["rollouts.id"],
        ),
        sa.PrimaryKeyConstraint("rollout_id", "kiosk_id"),
    )
    with op.batch_alter_table("rollout_kiosks", schema=None) as batch_op:
        batch_op.create_index("rollout_kiosks_by_stage", ["rollout_id", "stage"], unique=False)
