"""A chart of bars, one for each month of a year; their parts stacked or side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

from kioskd.domain.money import Money
from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.layout import Rect
from kioskd.screens.theme import Colour, Type

LINES = 2
"""Lines above the ground line, the highest at the top of the scale."""
ROUND_STEPS = (1, 2, 4, 6, 8, 10)
SMALLEST_TOP_FEN = 1000


@dataclass(frozen=True, slots=True)
class Bar:
    """One month: what stands below it, and its parts from the ground up."""

    label: str
    parts: tuple[tuple[Money, Colour], ...]
    beside: bool = False
    """The parts stand side by side, each from the ground, instead of one upon the other."""

    @property
    def fen(self) -> int:
        """How high it is."""
        parts = [amount.fen for amount, _ in self.parts]
        return max(parts, default=0) if self.beside else sum(parts)


def scale_top(fen: int) -> int:
    """Return the top of a scale for amounts up to ``fen``: a round number of yuan, in fen.

    Half of it, the middle line, is whole yuan too.
    """
    power = SMALLEST_TOP_FEN
    while power * 10 < fen:
        power *= 10
    return next(power * step for step in ROUND_STEPS if power * step >= fen)


def bar_chart(canvas: Canvas, rect: Rect, bars: Sequence[Bar]) -> None:
    """Draw the bars over a ground line, with a scale in whole yuan at the left."""
    top = scale_top(max((bar.fen for bar in bars), default=0))
    line = canvas.line_height(Type.NOTE)
    figures = canvas.text_width(_yuan(top), Type.NOTE) + canvas.px(6)
    plot = Rect(rect.x + figures + canvas.px(8), rect.y + line // 2, 0, rect.h - line - line // 2)
    plot = Rect(plot.x, plot.y, rect.right - plot.x, plot.h)
    for step in range(LINES + 1):
        y = plot.bottom - plot.h * step // LINES
        canvas.fill(Rect(plot.x, y, plot.w, max(1, canvas.px(1))), t.LINE)
        label = Rect(rect.x, y - line // 2, figures, line)
        canvas.text(label, _yuan(top * step // LINES), Type.NOTE, t.SECOND_INK, "right", "middle")
    for bar, cell in zip(bars, layout.columns(plot, [1] * len(bars)), strict=True):
        _draw_bar(canvas, bar, cell, top)
        below = Rect(cell.x, plot.bottom, cell.w, line)
        canvas.text(below, bar.label, Type.NOTE, t.SECOND_INK, "centre", "middle")


def _draw_bar(canvas: Canvas, bar: Bar, cell: Rect, top: int) -> None:
    if bar.beside:
        _draw_beside(canvas, bar, cell, top)
        return
    width = min(cell.w * 6 // 10, canvas.px(48))
    x, y = cell.x + (cell.w - width) // 2, cell.bottom
    for index, (amount, colour) in enumerate(bar.parts):
        height = cell.h * amount.fen // top
        last = index == len(bar.parts) - 1
        y -= height
        corners = "tl tr" if last else ""
        canvas.share(Rect(x, y, width, height), canvas.px(6), colour, corners)


def _draw_beside(canvas: Canvas, bar: Bar, cell: Rect, top: int) -> None:
    width = min(cell.w * 35 // 100, canvas.px(26))
    x = cell.x + (cell.w - width * len(bar.parts)) // 2
    for index, (amount, colour) in enumerate(bar.parts):
        height = cell.h * amount.fen // top
        at = Rect(x + index * width, cell.bottom - height, width - canvas.px(1), height)
        canvas.share(at, canvas.px(5), colour, "tl tr")


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}"
