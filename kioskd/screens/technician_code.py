"""The technician's way in: eight digits to tell the centre, ten digits that it answers."""

from dataclasses import dataclass, replace
from typing import ClassVar

from kioskd.domain.technician_code import ANSWER_DIGITS, grouped
from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, action_row, heading
from kioskd.screens.widgets.blocks import Block, draw_blocks, text_block
from kioskd.screens.words import Public

ORDER = (1, 2, 3, 4, 5, 6, 7, 8, 9, 0)


@dataclass(frozen=True, slots=True)
class TechnicianCode(Screen[str | None]):
    """Answers the ten digits, or None: she has none."""

    names_nobody: ClassVar[bool] = True
    id: ClassVar[str] = "technician-code"
    challenge: str
    tries_left: int
    wrong: bool = False
    """Whether the answer before this one was wrong."""
    typed: str = ""

    def tap(self, button: str) -> "TechnicianCode | Done[str | None] | None":
        """A digit, ``clear``, ``ok`` or ``cancel``."""
        match button:
            case "cancel":
                return Done(None)
            case "ok":
                return Done(self.typed) if self._is_full else None
            case "clear":
                return replace(self, typed=self.typed[:-1])
        if self._is_full:
            return None
        return replace(self, typed=self.typed + button.removeprefix("digit-"))

    @property
    def _is_full(self) -> bool:
        return len(self.typed) == ANSWER_DIGITS

    def draw(self, canvas: Canvas) -> None:
        """Draw what to tell the centre, what it answers, and the keypad."""
        gap, cancel = canvas.theme.gap, Action("cancel", canvas.words("technician_code.cancel"))
        if canvas.portrait:
            body, row = canvas.area.cut_bottom(canvas.theme.button_height, gap)
            asked, pad = body.cut_top(body.h * 45 // 100, gap)
        else:
            left, pad = canvas.area.cut_right(canvas.area.w * 40 // 100, canvas.px(36))
            if canvas.theme.left_handed:
                pad, left = canvas.area.cut_left(pad.w, canvas.px(36))
            asked, row = left.cut_bottom(canvas.theme.button_height, canvas.px(14))
        action_row(canvas, row, back=cancel)
        self._draw_codes(canvas, asked)
        self._draw_keypad(canvas, pad)

    def _draw_codes(self, canvas: Canvas, rect: Rect) -> None:
        words = canvas.words
        rect = heading(canvas, rect, words("technician_code.title"))
        width = rect.w
        challenge, typed = Public(grouped(self.challenge)), Public(_shown(self.typed))
        blocks = [
            text_block(canvas, width, words("technician_code.tell"), Type.BODY, t.SECOND_INK),
            text_block(canvas, width, challenge, Type.FIGURE, t.DEEP_BLUE, 2),
            text_block(canvas, width, words("technician_code.type"), Type.BODY, t.SECOND_INK),
            _field(canvas, typed),
        ]
        if self.wrong:
            said = words("technician_code.wrong", count=Public(self.tries_left))
            blocks.append(text_block(canvas, width, said, Type.STRONG, t.STOP))
        draw_blocks(canvas, rect, blocks)

    def _draw_keypad(self, canvas: Canvas, rect: Rect) -> None:
        rect = rect.centred(min(rect.w, canvas.px(560)), min(rect.h, canvas.px(600)))
        cells = layout.grid(rect, 3, 4, canvas.px(12))
        for cell, digit in zip((*cells[:9], cells[10]), ORDER, strict=True):
            canvas.button(f"digit-{digit}", cell, str(digit), Look.KEY, type=Type.QUESTION)
            canvas.digits[str(digit)] = f"digit-{digit}"
        canvas.erase = "clear" if self.typed else None
        left, right = (11, 9) if canvas.theme.left_handed else (9, 11)
        canvas.button("clear", cells[left], canvas.words("technician_code.clear"), Look.KEY_SOFT)
        ok = canvas.words("technician_code.ok")
        canvas.button("ok", cells[right], ok, Look.MAIN, self._is_full)


def _shown(typed: str) -> str:
    return grouped(typed.ljust(ANSWER_DIGITS, "_"))


def _field(canvas: Canvas, typed: str) -> Block:
    def draw(rect: Rect) -> None:
        canvas.card(rect, Look.OPEN)
        canvas.text(rect, typed, Type.RESULT, t.INK, "centre", "middle")

    return Block(canvas.line_height(Type.RESULT) + canvas.px(20), draw, canvas.px(6))
