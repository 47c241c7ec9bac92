"""Whether a paper is genuine, and what has become of it since: for page, kiosk and operator.

A paper is a receipt or a sealed document. A document is found by its number too; a receipt's number
is no secret and only says that there is such a receipt.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from kiosk_central.documents.numbers import typed_number
from kiosk_central.payment_refs import is_of
from kiosk_central.receipt_numbers import receipt_number_is_right
from kiosk_central.signing import Verdict, judge, known_keys
from kiosk_central.store.books import postings, prints
from kiosk_central.store.documents import documents
from kioskd.protocols.document_facts import DocumentFacts, SignedDocument, is_document
from kioskd.protocols.receipt_facts import (
    ReceiptFacts,
    ReceiptFormatError,
    SignedFacts,
    proof_of,
)

RECEIPT_DIGITS = 14


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of a proof; without the books the last three are None."""

    facts: ReceiptFacts
    key_id: bytes
    verdict: Verdict
    posted: bool | None = None
    """Whether this very proof is in the books."""
    reversed_at: str | None = None
    """When the posting was undone; empty if it stands."""
    copies: int | None = None
    """How many copies of the receipt were given out."""

    @property
    def in_books(self) -> bool | None:
        return self.posted

    @property
    def ended_at(self) -> str | None:
        return self.reversed_at

    @property
    def good(self) -> bool:
        """Whether the receipt may be relied on, as far as was looked."""
        genuine = self.verdict is Verdict.GENUINE
        return genuine and self.posted is not False and not self.reversed_at


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """What is known of a document's proof; without the books the last two are None."""

    facts: DocumentFacts
    key_id: bytes
    verdict: Verdict
    issued: bool | None = None
    """Whether this very document is in the books."""
    revoked_at: str | None = None
    """When it was taken back; empty if it stands."""

    @property
    def in_books(self) -> bool | None:
        return self.issued

    @property
    def ended_at(self) -> str | None:
        return self.revoked_at

    @property
    def good(self) -> bool:
        """Whether the document may be relied on, as far as was looked."""
        genuine = self.verdict is Verdict.GENUINE
        return genuine and self.issued is not False and not self.revoked_at


@dataclass(frozen=True, slots=True)
class KnownReceipt:
    """What anybody may know who has a receipt's number only: numbers can be counted up."""

    number: str
    posted_at: str
    reversed_at: str
    """Empty if it stands."""


def find_receipt(connection: Connection, typed: str) -> KnownReceipt | None:
    """Return the receipt whose number was typed; None if it is no receipt's, or of none there."""
    number = _hyphened(typed.strip())
    if not receipt_number_is_right(number):
        return None
    query = select(postings).where(postings.c.receipt_number == number)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return KnownReceipt(number, row.posted_at, _reversed_at(connection, row.id))


def _hyphened(typed: str) -> str:
    digits = typed.replace("-", "").replace(" ", "")
    if len(digits) != RECEIPT_DIGITS:
        return typed
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:12]}-{digits[12:]}"


def _reversed_at(connection: Connection, posting_id: int) -> str:
    undone = select(postings.c.posted_at).where(postings.c.reverses == posting_id)
    return connection.execute(undone).scalar_one_or_none() or ""


def check_offline(text: str, keys: Mapping[bytes, bytes]) -> Checked | CheckedDocument:
    """Check what somebody scanned or typed with public keys alone. Raises ReceiptFormatError."""
    proof = proof_of(text)
    if is_document(proof):
        document = SignedDocument.parse(proof)
        return CheckedDocument(document.facts, document.key_id, judge(document, keys))
    signed = SignedFacts.parse(proof)
    return Checked(signed.facts, signed.key_id, judge(signed, keys))


def check_with_books(connection: Connection, text: str) -> Checked | CheckedDocument:
    """Check with the centre's keys and books; a document's number will do too.

    Raises ReceiptFormatError for what is neither a proof nor the number of a document of ours.
    """
    number = typed_number(text)
    if number is not None:
        return _document_of(connection, _proof_of_number(connection, number))
    proof = proof_of(text)
    is_one = is_document(proof)
    return _document_of(connection, proof) if is_one else _receipt_of(connection, proof)


def _proof_of_number(connection: Connection, number: str) -> bytes:
    query = select(documents.c.proof).where(documents.c.number == number)
    proof: bytes | None = connection.execute(query).scalar_one_or_none()
    if proof is None:
        raise ReceiptFormatError("no document of that number")
    return proof


def _document_of(connection: Connection, proof: bytes) -> CheckedDocument:
    signed = SignedDocument.parse(proof)
    verdict = judge(signed, known_keys(connection))
    query = select(documents).where(documents.c.number == signed.facts.number)
    row = connection.execute(query).one_or_none()
    if row is None or row.proof != proof:
        return CheckedDocument(signed.facts, signed.key_id, verdict, issued=False)
    return CheckedDocument(signed.facts, signed.key_id, verdict, True, row.revoked_at)


def _receipt_of(connection: Connection, proof: bytes) -> Checked:
    signed = SignedFacts.parse(proof)
    verdict = judge(signed, known_keys(connection))
    query = select(postings).where(postings.c.receipt_number == signed.facts.receipt_number)
    row = connection.execute(query).one_or_none()
    if row is None or row.proof != proof:
        return Checked(signed.facts, signed.key_id, verdict, posted=False)
    reversed_at = _reversed_at(connection, row.id)
    copies = select(prints.c.print_ref).where(is_of(prints, row.payment_ref), prints.c.copy > 0)
    count = len(connection.execute(copies).all())
    return Checked(signed.facts, signed.key_id, verdict, True, reversed_at, count)
