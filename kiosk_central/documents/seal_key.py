"""The seal's key, its certificate and the CA that kiosks pin; the key never leaves the centre.

P-256. A real city gives ``serve`` one PEM file with the private key, its certificate and the
certificates up to the CA. The sample city's keys are made from a seed that calls itself fake: its
seal proves nothing but that the program works, and says SAMPLE across its face.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID
from sqlalchemy import Connection, select

from kiosk_central.store.schema import settings
from kioskd.errors import KioskError

SAMPLE_SEAL_SETTING = "sample_seal_seed"
_SAMPLE_FROM = datetime(2020, 1, 1, tzinfo=UTC)
_SAMPLE_TO = datetime(2049, 12, 31, tzinfo=UTC)
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class NoSeal(KioskError):
    """There is no seal, or the file holds no key with its certificates."""


@dataclass(frozen=True, slots=True, repr=False)
class SealKey:
    """What seals: private key (PKCS 8) and certificates, all DER."""

    private: bytes
    certificate: bytes
    chain: tuple[bytes, ...]
    """From the issuer of ``certificate`` to the CA that signed itself, which is the last."""

    @property
    def expires(self) -> datetime:
        """When the certificate ends; what is sealed after it nobody accepts."""
        return x509.load_der_x509_certificate(self.certificate).not_valid_after_utc

    @property
    def ca_pem(self) -> str:
        """The CA as PEM: what a kiosk pins."""
        ca = x509.load_der_x509_certificate(self.chain[-1])
        return ca.public_bytes(Encoding.PEM).decode("ascii")


def load_seal(file: Path) -> SealKey:
    """Read key and certificates, in this order, from one PEM file. Raises NoSeal."""
    try:
        data = file.read_bytes()
        key = load_pem_private_key(data, None)
        own, *chain = x509.load_pem_x509_certificates(data)
    except OSError as error:
        raise NoSeal(f"{file}: {error.strerror}") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise NoSeal(f"{file}: not a PEM key without password and its certificates") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise NoSeal(f"{file}: neither an EC nor an RSA key")
    if own.public_key() != key.public_key():
        raise NoSeal(f"{file}: the first certificate is not that of the key")
    if not _may_sign(own):
        raise NoSeal(f"{file}: the certificate is not for non-repudiation, which kiosks ask for")
    _check_chain(file, [own, *chain])
    return _seal_key(key, own, chain)


def _may_sign(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return False
    return usage.content_commitment


def _check_chain(file: Path, chain: list[x509.Certificate]) -> None:
    """Raise NoSeal unless each is issued by the next, and the last by itself."""
    for lower, upper in zip(chain, [*chain[1:], chain[-1]], strict=True):
        try:
            lower.verify_directly_issued_by(upper)
        except (ValueError, TypeError, InvalidSignature):
            raise NoSeal(f"{file}: certificates up to the CA, each issued by the next") from None
    if len(chain) < 2:
        raise NoSeal(f"{file}: the certificate of the CA is missing")


def _seal_key(
    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
    own: x509.Certificate,
    chain: list[x509.Certificate],
) -> SealKey:
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    der = Encoding.DER
    return SealKey(private, own.public_bytes(der), tuple(one.public_bytes(der) for one in chain))


def seal_for(connection: Connection, file: Path | None) -> SealKey | None:
    """Return the seal in ``file``, else the sample city's own, else None. Raises NoSeal."""
    if file is not None:
        return load_seal(file)
    query = select(settings.c.value).where(settings.c.name == SAMPLE_SEAL_SETTING)
    seed = connection.execute(query).scalar_one_or_none()
    return None if seed is None else sample_seal(bytes.fromhex(seed))


def sample_seal(seed: bytes) -> SealKey:
    """Make the sample's CA and seal; the same seed always gives the same bytes."""
    ca_key, key = _key_of(seed, b"seal CA"), _key_of(seed, b"seal")
    ca_name = _name("示例市电子印章根证书 SAMPLE Seal CA")
    ca = _issue(ca_name, ca_key, ca_name, ca_key, 1)
    own = _issue(_name("示例市社会保险业务专用章 SAMPLE"), key, ca_name, ca_key, 2)
    return _seal_key(key, own, [ca])


def _key_of(seed: bytes, what: bytes) -> ec.EllipticCurvePrivateKey:
    number = int.from_bytes(sha256(seed + what).digest(), "big")
    return ec.derive_private_key(number % (_P256_ORDER - 1) + 1, ec.SECP256R1())


def _name(common: str) -> x509.Name:
    parts = [(NameOID.COUNTRY_NAME, "CN"), (NameOID.COMMON_NAME, common)]
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def _issue(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    serial: int,
) -> x509.Certificate:
    """Issue a certificate: of a CA if it is its own issuer, else of a seal."""
    is_ca = subject == issuer
    usage = x509.KeyUsage(
        digital_signature=not is_ca,
        content_commitment=not is_ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_ca,
        crl_sign=is_ca,
        encipher_only=False,
        decipher_only=False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(_SAMPLE_FROM)
        .not_valid_after(_SAMPLE_TO)
        .add_extension(x509.BasicConstraints(is_ca, 0 if is_ca else None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
    )
    return builder.sign(issuer_key, SHA256(), ecdsa_deterministic=True)
