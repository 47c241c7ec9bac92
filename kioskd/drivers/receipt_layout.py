"""A receipt's lines as text that fits the paper and the print head.

Widths are in columns: a half-width character is one, a Chinese one two, which is also the number
of its bytes in GB18030. Most cheap print heads hold no character of four bytes, and none may be
sent a control byte from a text: both are printed as □, so that a reader sees that something is
missing instead of reading something wrong.
"""

import re

from kioskd.domain.document import LineStyle, ReceiptLine

MISSING = "□"
_PIECES = re.compile("[!-~]+ *| +|[^ -~]")
"""A Latin word with the spaces behind it, spaces, or one other character."""
_CLOSEST = {"¥": "￥", "\u00a0": " ", "–": "－"}


def printable(text: str) -> str:
    """Return ``text`` in characters that every Chinese print head has; the rest is □."""
    return "".join(map(_printable, text))


def _printable(character: str) -> str:
    character = _CLOSEST.get(character, character)
    if ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0:
        return MISSING
    return character if len(_encoded(character)) <= 2 else MISSING


def _encoded(character: str) -> bytes:
    # A lone surrogate has no encoding: four bytes stand for "not printable".
    return character.encode("gb18030") if not "\ud800" <= character <= "\udfff" else bytes(4)


def encoded(text: str) -> bytes:
    """Return printable text as the print head takes it in Chinese mode."""
    return text.encode("gb18030")


def width(text: str) -> int:
    """Return the columns that printable text takes."""
    return len(encoded(text))


def set_line(line: ReceiptLine, columns: int) -> list[str]:
    """Return the rows of one line on paper of ``columns``; what is too long goes on below.

    Centring is left to the printer. A right part that has no room beside the left one stands
    right-aligned below it.
    """
    if line.style is LineStyle.RULE:
        return ["-" * columns]
    if line.style is LineStyle.HEADING:
        columns //= times_wide(line, columns)
    left, right = printable(line.left), printable(line.right)
    if not right:
        return wrapped(left, columns)
    room = columns - width(left) - width(right)
    if left and room < 1:
        return wrapped(left, columns) + set_line(ReceiptLine("", line.right), columns)
    if room < 0:
        return wrapped(right, columns)
    return [left + " " * room + right]


def times_wide(line: ReceiptLine, columns: int) -> int:
    """Return 2 for a heading that has room at double width, else 1."""
    has_room = 2 * width(printable(line.left)) <= columns
    return 2 if line.style is LineStyle.HEADING and has_room else 1


def wrapped(text: str, columns: int) -> list[str]:
    """Cut printable text into rows of at most ``columns``; an empty text is one empty row.

    Latin words stay whole unless one alone is too long; Chinese may break anywhere.
    """
    rows = [""]
    for piece in _PIECES.findall(text):
        whole = width(piece.rstrip()) <= columns
        for part in (piece,) if whole else piece:
            if width(rows[-1]) + width(part.rstrip()) > columns:
                rows.append("")
            rows[-1] += part
    return [row.rstrip() for row in rows]
