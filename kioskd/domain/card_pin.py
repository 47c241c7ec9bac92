"""Which PINs are too easily guessed for a social security card. Pure; keeps nothing."""

from enum import Enum

from kioskd.domain.secret import CardPin, IdNumber

PIN_DIGITS = 6
"""VERIFY packs six digits into three bytes (facts card-and-id-readers 1.1): no region differs."""
ASCENDING = "01234567890"
DESCENDING = ASCENDING[::-1]


class PinWeakness(Enum):
    """Why a PIN is refused; the words are ``pin_weakness.<value>``."""

    SAME_DIGITS = "same_digits"
    """111111."""
    REPEATED = "repeated"
    """121212, 123123."""
    IN_A_ROW = "in_a_row"
    """123456, 654321."""
    OF_ID_NUMBER = "of_id_number"
    """The last six, or the birth date, of her ID number: what initial PINs are made of."""
    UNCHANGED = "unchanged"
    """The PIN she has now."""


def weakness_of(pin: CardPin, old: CardPin, id_number: IdNumber) -> PinWeakness | None:
    """Say why ``pin`` may not be the new one, or None if it may."""
    digits = pin.reveal()
    assert len(digits) == PIN_DIGITS and digits.isascii() and digits.isdigit()
    if pin == old:
        return PinWeakness.UNCHANGED
    if len(set(digits)) == 1:
        return PinWeakness.SAME_DIGITS
    if digits in (digits[:2] * 3, digits[:3] * 2):
        return PinWeakness.REPEATED
    if digits in ASCENDING or digits in DESCENDING:
        return PinWeakness.IN_A_ROW
    return PinWeakness.OF_ID_NUMBER if digits in _parts(id_number.reveal()) else None


def _parts(number: str) -> tuple[str, ...]:
    """Return the last six, the last six that are digits, and the birth date as six digits."""
    return number[-6:], number.rstrip("X")[-6:], number[8:14]
