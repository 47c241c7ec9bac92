"""The tables of sealed documents: what each states, never the file. Nothing is ever deleted."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Table, Text

from kiosk_central.store.schema import metadata, text

documents = Table(
    "documents",
    metadata,
    Column("ref", Text, primary_key=True),
    Column("kiosk_id", ForeignKey("kiosks.id"), nullable=False),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    text("kind"),
    Column("number", Text, nullable=False, unique=True),
    Column("request", LargeBinary, nullable=False),  # the DocumentRequest, as it was asked for
    Column("letterhead", LargeBinary, nullable=False),
    Column("facts", LargeBinary, nullable=False),  # documents.facts, as JSON
    Column("proof", LargeBinary, nullable=False),
    Column("unsigned_sha256", LargeBinary, nullable=False),  # empty until it was composed
    Column("sealed_sha256", LargeBinary, nullable=False),  # of what was sent last
    Column("pages", Integer, nullable=False),
    text("issued_at"),
    text("revoked_at"),
    text("revoked_reason"),  # who decided so is in ``decisions``
)

document_handouts = Table(
    "document_handouts",
    metadata,
    Column("document_ref", ForeignKey("documents.ref"), primary_key=True),
    Column("kiosk_id", ForeignKey("kiosks.id"), primary_key=True),
)
"""Which kiosks besides the one that first asked were given a document, and may report prints."""

document_prints = Table(
    "document_prints",
    metadata,
    Column("document_ref", ForeignKey("documents.ref"), primary_key=True),
    Column("kiosk_id", ForeignKey("kiosks.id"), primary_key=True),
    Column("print_ref", Text, primary_key=True),
    text("printed"),
    Column("pages_done", Integer, nullable=False),
    text("at"),
    text("fault"),  # why the kiosk did not take the document for genuine
)
