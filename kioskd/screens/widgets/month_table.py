"""The months of a year as a table in two halves: what was paid in each scheme, to the fen."""

from collections.abc import Mapping, Sequence

from kioskd.domain.contribution import InsuranceView, Scheme
from kioskd.domain.money import total
from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.layout import Rect
from kioskd.screens.theme import Colour, Type

HALF = 6
SHRINK_TO = 0.6
"""Of their letters: amounts of millions in a narrow half."""


def table_height(canvas: Canvas) -> int:
    """Return how many pixels high the table is."""
    return (HALF + 1) * _row_height(canvas)


def table_fits(canvas: Canvas, width: int, view: InsuranceView) -> bool:
    """Tell whether the widest sum of a month has room in its column, in the smallest letters."""
    count = len({c.scheme for c in view.contributions}) + 2
    half = layout.columns(Rect(0, 0, width, 0), [1, 1], canvas.px(40))[0]
    size = max(canvas.theme.smallest_type, round(canvas.theme.type_px(Type.NOTE.size) * SHRINK_TO))
    widest = max(
        canvas.fonts.width(_paid(view, number, None), size, Type.NOTE.bold)
        for number in range(1, 2 * HALF + 1)
    )
    return widest <= _cells(half, count)[-1].w


def month_table(
    canvas: Canvas, rect: Rect, view: InsuranceView, colours: Mapping[Scheme, Colour]
) -> None:
    """Draw month, each scheme and their sum; a scheme's column is headed by its colour."""
    schemes = [scheme for scheme in colours if any(c.scheme is scheme for c in view.contributions)]
    for side, half in enumerate(layout.columns(rect, [1, 1], canvas.px(40))):
        rows = layout.stack(half, [_row_height(canvas)] * (HALF + 1))
        _draw_header(canvas, rows[0], [colours[scheme] for scheme in schemes])
        for number, row in enumerate(rows[1:], start=1 + side * HALF):
            canvas.fill(Rect(row.x, row.y, row.w, max(1, canvas.px(1))), t.LINE)
            paid = [_paid(view, number, scheme) for scheme in schemes]
            _draw_row(
                canvas,
                row,
                [canvas.words(f"pay.month.m{number}"), *paid, _paid(view, number, None)],
            )


def _paid(view: InsuranceView, number: int, scheme: Scheme | None) -> str:
    amounts = [
        c.amount
        for c in view.contributions
        if c.month.month == number and scheme in (None, c.scheme)
    ]
    return str(total(amounts)) if amounts else ""


def _row_height(canvas: Canvas) -> int:
    return canvas.line_height(Type.NOTE) + canvas.px(4)


def _cells(row: Rect, count: int) -> list[Rect]:
    return layout.columns(row, [1.0, *([1.7] * (count - 1))])


def _draw_header(canvas: Canvas, row: Rect, colours: Sequence[Colour]) -> None:
    month, *columns, whole = _cells(row, len(colours) + 2)
    side, words = canvas.px(20), canvas.words
    canvas.text(month, words("insurance.table_month"), Type.NOTE, t.SECOND_INK, valign="middle")
    canvas.text(whole, words("insurance.table_total"), Type.NOTE, t.SECOND_INK, "right", "middle")
    for colour, cell in zip(colours, columns, strict=True):
        patch = Rect(cell.right - side, cell.y, side, cell.h).centred(side, side)
        canvas.share(patch, canvas.px(4), colour)


def _draw_row(canvas: Canvas, row: Rect, cells: Sequence[str]) -> None:
    for index, (cell, text) in enumerate(zip(_cells(row, len(cells)), cells, strict=True)):
        canvas.text(cell, text, Type.NOTE, t.INK, "right" if index else "left", "middle", SHRINK_TO)
