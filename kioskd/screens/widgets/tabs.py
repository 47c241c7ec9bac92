"""Large tabs over a panel: the four pages of the home screen."""

from collections.abc import Sequence

from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.theme import Type


def tabs(
    canvas: Canvas, rect: Rect, entries: Sequence[tuple[str, str, Icon | None]], chosen: str
) -> Rect:
    """Draw a panel filling ``rect`` with tabs on top; return the room inside the panel.

    ``entries`` are (button id, label, picture or None). All have their picture or, where a label
    needs the room, none. The chosen tab has a blue edge, bold blue words and joins the panel.
    """
    radius, line = canvas.px(16), max(1, canvas.px(2))
    strip, panel = rect.cut_top(max(canvas.px(84), canvas.theme.min_touch))
    canvas.rounded(panel, radius, t.LINE, "bl br")
    canvas.rounded(
        Rect(panel.x + line, panel.y, panel.w - 2 * line, panel.h - line),
        radius - line,
        t.SURFACE,
        "bl br",
    )
    cells = layout.columns(strip, [1] * len(entries), canvas.px(8))
    pictured = all(
        _wide(canvas, label) <= cell.w - 2 * canvas.px(8)
        for cell, (_, label, _) in zip(cells, entries, strict=True)
    )
    for cell, (button, label, icon) in zip(cells, entries, strict=True):
        canvas.touch(button, cell)
        _tab(
            canvas,
            cell,
            label,
            icon if pictured else None,
            button == chosen,
            canvas.pressed == button,
        )
    return panel.inset(canvas.px(26), canvas.px(24))


def _tab(
    canvas: Canvas, cell: Rect, label: str, icon: Icon | None, chosen: bool, pressed: bool
) -> None:
    radius, line, edge = canvas.px(14), max(1, canvas.px(2)), canvas.px(6)
    ground = t.SURFACE if chosen else t.LINE if pressed else t.TAB_BLUE
    if chosen:
        canvas.rounded(cell, radius, t.LINE, "tl tr")
        canvas.rounded(Rect(cell.x, cell.y, cell.w, 2 * radius), radius, t.BLUE, "tl tr")
        inside = Rect(cell.x + line, cell.y + edge, cell.w - 2 * line, cell.h - edge)
        canvas.fill(Rect(cell.x, cell.y + radius, line, cell.h - radius), t.LINE)
        canvas.fill(Rect(cell.right - line, cell.y + radius, line, cell.h - radius), t.LINE)
        canvas.rounded(inside, radius - line, ground, "tl tr")
    else:
        canvas.rounded(cell, radius, ground, "tl tr")
    ink = t.DEEP_BLUE if chosen else t.SECOND_INK
    room = cell.inset(canvas.px(8), canvas.px(8))
    if icon is not None:
        together = room.centred(_wide(canvas, label), room.h)
        mark, room = together.cut_left(_side(canvas), canvas.px(10))
        canvas.icon(icon, mark, ink, ground)
    canvas.text(room, label, Type.TITLE, ink, "centre", "middle", shrink_to=0.6)


def _side(canvas: Canvas) -> int:
    return canvas.theme.type_px(Type.TITLE.size * 1.15)


def _wide(canvas: Canvas, label: str) -> int:
    """Return how wide a label is with its picture."""
    return _side(canvas) + canvas.text_width(label, Type.TITLE) + canvas.px(14)
