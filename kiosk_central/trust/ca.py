"""The private CA: it signs certificates of the server, of kiosks and of who signs region packs.

``Issuer`` is what the centre asks of it; a province may put an HSM behind it. ``FolderIssuer``
keeps the key in a folder that only the server reads. Certificates go by the machine's own clock, as
TLS does, never by a clock that tests turn. All keys are P-256.
"""

import ipaddress
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from kiosk_central.clock import utc_now
from kioskd.domain.secret import TechnicianKey
from kioskd.errors import KioskError
from kioskd.protocols.central_pack import DOCUMENT_SIGNING, PACK_SIGNER_URN
from kioskd.protocols.central_trust import KIOSK_URN

CA_FILE, CA_KEY_FILE = "ca.pem", "ca.key"
SERVER_FILE, SERVER_KEY_FILE = "server.pem", "server.key"
KIOSK_DAYS = 30
PACK_SIGNER_DAYS = 7
SERVER_DAYS = 825
CA_YEARS = 20
BACKDATED = timedelta(hours=1)
"""A kiosk whose clock is a little behind can use its certificate at once."""


class NoTrust(KioskError):
    """The folder holds no CA, or there is one already."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate that was just signed."""

    serial: str
    pem: str
    not_after: datetime


class Issuer(Protocol):
    """What the centre asks of a CA."""

    def issue(self, key: ec.EllipticCurvePublicKey, kiosk_id: str) -> Issued:
        """Sign a certificate of ``KIOSK_DAYS`` for a kiosk's key."""
        ...

    def issue_pack_signer(self, key: ec.EllipticCurvePublicKey) -> Issued:
        """Sign a certificate of ``PACK_SIGNER_DAYS`` for a key that signs region packs."""
        ...

    def issued(self, certificate: x509.Certificate) -> bool:
        """Tell whether a certificate is signed by this CA."""
        ...

    def technician_key(self, kiosk_id: str, generation: int) -> TechnicianKey:
        """Return the key of a kiosk's technician codes: the same one each time."""
        ...


class FolderIssuer:
    """The CA in a folder; fulfils ``Issuer``."""

    def __init__(self, folder: Path) -> None:
        """Read key and certificate. Raises NoTrust."""
        try:
            key = load_pem_private_key((folder / CA_KEY_FILE).read_bytes(), None)
            self._ca = x509.load_pem_x509_certificate((folder / CA_FILE).read_bytes())
        except OSError as error:
            raise NoTrust(f"{folder}: {error.strerror}; see kiosk-central trust init") from None
        except (ValueError, TypeError):
            raise NoTrust(f"{folder}: {CA_KEY_FILE} and {CA_FILE} are no CA") from None
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise NoTrust(f"{folder}: {CA_KEY_FILE} is no EC key")
        self._key = key

    def issue(self, key: ec.EllipticCurvePublicKey, kiosk_id: str) -> Issued:
        urn, days = KIOSK_URN + kiosk_id, timedelta(days=KIOSK_DAYS)
        return self._issued(key, kiosk_id, urn, days, ExtendedKeyUsageOID.CLIENT_AUTH)

    def issue_pack_signer(self, key: ec.EllipticCurvePublicKey) -> Issued:
        days, use = timedelta(days=PACK_SIGNER_DAYS), x509.ObjectIdentifier(DOCUMENT_SIGNING)
        return self._issued(key, "kiosk centre packs", PACK_SIGNER_URN, days, use)

    def _issued(
        self,
        key: ec.EllipticCurvePublicKey,
        subject: str,
        urn: str,
        life: timedelta,
        use: x509.ObjectIdentifier,
    ) -> Issued:
        wanted = _begun(subject, self._ca.subject, key, utc_now() + life)
        wanted = _for_an_end(wanted, [x509.UniformResourceIdentifier(urn)], use)
        signed = _signed(wanted, self._key, self._ca)
        return Issued(f"{signed.serial_number:x}", _pem(signed), signed.not_valid_after_utc)

    def issued(self, certificate: x509.Certificate) -> bool:
        try:
            certificate.verify_directly_issued_by(self._ca)
        except (ValueError, TypeError, InvalidSignature):
            return False
        return True

    def technician_key(self, kiosk_id: str, generation: int) -> TechnicianKey:
        secret = self._key.private_numbers().private_value.to_bytes(32, "big")
        about = f"technician key 1\n{kiosk_id}\n{generation}".encode("ascii")
        return TechnicianKey(HKDF(SHA256(), 32, None, about).derive(secret).hex())

    def write_server(self, folder: Path, names: Iterable[str]) -> None:
        """Make the server's key and certificate for host names and addresses."""
        key = ec.generate_private_key(ec.SECP256R1())
        known = [_general_name(name) for name in names]
        until = min(utc_now() + timedelta(days=SERVER_DAYS), self._ca.not_valid_after_utc)
        wanted = _begun("kiosk centre", self._ca.subject, key.public_key(), until)
        wanted = _for_an_end(wanted, known, ExtendedKeyUsageOID.SERVER_AUTH)
        write_key(folder / SERVER_KEY_FILE, key)
        (folder / SERVER_FILE).write_text(_pem(_signed(wanted, self._key, self._ca)))


def make_authority(folder: Path, names: Iterable[str]) -> FolderIssuer:
    """Make a CA and the server's certificate in ``folder``. Raises NoTrust if there is one."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (folder / CA_KEY_FILE).exists() or (folder / CA_FILE).exists():
        raise NoTrust(f"{folder}: there is a CA already; kiosks pin it, so it is not replaced")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kiosk centre CA")])
    until = utc_now() + timedelta(days=365 * CA_YEARS)
    wanted = (
        _begun("kiosk centre CA", name, key.public_key(), until)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
    )
    write_key(folder / CA_KEY_FILE, key)
    (folder / CA_FILE).write_text(_pem(wanted.sign(key, SHA256())))
    issuer = FolderIssuer(folder)
    issuer.write_server(folder, names)
    return issuer


def _begun(
    subject: str, issuer: x509.Name, key: ec.EllipticCurvePublicKey, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(utc_now() - BACKDATED)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _for_an_end(
    wanted: x509.CertificateBuilder, names: list[x509.GeneralName], use: x509.ObjectIdentifier
) -> x509.CertificateBuilder:
    """Add what every holder of a key has and a CA has not."""
    return (
        wanted.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([use]), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
    )


def _usage(signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _signed(
    wanted: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey, ca: x509.Certificate
) -> x509.Certificate:
    own = ca.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    named = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(own)
    return wanted.add_extension(named, critical=False).sign(key, SHA256())


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode("ascii")


def write_key(file: Path, key: ec.EllipticCurvePrivateKey) -> None:
    """Write a key that only this user reads, from its first byte on."""
    data = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.unlink(missing_ok=True)
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(data)
