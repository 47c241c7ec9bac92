"""The part of the contract about personal information: what is on file, and changes of it.

A change is a PUT under a reference the kiosk made: repeating it gives the stored answer. It carries
what she was shown as on file, so that nobody agrees to something else than she has seen. Texts are
checked by ``kioskd.domain.profile.RULES`` on both sides; what the centre does not take it answers
with TEXT_NOT_ACCEPTED and ``field:rule`` as the detail.
"""

from dataclasses import dataclass

from kioskd.domain.profile import ChangeState, FieldChange, ProfileField
from kioskd.domain.typed_text import TextRule

PROFILE_PATH = "/v1/me/profile"
"""GET a ``kioskd.domain.profile.Profile``."""
PROFILE_CHANGE_PATH = "/v1/me/profile/changes/{ref}"
"""PUT a ProfileChange, answered with ProfileChanged."""
CHANGES_MAX = len(ProfileField)
AGREED_MAX = 500


@dataclass(frozen=True, slots=True)
class ProfileChange:
    """What she wants changed, and the sentence she has agreed to."""

    changes: tuple[FieldChange, ...]
    agreed: str


@dataclass(frozen=True, slots=True)
class ChangedField:
    """What became of one field."""

    field: ProfileField
    state: ChangeState


@dataclass(frozen=True, slots=True)
class ProfileChanged:
    """The answer: under which reference, when, and what became of each field."""

    ref: str
    at: str
    """RFC 3339, UTC."""
    fields: tuple[ChangedField, ...]


def refusal_detail(field: ProfileField, rule: TextRule) -> str:
    """Return the detail of TEXT_NOT_ACCEPTED."""
    return f"{field.value}:{rule.value}"


def refusal_of(detail: str) -> tuple[ProfileField, TextRule] | None:
    """Return field and rule of a detail; None if it names none that this side knows."""
    field, _, rule = detail.partition(":")
    try:
        return ProfileField(field), TextRule(rule)
    except ValueError:
        return None
