"""A row of years to choose from, the one shown marked; and paged tables of figures."""

from collections.abc import Sequence
from dataclasses import dataclass

from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Align, Canvas
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.theme import Colour, Type


def year_buttons(canvas: Canvas, rect: Rect, years: Sequence[int], year: int) -> None:
    """Draw as many years as fit around the one shown; touching the last leads further.

    Nothing where there is only one. Buttons are ``year-2026``.
    """
    if len(years) < 2:
        return
    gap = canvas.px(10)
    width = max(canvas.text_width("2026", Type.TITLE) + canvas.px(48), canvas.theme.min_touch)
    shown = _around(years, year, (rect.w + gap) // (width + gap))
    x = rect.right - len(shown) * (width + gap) + gap
    for index, one in enumerate(shown):
        cell = Rect(x + index * (width + gap), rect.y, width, rect.h)
        here = one == year
        look = Look.CHOSEN if here else Look.SECOND
        canvas.card(cell, look, None if here else f"year-{one}")
        ink = t.DEEP_BLUE if here else t.BLUE
        canvas.text(cell, str(one), Type.TITLE if here else Type.LEAD, ink, "centre", "middle")


def year_of(button: str, years: Sequence[int], shown: int) -> int | None:
    """Return the year that ``button`` leads to, None if it is none of the others."""
    return next((year for year in years if button == f"year-{year}" and year != shown), None)


def _around(years: Sequence[int], year: int, room: int) -> Sequence[int]:
    """Return at most ``room`` neighbouring years, ``year`` in their middle where it can be."""
    room = max(1, room)
    at = years.index(year) if year in years else len(years) - 1
    first = max(0, min(at - room // 2, len(years) - room))
    return years[first : first + room]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its title, its share of the width, and where its figures stand."""

    title: str
    weight: float
    align: Align = "right"


def table_head_height(canvas: Canvas, width: int, columns: Sequence[Column]) -> int:
    """Return how high the titles are at that width."""
    cells = layout.columns(Rect(0, 0, width, 0), [c.weight for c in columns], _between(canvas))
    return max(
        canvas.text_height(cell.w, column.title, Type.NOTE)
        for column, cell in zip(columns, cells, strict=True)
    ) + canvas.px(6)


def table_row_height(canvas: Canvas) -> int:
    """Return the least height of a row."""
    return canvas.line_height(Type.NOTE) + canvas.px(10)


def draw_table(
    canvas: Canvas,
    rect: Rect,
    columns: Sequence[Column],
    rows: Sequence[Sequence[str]],
    row_height: int,
    strong: int = -1,
) -> None:
    """Draw titles and rows with a line above each; column ``strong`` is set bold."""
    head, body = rect.cut_top(table_head_height(canvas, rect.w, columns))
    weights, between = [column.weight for column in columns], _between(canvas)
    for column, cell in zip(columns, layout.columns(head, weights, between), strict=True):
        canvas.text(cell, column.title, Type.NOTE, t.SECOND_INK, column.align)
    for texts, row in zip(rows, layout.stack(body, [row_height] * len(rows)), strict=True):
        canvas.fill(Rect(row.x, row.y, row.w, max(1, canvas.px(1))), t.LINE)
        cells = layout.columns(row, weights, between)
        for index, (text, cell) in enumerate(zip(texts, cells, strict=True)):
            type = Type.NOTE_STRONG if index == strong else Type.NOTE
            ink: Colour = t.INK
            # One line only: an amount whose last digit stands below it is another amount.
            line = cell.centred(cell.w, min(cell.h, canvas.line_height(type)))
            canvas.text(line, text, type, ink, columns[index].align, "middle", 0.6)


def _between(canvas: Canvas) -> int:
    return canvas.px(12)
