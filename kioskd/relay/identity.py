"""Who this kiosk is to the centre: its private key and certificate, made here and never copied.

One file, ``identity.pem``, holds both and is exchanged whole: there is never a key without its
certificate. A new key waits in ``next-key.pem`` until the centre has signed for it; after a power
cut it is asked for again with the same key, and the centre gives the same certificate. Beside it
is ``technician.key``, which comes with each certificate.
``cryptography`` is loaded only when it is needed, never before the first picture.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kioskd.domain.secret import TechnicianKey
from kioskd.domain.technician_code import is_key
from kioskd.errors import NoIdentity, ServerContractBroken
from kioskd.relay.safe_file import sync_folder, write_safely

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate

IDENTITY_FILE = "identity.pem"
NEXT_KEY_FILE = "next-key.pem"
TECHNICIAN_FILE = "technician.key"
RENEW_AT = 1 / 3
"""Of its life left."""


@dataclass(frozen=True, slots=True)
class Validity:
    """From when until when a certificate is good."""

    begin: datetime
    end: datetime

    def is_over(self, now: datetime) -> bool:
        """Tell whether nobody accepts it any more."""
        return now >= self.end

    def is_due(self, now: datetime) -> bool:
        """Tell whether it is time for the next one."""
        return self.end - now <= (self.end - self.begin) * RENEW_AT


class Identity:
    """The folder with this kiosk's key and certificate."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: tuple[tuple[int, int], Validity] | None = None

    @property
    def file(self) -> Path:
        """Key and certificate in one PEM file, as TLS takes them."""
        return self._folder / IDENTITY_FILE

    @property
    def stamp(self) -> tuple[int, int]:
        """What changes when the file is another. Raises NoIdentity if there is none."""
        try:
            found = self.file.stat()
        except OSError as error:
            raise NoIdentity(error.strerror or "unreadable") from None
        return found.st_mtime_ns, found.st_ino

    def validity(self) -> Validity:
        """Return how long the certificate is good. Raises NoIdentity."""
        stamp = self.stamp
        if self._seen is None or self._seen[0] != stamp:
            self._seen = (stamp, _validity_in(self.file))
        return self._seen[1]

    def check(self) -> None:
        """Raise NoIdentity if there is no certificate that the centre could accept now."""
        if self.validity().is_over(datetime.now(UTC)):
            raise NoIdentity("expired")

    def request(self, kiosk_id: str) -> bytes:
        """Return a request (PKCS #10, DER) for the next certificate. Raises OSError."""
        from cryptography import x509
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import Encoding
        from cryptography.x509.oid import NameOID

        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, kiosk_id)])
        wanted = x509.CertificateSigningRequestBuilder().subject_name(name)
        return wanted.sign(self._next_key(), SHA256()).public_bytes(Encoding.DER)

    def serial(self) -> str:
        """Return the serial of the present certificate, in hexadecimal. Raises NoIdentity."""
        return f"{_certificate_in(self.file).serial_number:x}"

    def sign(self, message: bytes) -> bytes:
        """Sign with the present key: ECDSA P-256, SHA-256, 64 bytes r and s. NoIdentity."""
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            key = load_pem_private_key(self.file.read_bytes(), None)
        except (OSError, ValueError, TypeError):
            raise NoIdentity("no key") from None
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise NoIdentity("not an EC key")
        numbers = decode_dss_signature(key.sign(message, ec.ECDSA(SHA256())))
        return b"".join(number.to_bytes(32, "big") for number in numbers)

    def technician_key(self) -> TechnicianKey | None:
        """Return what technicians are let in by; None before the centre has given it."""
        try:
            key = TechnicianKey((self._folder / TECHNICIAN_FILE).read_text("ascii").strip())
        except (OSError, ValueError):
            return None
        return key if is_key(key) else None

    def keep_technician_key(self, key: TechnicianKey | None) -> None:
        """Keep the centre's newest; an older centre gives none. Raises OSError."""
        if key is not None and is_key(key) and key != self.technician_key():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_safely(self._folder / TECHNICIAN_FILE, key.reveal().encode("ascii"))

    def accept(self, pem: str) -> None:
        """Put the waiting key and its certificate in the place of the present ones.

        Raises ServerContractBroken if the certificate is not for that key, and OSError.
        """
        from cryptography import x509

        key = self._next_key()
        try:
            certificate = x509.load_pem_x509_certificate(pem.encode("ascii"))
        except ValueError:
            raise ServerContractBroken("not a certificate") from None
        if certificate.public_key() != key.public_key():
            raise ServerContractBroken("a certificate for another key")
        waiting = self._folder / NEXT_KEY_FILE
        write_safely(self.file, waiting.read_bytes() + pem.encode("ascii"))
        waiting.unlink()
        sync_folder(self._folder)

    def _next_key(self) -> "EllipticCurvePrivateKey":
        """Return the key that waits for its certificate; make it if none does."""
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.serialization import (
            Encoding,
            NoEncryption,
            PrivateFormat,
            load_pem_private_key,
        )

        waiting = self._folder / NEXT_KEY_FILE
        try:
            found = load_pem_private_key(waiting.read_bytes(), None)
            if isinstance(found, ec.EllipticCurvePrivateKey):
                return found
        except (FileNotFoundError, ValueError, TypeError):
            pass  # none waits, or what waits is no key: another is made
        key = ec.generate_private_key(ec.SECP256R1())
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_safely(waiting, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return key


def _certificate_in(file: Path) -> "Certificate":
    from cryptography import x509

    try:
        return x509.load_pem_x509_certificate(file.read_bytes())
    except (OSError, ValueError):
        raise NoIdentity("not a certificate") from None


def _validity_in(file: Path) -> Validity:
    certificate = _certificate_in(file)
    return Validity(certificate.not_valid_before_utc, certificate.not_valid_after_utc)
