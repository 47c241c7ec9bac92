"""Visits: who is logged in at which kiosk. In memory only; a restart ends all visits."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from kiosk_central.clock import Clock
from kiosk_central.problems import Refused
from kioskd.domain.person import Assurance
from kioskd.domain.secret import SessionToken
from kioskd.protocols.central import ProblemCode

VISIT_LASTS = timedelta(minutes=30)
TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class Visit:
    """One person's visit to one kiosk."""

    person_id: int
    kiosk_id: str
    assurance: Assurance
    ends_at: datetime


class Visits:
    """The open visits, by the hash of their token: the token itself is not kept.

    Touched by the event loop only.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: dict[bytes, Visit] = {}

    def begin(self, person_id: int, kiosk_id: str, assurance: Assurance) -> SessionToken:
        """Open a visit and return its ticket."""
        now = self._clock()
        self._open = {key: visit for key, visit in self._open.items() if visit.ends_at > now}
        token = secrets.token_urlsafe(TOKEN_BYTES)
        self._open[_key(token)] = Visit(person_id, kiosk_id, assurance, now + VISIT_LASTS)
        return SessionToken(token)

    def find(self, token: str, kiosk_id: str) -> Visit:
        """Return the visit. Raises Refused(SESSION_UNKNOWN) if ended, or of another kiosk."""
        visit = self._open.get(_key(token))
        if visit is None or visit.kiosk_id != kiosk_id or visit.ends_at <= self._clock():
            raise Refused(ProblemCode.SESSION_UNKNOWN)
        return visit

    def end(self, token: str, kiosk_id: str) -> None:
        """End the visit; ending one that has ended is fine."""
        visit = self._open.get(_key(token))
        if visit is not None and visit.kiosk_id == kiosk_id:
            del self._open[_key(token)]


def _key(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
