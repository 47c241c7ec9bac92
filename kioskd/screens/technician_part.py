"""One part of the kiosk: what it says of itself, how it did, and what can be tried now."""

from dataclasses import dataclass
from typing import ClassVar

from kioskd.domain.selftest import Finding, Result
from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.navigation import Navigation
from kioskd.screens.technician_parts import INKS
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, action_row, heading
from kioskd.screens.widgets.blocks import Block, draw_blocks, fact_blocks, text_block
from kioskd.screens.words import Public, Words, together

PartAnswer = str | Navigation
DEED = "do-"


def fact_in_words(words: Words, name: str, said: str) -> tuple[str, str]:
    """Return the label of a fact and what it says, in a language; names and numbers as they are."""
    key = f"technician.{name}.{said}"
    return words(f"technician.fact.{name}"), words(key) if name == "paper" else Public(said)


@dataclass(frozen=True, slots=True)
class TechnicianPart(Screen[PartAnswer]):
    """Answers the deed to be done now, or back."""

    names_nobody: ClassVar[bool] = True
    id: ClassVar[str] = "technician-part"
    finding: Finding
    until: str

    def tap(self, button: str) -> "Done[PartAnswer] | None":
        """A deed (``do-print_slip``), or ``back``."""
        if button == "back":
            return Done(Navigation.BACK)
        return Done(button.removeprefix(DEED)) if button.startswith(DEED) else None

    def draw(self, canvas: Canvas) -> None:
        """Draw facts at the left (portrait: above), deeds at the right."""
        words, finding = canvas.words, self.finding
        room, row = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
        action_row(canvas, row, back=Action("back", words("technician_part.back")))
        name = words(f"technician.part.{finding.part}")
        room = heading(canvas, room, name, words(f"technician.{finding.result.value}"))
        gap = canvas.px(20)
        if canvas.portrait:
            facts, deeds = room.cut_top(room.h // 2, gap)
        else:
            facts, deeds = room.cut_left(room.w * 52 // 100, gap)
        inner = canvas.card(facts).inset(0, -canvas.px(8))
        draw_blocks(canvas, inner, self._facts(canvas, inner.w))
        self._draw_deeds(canvas, deeds)
        canvas.say_in_footer(words("technician.until"), Public(self.until))

    def _facts(self, canvas: Canvas, width: int) -> list[Block]:
        words, finding = canvas.words, self.finding
        facts = [fact_in_words(words, name, said) for name, said in finding.facts]
        if finding.trouble:
            fault = words(f"trouble.{finding.reason}.title") if finding.reason else Public("")
            said = together(Public(finding.trouble), fault, by=" ")
            facts.append((words("technician.fact.trouble"), said))
        if not facts:
            return [text_block(canvas, width, words("technician_part.says_nothing"), Type.BODY)]
        return fact_blocks(canvas, width, facts, Type.NOTE)

    def _draw_deeds(self, canvas: Canvas, rect: Rect) -> None:
        words, deeds = canvas.words, self.finding.deeds
        if not self.finding.fitted:
            canvas.text(rect, words("technician_part.absent"), Type.BODY, t.SECOND_INK)
            return
        high = min(canvas.px(150), rect.h // max(2, len(deeds)) - canvas.px(12))
        cells = layout.stack(rect, [high] * len(deeds), canvas.px(12))
        for deed, cell in zip(deeds, cells, strict=True):
            result = self.finding.done.get(deed, Result.UNKNOWN)
            canvas.card(cell, Look.OPEN, f"{DEED}{deed}")
            upper, lower = cell.inset(canvas.px(20), canvas.px(8)).cut_top(
                (cell.h - 2 * canvas.px(8)) * 6 // 10
            )
            said = words(_said_of(self.finding, deed))
            canvas.text(
                upper,
                words(f"technician.do.{deed}"),
                Type.STRONG,
                t.BLUE,
                valign="middle",
                shrink_to=0.6,
            )
            canvas.text(lower, said, Type.NOTE, INKS[result], valign="middle", shrink_to=0.6)


def _said_of(finding: Finding, deed: str) -> str:
    """Return the key of what is said of a deed."""
    if deed not in finding.done:
        return "technician.untried"
    result = finding.done[deed]
    return "technician.cannot" if result is Result.ABSENT else f"technician.{result.value}"
