"""A small pad of letters and digits for short codes: no words are written with it.

Longer texts have the soft keyboard; here every key is a capital letter or a digit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kioskd.screens import layout
from kioskd.screens.canvas import Canvas
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.theme import Type

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
DELETE, CLEAR = "key-delete", "key-clear"
KEY = "key-"


@dataclass(frozen=True, slots=True)
class Key:
    """A key: what it types (empty: what its button names), and how wide it is."""

    text: str
    button: str
    weight: float = 1.0


def character_keys(characters: str) -> list[Key]:
    """Return a key for each character."""
    return [Key(one, KEY + one.lower()) for one in characters]


def letter_rows(across: int) -> list[list[Key]]:
    """Return A to Z in rows of ``across``; delete fills up the last."""
    keys = character_keys(LETTERS)
    rows = [keys[at : at + across] for at in range(0, len(keys), across)]
    rows[-1].append(Key("", DELETE, across - len(rows[-1])))
    return rows


def code_rows() -> list[list[Key]]:
    """Return the digits and, as on a keyboard, the letters: ten keys across."""
    return [
        character_keys("1234567890"),
        character_keys("QWERTYUIOP"),
        [*character_keys("ASDFGHJKL"), Key("", DELETE)],
        [*character_keys("ZXCVBNM"), Key("", CLEAR, 3.0)],
    ]


def typed_after(typed: str, button: str, longest: int) -> str | None:
    """Return the text after a touch, None if ``button`` is no key."""
    if button == DELETE:
        return typed[:-1]
    if button == CLEAR:
        return ""
    character = button.removeprefix(KEY).upper()
    if not button.startswith(KEY) or len(character) != 1 or not character.isalnum():
        return None
    return typed if len(typed) >= longest else typed + character


def draw_keypad(canvas: Canvas, rect: Rect, rows: Sequence[Sequence[Key]]) -> None:
    """Draw the keys over the whole of ``rect``."""
    gap = canvas.px(8)
    for row, cells in zip(rows, layout.rows(rect, [1] * len(rows), gap), strict=True):
        weights = [key.weight for key in row]
        for key, cell in zip(row, layout.columns(cells, weights, gap), strict=True):
            _draw_key(canvas, key, cell)


def _draw_key(canvas: Canvas, key: Key, cell: Rect) -> None:
    if key.text:
        canvas.button(key.button, cell, key.text, Look.KEY)
        return
    if key.button == DELETE:
        canvas.card(cell, Look.KEY_SOFT, key.button)
        side = min(cell.w, cell.h) * 5 // 10
        canvas.icon(Icon.ARROW_LEFT, cell.centred(side, side), paper=Look.KEY_SOFT.fill)
        return
    canvas.button(key.button, cell, canvas.words("keypad.clear"), Look.KEY_SOFT, type=Type.BODY)


def typed_field(canvas: Canvas, rect: Rect, typed: str, empty: str) -> None:
    """Draw what is typed in a field with a bar where the next goes; ``empty`` where nothing is."""
    canvas.card(rect, Look.OPEN)
    inner = rect.inset(canvas.px(22), canvas.px(4))
    canvas.erase = DELETE if typed else None
    if not typed:
        canvas.text(inner, empty, Type.BODY, Look.OFF.ink, valign="middle", shrink_to=0.7)
        return
    used = canvas.text(inner, typed, Type.QUESTION, valign="middle", shrink_to=0.5)
    x = min(inner.right, inner.x + canvas.text_width(typed, Type.QUESTION)) + canvas.px(4)
    canvas.fill(Rect(x, used.y, max(2, canvas.px(3)), used.h), Look.OPEN.line)
