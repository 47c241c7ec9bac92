"""Proving that a social security card is the card it claims to be.

The centre chooses 16 bytes; the card answers with its own key, which the centre can work out from
a master key, the card's city and its chip's serial (facts card-and-id-readers 1.10 and 5). A real
city keeps the master in an HSM: ``CardVerifier`` is the seam.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

from kiosk_central.clock import Clock
from kiosk_central.problems import Refused
from kioskd.domain.secret import CardCode
from kioskd.protocols.central import CHALLENGE_BYTES, Challenge, ProblemCode

CHALLENGE_LASTS = timedelta(seconds=30)
CHALLENGES_PER_KIOSK_MAX = 8
"""One visitor stands at a kiosk: more are a fault or an attack, and the oldest go."""
BLOCK = 8
FACTOR_BYTES = 8
AREA_HEX_DIGITS = 6


def encrypt(key: bytes, block: bytes) -> bytes:
    """Encrypt one 8-byte block: single DES with an 8-byte key, two-key 3DES with 16 bytes."""
    assert len(key) in (8, 16) and len(block) == BLOCK, "a DES key and one block"
    whole = key * 3 if len(key) == 8 else key + key[:8]
    encryptor = Cipher(TripleDES(whole), modes.ECB()).encryptor()  # noqa: S305 (the card's algorithm)
    return encryptor.update(block) + encryptor.finalize()


def derive(key: bytes, factor: bytes) -> bytes:
    """Diversify a 16-byte key: 3DES of the factor, then 3DES of its complement."""
    complement = bytes(byte ^ 0xFF for byte in factor)
    return encrypt(key, factor) + encrypt(key, complement)


def card_key(master: bytes, code: CardCode, atr_history: bytes) -> bytes:
    """Work out a card's 16-byte internal key: first by city, then by chip."""
    area = code.reveal()[:AREA_HEX_DIGITS].encode("ascii")
    return derive(derive(master, area + b"sx"), atr_history[-FACTOR_BYTES:])


def card_answer(key: bytes, challenge: bytes) -> bytes:
    """Return what a card with ``key`` answers: DES(3DES(key, first half), second half)."""
    assert len(challenge) == CHALLENGE_BYTES, "two randoms of 8 bytes"
    return encrypt(encrypt(key, challenge[:8]), challenge[8:])


class CardVerifier(Protocol):
    """Whoever holds the master key."""

    def answers_rightly(
        self, code: CardCode, atr_history: bytes, challenge: bytes, answer: bytes
    ) -> bool:
        """Tell whether ``answer`` is that of the card's own key."""


class MasterKeyVerifier:
    """Compares with a master key in memory: for the sample city, whose key is plainly fake."""

    def __init__(self, master: bytes) -> None:
        self._master = master

    def answers_rightly(
        self, code: CardCode, atr_history: bytes, challenge: bytes, answer: bytes
    ) -> bool:
        """Compare in constant time."""
        right = card_answer(card_key(self._master, code, atr_history), challenge)
        return hmac.compare_digest(right, answer)


class NoVerifier:
    """A centre without keys: no card is believed."""

    def answers_rightly(
        self, code: CardCode, atr_history: bytes, challenge: bytes, answer: bytes
    ) -> bool:
        """Return False."""
        return False


@dataclass(frozen=True, slots=True)
class _Given:
    kiosk_id: str
    challenge: bytes
    ends_at: datetime


class Challenges:
    """Challenges given out and not yet used. Touched by the event loop only."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._given: dict[str, _Given] = {}

    def give(self, kiosk_id: str) -> Challenge:
        """Make a fresh challenge for one kiosk."""
        now = self._clock()
        self._forget(now, kiosk_id)
        fresh = Challenge(secrets.token_hex(16), secrets.token_bytes(CHALLENGE_BYTES))
        self._given[fresh.id] = _Given(kiosk_id, fresh.challenge, now + CHALLENGE_LASTS)
        return fresh

    def use(self, challenge_id: str, kiosk_id: str) -> bytes:
        """Return the bytes, once. Raises Refused(CHALLENGE_UNKNOWN)."""
        given = self._given.get(challenge_id)
        if given is None or given.kiosk_id != kiosk_id:
            raise Refused(ProblemCode.CHALLENGE_UNKNOWN)
        del self._given[challenge_id]
        if given.ends_at <= self._clock():
            raise Refused(ProblemCode.CHALLENGE_UNKNOWN)
        return given.challenge

    def _forget(self, now: datetime, kiosk_id: str) -> None:
        self._given = {key: one for key, one in self._given.items() if one.ends_at > now}
        own = [key for key, one in self._given.items() if one.kiosk_id == kiosk_id]
        for key in own[: max(0, len(own) - CHALLENGES_PER_KIOSK_MAX + 1)]:
            del self._given[key]
