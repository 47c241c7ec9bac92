"""Money, labelled facts and the legend of a chart."""

from collections.abc import Sequence

from kioskd.domain.money import Money
from kioskd.screens import theme as t
from kioskd.screens.canvas import SHRINK_TO, Align, Canvas, Valign
from kioskd.screens.drawn import Run
from kioskd.screens.layout import Rect
from kioskd.screens.theme import Colour, Type


def money(
    canvas: Canvas,
    rect: Rect,
    amount: Money,
    type: Type = Type.FIGURE,
    unit: str | None = None,
    align: Align = "left",
    valign: Valign = "middle",
    colour: Colour = t.INK,
) -> Rect:
    """Write an amount in full with its unit smaller beside it; return what it covers.

    ``unit`` None is the language's word for yuan.
    """
    return canvas.runs(rect, _money_runs(canvas, amount, type, unit, colour), align, valign)


def money_fits(canvas: Canvas, width: int, amount: Money, type: Type) -> bool:
    """Tell whether ``money`` of that type has room in ``width`` pixels, shrunk as runs may be."""
    runs = _money_runs(canvas, amount, type, None, t.INK)
    return sum(canvas.text_width(run.text, run.type) for run in runs) * SHRINK_TO <= width


def _money_runs(
    canvas: Canvas, amount: Money, type: Type, unit: str | None, colour: Colour
) -> list[Run]:
    unit = canvas.words("unit.yuan") if unit is None else unit
    small = Type.NOTE if type.size < Type.RESULT.size else Type.BODY
    return [Run(str(amount), type, colour), Run(f" {unit}", small, colour)]


def key_values(
    canvas: Canvas,
    rect: Rect,
    rows: Sequence[tuple[str, str]],
    type: Type = Type.BODY,
    label_share: float = 0.0,
) -> Rect:
    """Write labelled facts, one a row: label in second ink, value strong; return what it covers.

    Values line up after the widest label (at most half of the width), or at ``label_share`` of
    the width where that is given. A long value wraps.
    """
    left, gap, strong = _measure(canvas, rect.w, rows, type, label_share)
    y = rect.y
    for label, value in rows:
        height = _row_height(canvas, rect.w, (label, value), (left, gap, strong), type)
        if y + height > rect.bottom + 2:
            canvas.does_not_fit(value, Rect(rect.x, y, rect.w, height), rect)
        canvas.text(Rect(rect.x, y, left, height), label, type, t.SECOND_INK)
        room = Rect(rect.x + left + gap, y, rect.w - left - gap, height)
        canvas.text(room, value, strong)
        y += height + canvas.px(6)
    return Rect(rect.x, rect.y, rect.w, max(0, y - canvas.px(6) - rect.y))


def key_values_height(
    canvas: Canvas,
    width: int,
    rows: Sequence[tuple[str, str]],
    type: Type = Type.BODY,
    label_share: float = 0.0,
) -> int:
    """Return how high ``key_values`` will be at that width."""
    measures = _measure(canvas, width, rows, type, label_share)
    heights = [_row_height(canvas, width, row, measures, type) for row in rows]
    return sum(heights) + canvas.px(6) * max(0, len(heights) - 1)


def _measure(
    canvas: Canvas, width: int, rows: Sequence[tuple[str, str]], type: Type, label_share: float
) -> tuple[int, int, Type]:
    """Return the labels' width, the gap, and how values are set."""
    widest = max((canvas.text_width(label, type) for label, _ in rows), default=0)
    left = round(width * label_share) or min(widest + canvas.px(2), width // 2)
    return left, canvas.px(16), Type.NOTE_STRONG if type is Type.NOTE else Type.STRONG


def _row_height(
    canvas: Canvas, width: int, row: tuple[str, str], measures: tuple[int, int, Type], type: Type
) -> int:
    left, gap, strong = measures
    return max(
        canvas.text_height(left, row[0], type),
        canvas.text_height(width - left - gap, row[1], strong),
    )


def legend(
    canvas: Canvas, rect: Rect, entries: Sequence[tuple[Colour, str]], type: Type = Type.NOTE
) -> Rect:
    """Write what the colours of a bar mean, one a row; return what it covers."""
    height, side = canvas.line_height(type), canvas.px(18)
    for index, (colour, text) in enumerate(entries):
        row = Rect(rect.x, rect.y + index * (height + canvas.px(4)), rect.w, height)
        patch = Rect(row.x, row.y + (height - side) // 2, side, side)
        canvas.share(patch, canvas.px(3), colour)
        canvas.text(row.cut_left(side, canvas.px(10))[1], text, type, valign="middle")
    return Rect(rect.x, rect.y, rect.w, len(entries) * (height + canvas.px(4)))
