"""The keys of the soft keyboard, page by page, as data. What a field does not take has no key."""

from dataclasses import dataclass
from enum import Enum

from kioskd.domain.typed_text import Form, Script, TextRules

DIGITS = "1234567890"
LETTER_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
ADDRESS_WORDS = (("号", "楼"), ("栋", "幢"), ("单元", "室"), ("层", "#"))
"""Beside the digits, for what comes after a number in an address."""
SYMBOL_ROWS = (
    ("号", "楼", "单元", "室", "栋", "幢", "层", "座", "巷", "弄"),
    ("路", "街", "村", "组", "队", "门", "院", "区", "附", "旁"),
    ("，", "。", "、", "：", "·", "（", "）", "#", "-", "/"),
)
MORE_SYMBOL_ROWS = (
    ("？", "！", "；", "“", "”", "‘", "’", "《", "》", "…"),
    ("(", ")", ",", ".", ":", ";", "?", "!", "'", '"'),
    ("—", "@", "&", "+", "*", "=", "%", "~"),
)


class Page(Enum):
    """Which keys are up."""

    PINYIN = "pinyin"
    LATIN = "latin"
    NUMBERS = "numbers"
    SYMBOLS = "symbols"
    MORE_SYMBOLS = "more_symbols"
    PHONE = "phone"


class KeyKind(Enum):
    """What a key is, for its look."""

    CHARACTER = "character"
    SPECIAL = "special"
    DONE = "done"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class Key:
    """One key; without an id it is a gap. Only characters carry their own label."""

    id: str
    label: str = ""
    weight: float = 1.0
    kind: KeyKind = KeyKind.CHARACTER


def character(text: str, label: str = "") -> Key:
    """Return the key that types ``text``."""
    return Key(f"key-{text}", label or text)


def special(id: str, weight: float = 1.35) -> Key:
    """Return a key that does something."""
    return Key(id, "", weight, KeyKind.SPECIAL)


DIGIT_PAD = (
    *([character(digit) for digit in row] for row in ("123", "456", "789")),
    [character("-"), character("0"), special("delete", 1)],
)
BACK = Key("back", "", 1.5, KeyKind.BACK)
DONE = Key("done", "", 2.2, KeyKind.DONE)


def first_page(rules: TextRules) -> Page:
    """Return the page a field opens with."""
    if rules.form is Form.PHONE:
        return Page.PHONE
    return Page.PINYIN if Script.HAN in rules.scripts else Page.LATIN


def rows_of(page: Page, rules: TextRules, upper: bool, with_digits: bool) -> list[list[Key]]:
    """Return the rows of keys, from the top; ``with_digits``: there is room for their own row."""
    if page is Page.PHONE:
        return [*DIGIT_PAD, _last(page, rules)]
    if page is Page.NUMBERS:
        return [*_numbers(rules), _last(page, rules)]
    if page in (Page.SYMBOLS, Page.MORE_SYMBOLS):
        table = SYMBOL_ROWS if page is Page.SYMBOLS else MORE_SYMBOL_ROWS
        rows = [[character(text) for text in row if rules.takes(text)] for row in table]
        turn = special("page-more_symbols" if page is Page.SYMBOLS else "page-symbols", 2)
        turns = [turn] if has_page(Page.MORE_SYMBOLS, rules) else []
        fourth = [*turns, Key("", "", 8 - 2 * len(turns)), special("delete", 2)]
        return [*(row for row in rows if row), fourth, _last(page, rules)]
    return _letters(page, rules, upper, with_digits)


def has_page(page: Page, rules: TextRules) -> bool:
    """Tell whether a page has anything that the field takes."""
    if page is Page.NUMBERS:
        return Script.DIGITS in rules.scripts
    if page in (Page.SYMBOLS, Page.MORE_SYMBOLS):
        table = SYMBOL_ROWS if page is Page.SYMBOLS else MORE_SYMBOL_ROWS
        marks = (text for row in table for text in row if not text.isalpha())
        return sum(map(rules.takes, marks)) > FEW_MARKS
    wanted = Script.HAN if page is Page.PINYIN else Script.LATIN
    return wanted in rules.scripts


FEW_MARKS = 4
"""So few marks are on the page of letters instead of having one of their own."""


def few_marks(rules: TextRules) -> list[Key]:
    """Return the keys of the marks that stand on the page of letters: of a name the dot."""
    if has_page(Page.SYMBOLS, rules) or not rules.takes("·"):
        return []
    return [Key("key-·", "·", 1.0), Key("key--", "-", 1.0)]


def _numbers(rules: TextRules) -> list[list[Key]]:
    return [
        [*row, *(character(text) for text in words if rules.takes(text))]
        for row, words in zip(DIGIT_PAD, ADDRESS_WORDS, strict=True)
    ]


def _letters(page: Page, rules: TextRules, upper: bool, with_digits: bool) -> list[list[Key]]:
    first, second, third = (
        [character(letter.upper() if upper else letter) for letter in row] for row in LETTER_ROWS
    )
    digits = [[character(digit) for digit in DIGITS]] if with_digits else []
    if page is Page.LATIN:
        second = [special("shift", 1.3), *second]
    both = has_page(Page.LATIN, rules) and has_page(Page.PINYIN, rules)
    other = Page.LATIN if page is Page.PINYIN else Page.PINYIN
    switch = [special(f"page-{other.value}", 1.5)] if both else []
    return [*digits, first, second, [*switch, *third, special("delete", 1.5)], _last(page, rules)]


def _last(page: Page, rules: TextRules) -> list[Key]:
    """Return the lowest row: back at the left, done at the right, pages and space between."""
    if page is Page.PHONE:
        return [BACK, special("clear"), DONE]
    letters = first_page(rules)
    pages = (
        [special(f"page-{letters.value}")] if page not in (Page.PINYIN, Page.LATIN) else []
    ) + [
        special(f"page-{other.value}")
        for other in (Page.NUMBERS, Page.SYMBOLS)
        if other is not page and has_page(other, rules)
    ]
    space = Key("space", "", 2.6, KeyKind.SPECIAL)
    return [BACK, *pages[:2], *few_marks(rules), space, special("clear"), DONE]
