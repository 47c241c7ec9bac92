"""The tables of cabinets: what kiosks told of theirs, and who released one. Never deleted from."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, UniqueConstraint

from kiosk_central.store.schema import metadata, text

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

kiosk_releases = Table(
    "kiosk_releases",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kiosk_id", ForeignKey("kiosks.id"), nullable=False, index=True),
    Column("after_event", Integer, nullable=False),  # the last event this release has seen
    text("at"),
    text("by"),
    text("note"),
)
