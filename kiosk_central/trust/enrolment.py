"""Jobs about a kiosk's certificates: a one-time code, its use, renewal and revocation.

A code is kept as its hash, good for a day, for one kiosk and one key. Using it again with the same
key gives the same certificate, so that an answer lost on the way costs nobody a second code. The
codes' time is the centre's; the certificates' is X.509's.
"""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Connection, insert, select, update

from kiosk_central.clock import stamp
from kiosk_central.people import find_kiosk
from kiosk_central.problems import Refused
from kiosk_central.store.locks import lock_kiosk
from kiosk_central.store.trust import enrolment_codes, kiosk_certificates
from kiosk_central.trust.ca import Issuer
from kiosk_central.trust.technician import key_of
from kioskd.domain.enrolment_code import BITS, code_of
from kioskd.domain.secret import EnrolmentCode
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_trust import IssuedCertificate

CODE_LIFE = timedelta(hours=24)
CSR_BYTES_MAX = 4096


def make_code(connection: Connection, now: datetime, kiosk_id: str) -> EnrolmentCode:
    """Make a code for a kiosk; earlier ones end. Raises Refused(KIOSK_UNKNOWN)."""
    lock_kiosk(connection, kiosk_id)
    find_kiosk(connection, kiosk_id)
    at = stamp(now)
    unused = (enrolment_codes.c.kiosk_id == kiosk_id) & (enrolment_codes.c.used_at == "")
    connection.execute(update(enrolment_codes).where(unused).values(used_at=at))
    code = code_of(secrets.randbits(BITS))
    row = {
        "kiosk_id": kiosk_id,
        "code_sha256": _hash(code),
        "made_at": at,
        "expires_at": stamp(now + CODE_LIFE),
        "used_at": "",
        "key_sha256": b"",
    }
    connection.execute(insert(enrolment_codes).values(row))
    return code


def use_code(
    connection: Connection,
    now: datetime,
    issuer: Issuer,
    kiosk_id: str,
    code: EnrolmentCode,
    csr: bytes,
) -> IssuedCertificate:
    """Give a kiosk its first certificate.

    Raises Refused: KIOSK_UNKNOWN, CODE_UNKNOWN (also for another kiosk's), CODE_EXPIRED, CODE_USED,
    CSR_NOT_ACCEPTED.
    """
    key = key_in(csr)
    lock_kiosk(connection, kiosk_id)
    find_kiosk(connection, kiosk_id)
    is_this = (enrolment_codes.c.kiosk_id == kiosk_id) & (
        enrolment_codes.c.code_sha256 == _hash(code)
    )
    row = connection.execute(select(enrolment_codes).where(is_this)).one_or_none()
    if row is None:
        raise Refused(ProblemCode.CODE_UNKNOWN)
    if row.used_at and row.key_sha256 != _fingerprint(key):
        raise Refused(ProblemCode.CODE_USED)
    if row.expires_at <= stamp(now):
        raise Refused(ProblemCode.CODE_EXPIRED)
    used = {"used_at": row.used_at or stamp(now), "key_sha256": _fingerprint(key)}
    connection.execute(update(enrolment_codes).where(is_this).values(used))
    return give_certificate(connection, now, issuer, kiosk_id, key)


def renew(
    connection: Connection, now: datetime, issuer: Issuer, kiosk_id: str, csr: bytes
) -> IssuedCertificate:
    """Give a kiosk its next certificate; the present one stays good. Raises Refused."""
    key = key_in(csr)
    lock_kiosk(connection, kiosk_id)
    return give_certificate(connection, now, issuer, kiosk_id, key)


def give_certificate(
    connection: Connection,
    now: datetime,
    issuer: Issuer,
    kiosk_id: str,
    key: ec.EllipticCurvePublicKey,
) -> IssuedCertificate:
    """Return the certificate of a key, a new one if it has none.

    Raises Refused(CERTIFICATE_REVOKED): a key whose certificate was revoked never gets another.
    """
    query = select(kiosk_certificates).where(
        kiosk_certificates.c.kiosk_id == kiosk_id,
        kiosk_certificates.c.key_sha256 == _fingerprint(key),
    )
    known = connection.execute(query).one_or_none()
    technician_key = key_of(connection, issuer, kiosk_id)
    if known is not None:
        if known.revoked_at:
            raise Refused(ProblemCode.CERTIFICATE_REVOKED)
        return IssuedCertificate(known.pem, known.not_after, technician_key)
    made = issuer.issue(key, kiosk_id)
    not_after = stamp(made.not_after)
    row = {
        "kiosk_id": kiosk_id,
        "serial": made.serial,
        "key_sha256": _fingerprint(key),
        "pem": made.pem,
        "issued_at": stamp(now),
        "not_after": not_after,
        "revoked_at": "",
        "reason": "",
    }
    connection.execute(insert(kiosk_certificates).values(row))
    return IssuedCertificate(made.pem, not_after, technician_key)


def revoke(connection: Connection, now: datetime, kiosk_id: str, reason: str) -> int:
    """End every certificate and unused code of a kiosk, at once; return how many certificates."""
    lock_kiosk(connection, kiosk_id)
    at = stamp(now)
    unused = (enrolment_codes.c.kiosk_id == kiosk_id) & (enrolment_codes.c.used_at == "")
    connection.execute(update(enrolment_codes).where(unused).values(used_at=at))
    good = (kiosk_certificates.c.kiosk_id == kiosk_id) & (kiosk_certificates.c.revoked_at == "")
    ended = update(kiosk_certificates).where(good).values(revoked_at=at, reason=reason)
    return connection.execute(ended).rowcount


def certificates(connection: Connection, kiosk_id: str | None) -> list[dict[str, str]]:
    """Return all certificates, or those of one kiosk, the oldest first."""
    known = kiosk_certificates.c
    shown = (known.kiosk_id, known.serial, known.issued_at, known.not_after)
    query = select(*shown, known.revoked_at, known.reason)
    if kiosk_id is not None:
        query = query.where(known.kiosk_id == kiosk_id)
    rows = connection.execute(query.order_by(known.kiosk_id, known.issued_at)).mappings()
    return [dict(row) for row in rows]


def key_in(csr: bytes) -> ec.EllipticCurvePublicKey:
    """Return the key that a request proves to hold. Raises Refused(CSR_NOT_ACCEPTED)."""
    if len(csr) > CSR_BYTES_MAX:
        raise Refused(ProblemCode.CSR_NOT_ACCEPTED, "too long")
    try:
        request = x509.load_der_x509_csr(csr)
        key = request.public_key()
        signed = request.is_signature_valid
    except (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature):
        raise Refused(ProblemCode.CSR_NOT_ACCEPTED, "not a request") from None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise Refused(ProblemCode.CSR_NOT_ACCEPTED, "not a P-256 key")
    if not signed:
        raise Refused(ProblemCode.CSR_NOT_ACCEPTED, "not signed by its key")
    return key


def _hash(code: EnrolmentCode) -> bytes:
    return sha256(code.reveal().encode("ascii")).digest()


def _fingerprint(key: ec.EllipticCurvePublicKey) -> bytes:
    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).digest()
