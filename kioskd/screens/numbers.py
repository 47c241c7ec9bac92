"""What to press on a pad of twelve keys, instead of touching: a number at every button.

The pad has the digits, ``#`` and ``*``. ``#`` presses the main action, ``*`` the one that leads
back. All others have numbers in reading order: 1 to 9, or two digits where there are more. Digits
that a screen takes as digits (a PIN) press themselves. The frame's buttons are 01, 02...; 00
reads again.
"""

from collections.abc import Iterable, Sequence

from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.layout import Rect
from kioskd.screens.theme import Type

MAIN_KEY, BACK_KEY, FRAME_KEY, AGAIN = "#", "*", "0", "00"
MOST_OF_ONE_DIGIT = 9
RING = 5


def in_reading_order(buttons: dict[str, Rect], columns: Sequence[Rect] = ()) -> list[str]:
    """Return the buttons line by line, each line from the left.

    Columns are read one after the other, each to its end, from where the first of them begins.
    """
    inside = [
        button
        for column in columns
        for button in _by_lines({b: r for b, r in buttons.items() if column.contains(*r.centre)})
    ]
    lines = _by_lines(buttons)
    first = next((at for at, button in enumerate(lines) if button in inside), len(lines))
    return lines[:first] + inside + [b for b in lines[first:] if b not in inside]


def _by_lines(buttons: dict[str, Rect]) -> list[str]:
    """What reaches into the upper half of a line's first button belongs to that line."""
    rest = sorted(buttons, key=lambda button: (buttons[button].y, buttons[button].x))
    ordered: list[str] = []
    while rest:
        first = buttons[rest[0]]
        line = [button for button in rest if buttons[button].y < first.y + first.h // 2]
        ordered += sorted(line, key=lambda button: buttons[button].x)
        rest = [button for button in rest if button not in line]
    return ordered


def number_of(index: int, count: int) -> str:
    """Return the number of the ``index``-th of ``count`` buttons: one digit, or two, no 0."""
    if count <= MOST_OF_ONE_DIGIT:
        return str(index + 1)
    ten, one = divmod(index, MOST_OF_ONE_DIGIT)
    return f"{ten + 1}{one + 1}"


def numbers_for(canvas: Canvas, frame: Iterable[str]) -> dict[str, str]:
    """Say for each button of the picture what presses it; where digits are typed, only * and #."""
    ways = {canvas.main: MAIN_KEY, canvas.erase or canvas.back: BACK_KEY}
    named = {button: key for button, key in ways.items() if button in canvas.buttons and button}
    if canvas.digits:
        return named | {button: digit for digit, button in canvas.digits.items()}
    frame = tuple(frame)
    named |= {
        button: f"{FRAME_KEY}{frame.index(button) + 1}"
        for button in canvas.buttons
        if button in frame
    }
    rest = {b: r for b, r in canvas.buttons.items() if b not in named}
    others = in_reading_order(rest, canvas.columns)
    return named | {b: number_of(at, len(others)) for at, b in enumerate(others)}


def draw_numbers(canvas: Canvas, pending: str, focus: str | None) -> None:
    """Draw a badge at the corner of each button, and a ring around what is about to be pressed."""
    for button, number in canvas.numbers.items():
        rect = canvas.buttons[button]
        begun = bool(pending) and number.startswith(pending)
        if begun or button == focus:
            _ring(canvas, rect)
        if button not in canvas.digits.values():
            _badge(canvas, rect, number, faint=bool(pending) and not begun)


def _ring(canvas: Canvas, rect: Rect) -> None:
    width = canvas.px(RING)
    for edge in (
        Rect(rect.x, rect.y, rect.w, width),
        Rect(rect.x, rect.bottom - width, rect.w, width),
        Rect(rect.x, rect.y, width, rect.h),
        Rect(rect.right - width, rect.y, width, rect.h),
    ):
        canvas.fill(edge, t.FOCUS)


def _badge(canvas: Canvas, rect: Rect, number: str, faint: bool) -> None:
    size = min(canvas.theme.type_px(Type.NOTE_STRONG.size), rect.h * 4 // 10)
    image = canvas.fonts.render(number, size, True, t.SURFACE)
    width = max(image.get_height(), image.get_width() + canvas.px(10))
    x, y = rect.x - width // 3, rect.y - image.get_height() // 3
    place = Rect(max(0, x), max(0, y), width, image.get_height())
    canvas.rounded(place, canvas.px(8), t.SECOND_INK if faint else t.INK)
    canvas.surface.blit(image, (place.centre[0] - image.get_width() // 2, place.y))
