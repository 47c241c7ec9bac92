"""Who signed a bundle: a release key. Its public half is in the image, beside no other's.

The centre's CA cannot sign software: whoever holds the centre can offer what was released, and
nothing else. Several keys may be pinned, so that one can be exchanged: bundles signed by the old
one bring an image that pins both.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from kioskd.errors import UpdateFault, UpdateRefused
from kioskd.protocols.software_bundle import (
    HEAD_BYTES,
    MAGIC,
    SIGNATURE_BYTES,
    Bundle,
    manifest_length,
    read_manifest,
)

Read = Callable[[int, int], bytes]
"""Return so many bytes of a bundle from an offset on; fewer only where it ends."""
Keys = Sequence[Ed25519PublicKey]

_PEM: Final = re.compile(rb"-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----\s*")


def read_keys(pem: bytes) -> Keys:
    """Return the pinned keys of a file. Raises UpdateRefused(STRANGER) where there is none."""
    try:
        keys = [load_pem_public_key(one) for one in _PEM.findall(pem)]
    except ValueError:
        raise UpdateRefused(UpdateFault.STRANGER, "the pinned keys cannot be read") from None
    found = tuple(key for key in keys if isinstance(key, Ed25519PublicKey))
    if not found:
        raise UpdateRefused(UpdateFault.STRANGER, "no key is pinned")
    return found


def sign(key: Ed25519PrivateKey, manifest: bytes) -> bytes:
    """Return the signature of a release."""
    return key.sign(MAGIC + manifest)


def check_release(keys: Keys, manifest: bytes, signature: bytes) -> None:
    """Raise UpdateRefused(STRANGER) unless one of ``keys`` has signed it."""
    for key in keys:
        try:
            key.verify(signature, MAGIC + manifest)
        except InvalidSignature:
            continue
        return
    raise UpdateRefused(UpdateFault.STRANGER, "not signed by a pinned key")


def believed(read: Read, keys: Keys) -> Bundle:
    """Return the head of a bundle; nothing of it is decoded before its signature is checked.

    Raises UpdateRefused(NO_BUNDLE, STRANGER) and whatever ``read`` raises.
    """
    length = manifest_length(read(0, HEAD_BYTES))
    signed = read(HEAD_BYTES, length + SIGNATURE_BYTES)
    if len(signed) != length + SIGNATURE_BYTES:
        raise UpdateRefused(UpdateFault.NO_BUNDLE, "it ends in its manifest")
    manifest, signature = signed[:length], signed[length:]
    check_release(keys, manifest, signature)
    return Bundle(read_manifest(manifest), HEAD_BYTES + len(signed))
