"""The number that somebody types from a paper: how it is written, and whether it can be right.

Receipts have 14 digits of which the last two check the rest (ISO 7064 MOD 97-10): a slip of the
finger is told at once, without asking anybody. Other papers' numbers the centre knows.
"""

from enum import Enum

RECEIPT_DIGITS = 14
SHORTEST = 6
LONGEST = 24
CHECK_MODULUS = 97


class CodeState(Enum):
    """What can be said of a code without asking the centre."""

    TOO_SHORT = "too_short"
    MISTYPED = "mistyped"
    """As long as a receipt's number, but its check digits do not fit."""
    TO_ASK = "to_ask"


def code_state(typed: str) -> CodeState:
    """Judge a code of capital letters and digits."""
    if len(typed) < SHORTEST:
        return CodeState.TOO_SHORT
    if typed.isdigit() and len(typed) == RECEIPT_DIGITS and not check_digits_fit(typed):
        return CodeState.MISTYPED
    return CodeState.TO_ASK


def check_digits_fit(digits: str) -> bool:
    """Tell whether the last two digits check the ones before them."""
    return int(digits) % CHECK_MODULUS == 1


def grouped(typed: str) -> str:
    """Return a code in groups of four, as it stands on paper: ``2026-0000-0031-59``."""
    return "-".join(typed[at : at + 4] for at in range(0, len(typed), 4))
