"""The books of documents: issued once under a reference, composed as often as it is asked for."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from kiosk_central.clock import local_date
from kiosk_central.desk import Desk
from kiosk_central.differences import decide
from kiosk_central.documents.facts import CONTENT, Content, Letterhead, Paper
from kiosk_central.documents.gather import content_of
from kiosk_central.documents.numbers import document_number, next_serial
from kiosk_central.documents.press import Made
from kiosk_central.problems import Refused
from kiosk_central.store.documents import document_handouts, document_prints, documents
from kiosk_central.store.locks import lock_kiosk, lock_person
from kioskd.domain.region import RegionPack
from kioskd.errors import KioskError
from kioskd.protocols.central import ProblemCode, decode, encode
from kioskd.protocols.central_documents import DocumentKind, DocumentPrintReport, DocumentRequest
from kioskd.protocols.document_facts import DocumentFacts, id_tail, masked_holder


class NoSuchDocument(KioskError):
    """No document has that number, or it is revoked already."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for which document."""

    ref: str
    kiosk_id: str
    person_id: int
    request: DocumentRequest


def issue(desk: Desk, region: RegionPack, asked: Asked, chance: str) -> Paper:
    """Issue a document, or return the one that was issued under the same reference.

    ``chance`` is the group of its number that nobody can guess. Raises Refused: NOT_FOUND,
    BAD_REQUEST, REFERENCE_REUSED, STATE_CONFLICT (revoked since).
    """
    if region.documents is None:
        raise Refused(ProblemCode.NOT_FOUND, "documents")
    lock_kiosk(desk.connection, asked.kiosk_id)
    lock_person(desk.connection, asked.person_id)
    known = find_document(desk.connection, documents.c.ref == asked.ref)
    if known is not None:
        return _same_again(desk.connection, known, asked)
    today = local_date(desk.now)
    content = content_of(desk.connection, region, asked.person_id, asked.request, today)
    serial = next_serial(desk.connection, today.year)
    number = document_number(region.documents.number_prefix, today.year, serial, chance)
    kind = asked.request.kind
    proof = desk.signer.document_proof(facts_of(kind, number, desk.stamp, content))
    paper = Paper(kind, number, desk.stamp, _letterhead(region), content, proof)
    _keep(desk.connection, asked, paper)
    return paper


def _same_again(connection: Connection, known: Row[Any], asked: Asked) -> Paper:
    """Return her own paper once more, at whatever kiosk: it is hers, not the kiosk's."""
    if (known.person_id, known.request) != (asked.person_id, encode(asked.request)):
        raise Refused(ProblemCode.REFERENCE_REUSED)
    if known.revoked_at:
        raise Refused(ProblemCode.STATE_CONFLICT, "revoked")
    if not _was_given(connection, known, asked.kiosk_id):
        handout = {"document_ref": known.ref, "kiosk_id": asked.kiosk_id}
        connection.execute(insert(document_handouts).values(handout))
    return paper_of(known)


def _was_given(connection: Connection, known: Row[Any], kiosk_id: str) -> bool:
    """Say whether this kiosk was given the document, first or later."""
    of = document_handouts.c
    given = select(of.kiosk_id).where(of.document_ref == known.ref, of.kiosk_id == kiosk_id)
    return bool(known.kiosk_id == kiosk_id or connection.execute(given).one_or_none())


def facts_of(kind: DocumentKind, number: str, issued_at: str, content: Content) -> DocumentFacts:
    """Return what the QR code repeats of a paper."""
    stated, holder = content.stated, content.holder
    return DocumentFacts(
        kind,
        number,
        issued_at,
        masked_holder(holder.name),
        id_tail(holder.id_number),
        stated.subject,
        stated.period,
        stated.months,
        stated.amount,
    )


def _letterhead(region: RegionPack) -> Letterhead:
    texts = region.documents
    assert texts is not None, "looked before"
    hotline = region.hotlines[0].number if region.hotlines else ""
    return Letterhead(
        texts.agency,
        texts.seal_label,
        texts.seal_note,
        texts.validity,
        hotline,
        region.verify_url,
    )


def _keep(connection: Connection, asked: Asked, paper: Paper) -> None:
    values = {
        "ref": asked.ref,
        "kiosk_id": asked.kiosk_id,
        "person_id": asked.person_id,
        "kind": paper.kind.value,
        "number": paper.number,
        "request": encode(asked.request),
        "letterhead": encode(paper.letterhead),
        "facts": encode(paper.content),
        "proof": paper.proof,
        "unsigned_sha256": b"",
        "sealed_sha256": b"",
        "pages": 0,
        "issued_at": paper.issued_at,
        "revoked_at": "",
        "revoked_reason": "",
    }
    connection.execute(insert(documents).values(values))


def find_document(connection: Connection, where: Any) -> Row[Any] | None:
    """Return the one row that ``where`` selects, or None."""
    return connection.execute(select(documents).where(where)).one_or_none()


def paper_of(row: Row[Any]) -> Paper:
    """Return the paper as it was issued."""
    kind = DocumentKind(row.kind)
    head, content = decode(row.letterhead, Letterhead), decode(row.facts, CONTENT[kind])
    return Paper(kind, row.number, row.issued_at, head, content, row.proof)


def made(desk: Desk, ref: str, done: Made) -> bytes:
    """Keep the hashes of what was composed and is sent; return the latter (SHA-256)."""
    sealed = sha256(done.sealed).digest()
    values = {
        "unsigned_sha256": sha256(done.unsigned).digest(),
        "sealed_sha256": sealed,
        "pages": done.pages,
    }
    desk.connection.execute(update(documents).where(documents.c.ref == ref).values(values))
    return sealed


def take_print(desk: Desk, kiosk_id: str, report: DocumentPrintReport) -> DocumentPrintReport:
    """Keep what became of a print; the same report again changes nothing.

    Raises Refused: NOT_FOUND (no document that this kiosk was given), BAD_REQUEST (more pages than
    it has), REFERENCE_REUSED.
    """
    lock_kiosk(desk.connection, kiosk_id)
    known = find_document(desk.connection, documents.c.ref == report.ref)
    if known is None or not _was_given(desk.connection, known, kiosk_id):
        raise Refused(ProblemCode.NOT_FOUND, "document")
    if not 0 <= report.pages_done <= known.pages:
        raise Refused(ProblemCode.BAD_REQUEST, "pages")
    values = {
        "print_ref": report.print_ref,
        "document_ref": report.ref,
        "kiosk_id": kiosk_id,
        "printed": report.printed.value,
        "pages_done": report.pages_done,
        "at": report.at,
        "fault": report.fault,
    }
    key = ("document_ref", "kiosk_id", "print_ref")
    own = [document_prints.c[name] == values[name] for name in key]
    query = select(document_prints).where(*own)
    told = desk.connection.execute(query).mappings().one_or_none()
    if told is None:
        desk.connection.execute(insert(document_prints).values(values))
    elif dict(told) != values:
        raise Refused(ProblemCode.REFERENCE_REUSED)
    return report


def revoke(desk: Desk, number: str, by: str, reason: str) -> None:
    """Take a document back: whoever checks it is told. There is no way to undo it.

    Raises NoSuchDocument.
    """
    values = {"revoked_at": desk.stamp, "revoked_reason": reason}
    own = (documents.c.number == number, documents.c.revoked_at == "")
    if desk.connection.execute(update(documents).where(*own).values(values)).rowcount == 0:
        raise NoSuchDocument("no document of that number, or it is revoked already")
    decide(desk.connection, desk.now, by, "document revoked", number, reason)
