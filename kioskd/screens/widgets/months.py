"""Months as words and as chips."""

from collections.abc import Sequence

from kioskd.domain.contribution import Month
from kioskd.domain.periods import consecutive
from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.layout import Rect
from kioskd.screens.theme import Type
from kioskd.screens.widgets.blocks import Block
from kioskd.screens.words import Words

RUN_MIN = 3
"""So many months in a row are said as "from ... to"."""


def month_name(words: Words, month: Month) -> str:
    """Return the month without its year."""
    return words(f"pay.month.m{month.month}")


def month_name_in(words: Words, month: Month, year: int) -> str:
    """Return the month, with its year where that is not ``year``."""
    name = month_name(words, month)
    return name if month.year == year else words("pay.month_of", year=month.year, month=name)


def months_text(words: Words, months: Sequence[Month]) -> str:
    """Return months in words: ``2026 年 1 月至 3 月、10 月``, by year. Empty for no months."""
    years = sorted({month.year for month in months})
    return words("pay.comma").join(
        _of_year(words, [month for month in months if month.year == year]) for year in years
    )


def _of_year(words: Words, months: Sequence[Month]) -> str:
    parts = [_run_text(words, run) for run in consecutive(months)]
    named = words("pay.comma").join(parts)
    return words("pay.year_months", year=months[0].year, months=named)


def _run_text(words: Words, run: Sequence[Month]) -> str:
    names = [month_name(words, month) for month in run]
    if len(run) < RUN_MIN:
        return words("pay.comma").join(names)
    return words("pay.month_from_to", first=names[0], last=names[-1])


def chips_block(canvas: Canvas, months: Sequence[Month], gap: float = 10) -> Block:
    """Return every month as a chip of its own, six in a row."""
    down = max(1, -(-len(months) // 6))
    height, between = canvas.line_height(Type.NOTE_STRONG) + canvas.px(8), canvas.px(8)

    def draw(rect: Rect) -> None:
        cells = layout.grid(rect, 6, down, between)
        for cell, month in zip(cells, months, strict=False):
            canvas.rounded(cell, cell.h // 2, t.PALE_BLUE)
            name = month_name_in(canvas.words, month, months[0].year)
            canvas.text(cell, name, Type.NOTE_STRONG, t.DEEP_BLUE, "centre", "middle")

    return Block(height * down + between * (down - 1), draw, canvas.px(gap))
