"""Who stands before the kiosk, and how that was shown."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from kioskd.domain.secret import CardCode, CardNumber, IdNumber, PersonName

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"


def id_number_is_well_formed(text: str, today: date) -> bool:
    """Tell whether ``text`` is an 18-character number of GB 11643: digits, a real date, MOD 11-2.

    No table of counties: permits of Hong Kong, Macao, Taiwan (81, 82, 83) and foreigners (9...)
    follow the same rule. A birth date after ``today`` is refused.
    """
    body, check = text[:17], text[17:]
    if len(text) != 18 or not (body.isascii() and body.isdigit()) or check not in "0123456789X":
        return False
    try:
        born = date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return born <= today and id_check_character(body) == check


def id_check_character(body: str) -> str:
    """Return the check character for the first 17 digits (GB 11643, ISO 7064 MOD 11-2)."""
    weighted = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, body, strict=True))
    return CHECK_CHARACTERS[weighted % 11]


class Assurance(Enum):
    """How sure the centre is of who this is; a service asks for one or the other."""

    ID_CARD = "id_card"
    """Plain data from a reader that no server can verify."""
    SOCIAL_CARD = "social_card"
    """The card's key answered the server's challenge and the holder's PIN opened the card."""

    def suffices_for(self, wanted: "Assurance") -> bool:
        """Tell whether a login of this assurance may use a service that wants ``wanted``."""
        return self is Assurance.SOCIAL_CARD or wanted is Assurance.ID_CARD


@dataclass(frozen=True, slots=True)
class SocialCardFacts:
    """What a social security card tells without a key (EF05, EF06 and the ATR)."""

    code: CardCode
    """卡的识别码, 32 hex digits."""
    number: CardNumber
    """卡号, 9 characters."""
    version: str
    issued: date | None
    expires: date | None
    atr_history: bytes
    """The 13 historical bytes of the ATR: the server's key-diversification input."""
    id_number: IdNumber
    name: PersonName

    def is_expired(self, today: date) -> bool:
        """Tell whether the card's last day is over; a card without one does not expire."""
        return self.expires is not None and self.expires < today


class IdCardKind(Enum):
    """Which of the four layouts the resident ID reader found (flag at offset 248)."""

    RESIDENT = " "
    RESIDENCE_PERMIT = "J"
    """Hong Kong, Macao and Taiwan residents."""
    FOREIGNER_2017 = "I"
    FOREIGNER_2023 = "Y"


@dataclass(frozen=True, slots=True)
class IdCardFacts:
    """What the resident ID reader reports; the photo is dropped unread."""

    kind: IdCardKind
    id_number: IdNumber
    name: PersonName
    valid_from: date | None
    valid_until: date | None
    """None means long-term (长期)."""

    def is_expired(self, today: date) -> bool:
        """Tell whether the card's last day is over."""
        return self.valid_until is not None and self.valid_until < today


@dataclass(frozen=True, slots=True)
class Person:
    """The logged-in person as the centre knows her; lives in the memory of one visit."""

    name: PersonName
    id_number: IdNumber
    city: str
    flexible_employment: bool
    assurance: Assurance
