"""Months as words and as chips."""

from collections.abc import Sequence

from kioskd.domain.contribution import Month
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


def months_text(words: Words, months: Sequence[Month]) -> str:
    """Return months of one year in words: ``2026 年 1 月至 3 月、10 月``. Empty for no months."""
    if not months:
        return ""
    parts = [_run_text(words, run) for run in runs_of(sorted(months))]
    named = words("pay.comma").join(parts)
    return words("pay.year_months", year=months[0].year, months=named)


def runs_of(months: Sequence[Month]) -> list[list[Month]]:
    """Cut sorted months where one is missing."""
    runs: list[list[Month]] = []
    for month in months:
        if runs and runs[-1][-1].plus(1) == month:
            runs[-1].append(month)
        else:
            runs.append([month])
    return runs


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
            name = month_name(canvas.words, month)
            canvas.text(cell, name, Type.NOTE_STRONG, t.DEEP_BLUE, "centre", "middle")

    return Block(height * down + between * (down - 1), draw, canvas.px(gap))
