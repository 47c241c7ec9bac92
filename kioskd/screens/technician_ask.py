"""What the technician is asked to do, and what only her eyes and ears can tell."""

from dataclasses import dataclass
from typing import ClassVar

from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.icons import Icon
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, Sign, action_row, result_sign
from kioskd.screens.widgets.blocks import draw_blocks, text_block
from kioskd.screens.words import Public


@dataclass(frozen=True, slots=True)
class TechnicianAsk(Screen[bool]):
    """Answers whether it was so."""

    names_nobody: ClassVar[bool] = True
    id: ClassVar[str] = "technician-ask"
    question: str
    """Key of the question: ``technician.ask.<question>``."""

    def tap(self, button: str) -> "Done[bool] | None":
        """``yes`` or ``no``."""
        return Done(button == "yes") if button in ("yes", "no") else None

    def draw(self, canvas: Canvas) -> None:
        """Draw the question, yes and no."""
        words = canvas.words
        body, row = canvas.area.cut_bottom(canvas.theme.button_height, canvas.theme.gap)
        yes = Action("yes", words("technician_ask.yes"), icon=Icon.CHECK)
        action_row(canvas, row, yes, Action("no", words("technician_ask.no")))
        room = result_sign(canvas, body, Sign.DOUBT)
        question = words(f"technician.ask.{self.question}")
        draw_blocks(canvas, room, [text_block(canvas, room.w, question, Type.RESULT)], "middle")


@dataclass(frozen=True, slots=True)
class TechnicianDo(Screen[None]):
    """Shown with ``follow``; answered when she gives it up."""

    names_nobody: ClassVar[bool] = True
    id: ClassVar[str] = "technician-do"
    what: str
    """Key of the instruction: ``technician.please.<what>``."""

    def tap(self, button: str) -> "Done[None] | None":
        """``give-up``."""
        return Done(None) if button == "give-up" else None

    def draw(self, canvas: Canvas) -> None:
        """Draw the instruction and for how long it has been waited."""
        words = canvas.words
        body, row = canvas.area.cut_bottom(canvas.theme.button_height, canvas.theme.gap)
        action_row(canvas, row, back=Action("give-up", words("technician_do.give_up")))
        room = result_sign(canvas, body, Sign.WAIT)
        waited = words("technician_do.waited", count=Public(canvas.elapsed_s))
        blocks = [
            text_block(canvas, room.w, words(f"technician.please.{self.what}"), Type.RESULT),
            text_block(canvas, room.w, waited, Type.BODY, t.SECOND_INK),
        ]
        draw_blocks(canvas, room, blocks, "middle")
