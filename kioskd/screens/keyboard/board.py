"""The keys drawn: rows of one unit's width, as high as the room allows."""

from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.icons import Icon
from kioskd.screens.keyboard.keys import Key, KeyKind, Page, rows_of
from kioskd.screens.keyboard.typing import Typing
from kioskd.screens.layout import Rect, columns
from kioskd.screens.looks import Look
from kioskd.screens.theme import Type

GAP, WIDEST, PHONE_WIDEST, HIGHEST = 10, 1160, 660, 92
LABELS = (Type.TITLE, Type.STRONG, Type.NOTE_STRONG)
PADS = (Page.PHONE, Page.NUMBERS)
"""Pages whose rows are all as wide as the widest."""


def rows_for(canvas: Canvas, height: int, typing: Typing) -> list[list[Key]]:
    """Return the rows; digits have one of their own where every key is still large enough."""
    rows = rows_of(typing.page, typing.rules, typing.upper, with_digits=_digits(typing))
    if board_height(canvas, len(rows)) > height:
        rows = rows_of(typing.page, typing.rules, typing.upper, with_digits=False)
    return [*rows[:-1], rows[-1][::-1]] if canvas.theme.left_handed else rows


def _digits(typing: Typing) -> bool:
    """Digits stand above the letters where the field takes them, or to choose candidates by."""
    return typing.rules.takes("1")


def board_height(canvas: Canvas, rows: int) -> int:
    """Return how many pixels high ``rows`` rows are at least."""
    return rows * canvas.theme.min_touch + (rows - 1) * _gap(canvas)


def _gap(canvas: Canvas) -> int:
    return canvas.px(GAP if canvas.theme.roomy else GAP // 2)


def draw_board(canvas: Canvas, rect: Rect, typing: Typing, can_be_done: bool) -> None:
    """Draw the keys of the page that is up at the foot of ``rect``."""
    rows = rows_for(canvas, rect.h, typing)
    gap = _gap(canvas)
    highest = canvas.px(HIGHEST if not canvas.portrait else HIGHEST + 8)
    height = min(highest, (rect.h - gap * (len(rows) - 1)) // len(rows))
    top = rect.bottom - height * len(rows) - gap * (len(rows) - 1)
    width = min(rect.w, canvas.px(PHONE_WIDEST if typing.page is Page.PHONE else WIDEST))
    whole = Rect(rect.x + (rect.w - width) // 2, top, width, rect.bottom - top)
    unit = _unit(whole.w, gap, rows)
    for index, row in enumerate(rows):
        line = Rect(whole.x, whole.y + index * (height + gap), whole.w, height)
        if typing.page not in PADS:
            line = line.centred(_row_width(row, unit, gap), height)
        for key, place in zip(row, columns(line, [key.weight for key in row], gap), strict=True):
            _draw(canvas, place, key, typing, can_be_done)


def _unit(width: int, gap: int, rows: list[list[Key]]) -> float:
    """Return the width of a key of weight 1, so that the widest row just fits."""
    return min((width - gap * (len(row) - 1)) / sum(key.weight for key in row) for row in rows)


def _row_width(row: list[Key], unit: float, gap: int) -> int:
    return int(unit * sum(key.weight for key in row)) + gap * (len(row) - 1)


def _draw(canvas: Canvas, place: Rect, key: Key, typing: Typing, can_be_done: bool) -> None:
    if not key.id:
        return
    label = key.label or _name(canvas, key, typing)
    if key.kind is KeyKind.DONE:
        canvas.button(key.id, place, label, Look.MAIN, can_be_done)
    elif key.kind is KeyKind.BACK:
        canvas.back = key.id
        canvas.button(key.id, place, label, Look.SECOND)
    elif key.id == "delete":
        canvas.erase = key.id if typing.text or typing.letters else None
        _draw_delete(canvas, place, label)
    else:
        look = Look.KEY if key.kind is KeyKind.CHARACTER or key.id == "space" else Look.KEY_SOFT
        canvas.button(key.id, place, label, look, type=_type_for(canvas, place, label))


def _type_for(canvas: Canvas, place: Rect, label: str) -> Type:
    """Return the largest type in which the label stays on one line of a narrow key."""
    room = place.w - 2 * canvas.px(14)
    fitting = (type for type in LABELS if canvas.text_width(label, type) <= room)
    return next(fitting, LABELS[-1])


def _draw_delete(canvas: Canvas, place: Rect, label: str) -> None:
    """An arrow to the left and, for who knows no other keyboard, the word."""
    roomy = canvas.text_width(label, Type.TITLE) + canvas.px(90) <= place.w
    icon = Icon.ARROW_LEFT if roomy else None
    type = _type_for(canvas, place, label)
    canvas.button("delete", place, label, Look.KEY_SOFT, icon=icon, type=type)


def _name(canvas: Canvas, key: Key, typing: Typing) -> str:
    if key.id == "shift":
        return canvas.words(f"keyboard.shift_{'off' if typing.upper else 'on'}")
    return canvas.words(f"keyboard.{key.id}")


def draw_bar(canvas: Canvas, rect: Rect, typing: Typing, said: str, is_fault: bool) -> None:
    """Draw the candidates, or while nothing waits what there is to say of the text."""
    if typing.letters:
        _draw_candidates(canvas, rect, typing)
        return
    colour = t.STOP if is_fault else t.SECOND_INK
    room = rect
    if is_fault:
        side = canvas.line_height(Type.BODY)
        left, room = rect.cut_left(side, canvas.px(10))
        canvas.icon(Icon.EXCLAMATION, left.centred(side, side * 3 // 4), t.STOP, t.GROUND)
    canvas.text(room, said, Type.BODY, colour, valign="middle", shrink_to=0.7)


def _draw_candidates(canvas: Canvas, rect: Rect, typing: Typing) -> None:
    if not typing.candidates:
        said = canvas.words("keyboard.no_candidates")
        canvas.text(rect, said, Type.BODY, t.STOP, valign="middle", shrink_to=0.7)
        return
    rect = _draw_turning(canvas, rect, typing)
    gap, height = canvas.px(GAP), _candidate_height(canvas, rect)
    x, y = rect.x, rect.y
    for index, one in enumerate(typing.shown):
        label = f"{index + 1} {one.text}"
        width = max(canvas.theme.min_touch, canvas.text_width(label, Type.TITLE) + canvas.px(48))
        if x > rect.x and x + width > rect.right and y + 2 * height + gap <= rect.bottom:
            x, y = rect.x, y + height + gap
        place = Rect(x, y, min(width, rect.right - x), height)
        look = Look.MAIN if index == 0 and typing.first == 0 else Look.KEY
        canvas.button(f"candidate-{index}", place, label, look)
        x += width + gap


def _candidate_height(canvas: Canvas, rect: Rect) -> int:
    return min(rect.h, max(canvas.px(64), canvas.theme.min_touch))


def _draw_turning(canvas: Canvas, rect: Rect, typing: Typing) -> Rect:
    """Draw more, and back to the first once she has turned; return the room left of them."""
    height = _candidate_height(canvas, rect)
    for button, wanted in (("more", typing.has_more), ("candidates-first", typing.first > 0)):
        if not wanted:
            continue
        label = canvas.words(f"keyboard.{button}")
        width = max(canvas.theme.min_touch, canvas.text_width(label, Type.BODY) + canvas.px(44))
        rest, place = rect.cut_right(width, canvas.px(GAP))
        place = Rect(place.x, place.y, place.w, height)
        canvas.button(button, place, label, Look.KEY_SOFT, type=Type.BODY)
        rect = rest
    return rect
