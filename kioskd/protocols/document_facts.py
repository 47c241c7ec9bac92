"""What the centre signs of a sealed document: a compact binary for the QR code on every page.

Pure codec, no cryptography: the same scheme and the same keys as the proof of a receipt
(``receipt_facts``), told apart by the first byte. The layout is in ``docs/documents.md``; every
number is big-endian. An accepted proof has exactly one form. Nothing is in it that does not stand
on the paper, and of its holder only a masked name and the last four characters of the ID number.
"""

import re
import struct
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from kioskd.domain.money import ZERO, Money
from kioskd.domain.secret import IdNumber, PersonName
from kioskd.protocols.central_documents import DocumentKind
from kioskd.protocols.receipt_facts import (
    AMOUNT_FEN_MAX,
    KEY_ID_BYTES,
    SIGNATURE_BYTES,
    TEXT_MAX,
    ReceiptFormatError,
)

VERSION: Final = 0x10
"""Receipts count up from 1; sixteen and more are documents."""
ID_TAIL: Final = 4
MONTHS_MAX: Final = 2**16 - 1

_HEAD: Final = struct.Struct(f">B{KEY_ID_BYTES}s")
_FACTS: Final = struct.Struct(f">BI{ID_TAIL}sIIHBI")
"""Kind, seconds since 1970, ID tail, first and last day, months, amount (8 + 32 bits)."""
_REFERENCE: Final = re.compile(r"[0-9A-Za-z-]{0,64}")
_TAIL: Final = re.compile(rb"[0-9A-Z]{4}")
_KINDS: Final = (
    DocumentKind.RIGHTS_RECORD,
    DocumentKind.ENROLMENT_CERTIFICATE,
    DocumentKind.CONTRIBUTION_RECEIPT,
    DocumentKind.CARD_CERTIFICATE,
)


@dataclass(frozen=True, slots=True)
class Period:
    """From the first day to the last, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What a document states, in short."""

    kind: DocumentKind
    number: str
    issued_at: str
    """RFC 3339, UTC, whole seconds, from 1970 to 2106."""
    holder: str
    """Masked: ``张**``."""
    id_tail: str
    """The last four characters of the ID number."""
    subject: str = ""
    """The receipt's number, or that of the application for a card; empty for the others."""
    period: Period | None = None
    """The months it lists, as days; of a card certificate: when the card can be collected."""
    months: int = 0
    """Paid months that it states, in all schemes together."""
    amount: Money = ZERO
    """The sum that it states; zero where it states none."""


@dataclass(frozen=True, slots=True)
class SignedDocument:
    """Facts with the key that signed them and its signature; whether it is right is not known."""

    key_id: bytes
    facts: DocumentFacts
    signature: bytes

    @property
    def message(self) -> bytes:
        """The bytes that are signed."""
        return document_message(self.key_id, self.facts)

    def to_bytes(self) -> bytes:
        """Return the proof: the message, then the signature."""
        assert len(self.signature) == SIGNATURE_BYTES, "an Ed25519 signature"
        return self.message + self.signature

    @classmethod
    def parse(cls, data: bytes) -> "SignedDocument":
        """Read a proof. Raises ReceiptFormatError for anything else."""
        message, signature = data[:-SIGNATURE_BYTES], data[-SIGNATURE_BYTES:]
        try:
            found = cls._read(message, signature)
        except (struct.error, IndexError, ValueError, OverflowError):
            raise ReceiptFormatError("not the facts of a document") from None
        if found.message != message:
            raise ReceiptFormatError("not in its one form")
        return found

    @classmethod
    def _read(cls, message: bytes, signature: bytes) -> "SignedDocument":
        version, key = _HEAD.unpack_from(message)
        if version != VERSION:
            raise ReceiptFormatError(f"version {version} is no document's")
        number, at = _read_text(message, _HEAD.size)
        subject, at = _read_text(message, at)
        holder, at = _read_text(message, at)
        if not number or not (_REFERENCE.fullmatch(number) and _REFERENCE.fullmatch(subject)):
            raise ReceiptFormatError("a number that is none")
        return cls(key, _read_facts(message[at:], number, subject, holder), signature)


def is_document(proof: bytes) -> bool:
    """Tell whether a proof is a document's, by its first byte; anything else may be a receipt's."""
    return proof[:1] == bytes([VERSION])


def masked_holder(name: PersonName) -> str:
    """Return the first character and two stars, however long the name: ``张**``."""
    return name.reveal()[:1] + "**"


def id_tail(number: IdNumber) -> str:
    """Return the last four characters."""
    return number.reveal()[-ID_TAIL:]


def document_message(key: bytes, facts: DocumentFacts) -> bytes:
    """Return what the holder of the key with id ``key`` signs."""
    assert 0 <= facts.amount.fen <= AMOUNT_FEN_MAX, "a sum of contributions"
    assert _REFERENCE.fullmatch(facts.number) and _REFERENCE.fullmatch(facts.subject), "references"
    high, low = divmod(facts.amount.fen, 2**32)
    first, last = (
        (0, 0)
        if facts.period is None
        else (facts.period.first.toordinal(), facts.period.last.toordinal())
    )
    numbers = _FACTS.pack(
        _KINDS.index(facts.kind) + 1,
        int(datetime.fromisoformat(facts.issued_at).timestamp()),
        facts.id_tail.encode("ascii"),
        first,
        last,
        facts.months,
        high,
        low,
    )
    texts = b"".join(map(_text, (facts.number, facts.subject, facts.holder)))
    return _HEAD.pack(VERSION, key) + texts + numbers


def _text(text: str) -> bytes:
    data = text.encode("utf-8")
    assert len(data) <= TEXT_MAX, "a short text"
    return bytes([len(data)]) + data


def _read_text(message: bytes, at: int) -> tuple[str, int]:
    """Return the text that begins at ``at`` with its length, and where it ends."""
    end = at + 1 + message[at]
    if message[at] > TEXT_MAX or end > len(message):
        raise ReceiptFormatError("a text that is too long")
    text = message[at + 1 : end].decode("utf-8")
    if not text.isprintable():
        raise ReceiptFormatError("a text that nobody printed")
    return text, end


def _read_facts(data: bytes, number: str, subject: str, holder: str) -> DocumentFacts:
    kind, seconds, tail, first, last, months, high, low = _FACTS.unpack(data)
    if not 1 <= kind <= len(_KINDS) or not _TAIL.fullmatch(tail) or last < first:
        raise ReceiptFormatError("kind, ID number or period")
    period = Period(date.fromordinal(first), date.fromordinal(last)) if first else None
    return DocumentFacts(
        _KINDS[kind - 1],
        number,
        datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        holder,
        tail.decode("ascii"),
        subject,
        period,
        months,
        Money(high * 2**32 + low),
    )
