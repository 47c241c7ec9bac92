"""What staff, the telephone menu and cabinets did is never changed: the database refuses it."""

from alembic import op

from kiosk_central.store.migrations import guards

revision = "0009"
down_revision = "0008"

ACTS = ("counter_acts", "ivr_questions", "kiosk_events", "kiosk_releases", "web_acts")


def upgrade() -> None:
    """Put the guards up."""
    for statement in guards.kept_for_ever(op.get_bind().dialect.name, ACTS):
        op.get_bind().exec_driver_sql(statement)
