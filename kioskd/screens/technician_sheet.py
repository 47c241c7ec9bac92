"""What became of the acceptance sheet: on which paper it is, and whether the centre has it."""

from dataclasses import dataclass
from typing import ClassVar

from kioskd.domain.payment import Printed
from kioskd.domain.selftest import Result
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, Sign, action_row
from kioskd.screens.widgets.blocks import text_block
from kioskd.screens.widgets.result_page import draw_result, result_body, result_width
from kioskd.screens.words import Public

SIGNS = {Result.PASS: Sign.DONE, Result.FAIL: Sign.REFUSED}


@dataclass(frozen=True, slots=True)
class TechnicianSheet(Screen[None]):
    """Ends with the button ``ok``."""

    names_nobody: ClassVar[bool] = True
    id: ClassVar[str] = "technician-sheet"
    result: Result
    """Of the whole kiosk."""
    a4: Printed | None
    """None where the slip was taken instead."""
    slip: Printed | None
    told: str
    """Operator's code why the centre has not got it; empty if it has."""

    def tap(self, button: str) -> "Done[None]":
        """The button ``ok``."""
        return Done(None)

    def draw(self, canvas: Canvas) -> None:
        """Draw the verdict, the paper, the centre."""
        words = canvas.words
        body, row = result_body(canvas)
        action_row(canvas, row, Action("ok", words("technician_sheet.ok")))
        width = result_width(canvas)
        lines = [self._paper(canvas), words("technician_sheet.told")]
        if self.told:
            lines[1] = words("technician_sheet.untold", code=Public(self.told))
        title = words(f"technician_sheet.{self.result.value}")
        blocks = [text_block(canvas, width, title, Type.RESULT)]
        blocks += [text_block(canvas, width, line, Type.BODY, gap=16) for line in lines]
        draw_result(canvas, body, SIGNS.get(self.result, Sign.DOUBT), blocks)

    def _paper(self, canvas: Canvas) -> str:
        if self.a4 is not None:
            return canvas.words(f"technician_sheet.a4_{self.a4.value}")
        slip = self.slip.value if self.slip is not None else Printed.NO.value
        return canvas.words(f"technician_sheet.slip_{slip}")
