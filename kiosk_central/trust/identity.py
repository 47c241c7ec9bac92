"""From the certificate that a kiosk showed to the kiosk on record."""

from datetime import datetime

from cryptography import x509
from sqlalchemy import Connection, select

from kiosk_central.people import Kiosk, find_kiosk
from kiosk_central.problems import Refused
from kiosk_central.store.trust import kiosk_certificates
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_trust import KIOSK_URN


def read_certificate(der: bytes) -> x509.Certificate:
    """Read what the line gave. Raises Refused(CERTIFICATE_NEEDED)."""
    try:
        return x509.load_der_x509_certificate(der)
    except ValueError:
        raise Refused(ProblemCode.CERTIFICATE_NEEDED) from None


def kiosk_behind(connection: Connection, certificate: x509.Certificate, now: datetime) -> Kiosk:
    """Return the kiosk that a certificate of our CA was given to; ``now`` is the real time.

    A connection may outlive its certificate, so the end of it is looked at again.
    Raises Refused: CERTIFICATE_NEEDED (not a kiosk's, unknown, expired), CERTIFICATE_REVOKED,
    KIOSK_UNKNOWN.
    """
    kiosk_id = _named_in(certificate)
    query = select(kiosk_certificates.c.revoked_at).where(
        kiosk_certificates.c.kiosk_id == kiosk_id,
        kiosk_certificates.c.serial == f"{certificate.serial_number:x}",
    )
    revoked_at = connection.execute(query).scalar_one_or_none()
    if revoked_at is None or certificate.not_valid_after_utc <= now:
        raise Refused(ProblemCode.CERTIFICATE_NEEDED)
    if revoked_at:
        raise Refused(ProblemCode.CERTIFICATE_REVOKED)
    return find_kiosk(connection, kiosk_id)


def _named_in(certificate: x509.Certificate) -> str:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        raise Refused(ProblemCode.CERTIFICATE_NEEDED) from None
    urns = names.get_values_for_type(x509.UniformResourceIdentifier)
    if len(urns) != 1 or not urns[0].startswith(KIOSK_URN):
        raise Refused(ProblemCode.CERTIFICATE_NEEDED)
    return urns[0].removeprefix(KIOSK_URN)
