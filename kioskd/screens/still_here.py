"""The question laid over a screen before a visit ends by itself."""

import pygame

from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.numbers import MAIN_KEY
from kioskd.screens.theme import Type

STILL_HERE = "still-here"
VEIL = (0x14, 0x20, 0x2E, 0xA0)


def draw_still_here(canvas: Canvas, seconds: int, keep: Rect) -> None:
    """Veil the picture (but for ``keep``, the header) and ask, with the seconds left large.

    From here on the canvas knows only the buttons that count: ``still-here`` and those of the
    header.
    """
    canvas.buttons = {b: rect for b, rect in canvas.buttons.items() if keep.encloses(rect)}
    canvas.digits, canvas.back, canvas.erase = {}, None, None
    _veil(canvas, keep)
    words, area = canvas.words, canvas.area
    gap, pad = canvas.px(14), canvas.px(40)
    width = min(area.w, canvas.px(720))
    inner = width - 2 * pad
    title, why = words("still_here.title"), words("still_here.why")
    heights = (
        canvas.text_height(inner, title, Type.RESULT),
        canvas.line_height(Type.FIGURE),
        canvas.text_height(inner, why, Type.BODY),
        canvas.theme.button_height,
    )
    card = area.centred(width, min(area.h, sum(heights) + 3 * gap + 2 * canvas.px(32)))
    canvas.card(card, Look.CHOSEN)
    room = card.inset(pad, canvas.px(32))
    top, room = room.cut_top(heights[0], gap)
    figure, room = room.cut_top(heights[1], gap)
    reason, button = room.cut_top(heights[2], gap)
    canvas.text(top, title, Type.RESULT, align="centre", valign="middle")
    text = words("still_here.seconds", seconds=seconds)
    canvas.text(figure, text, Type.FIGURE, t.STOP, "centre", "middle")
    canvas.text(reason, why, Type.BODY, t.SECOND_INK, "centre", "middle")
    canvas.button(STILL_HERE, button, words("still_here.button"))
    canvas.numbers = {STILL_HERE: MAIN_KEY}


def _veil(canvas: Canvas, keep: Rect) -> None:
    height = canvas.theme.height - keep.bottom
    veil = pygame.Surface((canvas.theme.width, height), pygame.SRCALPHA)
    veil.fill(VEIL)
    canvas.surface.blit(veil, (0, keep.bottom))
