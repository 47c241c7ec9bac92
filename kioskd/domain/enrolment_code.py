"""The one-time code that makes a kiosk known: how it is written, and how typed text becomes it.

80 random bits in base 32 without I, L, O and U, then two characters that check them (modulo 1021,
a prime below 32 squared): one wrong character or two that changed places are told before anybody
is asked. ``7KQ4-0123-ABCD-EFGH-2M``.
"""

from kioskd.domain.secret import EnrolmentCode

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BITS = 80
CHARACTERS = BITS // 5
CHECK_CHARACTERS = 2
CHECK_MODULUS = 1021
_READ_AS = str.maketrans("OIL", "011")
_SEPARATORS = str.maketrans("", "", " -\t\n")


def code_of(number: int) -> EnrolmentCode:
    """Return the code for a number of 80 bits, check characters included."""
    check = number % CHECK_MODULUS
    return EnrolmentCode(_written(number, CHARACTERS) + _written(check, CHECK_CHARACTERS))


def grouped(code: EnrolmentCode) -> str:
    """Return the code as it is read out and typed, in groups of four."""
    text = code.reveal()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def read_code(typed: str) -> EnrolmentCode | None:
    """Return the code that somebody typed, in any case and grouping; None if it cannot be one."""
    text = typed.translate(_SEPARATORS).upper().translate(_READ_AS)
    if len(text) != CHARACTERS + CHECK_CHARACTERS or not set(text) <= set(ALPHABET):
        return None
    number = 0
    for character in text[:CHARACTERS]:
        number = number * 32 + ALPHABET.index(character)
    code = code_of(number)
    return code if code.reveal() == text else None


def _written(number: int, length: int) -> str:
    digits = (number >> (5 * place) & 31 for place in reversed(range(length)))
    return "".join(ALPHABET[digit] for digit in digits)
