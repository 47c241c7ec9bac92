"""What the centre signs of a receipt: a compact binary, and the text that a QR code carries.

Pure codec, no cryptography: whoever holds a key signs ``SignedFacts.message`` (Ed25519), whoever
has the public key verifies it. Nothing personal is in it. The layout, byte by byte, with a worked
example is in ``docs/receipts.md``; every number is big-endian. An accepted proof has exactly one
form: ``SignedFacts.parse(data).to_bytes() == data``.
"""

import re
import struct
from base64 import b32decode, b32encode
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from hashlib import sha256
from typing import Final

from kioskd.domain.contribution import Month, Scheme
from kioskd.domain.money import Money
from kioskd.errors import KioskError

VERSION: Final = 1
KEY_ID_BYTES: Final = 4
SIGNATURE_BYTES: Final = 64
TEXT_MAX: Final = 64
"""Characters of a receipt number or payment reference."""
FIRST_YEAR: Final = 1900
MONTHS_SPAN: Final = 32
"""From the first month to the last: an assessment is of one year."""
AMOUNT_FEN_MAX: Final = 2**40 - 1
QR_PREFIX: Final = "KR1:"
QR_TEXT_MAX: Final = 2048

_HEAD: Final = struct.Struct(f">B{KEY_ID_BYTES}s")
_FACTS: Final = struct.Struct(">BIBHHIBI")
"""Kind, seconds since 1970, scheme, percent, first month, months after it, amount (8 + 32 bits)."""
_TEXT: Final = re.compile(rb"[0-9A-Za-z-]{1,64}")
_QR_ALPHANUMERIC: Final = re.compile(r"[0-9A-Z $%*+\-./:]*")


class ReceiptFormatError(KioskError):
    """Not a proof: cut, changed beyond recognition, of a newer version, or something else."""


class ReceiptKind(Enum):
    """What the centre booked."""

    CONTRIBUTION = "contribution"
    SUSPENSE = "suspense"
    """Taken, not booked on months: to be given back or settled by a person."""
    REVERSAL = "reversal"
    """Given back: undoes the posting of the same payment before it."""


_KINDS: Final = (ReceiptKind.CONTRIBUTION, ReceiptKind.SUSPENSE, ReceiptKind.REVERSAL)
_SCHEMES: Final = (None, Scheme.PENSION, Scheme.MEDICAL)


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """What a receipt states."""

    kind: ReceiptKind
    receipt_number: str
    posted_at: str
    """RFC 3339, UTC, whole seconds: ``2026-11-22T02:00:00Z``, from 1970 to 2106."""
    payment_ref: str
    scheme: Scheme | None
    """None, with no percent and no months, where the assessment was unknown."""
    percent: int
    months: tuple[Month, ...]
    """Ascending, at most ``MONTHS_SPAN`` from first to last."""
    amount: Money
    """Positive, of a reversal too."""


@dataclass(frozen=True, slots=True)
class SignedFacts:
    """Facts with the key that signed them and its signature; whether it is right is not known."""

    key_id: bytes
    facts: ReceiptFacts
    signature: bytes

    @property
    def message(self) -> bytes:
        """The bytes that are signed."""
        return message_of(self.key_id, self.facts)

    def to_bytes(self) -> bytes:
        """Return the proof: the message, then the signature."""
        assert len(self.signature) == SIGNATURE_BYTES, "an Ed25519 signature"
        return self.message + self.signature

    @classmethod
    def parse(cls, data: bytes) -> "SignedFacts":
        """Read a proof. Raises ReceiptFormatError for anything else."""
        message, signature = data[:-SIGNATURE_BYTES], data[-SIGNATURE_BYTES:]
        try:
            found = cls._read(message, signature)
        except (struct.error, IndexError, ValueError, OverflowError):
            raise ReceiptFormatError("not the facts of a receipt") from None
        if found.message != message:
            raise ReceiptFormatError("not in its one form")
        return found

    @classmethod
    def _read(cls, message: bytes, signature: bytes) -> "SignedFacts":
        version, key = _HEAD.unpack_from(message)
        if version != VERSION:
            raise ReceiptFormatError(f"version {version} is not known here")
        number, at = _read_text(message, _HEAD.size)
        ref, at = _read_text(message, at)
        facts = _read_facts(message[at:], number, ref)
        return cls(key, facts, signature)


def key_id(public_key: bytes) -> bytes:
    """Return the short name of a raw 32-byte Ed25519 public key."""
    return sha256(public_key).digest()[:KEY_ID_BYTES]


def message_of(key: bytes, facts: ReceiptFacts) -> bytes:
    """Return what the holder of the key with id ``key`` signs."""
    assert 0 < facts.amount.fen <= AMOUNT_FEN_MAX, "money was taken"
    assert facts.scheme or not (facts.percent or facts.months), "months are of a scheme"
    first, more = _months_as_bits(facts.months)
    high, low = divmod(facts.amount.fen, 2**32)
    numbers = _FACTS.pack(
        _KINDS.index(facts.kind) + 1,
        int(datetime.fromisoformat(facts.posted_at).timestamp()),
        _SCHEMES.index(facts.scheme),
        facts.percent,
        first,
        more,
        high,
        low,
    )
    texts = _text(facts.receipt_number) + _text(facts.payment_ref)
    return _HEAD.pack(VERSION, key) + texts + numbers


def _text(text: str) -> bytes:
    data = text.encode("ascii")
    assert _TEXT.fullmatch(data), "letters, digits and hyphens"
    return bytes([len(data)]) + data


def _read_text(message: bytes, at: int) -> tuple[str, int]:
    """Return the text that begins at ``at`` with its length, and where it ends."""
    end = at + 1 + message[at]
    data = message[at + 1 : end]
    if not _TEXT.fullmatch(data) or end > len(message):
        raise ReceiptFormatError("a reference that is none")
    return data.decode("ascii"), end


def _read_facts(data: bytes, number: str, ref: str) -> ReceiptFacts:
    kind, seconds, scheme, percent, first, more, high, low = _FACTS.unpack(data)
    amount = Money(high * 2**32 + low)
    if not 1 <= kind <= len(_KINDS) or not amount:
        raise ReceiptFormatError("kind or amount")
    if not scheme and (percent or more):
        raise ReceiptFormatError("months of no scheme")
    posted_at = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    months = _months_of_bits(first, more)
    kind, scheme = _KINDS[kind - 1], _SCHEMES[scheme]
    return ReceiptFacts(kind, number, posted_at, ref, scheme, percent, months, amount)


def _months_as_bits(months: tuple[Month, ...]) -> tuple[int, int]:
    """Return the first month (1 is January 1900) and a bit for each from it, lowest bit first.

    No months are ``(0, 0)``.
    """
    if not months:
        return 0, 0
    indices = [(one.year - FIRST_YEAR) * 12 + one.month for one in months]
    assert indices == sorted(set(indices)), "months ascend"
    assert indices[-1] - indices[0] < MONTHS_SPAN, "months of about one year"
    return indices[0], sum(1 << index - indices[0] for index in indices)


def _months_of_bits(first: int, bits: int) -> tuple[Month, ...]:
    if not bits:
        return ()
    start = Month(FIRST_YEAR + (first - 1) // 12, (first - 1) % 12 + 1)
    return tuple(start.plus(index) for index in range(MONTHS_SPAN) if bits >> index & 1)


def qr_text(proof: bytes, verify_url: str) -> bytes:
    """Return what the QR code holds: the address and the proof in base32, all alphanumeric mode.

    ``KR1:`` stands in place of the address where the region has none that fits that mode: letters
    (their case is lost), digits and ``$%*+-./:``.
    """
    address = verify_url.upper()
    fits = address.endswith("/") and _QR_ALPHANUMERIC.fullmatch(address)
    code = b32encode(proof).rstrip(b"=")
    return (address if fits else QR_PREFIX).encode("ascii") + code


def proof_of(text: str) -> bytes:
    """Return the proof in what somebody scanned or typed: any case, spaces, line breaks.

    The address or ``KR1:`` may be left out. Raises ReceiptFormatError.
    """
    if len(text) > QR_TEXT_MAX:
        raise ReceiptFormatError("too long")
    plain = "".join(text.split()).upper()
    code = plain.removeprefix(QR_PREFIX).rpartition("/")[2]
    try:
        proof = b32decode(code + "=" * (-len(code) % 8))
    except ValueError:
        raise ReceiptFormatError("not base32") from None
    if not proof or b32encode(proof).rstrip(b"=").decode("ascii") != code:
        raise ReceiptFormatError("not base32")
    return proof
