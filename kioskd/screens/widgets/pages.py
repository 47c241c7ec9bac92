"""Long lists in pages: how many rows fit, which page it is, and the buttons to turn it.

A screen cannot know the panel when it is touched, so its page number is only a wish: drawing
clamps it, and offers no button that would lead outside.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.theme import Type
from kioskd.screens.words import Public

T = TypeVar("T")

NEXT, PREVIOUS = "page-next", "page-prev"


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list; ``index`` from 0."""

    index: int
    count: int
    items: tuple[T, ...]


def page_of(items: Sequence[T], wanted: int, at_most: int) -> Page[T]:
    """Return page ``wanted``, or the nearest there is; pages are about equally long."""
    at_most = max(1, at_most)
    count = max(1, -(-len(items) // at_most))
    each = -(-len(items) // count)
    index = min(max(0, wanted), count - 1)
    return Page(index, count, tuple(items[index * each : (index + 1) * each]))


def rows_that_fit(height: int, row: int, gap: int) -> int:
    """Return how many rows of ``row`` pixels with gaps between fit into ``height``, at least 1."""
    return max(1, (height + gap) // (row + gap))


def stretched(height: int, row: int, gap: int) -> int:
    """Return the height of rows that share out what is left over, at most a fifth more each."""
    count = rows_that_fit(height, row, gap)
    return min((height - gap * (count - 1)) // count, row * 6 // 5)


def turned(page: int, button: str) -> int | None:
    """Return the page that ``button`` leads to, None if it does not turn pages."""
    if button == NEXT:
        return page + 1
    return page - 1 if button == PREVIOUS and page > 0 else None


def page_buttons_width(canvas: Canvas) -> int:
    """Return how wide the buttons and the count between are, with nothing shortened."""
    return 2 * _turn_width(canvas) + canvas.text_width("00 / 00", Type.STRONG)


def page_buttons(canvas: Canvas, rect: Rect, index: int, count: int) -> None:
    """Draw "previous page", "2 / 3", "next page" in ``rect``; nothing where there is one page."""
    if count < 2:
        return
    labels = _labels(canvas)
    middle_width = canvas.text_width("00 / 00", Type.STRONG)
    side = min(_turn_width(canvas), (rect.w - middle_width) // 2)
    row = rect.centred(2 * side + middle_width, canvas.theme.button_height)
    before, rest = row.cut_left(side)
    middle, after = rest.cut_right(side)
    _turn(canvas, before, PREVIOUS, labels[0], Icon.ARROW_UP, index > 0)
    canvas.text(
        middle, Public(f"{index + 1} / {count}"), Type.STRONG, t.SECOND_INK, "centre", "middle"
    )
    _turn(canvas, after, NEXT, labels[1], Icon.ARROW_DOWN, index < count - 1)


def _labels(canvas: Canvas) -> list[str]:
    return [canvas.words("pages.previous"), canvas.words("pages.next")]


def _turn_width(canvas: Canvas) -> int:
    return max(canvas.text_width(label, Type.BODY) for label in _labels(canvas)) + canvas.px(72)


def _turn(canvas: Canvas, rect: Rect, button: str, label: str, icon: Icon, enabled: bool) -> None:
    canvas.button(button, rect, label, Look.SECOND, enabled, icon, Type.BODY)
