"""The key that signs the facts of receipts and documents, and every key that ever did.

Ed25519. The sample city's private key lies in its database and is plainly fake; a real city gives
``serve`` a PEM file. Public keys are kept for ever, so that old receipts still verify.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from sqlalchemy import Connection, insert, select

from kiosk_central.clock import stamp
from kiosk_central.store.books import signing_keys
from kiosk_central.store.schema import settings
from kioskd.errors import KioskError
from kioskd.protocols.document_facts import DocumentFacts, SignedDocument, document_message
from kioskd.protocols.receipt_facts import ReceiptFacts, SignedFacts, key_id, message_of

SIGNING_KEY_SETTING = "sample_signing_key"


class NoSigningKey(KioskError):
    """There is no key to sign receipts with, or the file holds no Ed25519 key."""


class Verdict(Enum):
    """What a signature proves."""

    GENUINE = "genuine"
    NOT_GENUINE = "not genuine"
    UNKNOWN_KEY = "unknown key"


class Signer:
    """Signs the facts of receipts and documents."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public_key = raw(key.public_key())
        self.key_id = key_id(self.public_key)

    def proof(self, facts: ReceiptFacts) -> bytes:
        """Return the signed facts; the same facts always give the same bytes."""
        message = message_of(self.key_id, facts)
        return message + self._key.sign(message)

    def document_proof(self, facts: DocumentFacts) -> bytes:
        """Return the signed facts of a document; the same facts always give the same bytes."""
        signature = self._key.sign(document_message(self.key_id, facts))
        return SignedDocument(self.key_id, facts, signature).to_bytes()


def raw(key: Ed25519PublicKey) -> bytes:
    """Return a public key as its 32 bytes."""
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)


def pem(public_key: bytes) -> str:
    """Return a raw public key as PEM."""
    key = Ed25519PublicKey.from_public_bytes(public_key)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def signer_of_seed(seed: bytes) -> Signer:
    """Return the signer of a raw 32-byte private key."""
    return Signer(Ed25519PrivateKey.from_private_bytes(seed))


def load_signer(file: Path) -> Signer:
    """Read a private key (PEM, no password). Raises NoSigningKey."""
    try:
        key = load_pem_private_key(file.read_bytes(), None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise NoSigningKey(f"{file}: {_reason(error)}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise NoSigningKey(f"{file}: not an Ed25519 key")
    return Signer(key)


def load_public_key(file: Path) -> bytes:
    """Read a public key (PEM) as its 32 bytes. Raises NoSigningKey."""
    try:
        key = load_pem_public_key(file.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise NoSigningKey(f"{file}: {_reason(error)}") from None
    if not isinstance(key, Ed25519PublicKey):
        raise NoSigningKey(f"{file}: not an Ed25519 key")
    return raw(key)


def _reason(error: Exception) -> str:
    """Tell what the system says, but nothing that a key file holds."""
    return str(error.strerror) if isinstance(error, OSError) else "not a PEM key without password"


def signer_for(connection: Connection, file: Path | None) -> Signer:
    """Return the key in ``file``, else the sample city's own. Raises NoSigningKey."""
    if file is not None:
        return load_signer(file)
    query = select(settings.c.value).where(settings.c.name == SIGNING_KEY_SETTING)
    seed = connection.execute(query).scalar_one_or_none()
    if seed is None:
        raise NoSigningKey("this city signs with a key of its own: give --signing-key FILE")
    return signer_of_seed(bytes.fromhex(seed))


def remember_key(connection: Connection, now: datetime, signer: Signer) -> None:
    """Keep the public key for ever; once more changes nothing."""
    known = select(signing_keys.c.key_id).where(signing_keys.c.key_id == signer.key_id)
    if connection.execute(known).one_or_none() is None:
        row = {"key_id": signer.key_id, "public_key": signer.public_key, "since": stamp(now)}
        connection.execute(insert(signing_keys).values(row))


def known_keys(connection: Connection) -> dict[bytes, bytes]:
    """Return every public key that ever signed here, by its id, the oldest first."""
    query = select(signing_keys.c.key_id, signing_keys.c.public_key).order_by(signing_keys.c.since)
    return {row.key_id: row.public_key for row in connection.execute(query)}


def judge(signed: SignedFacts | SignedDocument, keys: Mapping[bytes, bytes]) -> Verdict:
    """Tell what the signature proves to who holds ``keys`` (raw public keys by their ids)."""
    public = keys.get(signed.key_id)
    if public is None:
        return Verdict.UNKNOWN_KEY
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signed.signature, signed.message)
    except InvalidSignature:
        return Verdict.NOT_GENUINE
    return Verdict.GENUINE
