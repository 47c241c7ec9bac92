"""The tables of the fleet: how each kiosk is, what changed, and what operators asked of it."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
)
from sqlalchemy import text as sql

from kiosk_central.store.schema import metadata, text

OPEN = sql("closed_at = ''")
STANDING = sql("released_at = ''")

fleet_states = Table(
    "fleet_states",
    metadata,
    Column("kiosk_id", ForeignKey("kiosks.id"), primary_key=True),
    text("heard_at"),
    text("boot"),
    Column("sequence", BigInteger, nullable=False),
    Column("uptime_s", BigInteger, nullable=False),
    text("software"),
    Column("region", Integer, nullable=False),
    text("screen"),
    text("screen_since"),  # by the centre's clock
    Column("in_visit", Boolean, nullable=False),
    text("modules"),  # ascending, ``receipt_printer=D-12 voice=``
    Column("faults", Integer, nullable=False),  # modules in trouble
    text("receipt_paper"),
    Column("door_open", Boolean, nullable=False),
    Column("undelivered", Integer, nullable=False),
    Column("oldest_undelivered_s", BigInteger, nullable=False),
    Column("unknown_payments", Integer, nullable=False),
    Column("able", Boolean, nullable=False),  # up, and able to take a payment
    Column("clock_off_s", BigInteger, nullable=False),  # the kiosk's clock minus ours
    text("down_since"),  # empty while it is heard
    text("stuck_since"),  # empty while it moves
    Index("fleet_states_down", "down_since", "heard_at"),
)
"""The newest heartbeat of each kiosk, and how the centre judges it."""

fleet_events = Table(
    "fleet_events",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("kiosk_id", ForeignKey("kiosks.id"), nullable=False),
    text("at"),
    text("kind"),
    text("detail"),
    Index("fleet_events_by_kiosk", "kiosk_id", "at"),
    Index("fleet_events_by_kind", "kind", "at"),
)
"""What changed; a heartbeat that changes nothing leaves nothing here."""

fleet_tickets = Table(
    "fleet_tickets",
    metadata,
    Column("number", Text, primary_key=True),
    Column("kiosk_id", ForeignKey("kiosks.id"), nullable=False),
    text("module"),
    text("code"),
    text("opened_at"),
    text("closed_at"),  # empty while it is open
    text("closed_by"),  # empty: the kiosk itself says that it is well again
    text("note"),
    Index("fleet_tickets_by_kiosk", "kiosk_id", "opened_at"),
    Index(
        "fleet_ticket_once",
        "kiosk_id",
        "module",
        "code",
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    ),
)

fleet_orders = Table(
    "fleet_orders",
    metadata,
    Column("kiosk_id", ForeignKey("kiosks.id"), primary_key=True),
    Column("ref", Text, primary_key=True),
    text("kind"),
    text("state"),
    text("boot"),  # of the kiosk when it was asked
    text("asked_at"),
    text("asked_by"),
    text("reason"),
    text("expires_at"),
    text("ended_at"),
    text("detail"),
    CheckConstraint(
        "state IN ('asked', 'seen', 'done', 'failed', 'expired')", name="fleet_order_state"
    ),
    Index("fleet_orders_by_kiosk", "kiosk_id", "asked_at"),
    Index("fleet_orders_by_state", "state"),
)

fleet_bundles = Table(
    "fleet_bundles",
    metadata,
    Column("kiosk_id", Text, primary_key=True),
    Column("ref", Text, primary_key=True),
    text("received_at"),
    Column("body", LargeBinary, nullable=False),
    ForeignKeyConstraint(["kiosk_id", "ref"], ["fleet_orders.kiosk_id", "fleet_orders.ref"]),
)
"""Log bundles; each is deleted after some days."""

fleet_holds = Table(
    "fleet_holds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kiosk_id", ForeignKey("kiosks.id"), nullable=False),
    text("at"),
    text("by"),
    text("reason"),
    text("released_at"),  # empty while it holds
    text("released_by"),
    text("released_reason"),
    Index(
        "fleet_hold_once",
        "kiosk_id",
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    ),
)

rollouts = Table(
    "rollouts",
    metadata,
    Column("id", Integer, primary_key=True),
    text("kind"),
    text("version"),
    text("before"),  # what kiosks had: the version to go back to
    Column("pack", LargeBinary, nullable=False),  # a region pack, encoded; empty for software
    Column("pack_before", LargeBinary, nullable=False),
    text("stages"),  # ``1 10% 50% 100%``
    Column("soak_s", Integer, nullable=False),
    Column("stop_at_percent", Integer, nullable=False),
    text("state"),
    Column("stage", Integer, nullable=False),  # from 0 on
    text("stage_since"),
    text("started_at"),
    text("started_by"),
    text("reason"),
    text("why"),  # of the last move
    CheckConstraint("kind IN ('config', 'software')", name="rollout_kind"),
)

rollout_kiosks = Table(
    "rollout_kiosks",
    metadata,
    Column("rollout_id", ForeignKey("rollouts.id"), primary_key=True),
    Column("kiosk_id", ForeignKey("kiosks.id"), primary_key=True),
    Column("stage", Integer, nullable=False),
    text("reached_at"),  # when it first said that it runs the version; empty until then
    text("failed_at"),
    text("why"),
    Index("rollout_kiosks_by_stage", "rollout_id", "stage"),
)
