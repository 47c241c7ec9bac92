"""A Code 128 on white, in whole pixels a module, with the quiet zone a scanner wants."""

from kioskd.domain.code128 import QUIET_ZONE, code128
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.layout import Rect

BLACK = (0, 0, 0)


def bars(canvas: Canvas, rect: Rect, text: str) -> Rect:
    """Draw the code as wide as fits in the middle of ``rect``; return what it covers.

    A scanner in a hand wants at least two pixels a module; a code that would be narrower is a
    fault of the screen and recorded as one.
    """
    widths = code128(text)
    modules = sum(widths) + 2 * QUIET_ZONE
    module = max(1, rect.w // modules)
    place = rect.centred(module * modules, rect.h)
    if module < 2:
        canvas.does_not_fit(text, place, rect)
    canvas.fill(place, t.SURFACE)
    x = place.x + QUIET_ZONE * module
    for index, width in enumerate(widths):
        if index % 2 == 0:
            canvas.fill(Rect(x, place.y, width * module, place.h), BLACK)
        x += width * module
    return place
