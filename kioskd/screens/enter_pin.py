"""The PIN of the social security card on a shuffled keypad. Dots only, never digits.

A picture of this screen shows where each digit stands but not which were touched.
"""

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import ClassVar

from kioskd.domain.card_pin import PIN_DIGITS
from kioskd.domain.secret import CardPin
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect, grid
from kioskd.screens.looks import Look
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, action_row
from kioskd.screens.words import Public


class PinPurpose(Enum):
    """Which PIN is asked for, and for what; the words are ``enter_pin.<value>``."""

    LOGIN = "login"
    FIRST = "first"
    """The one that a new card came with."""
    OLD = "old"
    NEW = "new"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class EnterPin(Screen[CardPin | None]):
    """``order`` is the digits as shuffled, ten of them; the answer None means cancelled."""

    names_nobody: ClassVar[bool] = True
    id: ClassVar[str] = "enter-pin"
    order: tuple[int, ...]
    tries_left: int | None = None
    """After a wrong PIN: how many tries the card still allows."""
    purpose: PinPurpose = PinPurpose.LOGIN
    notice: str = ""
    """Key of a sentence about the PIN typed before: why it was not taken."""
    pin_tries: int = 0
    """How many wrong PINs in a row lock a card here; 0 where nobody has told."""
    typed: CardPin = field(default=CardPin(""), repr=False)

    def __post_init__(self) -> None:
        assert sorted(self.order) == list(range(10)), "each digit once"

    @property
    def count(self) -> int:
        """How many digits have been typed."""
        return len(self.typed.reveal())

    def tap(self, button: str) -> "EnterPin | Done[CardPin | None] | None":
        """A digit, ``clear``, ``ok`` or ``cancel``."""
        match button:
            case "cancel":
                return Done(None)
            case "ok":
                return Done(self.typed) if self.count == PIN_DIGITS else None
            case "clear":
                return replace(self, typed=CardPin(""))
        if self.count == PIN_DIGITS:
            return None
        return replace(self, typed=CardPin(self.typed.reveal() + button.removeprefix("digit-")))

    def draw(self, canvas: Canvas) -> None:
        """Draw the question with the dots, the keypad, and cancel."""
        gap, words = canvas.theme.gap, canvas.words
        cancel = Action("cancel", words(self._key("cancel")))
        if canvas.portrait:
            body, row = canvas.area.cut_bottom(canvas.theme.button_height, gap)
            action_row(canvas, row, back=cancel)
            question, pad = body.cut_top(body.h * 42 // 100, gap)
        else:
            left, pad = canvas.area.cut_right(canvas.area.w * 44 // 100, canvas.px(36))
            if canvas.theme.left_handed:
                pad, left = canvas.area.cut_left(pad.w, canvas.px(36))
            question, row = left.cut_bottom(canvas.theme.button_height, gap)
            action_row(canvas, row, back=cancel)
        self._question(canvas, question)
        self._keypad(canvas, pad)

    def _question(self, canvas: Canvas, rect: Rect) -> None:
        words = canvas.words
        title, note = words(self._key("title")), words(self._key("note"), tries=self.pin_tries)
        for text, type, ink in ((title, Type.QUESTION, t.INK), (note, Type.BODY, t.SECOND_INK)):
            height = canvas.text_height(rect.w, text, type)
            canvas.text(Rect(rect.x, rect.y, rect.w, height), text, type, ink)
            rect = rect.cut_top(height, canvas.px(6))[1]
        dots, rect = rect.cut_top(canvas.px(104), canvas.px(12))
        self._dots(canvas, Rect(dots.x, dots.y + canvas.px(8), dots.w, dots.h - canvas.px(8)))
        text = self._said_of_the_last(canvas)
        if text:
            height = canvas.text_height(rect.w - canvas.px(90), text, Type.STRONG)
            warning, rect = rect.cut_top(height + 2 * canvas.px(14), canvas.px(12))
            self._warn(canvas, warning, text)
        height = canvas.px(34)
        lock, text_room = rect.cut_left(height, canvas.px(10))
        safe = canvas.text(text_room, words("enter_pin.safe"), Type.NOTE, t.SECOND_INK)
        line = canvas.line_height(Type.NOTE)
        canvas.icon(Icon.LOCK, Rect(lock.x, safe.y, line, line), t.SECOND_INK, t.GROUND)

    def _key(self, name: str) -> str:
        login = self.purpose is PinPurpose.LOGIN
        return f"enter_pin.{name}" if login else f"enter_pin.{self.purpose.value}.{name}"

    def _said_of_the_last(self, canvas: Canvas) -> str:
        if self.tries_left is not None:
            return canvas.words("enter_pin.wrong", tries=self.tries_left)
        return canvas.words(self.notice) if self.notice else ""

    def _warn(self, canvas: Canvas, rect: Rect, text: str) -> None:
        canvas.card(rect, Look.STOP)
        room = rect.inset(canvas.px(20), canvas.px(12))
        left, right = room.cut_left(canvas.px(30), canvas.px(14))
        canvas.icon(Icon.EXCLAMATION, left, t.STOP, t.PALE_STOP)
        canvas.text(right, text, Type.STRONG, t.STOP, valign="middle")

    def _dots(self, canvas: Canvas, rect: Rect) -> None:
        canvas.for_ears(canvas.words("enter_pin.typed", count=Public(self.count)))
        width = min(rect.w, canvas.px(560))
        canvas.card(Rect(rect.x, rect.y, width, rect.h), Look.OPEN)
        radius, step = canvas.px(14), width // (PIN_DIGITS + 1)
        for index in range(PIN_DIGITS):
            centre = (rect.x + step * (index + 1), rect.centre[1])
            if index < self.count:
                canvas.disc(centre, radius, t.INK)
            else:
                canvas.ring(centre, radius, t.OFF_LINE, t.SURFACE, canvas.px(3))

    def _keypad(self, canvas: Canvas, rect: Rect) -> None:
        rect = rect.centred(min(rect.w, canvas.px(600)), min(rect.h, canvas.px(640)))
        cells = grid(rect, 3, 4, canvas.px(14))
        full = self.count == PIN_DIGITS
        for cell, digit in zip((*cells[:9], cells[10]), self.order, strict=True):
            canvas.button(f"digit-{digit}", cell, str(digit), Look.KEY, type=Type.QUESTION)
            canvas.digits[str(digit)] = f"digit-{digit}"
        canvas.erase = "clear" if self.count else None
        left, right = (11, 9) if canvas.theme.left_handed else (9, 11)
        canvas.button("clear", cells[left], canvas.words("enter_pin.clear"), Look.KEY_SOFT)
        canvas.button("ok", cells[right], canvas.words("enter_pin.ok"), Look.MAIN, full)
