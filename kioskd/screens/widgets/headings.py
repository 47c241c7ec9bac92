"""Headings, the steps of paying, and the large sign beside a result."""

from collections.abc import Sequence
from enum import Enum

from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.theme import Colour, Type
from kioskd.screens.words import Public


class Sign(Enum):
    """The sign of a result: what it is drawn as, its colour and its ground."""

    DONE = (Icon.CHECK, t.DONE, t.PALE_DONE)
    DOUBT = (Icon.QUESTION, t.DOUBT, t.PALE_DOUBT)
    STOP = (Icon.EXCLAMATION, t.STOP, t.PALE_STOP)
    REFUSED = (Icon.CROSS, t.STOP, t.PALE_STOP)
    WAIT = (Icon.CLOCK, t.BLUE, t.PALE_BLUE)
    PRINTING = (Icon.PRINTER, t.BLUE, t.PALE_BLUE)
    ATTENTION = (Icon.PRINTER, t.DOUBT, t.PALE_DOUBT)
    TELL = (Icon.EXCLAMATION, t.BLUE, t.PALE_BLUE)

    def __init__(self, icon: Icon, ink: Colour, ground: Colour) -> None:
        self.icon, self.ink, self.ground = icon, ink, ground


def sign(canvas: Canvas, rect: Rect, what: Sign) -> None:
    """Draw a sign in a ring, as large as fits in the middle of ``rect``."""
    size = min(rect.w, rect.h)
    radius = size // 2
    width = max(2, size * 3 // 100)
    canvas.ring(rect.centre, radius, what.ink, what.ground, width)
    inner = size * 54 // 100
    canvas.icon(what.icon, rect.centred(inner, inner), what.ink, what.ground)


def result_sign(canvas: Canvas, area: Rect, what: Sign) -> Rect:
    """Draw the sign of a result at the left (portrait: at the top); return the room beside it."""
    if canvas.portrait:
        top, rest = area.cut_top(canvas.px(180), canvas.px(32))
        sign(canvas, top, what)
        return rest
    left, rest = area.cut_left(canvas.px(200), canvas.px(36))
    sign(canvas, left, what)
    return rest


def heading(canvas: Canvas, rect: Rect, title: str, note: str = "") -> Rect:
    """Write the question of a screen with a side note; return what is left of ``rect`` below.

    The note stands beside the title where there is room, else below it; large letters on a panel
    that is not high leave no room below. In the low layout a title that the hall
    may see stands above the screen instead, where nobody has to reach.
    """
    canvas.asked.append(title)
    if canvas.lifts_question and not canvas.lifted and isinstance(title, Public):
        canvas.lifted = title
        canvas.for_ears(title)
        return _note_alone(canvas, rect, note)
    title_width = canvas.text_width(title, Type.QUESTION) + canvas.px(20)
    line = canvas.line_height(Type.QUESTION)
    used = canvas.text_height(rect.w, title, Type.QUESTION)
    note_width = canvas.text_width(note, Type.NOTE) if note else 0
    beside = bool(note) and used == line and title_width + note_width <= rect.w
    title_room = Rect(rect.x, rect.y, title_width if beside else rect.w, used)
    canvas.text(title_room, title, Type.QUESTION)
    if beside:
        room = Rect(rect.x + title_width, rect.y, rect.w - title_width, line)
        canvas.text(room.moved(0, canvas.px(5)), note, Type.NOTE, t.SECOND_INK, valign="middle")
    elif note and not (canvas.theme.elder and not canvas.portrait):
        height = canvas.text_height(rect.w, note, Type.NOTE)
        below = Rect(rect.x, rect.y + used, rect.w, height)
        canvas.text(below, note, Type.NOTE, t.SECOND_INK)
        used += height
    return rect.cut_top(used, canvas.px(16))[1]


def _note_alone(canvas: Canvas, rect: Rect, note: str) -> Rect:
    if not note or (canvas.theme.elder and not canvas.portrait):
        return rect
    height = canvas.text_height(rect.w, note, Type.NOTE)
    place, rest = rect.cut_top(height, canvas.px(10))
    canvas.text(place, note, Type.NOTE, t.SECOND_INK)
    return rest


def reason_strip(canvas: Canvas, rect: Rect, reason: str) -> Rect:
    """Say in a strip why something cannot be chosen; return what is left of ``rect`` below."""
    padding = canvas.px(14)
    high = canvas.text_height(rect.w - 2 * padding, reason, Type.NOTE) + canvas.px(12)
    strip, room = rect.cut_top(high, canvas.px(10))
    canvas.rounded(strip, canvas.px(10), t.PALE_DOUBT)
    canvas.text(strip.inset(padding, 0), reason, Type.NOTE, valign="middle")
    return room


def steps_bar(canvas: Canvas, rect: Rect, labels: Sequence[str], current: int) -> Rect:
    """Draw the numbered steps, ``current`` from 0; return what is left of ``rect`` below.

    Steps done have a check, the present one is filled and bold. Where the labels do not fit in
    one row they stand below the numbers, and where they do not fit there either, only the present
    one has its label.
    """
    said = {"at": Public(current + 1), "of": Public(len(labels)), "name": labels[current]}
    with canvas.for_eyes(canvas.words("pay_steps.spoken", **said)):
        return _steps(canvas, rect, labels, current)


def _steps(canvas: Canvas, rect: Rect, labels: Sequence[str], current: int) -> Rect:
    radius = canvas.px(18)
    gap = canvas.px(12)
    widths = [canvas.text_width(label, _type(i, current)) for i, label in enumerate(labels)]
    needed = sum(widths) + len(labels) * (2 * radius + 2 * gap) + (len(labels) - 1) * canvas.px(24)
    if needed > rect.w and canvas.portrait and max(widths) <= rect.w // len(labels):
        return _steps_above_labels(canvas, rect, labels, current, radius)
    if needed > rect.w:
        labels = [label if at == current else "" for at, label in enumerate(labels)]
        widths = [width if at == current else 0 for at, width in enumerate(widths)]
    return _steps_in_a_row(canvas, rect, labels, current, radius, widths)


def _type(index: int, current: int) -> Type:
    return Type.NOTE_STRONG if index == current else Type.NOTE


def _ink(index: int, current: int) -> Colour:
    if index < current:
        return t.DONE
    return t.DEEP_BLUE if index == current else t.SECOND_INK


def _bullet(canvas: Canvas, centre: tuple[int, int], radius: int, index: int, current: int) -> None:
    box = Rect(centre[0] - radius, centre[1] - radius, 2 * radius, 2 * radius)
    if index < current:
        canvas.disc(centre, radius, t.DONE)
        canvas.icon(Icon.CHECK, box.inset(radius * 9 // 20), t.SURFACE, t.DONE)
        return
    ground, ink = (t.BLUE, t.SURFACE) if index == current else (t.LINE, t.SECOND_INK)
    canvas.disc(centre, radius, ground)
    canvas.text(box, str(index + 1), _type(index, current), ink, "centre", "middle")


def _steps_in_a_row(
    canvas: Canvas, rect: Rect, labels: Sequence[str], current: int, radius: int, widths: list[int]
) -> Rect:
    gap, height = canvas.px(12), max(2 * radius, canvas.line_height(Type.NOTE))
    fixed = sum(widths) + len(labels) * (2 * radius + gap)
    join = (rect.w - fixed) / (len(labels) - 1)
    x, middle = float(rect.x), rect.y + height // 2
    for index, (label, width) in enumerate(zip(labels, widths, strict=True)):
        _bullet(canvas, (round(x) + radius, middle), radius, index, current)
        at = round(x) + 2 * radius + gap
        room = Rect(at, rect.y, width, height)
        if label:
            canvas.text(room, label, _type(index, current), _ink(index, current), valign="middle")
        x += 2 * radius + gap + width
        if index < len(labels) - 1:
            line = Rect(round(x) + gap, middle - canvas.px(1), round(join) - 2 * gap, canvas.px(3))
            canvas.fill(line, t.LINE)
            x += join
    return rect.cut_top(height, canvas.px(20))[1]


def _steps_above_labels(
    canvas: Canvas, rect: Rect, labels: Sequence[str], current: int, radius: int
) -> Rect:
    cell = rect.w // len(labels)
    labels_height = max(
        canvas.text_height(cell, label, _type(i, current)) for i, label in enumerate(labels)
    )
    middle = rect.y + radius
    first, last = rect.x + cell // 2, rect.x + cell * (len(labels) - 1) + cell // 2
    canvas.fill(Rect(first, middle - canvas.px(1), last - first, canvas.px(3)), t.LINE)
    for index, label in enumerate(labels):
        centre = (rect.x + cell * index + cell // 2, middle)
        canvas.disc(centre, radius + canvas.px(10), t.GROUND)
        _bullet(canvas, centre, radius, index, current)
        room = Rect(rect.x + cell * index, middle + radius + canvas.px(4), cell, labels_height)
        canvas.text(room, label, _type(index, current), _ink(index, current), "centre")
    return rect.cut_top(2 * radius + canvas.px(4) + labels_height, canvas.px(16))[1]
