"""The table of software bundles: what was put on the shelf and taken from it, by whom, kept."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table
from sqlalchemy import text as sql

from kiosk_central.store.schema import metadata, text

ON_SHELF = sql("removed_at = ''")

software = Table(
    "software",
    metadata,
    Column("id", Integer, primary_key=True),
    text("version"),
    text("compatible"),  # the kind of machine it is for
    text("may_replace"),  # newer versions, with spaces between
    Column("size", BigInteger, nullable=False),
    text("sha256"),  # of the whole file, in hex
    text("added_at"),
    text("added_by"),
    text("note"),
    text("removed_at"),  # empty while it can be had
    text("removed_by"),
    text("removed_note"),
    Index(
        "software_once",
        "version",
        unique=True,
        sqlite_where=ON_SHELF,
        postgresql_where=ON_SHELF,
    ),
)
"""The bundles themselves are files: they are large, and signed."""
