"""Whole numbers and amounts of money in ordinary words, Chinese and English."""

from collections.abc import Callable

FEN_PER_YUAN = 100
DIGITS = "零一二三四五六七八九"
ONE_BY_ONE = str.maketrans("0123456789", "零幺二三四五六七八九")
"""Digits of a telephone or reference number: 1 is said yao, so that nobody hears a 7."""
PLACES = ("", "十", "百", "千")
GROUPS = ("", "万", "亿", "万亿")
GROUP = 10_000
ENGLISH = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SCALES = ((10**9, "billion"), (10**6, "million"), (10**3, "thousand"))
LARGEST = 10**16 - 1


def chinese(number: int) -> str:
    """Return ``number`` (0 to LARGEST) as it is said: 1,400 is 一千四百, 12 is 十二."""
    assert 0 <= number <= LARGEST
    if number == 0:
        return DIGITS[0]
    groups = []
    while number:
        number, group = divmod(number, GROUP)
        groups.append(group)
    said = ""
    for index in range(len(groups) - 1, -1, -1):
        group = groups[index]
        if not group:
            continue
        gap = said and (group < GROUP // 10 or not groups[index + 1])
        said += ("零" if gap else "") + _group(group) + GROUPS[index]
    return said.removeprefix("一") if said.startswith("一十") else said


def _group(group: int) -> str:
    """Say 1 to 9,999; a row of noughts inside is said once, at the end not at all."""
    said, gap = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if not digit:
            gap = bool(said)
            continue
        said += ("零" if gap else "") + DIGITS[digit] + PLACES[place]
        gap = False
    return said


def english(number: int) -> str:
    """Return ``number`` (0 to LARGEST) as it is said: 1400 is "one thousand four hundred"."""
    assert 0 <= number <= LARGEST
    for scale, name in SCALES:
        if number >= scale:
            many, rest = divmod(number, scale)
            head = f"{english(many)} {name}"
            joint = " and " if rest < 100 else " "
            return f"{head}{joint}{english(rest)}" if rest else head
    return _below_thousand(number)


def _below_thousand(number: int) -> str:
    if number >= 100:
        hundreds, rest = divmod(number, 100)
        head = f"{ENGLISH[hundreds]} hundred"
        return f"{head} and {_below_thousand(rest)}" if rest else head
    if number < len(ENGLISH):
        return ENGLISH[number]
    tens, one = divmod(number, 10)
    return f"{TENS[tens]}-{ENGLISH[one]}" if one else TENS[tens]


def chinese_yuan(fen: int) -> str:
    """Say an amount to the fen: 一千四百元, 一千四百元零三分, 五角."""
    yuan, rest = divmod(abs(fen), FEN_PER_YUAN)
    jiao, last = divmod(rest, 10)
    said = f"{_counted(yuan)}元" if yuan or not rest else ""
    if jiao:
        said += f"{_counted(jiao)}角"
    elif last and said:
        said += "零"
    if last:
        said += f"{_counted(last)}分"
    return f"负{said}" if fen < 0 else said


def _counted(number: int) -> str:
    """2 before a measure word is 两; so are 2 thousand and 2 ten thousand at the head."""
    said = chinese(number)
    if said == "二":
        return "两"
    return f"两{said[1:]}" if said[:2] in ("二千", "二万", "二亿") else said


def english_yuan(fen: int) -> str:
    """Say an amount to the fen: "one thousand four hundred yuan and fifty fen"."""
    yuan, rest = divmod(abs(fen), FEN_PER_YUAN)
    parts = [f"{english(yuan)} yuan"] if yuan or not rest else []
    if rest:
        parts.append(f"{english(rest)} fen")
    said = " and ".join(parts)
    return f"minus {said}" if fen < 0 else said


YUAN: dict[str, Callable[[int], str]] = {"zh_CN": chinese_yuan, "en": english_yuan}
