"""The HTTP contract, version 1, its part about signed region packs: types and names only.

``GET /v1/region`` answers the very bytes that were signed; beside them, in the header
``PROOF_HEADER``, a ``PackProof`` as JSON. What is signed is a ``PackStatement``, which names the
bytes by their hash. The entity tag is ``tag_of`` the bytes: who shows it is answered 304.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

PROOF_HEADER: Final = "Pack-Proof"
PACK_MODULE: Final = "region"
"""The part of a kiosk that a heartbeat tells to be in trouble when a pack is not believed."""
PACK_KIND: Final = "kiosk region pack"
"""What is signed begins by saying what it is: no other signature can be taken for this one."""
PACK_SIGNER_URN: Final = "urn:kiosk-centre:packs"
"""The one name in the certificate of a key that signs packs."""
DOCUMENT_SIGNING: Final = "1.3.6.1.5.5.7.3.36"
"""The one use of that certificate (RFC 9336); neither end of a TLS connection accepts it."""


@dataclass(frozen=True, slots=True)
class PackStatement:
    """What the centre says of a pack, and signs."""

    kind: str
    """``PACK_KIND``."""
    kiosk_id: str
    """For this kiosk and no other."""
    version: int
    """Of the pack."""
    edition: int
    """From when the centre wants this kiosk to have it: seconds since 1970. It only grows, also
    where an operator goes back to a pack of a lower version."""
    size: int
    sha256: str
    """Of the pack's bytes, in hexadecimal."""


@dataclass(frozen=True, slots=True)
class PackProof:
    """A statement with its signature; whether it is right is not known."""

    statement: bytes
    """A ``PackStatement`` as JSON: the bytes that are signed."""
    signature: bytes
    """ECDSA with SHA-256 by the certificate's P-256 key, DER."""
    certificate: bytes
    """Of the key that signed, by the CA that kiosks pin; DER."""


@dataclass(frozen=True, slots=True)
class SignedPack:
    """A region pack as it travels and as it is kept."""

    body: bytes
    proof: PackProof


def tag_of(body: bytes) -> str:
    """Return the entity tag (RFC 9110, 8.8.3) of a pack's bytes."""
    return f'"{sha256(body).hexdigest()}"'
