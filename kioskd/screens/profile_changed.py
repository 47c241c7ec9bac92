"""What became of a change of personal information: it counts, it is looked at, or nobody knows."""

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from kioskd.domain.profile import ChangeState
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, Sign, action_row
from kioskd.screens.widgets.blocks import Block, text_block
from kioskd.screens.widgets.pay_page import where_to_ask
from kioskd.screens.widgets.result_page import draw_result, result_body, result_width

SIGNS = {ChangeState.UPDATED: Sign.DONE, ChangeState.PENDING: Sign.WAIT, None: Sign.DOUBT}
REF_SHOWN = 8
"""So many characters of the reference are enough to find it by."""


class AfterChange(Enum):
    """What she may do next."""

    HOME = "home"
    END = "end"
    AGAIN = "again"
    """Ask the centre once more, under the same reference."""


@dataclass(frozen=True, slots=True)
class ProfileChangedScreen(Screen[AfterChange]):
    """``state`` None: the centre has not answered, so it may or may not have been changed."""

    id: ClassVar[str] = "profile-changed"
    state: ChangeState | None
    ref: str
    review_days: int = 0

    def draw(self, canvas: Canvas) -> None:
        """Draw the sign, what became of it, what happens next, and the reference."""
        words = canvas.words
        body, actions = result_body(canvas)
        draw_result(canvas, body, SIGNS[self.state], self._blocks(canvas, result_width(canvas)))
        end, home = words("profile_changed.end"), words("profile_changed.home")
        if self.state is None:
            again = Action("again", words("profile_changed.again"))
            action_row(canvas, actions, again, Action("home", home))
        else:
            action_row(canvas, actions, Action("end", end), Action("home", home))

    def tap(self, button: str) -> Done[AfterChange] | None:
        """Go home, end, or (where nobody knows) ask again."""
        return {choice.value: Done(choice) for choice in AfterChange}.get(button)

    def _blocks(self, canvas: Canvas, width: int) -> list[Block]:
        words = canvas.words
        section = f"profile_changed.{self.state.value if self.state else 'unanswered'}"
        told = words(f"{section}.next", count=self.review_days)
        ref = words("profile_changed.ref", ref=self.ref[:REF_SHOWN].upper())
        return [
            text_block(canvas, width, words(f"{section}.title"), Type.RESULT),
            text_block(canvas, width, told, Type.LEAD, gap=14),
            text_block(canvas, width, ref, Type.BODY, t.SECOND_INK, gap=18),
            text_block(canvas, width, where_to_ask(canvas), Type.BODY, t.SECOND_INK),
        ]
