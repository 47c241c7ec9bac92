"""The pad of twelve keys tried by the technician: each key marks itself when it is pressed."""

from dataclasses import dataclass, field, replace
from typing import ClassVar

from kioskd.domain.selftest import Result
from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, action_row, between_action, heading
from kioskd.screens.words import Public

KEYS = "123456789*0#"
PRESS = "press-"


@dataclass(frozen=True, slots=True)
class TechnicianKeys(Screen[Result]):
    """Passed once every key was pressed; ABSENT where there is no pad."""

    names_nobody: ClassVar[bool] = True
    id: ClassVar[str] = "technician-keys"
    pressed: frozenset[str] = field(default_factory=frozenset)

    def tap(self, button: str) -> "TechnicianKeys | Done[Result] | None":
        """A key (``press-5``), ``cannot``, or ``none``."""
        if button == "cannot":
            return Done(Result.FAIL)
        if button == "none":
            return Done(Result.ABSENT)
        pressed = self.pressed | {button.removeprefix(PRESS)}
        return Done(Result.PASS) if pressed == {*KEYS} else replace(self, pressed=pressed)

    def draw(self, canvas: Canvas) -> None:
        """Draw the pad, with the keys that were pressed marked."""
        words = canvas.words
        room, row = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
        none = Action("none", words("technician_keys.none"))
        between = action_row(canvas, row, back=Action("cannot", words("technician_keys.cannot")))
        between_action(canvas, room, between, none)
        room = heading(canvas, room, words("technician_keys.title"), words("technician_keys.note"))
        pad = room.centred(min(room.w, canvas.px(520)), min(room.h, canvas.px(560)))
        if canvas.theme.left_handed:  # # is a main action, and those are at the left
            pad = Rect(room.x, pad.y, min(pad.w, room.w * 55 // 100), pad.h)
        for key, cell in zip(KEYS, layout.grid(pad, 3, 4, canvas.px(10)), strict=True):
            self._draw_key(canvas, key, cell)
        canvas.digits = {key: PRESS + key for key in KEYS if key.isdigit()}
        canvas.main, canvas.erase = PRESS + "#", PRESS + "*"

    def _draw_key(self, canvas: Canvas, key: str, cell: Rect) -> None:
        done = key in self.pressed
        canvas.card(cell, Look.DONE if done else Look.KEY, PRESS + key)
        if done:
            side = min(cell.h, cell.w) // 2
            canvas.icon(Icon.CHECK, cell.centred(side, side), t.DONE, Look.DONE.fill)
        else:
            canvas.text(cell, Public(key), Type.TITLE, t.INK, "centre", "middle")
