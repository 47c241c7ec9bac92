"""What became of a sealed paper: all pages out, none, or nobody can say."""

from dataclasses import dataclass
from enum import Enum

from kioskd.domain.document import PrintEnd
from kioskd.domain.payment import Printed
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.looks import Look
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, Sign, action_row
from kioskd.screens.widgets.blocks import Block, boxed_block, fact_blocks, text_block
from kioskd.screens.widgets.result_page import draw_result, result_body, result_width

SIGNS = {Printed.YES: Sign.DONE, Printed.NO: Sign.STOP, Printed.UNKNOWN: Sign.DOUBT}


class DocumentPrintedChoice(Enum):
    """What the visitor may do next."""

    HOME = "home"
    AGAIN = "again"
    END = "end"


@dataclass(frozen=True, slots=True)
class DocumentPrinted(Screen[DocumentPrintedChoice]):
    """The result of a print. Printing once more is offered only where not all is certainly out."""

    id = "document-printed"
    kind: str
    number: str
    end: PrintEnd

    def draw(self, canvas: Canvas) -> None:
        """Draw the sign, what became of the pages, what to do, and which paper it is."""
        body, actions = result_body(canvas)
        sign = Sign.TELL if self._stopped_by_her else SIGNS[self.end.printed]
        draw_result(canvas, body, sign, self._blocks(canvas, result_width(canvas)))
        words = canvas.words
        if self.end.printed is Printed.YES:
            main = Action("end", words("document_printed.end"))
            action_row(canvas, actions, main, Action("home", words("document_printed.home")))
            return
        main = Action("again", words("document_printed.again"))
        action_row(canvas, actions, main, Action("home", words("document_printed.home")))

    def tap(
        self, button: str
    ) -> "Screen[DocumentPrintedChoice] | Done[DocumentPrintedChoice] | None":
        """Go home, print once more, or end."""
        return {choice.value: Done(choice) for choice in DocumentPrintedChoice}.get(button)

    @property
    def _stopped_by_her(self) -> bool:
        return self.end.cancelled and self.end.trouble is None

    def _blocks(self, canvas: Canvas, width: int) -> list[Block]:
        words, end = canvas.words, self.end
        key = f"document_printed.{self._which()}"
        fields = {"done": end.done, "pages": end.pages}
        facts = [
            (words("document_printed.paper"), words(f"document.{self.kind}")),
            (words("document_printed.number"), self.number),
            (words("document_printed.out"), words("document_printed.of", **fields)),
        ]
        if end.trouble is not None:
            reason = words(f"document_stop.{end.trouble.reason.value}.title")
            told = words("document_printed.reason", reason=reason, code=end.trouble.code)
            facts.append((words("document_printed.why"), told))
        rows = fact_blocks(canvas, width - 2 * canvas.px(26), facts, gap=4)
        return [
            text_block(canvas, width, words(f"{key}.title", **fields), Type.RESULT),
            text_block(canvas, width, words(f"{key}.next", **fields), Type.LEAD, gap=10),
            boxed_block(canvas, Look.PLAIN, rows),
        ]

    def _which(self) -> str:
        """Return the words for this end: what she needs to know differs by how much is out."""
        if self.end.printed is Printed.YES:
            return "printed"
        if self._stopped_by_her:
            return "stopped_some" if self.end.done else "stopped"
        if self.end.printed is Printed.NO:
            return "not_printed"
        return "some" if self.end.done else "unknown"
