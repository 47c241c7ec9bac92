"""The tables of technicians' work: who was let in at a kiosk, and what they found. For ever."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from kiosk_central.store.schema import metadata, text

technician_codes = Table(
    "technician_codes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kiosk_id", ForeignKey("kiosks.id"), nullable=False),
    text("challenge"),
    text("at"),
    text("by"),
    text("note"),
    Index("technician_codes_by_kiosk", "kiosk_id", "id"),
)
"""An answer that was given; the answer itself is not kept."""

acceptances = Table(
    "acceptances",
    metadata,
    Column("kiosk_id", ForeignKey("kiosks.id"), primary_key=True),
    Column("ref", Text, primary_key=True),
    text("received_at"),
    text("technician"),
    text("result"),  # of the whole kiosk: pass, fail, unknown
    text("serial"),  # of the kiosk's certificate whose key has signed
    Column("message", LargeBinary, nullable=False),  # what was signed, byte for byte
    Column("signature", LargeBinary, nullable=False),
    Index("acceptances_by_time", "kiosk_id", "received_at"),
)
"""An acceptance sheet, as its kiosk has signed it."""
