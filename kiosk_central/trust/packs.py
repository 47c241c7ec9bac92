"""Signs region packs, each for one kiosk, by a key that lives in this server's memory only.

The CA vouches for the key for a week. A server makes another one when it starts, and when a third
of the week is left: nothing has to be kept, copied or rotated by hand. Kiosks pin the CA.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from kiosk_central.clock import Clock, utc_now
from kiosk_central.trust.ca import PACK_SIGNER_DAYS, Issuer
from kioskd.protocols.central import encode
from kioskd.protocols.central_pack import PACK_KIND, PackProof, PackStatement

RENEW_WITH_LEFT = timedelta(days=PACK_SIGNER_DAYS) / 3


@dataclass(frozen=True, slots=True)
class Edition:
    """A region pack as one kiosk shall have it."""

    body: bytes
    version: int
    since: datetime
    """From when the centre wants it. It never goes back, whatever becomes of the version."""


class PackSigner:
    """Signs editions; certificates go by the machine's own clock, as all of the CA's do."""

    def __init__(self, issuer: Issuer, clock: Clock = utc_now) -> None:
        self._issuer, self._clock = issuer, clock
        self._held: _Key | None = None

    def proof(self, kiosk_id: str, edition: Edition) -> PackProof:
        """Sign ``edition`` for a kiosk."""
        statement = encode(
            PackStatement(
                PACK_KIND,
                kiosk_id,
                edition.version,
                int(edition.since.timestamp()),
                len(edition.body),
                sha256(edition.body).hexdigest(),
            )
        )
        held = self._key()
        return PackProof(statement, held.key.sign(statement, ec.ECDSA(SHA256())), held.certificate)

    def _key(self) -> "_Key":
        held = self._held
        if held is None or held.until - self._clock() <= RENEW_WITH_LEFT:
            held = self._held = _made(self._issuer)
        return held


@dataclass(frozen=True, slots=True)
class _Key:
    key: ec.EllipticCurvePrivateKey
    certificate: bytes
    until: datetime


def _made(issuer: Issuer) -> _Key:
    key = ec.generate_private_key(ec.SECP256R1())
    given = issuer.issue_pack_signer(key.public_key())
    certificate = x509.load_pem_x509_certificate(given.pem.encode("ascii"))
    return _Key(key, certificate.public_bytes(Encoding.DER), given.not_after)
