"""What a citizen may type: each rule with a text that breaks it, and what is taken."""

import pytest

from kioskd.domain.profile import RULES, ProfileField
from kioskd.domain.typed_text import TextRule, characters, length, tidied

PHONE, ADDRESS = ProfileField.PHONE, ProfileField.ADDRESS
NAME, CONTACT_PHONE = ProfileField.CONTACT_NAME, ProfileField.CONTACT_PHONE


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (PHONE, "13800000001"),
        (PHONE, "02500000000"),
        (CONTACT_PHONE, "025-00000000"),
        (CONTACT_PHONE, "0551-0000000"),
        (ADDRESS, "示例市玄武区北京东路12号"),
        (ADDRESS, "示例路1-2#（东门）、A座/B单元"),
        (NAME, "李\U00020bb7"),
        (NAME, "阿依古丽·示例买买提江"),
        (NAME, "O'Example-Smith"),
        (NAME, "葛\U000e0100示例"),
    ],
)
def test_what_is_taken(field: ProfileField, text: str) -> None:
    """Mobiles, landlines with area code, Chinese beyond the BMP, chosen shapes, the middle dot."""
    assert RULES[field].broken_by(text) is None


@pytest.mark.parametrize(
    ("field", "text", "rule"),
    [
        (PHONE, "", TextRule.EMPTY),
        (PHONE, "   ", TextRule.EMPTY),
        (PHONE, "1380000000", TextRule.NOT_A_PHONE),
        (PHONE, "138000000012", TextRule.NOT_A_PHONE),
        (PHONE, "12800000001", TextRule.NOT_A_PHONE),
        (PHONE, "00000000", TextRule.NOT_A_PHONE),
        (PHONE, "１３８００００００００１", TextRule.CHARACTERS),
        (PHONE, "13800000001\n", TextRule.CHARACTERS),
        (ADDRESS, "示例路", TextRule.TOO_SHORT),
        (ADDRESS, "路" * 61, TextRule.TOO_LONG),
        (ADDRESS, "示例路1号\x00", TextRule.CHARACTERS),
        (ADDRESS, "示例路1号\u202e", TextRule.CHARACTERS),
        (ADDRESS, "示例路\t1号", TextRule.CHARACTERS),
        (ADDRESS, "示例路<1>号", TextRule.CHARACTERS),
        (ADDRESS, " 示例路1号", TextRule.NOT_TIDY),
        (ADDRESS, "Cafe\u0301路1号", TextRule.NOT_TIDY),
        (NAME, "李", TextRule.TOO_SHORT),
        (NAME, "李4", TextRule.CHARACTERS),
        (NAME, "李，四", TextRule.CHARACTERS),
        (NAME, "李\ufeff四", TextRule.CHARACTERS),
        (NAME, "李\ud800", TextRule.CHARACTERS),
        (NAME, "\U000e0100李四", TextRule.CHARACTERS),
    ],
)
def test_what_is_not_taken_is_named(field: ProfileField, text: str, rule: TextRule) -> None:
    """Controls, directions, half pairs and other scripts are refused by name."""
    assert RULES[field].broken_by(text) is rule


def test_a_text_is_tidied_to_one_form() -> None:
    """NFC, no spaces around or doubled; tidying twice changes nothing."""
    assert tidied("  Cafe\u0301   路 ") == "Caf\u00e9 路"
    assert tidied(tidied(" a  b ")) == "a b"


def test_characters_are_what_a_reader_sees() -> None:
    """A character beyond the BMP is one; a mark belongs to what it stands on."""
    assert characters("李\U00020bb7e\u0301") == ["李", "\U00020bb7", "e\u0301"]
    assert length("\U00020bb7") == 1 and length("") == 0
