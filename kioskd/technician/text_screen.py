"""The notice in plain letters for a text console: what is left where no picture can be drawn.

A Linux console has no Chinese letters, so it is in English. The QR code is drawn with background
colours, two cells a square, which any console has; beside it, so that both fit.
"""

import textwrap
from collections.abc import Iterable

from kioskd.domain.notice import Notice, WhichKiosk, qr_text, short_qr_text
from kioskd.screens.qr_code import Squares, squares_of

QUIET_ZONE = 2
"""Half of what the standard asks for: a telephone reads it, and 25 lines have room for it."""
TEXT_COLUMNS_MIN = 28
GAP = 2
CLEAR, HIDE_CURSOR, PLAIN = "\x1b[0m\x1b[2J\x1b[H", "\x1b[?25l", "\x1b[0m"
LIGHT, DARK = "\x1b[47m", "\x1b[40m"
PLAIN_LETTERS = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "…": "..."})


def text_screen(
    notice: Notice, which: WhichKiosk, columns: int, rows: int, screen_trouble: str = ""
) -> str:
    """Return what draws the notice on a console of that many cells, from a cleared screen on.

    ``screen_trouble`` is why there is no picture, where that is known.
    """
    code = _code_that_fits(notice, which, columns, rows)
    width = columns - (2 * len(code) + GAP if code else 0)
    lines = list(_lines(notice, which, screen_trouble, width))[:rows]
    drawn = [f"\x1b[{row};1H{line}" for row, line in enumerate(lines, start=1)]
    drawn += [
        f"\x1b[{row};{width + GAP + 1}H{_cells(squares)}{PLAIN}"
        for row, squares in enumerate(code, start=1)
    ]
    return "".join((CLEAR, HIDE_CURSOR, *drawn))


def _code_that_fits(notice: Notice, which: WhichKiosk, columns: int, rows: int) -> Squares:
    """Return the code that tells most and leaves room for text; none on a tiny console."""
    for text in (qr_text(notice, which), short_qr_text(notice, which)):
        code = squares_of(text, QUIET_ZONE)
        if len(code) <= rows and 2 * len(code) + GAP + TEXT_COLUMNS_MIN <= columns:
            return code
    return ()


def _lines(notice: Notice, which: WhichKiosk, screen_trouble: str, width: int) -> Iterable[str]:
    yield from _wrapped(f"OUT OF SERVICE   {notice.code}", width)
    yield ""
    yield from _wrapped(notice.title.en, width)
    for reason in notice.reason.en.splitlines():
        yield from _wrapped(reason, width)
    if screen_trouble:
        yield from _wrapped(f"No picture: {screen_trouble}", width)
    yield ""
    yield from _wrapped(f"What to do: {notice.next_step.en}", width)
    yield ""
    facts = (
        ("Kiosk", which.kiosk),
        ("Serial", which.serial),
        ("Address", which.address),
        ("Software", which.software),
    )
    for name, value in facts:
        yield from _wrapped(f"{name}: {value or 'not known'}", width)


def _wrapped(text: str, width: int) -> list[str]:
    plain = text.translate(PLAIN_LETTERS).encode("ascii", "replace").decode("ascii")
    printable = "".join(letter if letter.isprintable() else "?" for letter in plain)
    return textwrap.wrap(printable, width)


def _cells(squares: Iterable[bool]) -> str:
    return "".join(f"{DARK if dark else LIGHT}  " for dark in squares)
