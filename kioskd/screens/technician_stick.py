"""What became of a bundle that was to go to a USB stick."""

from dataclasses import dataclass
from typing import ClassVar

from kioskd.domain.stick import StickOutcome
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, Sign, action_row
from kioskd.screens.widgets.blocks import text_block
from kioskd.screens.widgets.result_page import draw_result, result_body, result_width


@dataclass(frozen=True, slots=True)
class TechnicianStick(Screen[None]):
    """Ends with the button ``ok``."""

    names_nobody: ClassVar[bool] = True
    id: ClassVar[str] = "technician-stick"
    outcome: StickOutcome

    def tap(self, button: str) -> "Done[None]":
        """The button ``ok``."""
        return Done(None)

    def draw(self, canvas: Canvas) -> None:
        """Draw whether it is on the stick, and under which name; or why it is not."""
        words, fault = canvas.words, self.outcome.fault
        body, row = result_body(canvas)
        action_row(canvas, row, Action("ok", words("technician_stick.ok")))
        width = result_width(canvas)
        if fault is None:
            title, line = words("technician_stick.done"), str(self.outcome.file)
        else:
            title, line = words("technician_stick.failed"), words(f"stick.{fault.value}")
        blocks = [text_block(canvas, width, title, Type.RESULT)]
        blocks.append(text_block(canvas, width, line, Type.BODY, gap=16))
        draw_result(canvas, body, Sign.DONE if fault is None else Sign.REFUSED, blocks)
