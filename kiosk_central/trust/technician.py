"""Technician codes: who was let in at which kiosk, by whose word, and the answers themselves.

No key is stored. A kiosk's key is derived from the CA's, for the kiosk and how often it was
revoked: who was given the key of a kiosk that is gone cannot use it at the one in its place.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from kiosk_central.clock import stamp
from kiosk_central.people import find_kiosk
from kiosk_central.store.locks import lock_kiosk
from kiosk_central.store.technician import technician_codes
from kiosk_central.store.trust import kiosk_certificates
from kiosk_central.trust.ca import Issuer
from kioskd.domain.secret import TechnicianKey
from kioskd.domain.technician_code import answer_to

_given = technician_codes.c


def key_of(connection: Connection, issuer: Issuer, kiosk_id: str) -> TechnicianKey:
    """Return the key that a kiosk has, or is to be given with its next certificate."""
    own = kiosk_certificates.c
    revoked = select(func.count()).where(own.kiosk_id == kiosk_id, own.revoked_at != "")
    return issuer.technician_key(kiosk_id, connection.execute(revoked).scalar_one())


def let_in(
    connection: Connection,
    now: datetime,
    issuer: Issuer,
    kiosk_id: str,
    challenge: str,
    by: str,
    note: str,
) -> str:
    """Return the answer to a kiosk's challenge; by whom and why is kept for ever.

    Raises Refused(KIOSK_UNKNOWN). The same challenge may be asked again: the line was bad.
    """
    lock_kiosk(connection, kiosk_id)
    find_kiosk(connection, kiosk_id)
    values = {"kiosk_id": kiosk_id, "challenge": challenge, "at": stamp(now), "by": by}
    connection.execute(insert(technician_codes).values(values | {"note": note}))
    return answer_to(key_of(connection, issuer, kiosk_id), kiosk_id, challenge)


def codes_given(connection: Connection, kiosk_id: str | None, most: int) -> list[Row[Any]]:
    """Return the newest answers that were given, of one kiosk or of all."""
    query = select(technician_codes)
    if kiosk_id is not None:
        query = query.where(_given.kiosk_id == kiosk_id)
    return list(connection.execute(query.order_by(_given.id.desc()).limit(most)))
