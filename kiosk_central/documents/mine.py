"""A person's latest documents, for printing them again."""

from collections.abc import Container, Iterator
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, select

from kiosk_central.documents.gather import content_of
from kiosk_central.problems import Refused
from kiosk_central.store.documents import documents
from kioskd.domain.region import RegionPack
from kioskd.protocols.central import ProblemCode, decode
from kioskd.protocols.central_documents import (
    DOCUMENTS_MAX,
    DocumentKind,
    DocumentRequest,
    IssuedDocument,
)


def documents_of(
    connection: Connection,
    region: RegionPack,
    person_id: int,
    kinds: Container[DocumentKind],
    today: date,
) -> tuple[IssuedDocument, ...]:
    """Return her documents of ``kinds`` that are still good, newest first, ``DOCUMENTS_MAX``.

    Left out are those that were revoked, those that never were composed, and those about a payment
    or application that the centre would not write a paper about today.
    """
    of = documents.c
    query = (
        select(documents)
        .where(of.person_id == person_id, of.revoked_at == "", of.pages > 0)
        .order_by(of.issued_at.desc(), of.number.desc())
    )
    good = _still_good(connection, region, connection.execute(query), today)
    listed = (document for document in good if document.request.kind in kinds)
    return tuple(islice(listed, DOCUMENTS_MAX))


def _still_good(
    connection: Connection, region: RegionPack, rows: Any, today: date
) -> Iterator[IssuedDocument]:
    for row in rows:
        request = decode(row.request, DocumentRequest)
        if not request.subject or _stands(connection, region, row, request, today):
            yield IssuedDocument(row.ref, row.number, row.issued_at, row.pages, request)


def _stands(
    connection: Connection,
    region: RegionPack,
    row: Row[Any],
    request: DocumentRequest,
    today: date,
) -> bool:
    try:
        content_of(connection, region, row.person_id, request, today)
    except Refused as refused:
        if refused.code is not ProblemCode.NOT_FOUND:
            raise
        return False
    return True
