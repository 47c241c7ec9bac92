"""What kiosks did beside the payments, as revision 0011 makes it."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from kiosk_central.store.migrations.keyed.parts import metadata, text

card_acts = Table(
    "card_acts",
    metadata,
    Column("kiosk_id", ForeignKey("kiosks.id"), primary_key=True),
    Column("ref", Text, primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    text("assurance"),
    text("act"),
    Column("body", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    text("at"),
)

document_prints = Table(
    "document_prints",
    metadata,
    Column("document_ref", ForeignKey("documents.ref"), primary_key=True),
    Column("kiosk_id", ForeignKey("kiosks.id"), primary_key=True),
    Column("print_ref", Text, primary_key=True),
    text("printed"),
    Column("pages_done", Integer, nullable=False),
    text("at"),
    text("fault"),
)

profile_changes = Table(
    "profile_changes",
    metadata,
    Column("id", Integer, primary_key=True),
    text("ref"),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("kiosk_id", ForeignKey("kiosks.id"), nullable=False),
    text("field"),
    text("before"),
    text("after"),
    text("agreed"),
    text("state"),
    text("at"),
    text("decided_at"),
    text("decided_by"),
    text("decided_note"),
    UniqueConstraint("kiosk_id", "ref", "field", name="profile_change_once"),
    CheckConstraint("state IN ('updated', 'pending', 'refused')", name="profile_change_state"),
)

kiosk_events = Table(
    "kiosk_events",
    metadata,
    Column("id", Integer, primary_key=True),
    text("ref"),
    Column("kiosk_id", ForeignKey("kiosks.id"), nullable=False),
    text("kind"),
    text("kiosk_at"),
    text("received_at"),
    UniqueConstraint("kiosk_id", "ref", name="kiosk_event_once"),
    Index("kiosk_events_by_kiosk", "kiosk_id", "id"),
)

fleet_orders = Table(
    "fleet_orders",
    metadata,
    Column("kiosk_id", ForeignKey("kiosks.id"), primary_key=True),
    Column("ref", Text, primary_key=True),
    text("kind"),
    text("state"),
    text("boot"),
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
