"""The acceptance sheet as it is signed: facts of a kiosk and of its parts, in one form of JSON.

The kiosk signs with the key of its own certificate (ECDSA P-256 over SHA-256, 64 bytes r and s), so
the sheet says which kiosk made it; whoever has the centre's certificates verifies it. A QR code
carries it deflated, in base32.
"""

import zlib
from base64 import b32decode, b32encode
from dataclasses import dataclass
from typing import Final

from kioskd.domain.selftest import Result
from kioskd.errors import KioskError
from kioskd.protocols import central
from kioskd.protocols.central import ContractBroken

ACCEPTANCE_PATH: Final = "/v1/acceptances/{ref}"
"""PUT an Acceptance; answers an AcceptanceTaken. The same again changes nothing."""
VERSION: Final = 1
SIGNATURE_BYTES: Final = 64
QR_PREFIX: Final = "KA1:"
MESSAGE_BYTES_MAX: Final = 8192
QR_TEXT_MAX: Final = 4096
PARTS_MAX: Final = 40
NAME_MAX: Final = 40


class NotASheet(KioskError):
    """Not the text of an acceptance sheet: cut, changed, or something else."""


@dataclass(frozen=True, slots=True)
class PartResult:
    """How one part did; ``code`` is the operator's, empty while it is well."""

    part: str
    result: Result
    code: str = ""


@dataclass(frozen=True, slots=True)
class AcceptanceFacts:
    """What a sheet states."""

    version: int
    ref: str
    kiosk_id: str
    outlet: str
    board: str
    """Serial number of the computer; empty where it has none."""
    software: str
    region: int
    at: str
    """RFC 3339, UTC, by the kiosk's clock."""
    technician: str
    certificate: str
    """Serial of the certificate whose key signs, in hexadecimal."""
    result: Result
    parts: tuple[PartResult, ...]


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A signed sheet: the very bytes that were signed, and the signature."""

    message: bytes
    signature: bytes

    @property
    def facts(self) -> AcceptanceFacts:
        """What it states. Raises NotASheet."""
        if len(self.signature) != SIGNATURE_BYTES or len(self.message) > MESSAGE_BYTES_MAX:
            raise NotASheet("not the bytes of a sheet")
        try:
            facts = central.decode(self.message, AcceptanceFacts)
        except ContractBroken:
            raise NotASheet("not the facts of a sheet") from None
        if facts.version != VERSION or message_of(facts) != self.message:
            raise NotASheet("of another version, or not in its one form")
        return facts


@dataclass(frozen=True, slots=True)
class AcceptanceTaken:
    """The centre has it."""

    ref: str


def message_of(facts: AcceptanceFacts) -> bytes:
    """Return the bytes that are signed; the same facts always give the same."""
    return central.encode(facts)


def qr_text(acceptance: Acceptance) -> bytes:
    """Return what the QR code holds: capital letters and digits only."""
    whole = acceptance.signature + zlib.compress(acceptance.message, 9)
    return QR_PREFIX.encode("ascii") + b32encode(whole).rstrip(b"=")


def read_qr(text: str) -> Acceptance:
    """Return the sheet in what somebody scanned: any case, line breaks. Raises NotASheet."""
    plain = "".join(text.split()).upper()
    if len(plain) > QR_TEXT_MAX or not plain.startswith(QR_PREFIX):
        raise NotASheet("not the code of a sheet")
    code = plain.removeprefix(QR_PREFIX)
    try:
        whole = b32decode(code + "=" * (-len(code) % 8))
        message = _inflated(whole[SIGNATURE_BYTES:])
    except (ValueError, zlib.error):
        raise NotASheet("cut, or mistyped") from None
    return Acceptance(message, whole[:SIGNATURE_BYTES])


def _inflated(data: bytes) -> bytes:
    """Inflate at most what a sheet may have. Raises zlib.error, ValueError."""
    reader = zlib.decompressobj()
    message = reader.decompress(data, MESSAGE_BYTES_MAX)
    if not reader.eof or reader.unused_data:
        raise ValueError("too long, or cut")
    return message
