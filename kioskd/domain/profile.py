"""What the centre keeps of a person to reach her by, and what a change of it must look like."""

from dataclasses import dataclass
from enum import Enum

from kioskd.domain.secret import PersonName, PhoneNumber, PostalAddress, Secret
from kioskd.domain.text import Text
from kioskd.domain.typed_text import Form, Script, TextRules


class ProfileField(Enum):
    """One thing that can be changed."""

    PHONE = "phone"
    ADDRESS = "address"
    CONTACT_NAME = "contact_name"
    CONTACT_PHONE = "contact_phone"


class ChangeState(Enum):
    """What became of a change."""

    UPDATED = "updated"
    PENDING = "pending"
    """A person at the centre looks at it first."""
    REFUSED = "refused"
    """A person at the centre has refused it."""


_PHONE = TextRules(11, 13, frozenset({Script.DIGITS, Script.ADDRESS_MARKS}), Form.PHONE)
_ADDRESS = TextRules(
    4, 60, frozenset({Script.HAN, Script.LATIN, Script.DIGITS, Script.ADDRESS_MARKS})
)
_NAME = TextRules(2, 30, frozenset({Script.HAN, Script.LATIN, Script.NAME_MARKS}))
RULES: dict[ProfileField, TextRules] = {
    ProfileField.PHONE: _PHONE,
    ProfileField.ADDRESS: _ADDRESS,
    ProfileField.CONTACT_NAME: _NAME,
    ProfileField.CONTACT_PHONE: _PHONE,
}


@dataclass(frozen=True, slots=True)
class Profile:
    """What is on file; an empty text where there is nothing."""

    phone: PhoneNumber
    address: PostalAddress
    contact_name: PersonName
    contact_phone: PhoneNumber
    pending: tuple[ProfileField, ...] = ()
    """Changes of these are being looked at by a person."""
    refused: tuple[ProfileField, ...] = ()
    """The latest change of these was refused by a person; what was there before has stayed."""

    def of(self, field: ProfileField) -> Secret:
        """Return what is on file for ``field``."""
        value: Secret = getattr(self, field.value)
        return value


class TypedText(Secret):
    """What a citizen has typed; nothing of it is shown by mistake."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field: what was on file when she was shown it, and what it shall be."""

    field: ProfileField
    before: TypedText
    after: TypedText


NO_CONSENT = Text("", "")


@dataclass(frozen=True, slots=True)
class ProfileRules:
    """How a region handles changes of personal information."""

    reviewed: tuple[ProfileField, ...] = ()
    """Changes of these are looked at by a person before they count."""
    review_days: int = 3
    """Working days this takes at most."""
    consent: Text = NO_CONSENT
    """What the information is used for; she agrees to exactly this."""
