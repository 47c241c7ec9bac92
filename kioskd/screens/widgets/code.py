"""A QR code on the panel, for a telephone that is held before it."""

from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.qr_code import squares_of


def draw_code(canvas: Canvas, room: Rect, text: str) -> None:
    """Draw it with whole pixels a square, as large as fits, its quiet zone in white."""
    rows = squares_of(text)
    side = max(1, min(room.w, room.h) // len(rows))
    place = room.centred(side * len(rows), side * len(rows))
    canvas.fill(place, Look.PLAIN.fill)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                canvas.fill(Rect(place.x + x * side, place.y + y * side, side, side), t.INK)
