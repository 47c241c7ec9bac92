"""The code by which the centre lets a technician in at a kiosk: a challenge, and its answer.

Short enough to be read out by telephone, so it works without a network. The answer is an
HMAC-SHA256 under a key that only this kiosk and the centre have, truncated as RFC 4226 (section 5)
truncates one, to ten decimal digits. Whoever has heard a thousand answers can guess no further one.
"""

import hmac
from hashlib import sha256
from typing import Final

from kioskd.domain.secret import TechnicianKey

CHALLENGE_DIGITS: Final = 8
ANSWER_DIGITS: Final = 10
KEY_HEX_DIGITS: Final = 64
_VERSION: Final = "kioskd technician code 1"


def answer_to(key: TechnicianKey, kiosk_id: str, challenge: str) -> str:
    """Return the ten digits that answer eight; for this kiosk and no other."""
    message = "\n".join((_VERSION, kiosk_id, challenge)).encode("ascii")
    digest = hmac.digest(bytes.fromhex(key.reveal()), message, sha256)
    at = digest[-1] & 0x0F
    number = int.from_bytes(digest[at : at + 8], "big")
    return f"{number % 10**ANSWER_DIGITS:0{ANSWER_DIGITS}d}"


def is_key(key: TechnicianKey) -> bool:
    """Tell whether it is one: 256 bits in hexadecimal."""
    text = key.reveal()
    return len(text) == KEY_HEX_DIGITS and all(digit in "0123456789abcdef" for digit in text)


def read_digits(text: str, count: int) -> str | None:
    """Return the digits of a code as somebody typed it, with spaces or hyphens; None if wrong."""
    plain = text.replace(" ", "").replace("-", "")
    return plain if len(plain) == count and plain.isascii() and plain.isdigit() else None


def grouped(digits: str) -> str:
    """Write a code so that it can be read out: ``1234 5678``, ``12345 67890``."""
    half = len(digits) // 2
    return f"{digits[:half]} {digits[half:]}"
