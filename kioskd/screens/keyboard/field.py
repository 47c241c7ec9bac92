"""The field that is typed into: the text, what waits underlined after it, and the cursor."""

from collections.abc import Callable

from kioskd.pinyin import spell
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.keyboard.typing import Typing
from kioskd.screens.layout import Rect, wrap
from kioskd.screens.theme import Type

NO_BREAK = "\u00a0"
CUT = "…"


def draw_field(canvas: Canvas, rect: Rect, typing: Typing, type: Type = Type.BODY) -> None:
    """Draw the end of the text in the lines that fit, underlining what waits."""
    size = canvas.theme.type_px(type.size)
    height = round(size * type.leading)
    waiting = spell(typing.letters).replace(" ", NO_BREAK)
    text = typing.text.replace(" ", NO_BREAK) + waiting
    room = rect.w - canvas.px(6)

    def width_of(part: str) -> int:
        return canvas.fonts.width(part, size, type.bold)

    fitting = max(1, (rect.h + 2) // height)
    lines = _lines(text, room, fitting, width_of)
    y = rect.y + max(0, rect.h - height * len(lines)) // 2
    canvas.wrote(text.replace(NO_BREAK, " "), Rect(rect.x, y, rect.w, height), type, size)
    left = len(text) - len(waiting)
    hidden = len(text) - sum(map(len, lines))
    for line in lines:
        place = Rect(rect.x, y, rect.w, height)
        _draw_line(canvas, place, line, (size, type), left - hidden)
        left -= len(line)
        y += height
    _draw_cursor(canvas, rect, y - height, width_of(lines[-1]), height)


def _lines(text: str, width: int, most: int, width_of: Callable[[str], int]) -> list[str]:
    """Return the last lines of ``text``; where some are left out, a sign of that in front."""
    lines = wrap(text, width, width_of)
    if len(lines) <= most:
        return lines
    if most > 1:
        kept = lines[-most:]
        return [CUT + kept[0][1:], *kept[1:]]
    while width_of(CUT + text) > width:
        text = text[1:]
    return [CUT + text]


def _draw_line(
    canvas: Canvas, place: Rect, line: str, how: tuple[int, Type], waits_from: int
) -> None:
    size, type = how
    image = canvas.fonts.render(line, size, type.bold, t.INK)
    canvas.surface.blit(image, (place.x, place.y + (place.h - image.get_height()) // 2))
    waits_from = max(0, waits_from)
    if waits_from < len(line):
        x = canvas.fonts.width(line[:waits_from], size, type.bold)
        width = canvas.fonts.width(line, size, type.bold) - x
        thick = max(2, canvas.px(3))
        canvas.fill(Rect(place.x + x, place.bottom - thick, width, thick), t.BLUE)


def _draw_cursor(canvas: Canvas, rect: Rect, y: int, x: int, height: int) -> None:
    inset = height // 8
    canvas.fill(
        Rect(rect.x + x + canvas.px(2), y + inset, max(2, canvas.px(3)), height - 2 * inset), t.BLUE
    )
