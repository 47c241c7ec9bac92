"""A text of the screen as a voice should say it: amounts in words, long numbers digit by digit.

A speech program reads "1,400.00" as four numbers and "12333" as twelve thousand. Each rule is a
pattern and what is said for it; the first that fits a place takes it.
"""

import re
from collections.abc import Callable

from kioskd.speech.numerals import LARGEST, ONE_BY_ONE, YUAN, chinese, english

ONE_BY_ONE_FROM = 5
"""So many digits are a telephone or reference number and no quantity."""
ENGLISH_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
AMOUNT = (
    r"(?P<sign>-?)(?:¥|CNY )?(?P<yuan>\d{1,3}(?:,\d{3})+|\d+)\.(?P<fen>\d\d)(?!\d)"
    r"(?: ?元| yuan)?"
)
PERCENT = r"(?P<percent>\d+(?:\.\d+)?) ?[%％]"
DAY = r"(?P<year>\d{4})-(?P<month>\d\d)(?:-(?P<day>\d\d))?(?![\d-])"
YEAR = r"(?P<only_year>\d{4})(?= ?年)"
TIME = r"(?<!\d)(?P<hour>\d{1,2}):(?P<minute>\d\d)(?!\d)"
TAIL = r"[\dA-Z]*[*＊●]+(?P<tail>[\dA-Z]+)"
CODE = (
    r"(?P<code>(?=[A-Z-]*\d)[A-Z\d]+(?:-[A-Z\d]+)+|[A-Z]+\d[A-Z\d]*"
    rf"|\d{{{ONE_BY_ONE_FROM},}}[A-Z]?)"
)
PART = r"(?P<part>\d+) ?/ ?(?P<whole>\d+)"
GROUPED = r"(?P<grouped>\d{1,3}(?:,\d{3})+)"
NUMBER = r"(?P<number>\d+)"
RULES = re.compile("|".join((PERCENT, AMOUNT, DAY, YEAR, TIME, TAIL, CODE, PART, GROUPED, NUMBER)))
SIGNS = {
    "zh_CN": {
        "+": "加",
        "/月": "每月",
        "/": "，",
        "·": "，",
        "→": "到",
        "–": "到",
        "~": "到",
        "%": "",
    },
    "en": {"+": " plus ", "/month": " a month", "/": ", ", "·": ", ", "→": " to ", "–": " to "},
}
COUNTED = re.compile("(?<=[零一二三四五六七八九十百千万]) (?=[个位页年月日项次笔张步])")
"""The space that a screen sets between a number and its measure word."""
SILENT = re.compile(r"[()（）《》「」“”\"●○*＊✓✗|]+")


def spoken(text: str, language: str) -> str:
    """Return what to say for ``text`` in ``zh_CN`` or ``en``; empty where there is nothing."""
    say = _chinese if language == "zh_CN" else _english
    said = RULES.sub(lambda found: say(_parts(found)), text)
    for sign, words in SIGNS[language].items():
        said = said.replace(sign, words)
    said = SILENT.sub(" ", said).replace("\n", "。" if language == "zh_CN" else ". ")
    if language == "zh_CN":
        said = COUNTED.sub("", said)
    return re.sub(r"\s+", " ", said).strip()


def _parts(found: re.Match[str]) -> dict[str, str]:
    return {name: part for name, part in found.groupdict().items() if part is not None}


def _fen(parts: dict[str, str]) -> int:
    fen = int(parts["yuan"].replace(",", "")) * 100 + int(parts["fen"])
    return -fen if parts["sign"] else fen


def _whole(digits: str, say: Callable[[int], str]) -> str:
    number = int(digits.replace(",", ""))
    return say(number) if number <= LARGEST else " ".join(digits)


def _chinese(parts: dict[str, str]) -> str:
    match parts:
        case {"percent": percent}:
            whole, _, rest = percent.partition(".")
            tail = f"点{''.join(chinese(int(digit)) for digit in rest)}" if rest.strip("0") else ""
            return f"百分之{_whole(whole, chinese)}{tail}"
        case {"yuan": _}:
            return YUAN["zh_CN"](_fen(parts))
        case {"year": year, "month": month}:
            day = f"{chinese(int(parts['day']))}日" if "day" in parts else ""
            return f"{_digits(year)}年{chinese(int(month))}月{day}"
        case {"only_year": year}:
            return _digits(year)
        case {"hour": hour, "minute": minute}:
            return f"{chinese(int(hour))}点{chinese(int(minute))}分"
        case {"tail": tail}:
            return f"尾号 {_one_by_one(tail)}"
        case {"code": code}:
            return _one_by_one(code)
        case {"part": part, "whole": whole}:
            return f"{_whole(part, chinese)}，共{_whole(whole, chinese)}"
    return _whole(parts.get("grouped") or parts["number"], chinese)


def _english(parts: dict[str, str]) -> str:
    match parts:
        case {"percent": percent}:
            return f"{percent.removesuffix('.0')} percent"
        case {"yuan": _}:
            return YUAN["en"](_fen(parts))
        case {"year": year, "month": month}:
            name = (
                ENGLISH_MONTHS[int(month) - 1] if 1 <= int(month) <= len(ENGLISH_MONTHS) else month
            )
            day = f"{int(parts['day'])} " if "day" in parts else ""
            return f"{day}{name} {year}"
        case {"only_year": year}:
            return year
        case {"hour": hour, "minute": minute}:
            return f"{int(hour)} {minute}"
        case {"tail": tail}:
            return f"ending in {' '.join(tail)}"
        case {"code": code}:
            return " ".join(code.replace("-", ""))
        case {"part": part, "whole": whole}:
            return f"{part} of {whole}"
        case {"number": number} if len(number) < ONE_BY_ONE_FROM:
            return number
    return _whole(parts.get("grouped") or parts["number"], english)


def _english_month(month: str) -> str:
    number = int(month)
    return ENGLISH_MONTHS[number - 1] if 1 <= number <= len(ENGLISH_MONTHS) else month


def _digits(year: str) -> str:
    """A year is said digit by digit, its 1 as yi."""
    return "".join(chinese(int(digit)) for digit in year)


def _one_by_one(code: str) -> str:
    return " ".join(code.replace("-", "").translate(ONE_BY_ONE))
