"""What was done about a card: the result, its number and days, what comes next, and the slip."""

from dataclasses import dataclass
from enum import Enum

from kioskd.domain.payment import Printed
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.looks import Look
from kioskd.screens.said import Value, said
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, Sign, action_row
from kioskd.screens.widgets.blocks import Block, boxed_block, fact_blocks, text_block
from kioskd.screens.widgets.result_page import draw_result, paper_block, result_body, result_width


class CardDeed(Enum):
    """What was done; the words are ``card_done.<value>``."""

    LOSS_REPORTED = "loss_reported"
    LOSS_STANDS = "loss_stands"
    """It had been reported before."""
    LOSS_CANCELLED = "loss_cancelled"
    REISSUED = "reissued"
    ACTIVATED = "activated"
    PIN_CHANGED = "pin_changed"


class CardDoneChoice(Enum):
    """What the visitor may do next."""

    HOME = "home"
    END = "end"


@dataclass(frozen=True, slots=True)
class CardDone(Screen[CardDoneChoice]):
    """A deed with its facts: pairs of a key of ``card_fact`` and a value."""

    deed: CardDeed
    facts: tuple[tuple[str, Value], ...] = ()
    slip: bool = True
    """Whether a slip goes with it."""
    printed: Printed | None = None
    """What became of the slip; None while it is printing."""

    @property
    def id(self) -> str:  # type: ignore[override]
        """``done-loss-reported`` and so on."""
        return f"done-{self.deed.value.replace('_', '-')}"

    @property
    def _ready(self) -> bool:
        return not self.slip or self.printed is not None

    def draw(self, canvas: Canvas) -> None:
        """Draw the sign, the result, the facts and what to do next."""
        body, actions = result_body(canvas)
        draw_result(canvas, body, Sign.DONE, self._blocks(canvas, result_width(canvas)))
        words = canvas.words
        end = words("card_done.end" if self._ready else "card_done.wait")
        back = Action("home", words("card_done.home"), self._ready)
        action_row(canvas, actions, Action("end", end, self._ready), back)

    def tap(self, button: str) -> "Screen[CardDoneChoice] | Done[CardDoneChoice] | None":
        """Go home or end; not before the printer has answered."""
        if not self._ready:
            return None
        return {choice.value: Done(choice) for choice in CardDoneChoice}.get(button)

    def _blocks(self, canvas: Canvas, width: int) -> list[Block]:
        words, key = canvas.words, f"card_done.{self.deed.value}"
        blocks = [
            text_block(canvas, width, words(f"{key}.title"), Type.RESULT),
            text_block(canvas, width, words(f"{key}.next"), Type.BODY, gap=8),
        ]
        if self.facts:
            facts = [(words(f"card_fact.{name}"), said(words, value)) for name, value in self.facts]
            rows = fact_blocks(canvas, width - 2 * canvas.px(26), facts, gap=4)
            blocks.append(boxed_block(canvas, Look.PLAIN, rows, gap=14))
        if self.slip:
            blocks.append(paper_block(canvas, width, "card_slip_state", self.printed, gap=12))
        return blocks
