"""The HTTP contract, version 1, its part about who a kiosk is: types and paths only.

The first certificate is given for a one-time code, the next ones to whoever shows a good one. Both
are safe to repeat with the same key: the same certificate is answered.
"""

from dataclasses import dataclass

from kioskd.domain.secret import EnrolmentCode, TechnicianKey

ENROL_PATH = "/v1/enrol"
"""POST an EnrolmentRequest, without a certificate; answered with an IssuedCertificate."""
CERTIFICATE_PATH = "/v1/certificate"
"""POST a RenewalRequest under the certificate that is still good; an IssuedCertificate."""
KIOSK_URN = "urn:kiosk:"
"""The certificate's subject alternative name is this and the kiosk's id."""


@dataclass(frozen=True, slots=True)
class EnrolmentRequest:
    """A kiosk asks to be known; ``csr`` is a PKCS #10 request, DER, for a P-256 key."""

    kiosk_id: str
    code: EnrolmentCode
    csr: bytes


@dataclass(frozen=True, slots=True)
class RenewalRequest:
    """A known kiosk asks for its next certificate; ``csr`` as in an EnrolmentRequest."""

    csr: bytes


@dataclass(frozen=True, slots=True)
class IssuedCertificate:
    """The kiosk's certificate, and what goes with it."""

    pem: str
    not_after: str
    """RFC 3339, UTC."""
    technician_key: TechnicianKey | None = None
    """What technicians are let in by; another one after a revocation."""
