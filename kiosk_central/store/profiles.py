"""The tables of personal information: what is on file, and every change with who, where, when."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, Table, UniqueConstraint

from kiosk_central.store.schema import metadata, text

profiles = Table(
    "profiles",
    metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    text("phone"),
    text("address"),
    text("contact_name"),
    text("contact_phone"),
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
    text("decided_at"),  # empty: nobody has had to decide, or nobody has yet
    text("decided_by"),
    text("decided_note"),
    UniqueConstraint("kiosk_id", "ref", "field", name="profile_change_once"),
    CheckConstraint("state IN ('updated', 'pending', 'refused')", name="profile_change_state"),
)
