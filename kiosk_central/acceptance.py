"""Acceptance sheets: taken from kiosks, kept for ever, and checked by whoever holds one."""

from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from sqlalchemy import Connection, Row, insert, select

from kiosk_central.desk import Desk
from kiosk_central.problems import Refused
from kiosk_central.signing import Verdict
from kiosk_central.store.locks import lock_kiosk
from kiosk_central.store.technician import acceptances
from kiosk_central.store.trust import kiosk_certificates
from kioskd.protocols.acceptance import Acceptance, AcceptanceFacts, AcceptanceTaken, NotASheet
from kioskd.protocols.central import ProblemCode

_kept = acceptances.c


@dataclass(frozen=True, slots=True)
class CheckedSheet:
    """What is known of a sheet."""

    facts: AcceptanceFacts
    verdict: Verdict
    received_at: str
    """When the centre got it; empty if it has not."""
    revoked_at: str
    """When the certificate that it was signed under was revoked; empty if it was not."""


def take_sheet(desk: Desk, kiosk_id: str, ref: str, sheet: Acceptance) -> AcceptanceTaken:
    """Keep a sheet of the kiosk that brings it; the same again changes nothing.

    Raises Refused: SHEET_NOT_ACCEPTED for what is none, is another kiosk's, or is not genuine;
    REFERENCE_REUSED.
    """
    facts = readable(sheet)
    if (facts.kiosk_id, facts.ref) != (kiosk_id, ref):
        raise Refused(ProblemCode.SHEET_NOT_ACCEPTED, "another kiosk, or another reference")
    lock_kiosk(desk.connection, kiosk_id)
    if judge(desk.connection, facts, sheet) is not Verdict.GENUINE:
        raise Refused(ProblemCode.SHEET_NOT_ACCEPTED, "not signed by this kiosk")
    own = (_kept.kiosk_id == kiosk_id, _kept.ref == ref)
    known = desk.connection.execute(select(acceptances).where(*own)).one_or_none()
    if known is not None:
        if (known.message, known.signature) != (sheet.message, sheet.signature):
            raise Refused(ProblemCode.REFERENCE_REUSED)
        return AcceptanceTaken(ref)
    row = {
        "kiosk_id": kiosk_id,
        "ref": ref,
        "received_at": desk.stamp,
        "technician": facts.technician,
        "result": facts.result.value,
        "serial": facts.certificate,
        "message": sheet.message,
        "signature": sheet.signature,
    }
    desk.connection.execute(insert(acceptances).values(row))
    return AcceptanceTaken(ref)


def readable(sheet: Acceptance) -> AcceptanceFacts:
    """Return what a sheet states. Raises Refused(SHEET_NOT_ACCEPTED)."""
    try:
        return sheet.facts
    except NotASheet as fault:
        raise Refused(ProblemCode.SHEET_NOT_ACCEPTED, str(fault)) from None


def judge(connection: Connection, facts: AcceptanceFacts, sheet: Acceptance) -> Verdict:
    """Tell what the signature proves, by the certificate that the sheet names."""
    row = _certificate(connection, facts)
    if row is None:
        return Verdict.UNKNOWN_KEY
    key = x509.load_pem_x509_certificate(row.pem.encode("ascii")).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey), "kiosks have P-256 keys"
    half = len(sheet.signature) // 2
    numbers = (int.from_bytes(sheet.signature[:half]), int.from_bytes(sheet.signature[half:]))
    try:
        key.verify(encode_dss_signature(*numbers), sheet.message, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return Verdict.NOT_GENUINE
    return Verdict.GENUINE


def _certificate(connection: Connection, facts: AcceptanceFacts) -> Row[Any] | None:
    own = kiosk_certificates.c
    query = select(kiosk_certificates).where(
        own.kiosk_id == facts.kiosk_id, own.serial == facts.certificate
    )
    return connection.execute(query).one_or_none()


def check_sheet(connection: Connection, sheet: Acceptance) -> CheckedSheet:
    """Say what is known of a sheet. Raises NotASheet."""
    facts = sheet.facts
    own = (_kept.kiosk_id == facts.kiosk_id, _kept.ref == facts.ref)
    received = connection.execute(select(_kept.received_at).where(*own)).scalar_one_or_none()
    certificate = _certificate(connection, facts)
    revoked_at = "" if certificate is None else certificate.revoked_at
    return CheckedSheet(facts, judge(connection, facts, sheet), received or "", revoked_at)


def list_sheets(connection: Connection, kiosk_id: str | None, most: int) -> list[Row[Any]]:
    """Return the newest sheets, of one kiosk or of all."""
    shown = (_kept.kiosk_id, _kept.ref, _kept.received_at, _kept.technician, _kept.result)
    query = select(*shown)
    if kiosk_id is not None:
        query = query.where(_kept.kiosk_id == kiosk_id)
    return list(connection.execute(query.order_by(_kept.received_at.desc()).limit(most)))
