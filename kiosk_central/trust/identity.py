"""From the certificate that a kiosk showed to the kiosk on record.

What our CA has attested never becomes untrue, so it is verified once and remembered. Whether it
still stands is the database's to say, and when it ends is looked at every time: a connection may
outlive its certificate.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from sqlalchemy import Connection, select, tuple_

from kiosk_central.people import Kiosk
from kiosk_central.problems import Refused
from kiosk_central.store.schema import kiosks
from kiosk_central.store.trust import kiosk_certificates
from kiosk_central.trust.ca import Issuer
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_trust import KIOSK_URN

ATTESTED_MAX = 1 << 17
"""Certificates remembered: those of 100,000 kiosks, and of some that renew."""
Named = tuple[str, str]
"""A certificate by its kiosk's id and its serial in hexadecimal, as it is on record."""


@dataclass(frozen=True, slots=True)
class Attested:
    """What a certificate of our CA says."""

    named: Named
    not_after: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """How a certificate and its kiosk are on record."""

    kiosk: Kiosk
    active: bool
    revoked: bool


class Attestations:
    """The certificates of our CA that were shown to this server."""

    def __init__(self) -> None:
        self._known: dict[bytes, Attested] = {}

    def read(self, issuer: Issuer | None, der: bytes) -> Attested:
        """Return what a certificate says, verified if it is shown for the first time.

        Raises Refused(CERTIFICATE_NEEDED) for what ``issuer`` has not signed for a kiosk.
        """
        known = self._known.get(der)
        if known is None:
            known = _attested(issuer, der)
            if len(self._known) >= ATTESTED_MAX:
                del self._known[next(iter(self._known))]
            self._known[der] = known
        return known


def _attested(issuer: Issuer | None, der: bytes) -> Attested:
    try:
        shown = x509.load_der_x509_certificate(der)
    except ValueError:
        raise Refused(ProblemCode.CERTIFICATE_NEEDED) from None
    if issuer is None or not issuer.issued(shown):
        raise Refused(ProblemCode.CERTIFICATE_NEEDED)
    return Attested((_named_in(shown), f"{shown.serial_number:x}"), shown.not_valid_after_utc)


def _named_in(certificate: x509.Certificate) -> str:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        raise Refused(ProblemCode.CERTIFICATE_NEEDED) from None
    urns = names.get_values_for_type(x509.UniformResourceIdentifier)
    if len(urns) != 1 or not urns[0].startswith(KIOSK_URN):
        raise Refused(ProblemCode.CERTIFICATE_NEEDED)
    return urns[0].removeprefix(KIOSK_URN)


def standings(connection: Connection, wanted: Iterable[Named]) -> dict[Named, Standing]:
    """Return how certificates are on record; those that are not are missing."""
    own = kiosk_certificates.c
    query = (
        select(own.kiosk_id, own.serial, own.revoked_at, kiosks.c.sam_id, kiosks.c.active)
        .join(kiosks, kiosks.c.id == own.kiosk_id)
        .where(tuple_(own.kiosk_id, own.serial).in_([*wanted]))
    )
    return {
        (kiosk_id, serial): Standing(Kiosk(kiosk_id, sam_id), active, revoked_at != "")
        for kiosk_id, serial, revoked_at, sam_id, active in connection.execute(query)
    }


def kiosk_behind(shown: Attested, standing: Standing | None, now: datetime) -> Kiosk:
    """Return the kiosk that a certificate was given to; ``now`` is the real time.

    Raises Refused: CERTIFICATE_NEEDED (not on record, expired), CERTIFICATE_REVOKED, KIOSK_UNKNOWN
    (out of service).
    """
    if standing is None or shown.not_after <= now:
        raise Refused(ProblemCode.CERTIFICATE_NEEDED)
    if standing.revoked:
        raise Refused(ProblemCode.CERTIFICATE_REVOKED)
    if not standing.active:
        raise Refused(ProblemCode.KIOSK_UNKNOWN)
    return standing.kiosk
