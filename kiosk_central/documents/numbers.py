"""The official numbers of documents: ``SB2026-000123-7KQ4M2``.

Prefix of the region, year, serial within the year, five characters by chance, one that checks all
before it. The serial makes it unique; chance keeps people from reading other people's papers by
counting up. Digits and letters that look alike (0 O, 1 I L) are not in the last group.
"""

import re
import unicodedata
from secrets import choice

from sqlalchemy import Connection

from kiosk_central.store.counters import next_value

TYPED_MAX = 64
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CHANCE = 5
# The year as it can be: else a letter typed as the digit of its value would pass as one before it.
_SHAPE = re.compile(rf"([A-Z]{{1,4}})(2[01]\d\d)(\d{{6,9}})([{ALPHABET}]{{{CHANCE + 1}}})")
_LOOKS_LIKE = str.maketrans("OIL", "011")
_PREFIX = re.compile(r"[A-Z]{1,4}(?=[0-9])")


def random_group() -> str:
    """Return five characters nobody can guess."""
    return "".join(choice(ALPHABET) for _ in range(CHANCE))


def document_number(prefix: str, year: int, serial: int, chance: str) -> str:
    """Put a number together."""
    digits = f"{year:04d}{serial:06d}"
    return f"{prefix}{digits[:4]}-{digits[4:]}-{chance}{_check(prefix, digits, chance)}"


def _check(prefix: str, digits: str, chance: str) -> str:
    """Return the character that makes the weighted sum of them all vanish modulo 31.

    In each group no two characters have the same value, and no two places the same weight: any
    one wrong character and any two swapped ones are found.
    """
    values = [ord(letter) - ord("A") for letter in prefix]
    values += [int(digit) for digit in digits]
    values += [ALPHABET.index(one) for one in chance]
    total = sum(weight * value for weight, value in enumerate(reversed(values), start=2))
    return ALPHABET[-total % len(ALPHABET)]


def typed_number(text: str) -> str | None:
    """Return the number somebody typed, in its one form; None if it is none of ours.

    Case, spaces, hyphens and full-width characters do not matter, nor an O for a 0 among digits.
    """
    if len(text) > TYPED_MAX:
        return None
    plain = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).upper()))
    if not plain.isascii():
        return None
    prefix = _PREFIX.match(plain)
    shape = _SHAPE.fullmatch(_mended(plain, prefix.end())) if prefix else None
    if shape is None:
        return None
    letters, year, serial, tail = shape.groups()
    right = _check(letters, year + serial, tail[:CHANCE]) == tail[CHANCE]
    return f"{letters}{year}-{serial}-{tail}" if right else None


def _mended(plain: str, at: int) -> str:
    """Read letters among the digits as the digits they look like."""
    end = len(plain) - CHANCE - 1
    return plain[:at] + plain[at:end].translate(_LOOKS_LIKE) + plain[max(at, end) :]


def next_serial(connection: Connection, year: int) -> int:
    """Take the next serial of ``year``; it is only used up if the transaction commits."""
    return next_value(connection, f"document-{year:04d}")
