"""The tables of who may call itself which kiosk. Certificates are never deleted."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Table, Text

from kiosk_central.store.schema import metadata, text

enrolment_codes = Table(
    "enrolment_codes",
    metadata,
    Column("kiosk_id", ForeignKey("kiosks.id"), primary_key=True),
    Column("code_sha256", LargeBinary, primary_key=True),
    text("made_at"),
    text("expires_at"),
    text("used_at"),  # empty until then; a code that was replaced counts as used
    Column("key_sha256", LargeBinary, nullable=False),  # of the key it was used for, else empty
)

kiosk_certificates = Table(
    "kiosk_certificates",
    metadata,
    Column("kiosk_id", ForeignKey("kiosks.id"), primary_key=True),
    Column("serial", Text, primary_key=True),  # hexadecimal
    Column("key_sha256", LargeBinary, nullable=False),
    text("pem"),
    text("issued_at"),
    text("not_after"),
    text("revoked_at"),  # empty while it is good
    text("reason"),
    Index("kiosk_certificates_by_key", "kiosk_id", "key_sha256", unique=True),
)

retirements = Table(
    "retirements",
    metadata,
    Column("kiosk_id", ForeignKey("kiosks.id"), primary_key=True),
    Column("ref", Text, primary_key=True),
    text("kind"),  # by the kiosk itself, by an operator, or replaced
    text("kiosk_at"),  # empty where the kiosk did not speak
    text("at"),
    text("by"),
    text("note"),
    text("series"),  # of the kiosk's last journal, as it told
    Column("seq", BigInteger, nullable=False),
)
"""How a kiosk ended. Kept for ever."""
