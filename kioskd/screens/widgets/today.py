"""What the idle screen says from far away: the time, the day, and what can be done here."""

from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect, columns
from kioskd.screens.said import said
from kioskd.screens.theme import Type
from kioskd.screens.words import Public, together

PAGES = {
    "inquiry": Icon.SEARCH,
    "handling": Icon.LIST,
    "policy": Icon.BOOK,
    "convenience": Icon.HELP,
}


def today_height(canvas: Canvas) -> int:
    """Return how high the band is; 0 where large letters or the low layout need the room."""
    if canvas.theme.elder or canvas.theme.low or canvas.day is None:
        return 0
    line = max(canvas.line_height(Type.FIGURE), _page_height(canvas))
    return line if not canvas.portrait else line + canvas.px(16) + _page_height(canvas)


def _page_height(canvas: Canvas) -> int:
    return canvas.line_height(Type.STRONG) + canvas.line_height(Type.NOTE)


def draw_today(canvas: Canvas, band: Rect) -> None:
    """Draw time and day at the left (portrait: above), the four pages beside. Nothing to touch."""
    if canvas.portrait:
        upper, lower = band.cut_bottom(_page_height(canvas), canvas.px(16))
        _draw_time(canvas, upper)
        _draw_pages(canvas, lower)
        return
    left = canvas.text_width(canvas.clock, Type.FIGURE) + canvas.px(24) + _day_width(canvas)
    time, pages = band.cut_left(min(left, band.w // 2), canvas.px(32))
    _draw_time(canvas, time)
    _draw_pages(canvas, pages)


def _day(canvas: Canvas) -> tuple[str, str]:
    """Return the day of the month and of the week. They are nobody's: anybody may hear them."""
    assert canvas.day is not None
    weekday = canvas.words(f"today.weekday.d{canvas.day.isoweekday()}")
    return Public(said(canvas.words, canvas.day)), weekday


def _day_width(canvas: Canvas) -> int:
    day, weekday = _day(canvas)
    return max(canvas.text_width(day, Type.STRONG), canvas.text_width(weekday, Type.NOTE))


def _draw_time(canvas: Canvas, room: Rect) -> None:
    clock = canvas.clock
    width = canvas.text_width(clock, Type.FIGURE) + canvas.px(4)
    left, right = room.cut_left(width, canvas.px(20))
    with canvas.for_eyes():  # ears hear the day; the clock would be read anew each minute
        canvas.text(left, clock, Type.FIGURE, t.DEEP_BLUE, valign="middle")
    day, weekday = _day(canvas)
    lines = right.centred(right.w, _page_height(canvas))
    upper, lower = lines.cut_top(canvas.line_height(Type.STRONG))
    canvas.text(upper, day, Type.STRONG, valign="middle")
    canvas.text(lower, weekday, Type.NOTE, t.SECOND_INK, valign="middle")


def _draw_pages(canvas: Canvas, room: Rect) -> None:
    cells = columns(room, [1] * len(PAGES), canvas.px(12))
    texts = [cell.cut_left(canvas.px(40), canvas.px(10))[1] for cell in cells]
    lines = [canvas.words(f"today.{page}") for page in PAGES]
    narrow = any(
        canvas.text_width(line, Type.NOTE) > text.w for line, text in zip(lines, texts, strict=True)
    )
    for cell, text, line, (page, icon) in zip(cells, texts, lines, PAGES.items(), strict=True):
        title = canvas.words(f"home.tab.{page}")
        canvas.icon(icon, cell.cut_left(canvas.px(40))[0], t.BLUE, t.GROUND)
        whole = text.centred(text.w, _page_height(canvas))
        upper, lower = whole.cut_top(canvas.line_height(Type.STRONG))
        with canvas.for_eyes(together(title, line, by=": ")):
            canvas.text(text if narrow else upper, title, Type.STRONG, valign="middle")
            if not narrow:
                canvas.text(lower, line, Type.NOTE, t.SECOND_INK, valign="middle")
