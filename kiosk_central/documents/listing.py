"""The documents as an operator reads them: by number, no names, no ID numbers."""

from typing import Any

from sqlalchemy import Connection, select

from kiosk_central.store.documents import document_prints, documents
from kiosk_central.verify_words import facts_of
from kioskd.protocols.document_facts import SignedDocument

LISTED = ("number", "kind", "issued_at", "kiosk_id", "ref", "pages", "revoked_at", "revoked_reason")


def all_documents(connection: Connection) -> list[dict[str, Any]]:
    """Return every document with its prints, the oldest first."""
    columns = [documents.c[name] for name in LISTED]
    query = select(*columns).order_by(documents.c.issued_at, documents.c.number)
    rows = connection.execute(query).mappings().all()
    return [dict(row) | {"prints": _prints(connection, row["ref"])} for row in rows]


def _prints(connection: Connection, ref: str) -> list[dict[str, Any]]:
    of = document_prints.c
    query = select(document_prints).where(of.document_ref == ref).order_by(of.at, of.print_ref)
    return [dict(one) for one in connection.execute(query).mappings()]


def one_document(connection: Connection, number: str) -> dict[str, Any] | None:
    """Return one with what its QR code states, its hashes and its prints; None if there is none."""
    own = select(documents).where(documents.c.number == number)
    row = connection.execute(own).mappings().one_or_none()
    if row is None:
        return None
    return {
        **{name: row[name] for name in LISTED},
        "unsigned_sha256": row["unsigned_sha256"].hex(),
        "sealed_sha256": row["sealed_sha256"].hex(),
        "states": [
            [f"{name.zh} {name.en}", value.en]
            for name, value in facts_of(SignedDocument.parse(row["proof"]).facts)
        ],
        "prints": _prints(connection, row["ref"]),
    }
