"""Who is let in: whoever the centre gives the answer to this kiosk's challenge.

A challenge lives ten minutes and is answered once. Three wrong answers in a row, of one challenge
or of several, are followed by a pause. All of it is in memory: whoever cuts the power to be
allowed three more tries of ten billion waits longer for the kiosk to start.
"""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from kioskd import log
from kioskd.contracts.technician import Verdict
from kioskd.domain.secret import TechnicianKey
from kioskd.domain.technician_code import CHALLENGE_DIGITS, answer_to
from kioskd.domain.trouble import Trouble, TroubleReason

CHALLENGE_S: Final = 600.0
TRIES: Final = 3
PAUSE_S: Final = 300.0
NO_KEY: Final = Trouble(TroubleReason.TECHNICIAN_KEY_NONE, "T-01")
PAUSED: Final = Trouble(TroubleReason.TECHNICIAN_PAUSED, "T-02")


@dataclass(frozen=True, slots=True)
class _Challenge:
    """Eight digits and until when they may be answered."""

    digits: str
    until: float


class Access:
    """One kiosk's challenges. ``now`` is a clock that is never set: trio's."""

    def __init__(
        self,
        kiosk_id: str,
        key: Callable[[], TechnicianKey | None],
        now: Callable[[], float],
        draw: Callable[[int], int] = secrets.randbelow,
    ) -> None:
        """``key`` is asked each time: the centre may give another one meanwhile."""
        self._kiosk_id, self._key, self._now, self._draw = kiosk_id, key, now, draw
        self._open: _Challenge | None = None
        self._failures = 0
        self._paused_until = float("-inf")

    @property
    def trouble(self) -> Trouble | None:
        """Why nobody can be let in now; None if somebody could."""
        if self._key() is None:
            return NO_KEY
        return PAUSED if self._now() < self._paused_until else None

    @property
    def tries_left(self) -> int:
        """How many more answers are judged before there is a pause."""
        return TRIES - self._failures

    def challenge(self) -> str:
        """Return eight fresh digits; those before are forgotten."""
        digits = f"{self._draw(10**CHALLENGE_DIGITS):0{CHALLENGE_DIGITS}d}"
        self._open = _Challenge(digits, self._now() + CHALLENGE_S)
        log.event("technician.challenged", challenge=digits)
        return digits

    def answer(self, digits: str) -> Verdict:
        """Judge an answer to the newest challenge."""
        challenge, key = self._open, self._key()
        if challenge is None or key is None or self._now() >= challenge.until:
            self._open = None
            return Verdict.OVER
        if hmac.compare_digest(answer_to(key, self._kiosk_id, challenge.digits), digits):
            self._open, self._failures = None, 0
            return Verdict.RIGHT
        self._failures += 1
        log.warning("technician.wrong_answer", tries_left=self.tries_left)
        if self._failures < TRIES:
            return Verdict.WRONG
        self._open, self._failures = None, 0
        self._paused_until = self._now() + PAUSE_S
        return Verdict.OVER
