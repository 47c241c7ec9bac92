"""A receipt from her list: it is printing, it came out, it did not, or nobody knows."""

from dataclasses import dataclass
from enum import Enum

from kioskd.domain.money import Money
from kioskd.domain.payment import Printed
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.looks import Look
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, Sign, action_row
from kioskd.screens.widgets.blocks import Block, boxed_block, fact_blocks, text_block
from kioskd.screens.widgets.result_page import PRINTED_WORDS, draw_result, result_body, result_width

SIGNS = {
    Printed.YES: Sign.DONE,
    Printed.NO: Sign.STOP,
    Printed.UNKNOWN: Sign.DOUBT,
    None: Sign.WAIT,
}


class ReceiptPrintedChoice(Enum):
    """What the visitor may do next."""

    LIST = "list"
    END = "end"


@dataclass(frozen=True, slots=True)
class ReceiptPrinted(Screen[ReceiptPrintedChoice]):
    """The result of a print; says of a copy which one it is."""

    id = "receipt-printed"
    number: str
    ref: str
    amount: Money
    copy: int
    """0: the original."""
    printed: Printed | None
    """None: it is printing."""

    def draw(self, canvas: Canvas) -> None:
        """Draw the sign, what became of the paper, what to do, and which receipt it is."""
        body, actions = result_body(canvas)
        blocks = self._blocks(canvas, result_width(canvas))
        draw_result(canvas, body, SIGNS[self.printed], blocks)
        ready = self.printed is not None
        end = canvas.words("receipt_printed.end" if ready else "receipt_printed.wait")
        back = Action("list", canvas.words("receipt_printed.list"), ready)
        action_row(canvas, actions, Action("end", end, ready), back)

    def tap(
        self, button: str
    ) -> "Screen[ReceiptPrintedChoice] | Done[ReceiptPrintedChoice] | None":
        """Go back to the list, or end; not before the printer has answered."""
        if self.printed is None:
            return None
        return {choice.value: Done(choice) for choice in ReceiptPrintedChoice}.get(button)

    def _blocks(self, canvas: Canvas, width: int) -> list[Block]:
        words, which = canvas.words, PRINTED_WORDS[self.printed]
        facts = [
            (words("receipt_printed.paper"), self._paper(canvas)),
            (words("receipt_printed.number"), self.number),
            (words("receipt_printed.amount"), f"{self.amount} {words('unit.yuan')}"),
        ]
        if not canvas.theme.elder:
            facts.insert(2, (words("pay.ref"), self.ref))
        rows = fact_blocks(canvas, width - 2 * canvas.px(26), facts, gap=4)
        return [
            text_block(canvas, width, words(f"receipt_printed.{which}.title"), Type.RESULT),
            text_block(canvas, width, words(f"receipt_printed.{which}.next"), Type.LEAD, gap=10),
            boxed_block(canvas, Look.PLAIN, rows),
        ]

    def _paper(self, canvas: Canvas) -> str:
        if not self.copy:
            return canvas.words("receipt_printed.original")
        return canvas.words("receipt_printed.copy", number=self.copy)
