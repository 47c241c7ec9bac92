"""What a citizen may type: length, script and form, checked on the kiosk and at the centre."""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum


class Script(Enum):
    """A kind of character that a field may take."""

    HAN = "han"
    """Chinese characters, those beyond the BMP too."""
    LATIN = "latin"
    DIGITS = "digits"
    NAME_MARKS = "name_marks"
    ADDRESS_MARKS = "address_marks"
    PUNCTUATION = "punctuation"


class Form(Enum):
    """What the whole text must look like."""

    FREE = "free"
    PHONE = "phone"
    """A mobile number of the mainland, or a landline with its area code."""


class TextRule(Enum):
    """What a text breaks; each has its sentence in ``kioskd/locale`` under ``text_rule``."""

    EMPTY = "empty"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    CHARACTERS = "characters"
    NOT_A_PHONE = "not_a_phone"
    NOT_TIDY = "not_tidy"
    """Not in the one form that Unicode texts are compared in, or with spaces around it."""


MARKS = {
    Script.NAME_MARKS: frozenset("· -'."),
    Script.ADDRESS_MARKS: frozenset(" -－—#＃/（）()、，,。.·:：&"),
    Script.PUNCTUATION: frozenset("，。、；：？！“”‘’（）《》—…·,.;:?!'\"()-/%+=@#&*~ "),
}
_PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}", re.ASCII)
_HAN = re.compile(
    "[\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af]"
    "[\ufe00-\ufe0f\U000e0100-\U000e01ef]?"  # which of a character's shapes is meant
)


@dataclass(frozen=True, slots=True)
class TextRules:
    """What one field takes; lengths in characters as a reader counts them."""

    shortest: int
    longest: int
    scripts: frozenset[Script]
    form: Form = Form.FREE

    def takes(self, text: str) -> bool:
        """Tell whether every character of ``text`` is of a script of this field."""
        return all(self._takes(one) for one in characters(text))

    def _takes(self, one: str) -> bool:
        if _HAN.fullmatch(one):
            return Script.HAN in self.scripts
        if one.isascii() and one.isalpha():
            return Script.LATIN in self.scripts
        if one.isascii() and one.isdigit():
            return Script.DIGITS in self.scripts
        return any(one in MARKS[script] for script in self.scripts if script in MARKS)

    def broken_by(self, text: str) -> TextRule | None:
        """Return the first rule that ``text`` breaks, or None."""
        if not text.strip():
            return TextRule.EMPTY
        if text != tidied(text):
            return TextRule.NOT_TIDY
        if not self.takes(text):
            return TextRule.CHARACTERS
        if self.form is Form.PHONE:
            return None if _PHONE.fullmatch(text) else TextRule.NOT_A_PHONE
        if length(text) < self.shortest:
            return TextRule.TOO_SHORT
        return TextRule.TOO_LONG if length(text) > self.longest else None


def tidied(text: str) -> str:
    """Return the text in Unicode's form NFC, without spaces around it or doubled."""
    return " ".join(word for word in unicodedata.normalize("NFC", text).split(" ") if word)


def characters(text: str) -> list[str]:
    """Cut a text into what a reader sees as one character: marks stay with what they are on."""
    found: list[str] = []
    for one in text:
        if found and _belongs_to_the_one_before(one):
            found[-1] += one
        else:
            found.append(one)
    return found


def _belongs_to_the_one_before(one: str) -> bool:
    return unicodedata.category(one) in ("Mn", "Me", "Mc") or one == "\u200d"


def length(text: str) -> int:
    """Return how many characters a reader counts."""
    return len(characters(text))
