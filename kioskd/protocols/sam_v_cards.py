"""The 256 bytes of text on the four kinds of ID card, UTF-16LE, padded with spaces.

Only what the kiosk needs is taken: kind, number, name, validity. Address, nation, sex, birth and
authority are never decoded. Offsets and lengths are in bytes; sources agree in 2 to 8 places. The
character at 248 tells the kind: space, J, I or Y.
"""

from dataclasses import dataclass
from datetime import date
from unicodedata import category

from kioskd.domain.person import IdCardFacts, IdCardKind, id_number_is_well_formed
from kioskd.domain.secret import IdNumber, PersonName
from kioskd.errors import ProtocolViolation
from kioskd.protocols.sam_v import DEVICE, TEXT_BYTES

LONG_TERM = "长期"
FOREIGNER_2017_CHARACTERS = 15
_PADDING = " \u3000\0"


@dataclass(frozen=True, slots=True)
class _Field:
    offset: int
    length: int

    def of(self, block: bytes) -> str:
        try:
            text = block[self.offset : self.offset + self.length].decode("utf-16-le")
        except UnicodeDecodeError:
            raise ProtocolViolation(DEVICE, f"text at {self.offset}") from None
        return text.strip(_PADDING)


_KIND = _Field(248, 2)
_FROM = _Field(188, 16)
_UNTIL = _Field(204, 16)
_NAME = _Field(0, 30)
_NUMBER = _Field(122, 36)

_I_ENGLISH_NAME = _Field(0, 120)
_I_NUMBER = _Field(122, 30)
_I_CHINESE_NAME = _Field(158, 30)

_Y_ENGLISH_NAME = _Field(52, 70)
_Y_ENGLISH_NAME_END = _Field(220, 22)


def facts_of(block: bytes, today: date) -> IdCardFacts:
    """Read the text block of any of the four kinds.

    Raises ProtocolViolation for an unknown kind, a number that fails its check, a birth date after
    ``today``, a name or a date that is none.
    """
    if len(block) != TEXT_BYTES:
        raise ProtocolViolation(DEVICE, f"text block of {len(block)} bytes")
    kind = _kind(block)
    return IdCardFacts(
        kind=kind,
        id_number=_number(block, kind, today),
        name=_name(block, kind),
        valid_from=_day(_FROM.of(block)),
        valid_until=_end(_UNTIL.of(block)),
    )


def _kind(block: bytes) -> IdCardKind:
    flag = _KIND.of(block) or IdCardKind.RESIDENT.value
    try:
        return IdCardKind(flag)
    except ValueError:
        raise ProtocolViolation(DEVICE, "kind of card") from None


def _number(block: bytes, kind: IdCardKind, today: date) -> IdNumber:
    if kind is IdCardKind.FOREIGNER_2017:
        return IdNumber(_number_of_2017(_I_NUMBER.of(block)))
    number = _NUMBER.of(block)
    if not id_number_is_well_formed(number, today):
        raise ProtocolViolation(DEVICE, "number on a card")
    return IdNumber(number)


def _number_of_2017(number: str) -> str:
    # Three letters and twelve digits; what its last digit checks is not published.
    letters, digits = number[:3], number[3:]
    fits = len(number) == FOREIGNER_2017_CHARACTERS and number.isascii()
    if not (fits and letters.isalpha() and digits.isdigit()):
        raise ProtocolViolation(DEVICE, "number on a card")
    return number


def _name(block: bytes, kind: IdCardKind) -> PersonName:
    # A foreigner may have no Chinese name; the one that is there is the one she is known by.
    match kind:
        case IdCardKind.FOREIGNER_2017:
            name = _I_CHINESE_NAME.of(block) or _I_ENGLISH_NAME.of(block)
        case IdCardKind.FOREIGNER_2023:
            name = _NAME.of(block) or _english_name_of_2023(block)
        case _:
            name = _NAME.of(block)
    # Rare characters may sit in the private use area, so only control characters are refused.
    if not name or any(category(character) == "Cc" for character in name):
        raise ProtocolViolation(DEVICE, "name on a card")
    return PersonName(name)


def _english_name_of_2023(block: bytes) -> str:
    # 46 characters in two places: a space at the seam must stay.
    first = block[_Y_ENGLISH_NAME.offset : _Y_ENGLISH_NAME.offset + _Y_ENGLISH_NAME.length]
    last = block[_Y_ENGLISH_NAME_END.offset :][: _Y_ENGLISH_NAME_END.length]
    return _Field(0, len(first) + len(last)).of(first + last)


def _day(text: str) -> date | None:
    if not text:
        return None
    if not (len(text) == 8 and text.isascii() and text.isdigit()):
        raise ProtocolViolation(DEVICE, "date on a card")
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        raise ProtocolViolation(DEVICE, "date on a card") from None


def _end(text: str) -> date | None:
    if text == LONG_TERM:
        return None
    day = _day(text)
    if day is None:
        # Nothing would be taken for long-term: better not to read the card at all.
        raise ProtocolViolation(DEVICE, "no end of validity")
    return day
