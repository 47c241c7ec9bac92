"""Kiosks that a centre under load knows: their certificates, and how a proxy names them."""

from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Connection

from kiosk_central.sample_trust import (
    IDENTITY_FILE,
    KIOSKS_FOLDER,
    give_identities,
    sample_authority,
)
from kiosk_central.trust.ca import CA_FILE

PROXY_HEADER = "Client-Cert"


def enrol(at: Connection, trust: Path, kiosks: Iterable[str]) -> None:
    """Make kiosks known, with a CA of their own in the folder ``trust``."""
    give_identities(at, sample_authority(trust), trust, kiosks)


def ca_of(trust: Path) -> str:
    """Return the certificate that kiosks pin."""
    return str(trust / CA_FILE)


def identity_of(trust: Path, kiosk_id: str) -> Path:
    """Return the folder with a kiosk's key and certificate."""
    return trust / KIOSKS_FOLDER / kiosk_id


def pair_of(trust: Path, kiosk_id: str) -> str:
    """Return the file with a kiosk's key and certificate."""
    return str(identity_of(trust, kiosk_id) / IDENTITY_FILE)


@cache
def badge_of(trust: Path, kiosk_id: str) -> str:
    """Return a kiosk's certificate as a proxy hands it on (RFC 9440)."""
    file = identity_of(trust, kiosk_id) / IDENTITY_FILE
    der = x509.load_pem_x509_certificate(file.read_bytes()).public_bytes(Encoding.DER)
    return f":{b64encode(der).decode('ascii')}:"
