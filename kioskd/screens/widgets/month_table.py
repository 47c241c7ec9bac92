"""The months of a year as a table: what was paid in each scheme, to the fen."""

from collections.abc import Sequence

from kioskd.domain.contribution import InsuranceView, Scheme
from kioskd.domain.money import total
from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.layout import Rect
from kioskd.screens.theme import Colour, Type

MONTHS = 12


def table_height(canvas: Canvas) -> int:
    """Return how many pixels high the table is."""
    return (MONTHS + 1) * _row_height(canvas)


def month_table(canvas: Canvas, rect: Rect, view: InsuranceView, names: Sequence[str]) -> None:
    """Draw month, each scheme in the order of ``names``, and their sum; empty where unpaid."""
    schemes = [s for s in Scheme if any(c.scheme is s for c in view.contributions)]
    words = canvas.words
    header = [words("insurance.table_month"), *names, words("insurance.table_total")]
    rows = layout.stack(rect, [_row_height(canvas)] * (MONTHS + 1))
    _draw_row(canvas, rows[0], header, Type.NOTE, t.SECOND_INK)
    for number, row in enumerate(rows[1:], start=1):
        canvas.fill(Rect(row.x, row.y, row.w, max(1, canvas.px(1))), t.LINE)
        paid = [_paid(view, number, scheme) for scheme in schemes]
        whole = _paid(view, number, None)
        cells = [words(f"pay.month.m{number}"), *paid, whole]
        _draw_row(canvas, row, cells, Type.NOTE, t.INK)


def _paid(view: InsuranceView, number: int, scheme: Scheme | None) -> str:
    amounts = [
        c.amount
        for c in view.contributions
        if c.month.month == number and scheme in (None, c.scheme)
    ]
    return str(total(amounts)) if amounts else ""


def _row_height(canvas: Canvas) -> int:
    return canvas.line_height(Type.NOTE) + canvas.px(6)


def _draw_row(canvas: Canvas, row: Rect, cells: Sequence[str], type: Type, ink: Colour) -> None:
    weights = [1.0, *([2.0] * (len(cells) - 2)), 1.6]
    for index, (cell, text) in enumerate(zip(layout.columns(row, weights), cells, strict=True)):
        align = "left" if index == 0 else "right"
        canvas.text(cell, text, type, ink, "left" if align == "left" else "right", "middle", 0.6)
