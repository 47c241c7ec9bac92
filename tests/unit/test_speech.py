"""What is said for a text of the screen: figures in words, long numbers digit by digit."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kioskd.domain.money import Money
from kioskd.speech import spoken
from kioskd.speech.numerals import DIGITS, chinese, chinese_yuan, english, english_yuan

MOST_FEN = 99_999_999_99
UNITS = {"十": 10, "百": 100, "千": 1000}


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "零"),
        (10, "十"),
        (12, "十二"),
        (110, "一百一十"),
        (105, "一百零五"),
        (1400, "一千四百"),
        (1005, "一千零五"),
        (20_005, "二万零五"),
        (21_000, "二万一千"),
        (100_500, "十万零五百"),
        (1_000_001, "一百万零一"),
        (300_000_000, "三亿"),
        (300_001_000, "三亿零一千"),
    ],
)
def test_chinese_numerals(number: int, said: str) -> None:
    """Noughts are said once inside and never at the end; 12 is shi er."""
    assert chinese(number) == said


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "zero"),
        (21, "twenty-one"),
        (100, "one hundred"),
        (105, "one hundred and five"),
        (1400, "one thousand four hundred"),
        (1005, "one thousand and five"),
        (1_000_001, "one million and one"),
    ],
)
def test_english_numerals(number: int, said: str) -> None:
    """As they are said in English."""
    assert english(number) == said


def heard_chinese(said: str) -> int:
    """Return the number somebody hears; written apart from what says it."""
    total, group, digit = 0, 0, 0
    for sign in said.replace("两", "二").replace("零", ""):
        if sign in DIGITS:
            digit = DIGITS.index(sign)
        elif sign in UNITS:
            group, digit = group + (digit or 1) * UNITS[sign], 0
        elif sign == "万":
            total, group, digit = total + (group + digit) * 10_000, 0, 0
        else:
            total, group, digit = (total + group + digit) * 100_000_000, 0, 0
    return total + group + digit


def heard_fen(said: str) -> int:
    """Return the fen somebody hears in Chinese."""
    found = re.fullmatch(r"(?:(.+)元)?(?:(.)角)?零?(?:(.)分)?", said)
    assert found is not None, said
    yuan, jiao, fen = (heard_chinese(part) if part else 0 for part in found.groups())
    return yuan * 100 + jiao * 10 + fen


@given(st.integers(0, MOST_FEN))
def test_an_amount_is_heard_to_the_fen(fen: int) -> None:
    """Whoever hears the words in Chinese knows exactly the amount, whatever it is."""
    assert heard_fen(chinese_yuan(fen)) == fen
    assert spoken(f"{Money(fen)} 元", "zh_CN") == chinese_yuan(fen)
    assert spoken(f"CNY {Money(fen)}", "en") == english_yuan(fen)


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("1,400.00 元", "一千四百元", "one thousand four hundred yuan"),
        ("0.05", "五分", "five fen"),
        ("2,000.30", "两千元三角", "two thousand yuan and thirty fen"),
        ("-12.00", "负十二元", "minus twelve yuan"),
        ("100%", "百分之一百", "100 percent"),
        ("8.50%", "百分之八点五零", "8.50 percent"),
        ("2026-11-26", "二零二六年十一月二十六日", "26 November 2026"),
        ("2026-11", "二零二六年十一月", "November 2026"),
        ("12333", "幺 二 三 三 三", "1 2 3 3 3"),
        ("K0123-20261126-0001", "K 零 幺 二 三 二 零 二 六 幺 幺 二 六 零 零 零 幺",
         "K 0 1 2 3 2 0 2 6 1 1 2 6 0 0 0 1"),
        ("000000********0017", "尾号 零 零 幺 七", "ending in 0 0 1 7"),
        ("2 / 3", "二，共三", "2 of 3"),
        ("10:24", "十点二十四分", "10 24"),
        ("（必填）", "必填", "必填"),
    ],
)  # fmt: skip
def test_what_is_said(text: str, zh: str, en: str) -> None:
    """Vectors of what stands on the screens, in both languages."""
    assert spoken(text, "zh_CN") == zh
    assert spoken(text, "en") == en


@given(st.text(alphabet="0123456789,.%-/年月日元 ABK*()·", max_size=30))
def test_nothing_is_left_as_figures_in_chinese(text: str) -> None:
    """No figure and no silent sign reaches the Chinese voice, whatever the text."""
    assert not re.search(r"[0-9%*()·]", spoken(text, "zh_CN"))


def test_a_year_is_said_digit_by_digit() -> None:
    """2026年 is er ling er liu nian, not two thousand and twenty-six years."""
    assert spoken("2026年11月", "zh_CN") == "二零二六年十一月"
