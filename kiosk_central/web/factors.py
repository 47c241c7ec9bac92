"""The two factors of a log-in: a password (Argon2id, RFC 9106) and a timed code (RFC 6238)."""

from datetime import datetime

import pyotp
import segno
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

PASSWORD_MIN, PASSWORD_MAX = 12, 128
DIFFERENT_MIN = 5
STEP_S = 30
STEPS_OFF = 1
"""A code of the step before or after is taken too: clocks differ, and typing takes time."""
ISSUER = "社保终端中心"

_hasher = PasswordHasher()
_NOBODY = _hasher.hash("a name that is not known takes as long as one that is")


def password_fault(password: str, name: str) -> str:
    """Return what is wrong with a new password, empty if nothing is; in words for her."""
    if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
        return f"密码须为 {PASSWORD_MIN} 到 {PASSWORD_MAX} 个字符"
    if len(set(password)) < DIFFERENT_MIN:
        return f"密码中不同的字符不能少于 {DIFFERENT_MIN} 个"
    if name in password.lower():
        return "密码中不能有登录名"
    return ""


def hash_password(password: str) -> str:
    """Return what is kept of a password. Slow on purpose: run beside the event loop."""
    return _hasher.hash(password)


def is_password(password_hash: str, password: str) -> bool:
    """Tell whether it is the password; without a hash it takes as long and is wrong."""
    try:
        return _hasher.verify(password_hash or _NOBODY, password) and bool(password_hash)
    except (VerificationError, InvalidHashError):
        return False


def wants_rehash(password_hash: str) -> bool:
    """Tell whether the hash was made by weaker parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def step_of_code(secret: str, code: str, now: datetime, last: int) -> int | None:
    """Return the time step that a code is of, None if it is wrong or not newer than ``last``."""
    plain = "".join(code.split())
    if not (secret and len(plain) == 6 and plain.isascii() and plain.isdigit()):
        return None
    totp, at = pyotp.TOTP(secret), int(now.timestamp()) // STEP_S
    for step in range(at - STEPS_OFF, at + STEPS_OFF + 1):
        if step > last and pyotp.utils.strings_equal(totp.at(step * STEP_S), plain):
            return step
    return None


def secret_picture(secret: str, name: str) -> str:
    """Return the QR code (an SVG data URI) by which her telephone takes the secret over."""
    address = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)
    return segno.make(address, error="m", micro=False).svg_data_uri(scale=5, border=3)
