"""Who signed a region pack: a key that the pinned CA vouches for, for packs and nothing else."""

from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from kioskd.errors import PackFault, PackNotBelieved
from kioskd.protocols.central_pack import DOCUMENT_SIGNING, PACK_SIGNER_URN, PackProof


def check_signature(ca: bytes, proof: PackProof, at: datetime | None) -> None:
    """Raise PackNotBelieved unless the statement is signed under ``ca`` (PEM).

    ``at``: the signer's certificate must be good then; None: whenever it was good.
    """
    signer = _signer(ca, proof.certificate)
    if at is not None and not signer.not_valid_before_utc <= at < signer.not_valid_after_utc:
        raise PackNotBelieved(PackFault.STRANGER)
    key = signer.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise PackNotBelieved(PackFault.STRANGER)
    try:
        key.verify(proof.signature, proof.statement, ec.ECDSA(SHA256()))
    except InvalidSignature:
        raise PackNotBelieved(PackFault.BROKEN_SIGNATURE) from None


def _signer(ca: bytes, der: bytes) -> x509.Certificate:
    """Return the signer's certificate, if it is of the CA and for packs."""
    try:
        signer = x509.load_der_x509_certificate(der)
        signer.verify_directly_issued_by(x509.load_pem_x509_certificate(ca))
        is_for_packs = _is_for_packs(signer.extensions)
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        raise PackNotBelieved(PackFault.STRANGER) from None
    if not is_for_packs:
        raise PackNotBelieved(PackFault.STRANGER)
    return signer


def _is_for_packs(extensions: x509.Extensions) -> bool:
    """Neither the server's certificate nor a kiosk's will do. Raises ExtensionNotFound."""
    uses = extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    wanted = x509.UniformResourceIdentifier(PACK_SIGNER_URN)
    return [use.dotted_string for use in uses] == [DOCUMENT_SIGNING] and list(names) == [wanted]
