"""The HTTP contract, version 1, its part about sealed A4 documents: types only.

The centre composes, seals and numbers a document and keeps its hash, never the file. The same
reference gives the same document again: same number, same facts; the file is made anew.
"""

from dataclasses import dataclass
from enum import Enum

from kioskd.domain.payment import Printed

DOCUMENT_PATH = "/v1/documents/{ref}"
"""PUT a DocumentRequest with the visit's token; answered with a SealedDocument."""
DOCUMENT_PRINT_PATH = "/v1/documents/{ref}/prints/{print_ref}"
"""PUT a DocumentPrintReport; answered with it."""
MY_DOCUMENTS_PATH = "/v1/me/documents"
"""GET her latest documents with the visit's token: a list of IssuedDocument, newest first."""
DOCUMENTS_MAX = 10
"""How many of them are told."""
PAPER_CHECK_PATH = "/v1/papers/{code}"
"""GET a PaperCheck: is the paper with this number or QR text genuine? No visit is needed."""


class DocumentKind(Enum):
    """What the centre can compose."""

    RIGHTS_RECORD = "rights_record"
    """权益记录单: registration, contributions by year, personal account."""
    ENROLMENT_CERTIFICATE = "enrolment_certificate"
    """参保证明."""
    CONTRIBUTION_RECEIPT = "contribution_receipt"
    """缴费凭证, for one posted payment."""
    CARD_CERTIFICATE = "card_certificate"
    """领卡证明, for one application for a new card."""


@dataclass(frozen=True, slots=True)
class DocumentRequest:
    """What the document shall be about."""

    kind: DocumentKind
    years: tuple[int, ...] = ()
    """Of a rights record, ascending; empty: the latest year with anything."""
    subject: str = ""
    """The payment's reference, or the application's number."""


@dataclass(frozen=True, slots=True)
class SealedDocument:
    """A document as it is to be printed. The kiosk keeps it in memory only, and for one visit."""

    ref: str
    kind: DocumentKind
    number: str
    """Printed on it; anybody may check it."""
    pages: int
    sha256: bytes
    """Of ``pdf``."""
    pdf: bytes
    """PDF/A with a PAdES signature by the seal key."""
    issued_at: str
    """RFC 3339, UTC."""


@dataclass(frozen=True, slots=True)
class IssuedDocument:
    """A document she has had before. Its ``ref`` and ``request`` get the same paper again."""

    ref: str
    number: str
    issued_at: str
    """RFC 3339, UTC."""
    pages: int
    request: DocumentRequest


@dataclass(frozen=True, slots=True)
class DocumentPrintReport:
    """What became of one print. Idempotent by ``print_ref``."""

    ref: str
    print_ref: str
    printed: Printed
    pages_done: int
    """Pages that certainly came out, by the printer's own count."""
    at: str
    """RFC 3339, UTC, by the kiosk's clock."""
    fault: str = ""
    """Why the kiosk did not take the document for genuine: ``A-04`` and the like."""


class PaperVerdict(Enum):
    """What the centre says of a paper somebody holds."""

    GENUINE = "genuine"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    """No such number was ever given, or the code is not one of ours."""


@dataclass(frozen=True, slots=True)
class PaperCheck:
    """No more than stands on the paper itself, and the name masked."""

    verdict: PaperVerdict
    number: str = ""
    kind: DocumentKind | None = None
    issued_at: str = ""
    holder: str = ""
    """Masked: 张**."""
    facts: tuple[tuple[str, str], ...] = ()
    """What stands on it, as pairs of Chinese label and value."""
