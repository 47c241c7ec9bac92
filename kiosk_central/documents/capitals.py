"""Amounts in the capital characters of Chinese receipts, which nobody can add a stroke to."""

from kioskd.domain.money import FEN_PER_YUAN, Money

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_MYRIADS = ("", "万", "亿", "万亿")


def in_capitals(amount: Money) -> str:
    """Write an amount that is not negative: ``贰仟捌佰元整``, ``壹拾元零伍分``.

    After the rules of the People's Bank for bills (支付结算办法, annex 1): 整 where no fen follow,
    one 零 for any run of zeros inside.
    """
    assert amount.fen >= 0, "money that was paid"
    yuan, fen = divmod(amount.fen, FEN_PER_YUAN)
    jiao, left = divmod(fen, 10)
    text = _whole(yuan) + "元" if yuan else ""
    if not fen:
        return (text or "零元") + "整"
    if jiao:
        text += _DIGITS[jiao] + "角"
    elif yuan:
        text += "零"
    return text + (_DIGITS[left] + "分" if left else "整")


def _whole(yuan: int) -> str:
    """Write whole yuan, group by group of four digits."""
    groups: list[int] = []
    while yuan:
        yuan, group = divmod(yuan, 10_000)
        groups.append(group)
    text, gap = "", False
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            gap = bool(text)
            continue
        if text and (gap or group < 1000):
            text += "零"
        text, gap = text + _group(group) + _MYRIADS[place], False
    return text


def _group(group: int) -> str:
    """Write a group of at most four digits that is not zero."""
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if digit:
            text += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = bool(text) and not digit
    return text
