"""The keys of simulated social security cards: diversification and INTERNAL AUTHENTICATE, DES form.

Written from facts/card-and-id-readers.md 1.10, apart from the central server's own copy. There is
no real key here: every simulated city descends from a master key whose text says that it is fake.
"""

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

FAKE_MASTER_KEY = b"FAKE-MASTER-KEY!"
"""16 bytes; a centre that believes cards of this key must not know a real citizen."""


def card_key(master: bytes, atr_history: bytes, card_code: str) -> bytes:
    """Derive a card's 16-byte internal key from the city's master key, in two levels.

    ``card_code`` is the card identification code (32 hex digits, its first six the area);
    ``atr_history`` the historical bytes of the ATR, whose last eight hold the card's serial.
    """
    city = _diversify(master, card_code[:6].encode("ascii") + b"sx")
    return _diversify(city, atr_history[-8:])


def internal_authenticate(key: bytes, challenge16: bytes) -> bytes:
    """Return the card's 8 bytes: DES under the session key 3DES(key, first 8) of the last 8."""
    assert len(challenge16) == 16
    session_key = _encrypt(key, challenge16[:8])
    return _encrypt(session_key + session_key, challenge16[8:])


def _diversify(key: bytes, factor: bytes) -> bytes:
    complement = bytes(0xFF - byte for byte in factor)
    return _encrypt(key, factor) + _encrypt(key, complement)


def _encrypt(key: bytes, block: bytes) -> bytes:
    """Two-key 3DES (K1 K2 K1) of one block; two equal halves make it single DES."""
    assert len(key) == 16 and len(block) == 8
    encryptor = Cipher(TripleDES(key + key[:8]), modes.ECB()).encryptor()  # noqa: S305 - the card's own
    return encryptor.update(block) + encryptor.finalize()
