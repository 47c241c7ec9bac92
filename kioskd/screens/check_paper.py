"""Is this paper genuine? Its number is typed; what the centre says of it."""

from dataclasses import dataclass, replace
from enum import Enum
from typing import ClassVar

from kioskd.domain.paper_code import LONGEST, CodeState, code_state, grouped
from kioskd.domain.text import Text
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.navigation import Navigation
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, Sign, action_row, heading
from kioskd.screens.widgets.blocks import Block, fact_blocks, text_block
from kioskd.screens.widgets.keypad import code_rows, draw_keypad, typed_after, typed_field
from kioskd.screens.widgets.pay_page import hotline
from kioskd.screens.widgets.result_page import draw_result, result_body, result_width


@dataclass(frozen=True, slots=True)
class CheckPaper(Screen[str | Navigation]):
    """Answers with the code to ask the centre about, or back. A slip is told here."""

    names_nobody: ClassVar[bool] = True
    id = "check-paper"
    typed: str = ""
    mistyped: bool = False
    """The check digits do not fit: said until another key is touched."""

    def draw(self, canvas: Canvas) -> None:
        """Draw the field, the keys, and what to do."""
        room, actions = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
        words, gap = canvas.words, canvas.px(12)
        enough = code_state(self.typed) is not CodeState.TOO_SHORT
        main = Action("check", words("check_paper.check"), enabled=enough)
        action_row(canvas, actions, main, Action("back", words("info.back")))
        if canvas.portrait or canvas.theme.roomy:  # else the line beside the field says it
            room = heading(canvas, room, words("check_paper.title"))
        note = words("check_paper.mistyped" if self.mistyped else "check_paper.hint")
        high = max(canvas.px(84), canvas.theme.min_touch)
        if canvas.portrait:
            line, room = room.cut_top(canvas.text_height(room.w, note, Type.BODY), gap)
            field, room = room.cut_top(high, gap)
        else:
            row, room = room.cut_top(high, gap)
            field, line = row.cut_left(row.w * 62 // 100, canvas.px(20))
        ink = t.STOP if self.mistyped else t.SECOND_INK
        canvas.text(line, note, Type.BODY, ink, valign="middle", shrink_to=0.7)
        typed_field(canvas, field, grouped(self.typed), words("check_paper.empty"))
        pad = room.cut_top(min(room.h, canvas.px(400)))[0]
        draw_keypad(canvas, pad, code_rows())

    def tap(self, button: str) -> "CheckPaper | Done[str | Navigation] | None":
        """Type, check, or go back."""
        if button == "back":
            return Done(Navigation.BACK)
        if button == "check":
            return self._checked()
        typed = typed_after(self.typed, button, LONGEST)
        return None if typed is None else replace(self, typed=typed, mistyped=False)

    def _checked(self) -> "CheckPaper | Done[str | Navigation] | None":
        match code_state(self.typed):
            case CodeState.TOO_SHORT:
                return None
            case CodeState.MISTYPED:
                return replace(self, mistyped=True)
            case CodeState.TO_ASK:
                return Done(self.typed)


class PaperVerdictShown(Enum):
    """What is said of the paper, with its sign."""

    GENUINE = ("genuine", Sign.DONE)
    REVOKED = ("revoked", Sign.STOP)
    UNKNOWN = ("unknown", Sign.DOUBT)

    def __init__(self, key: str, sign: Sign) -> None:
        self.key, self.sign = key, sign


class PaperChoice(Enum):
    """Where to go after the answer."""

    ANOTHER = "another"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class PaperChecked(Screen[PaperChoice]):
    """What the centre says, and what must stand on the paper if it is the real one."""

    id = "paper-checked"
    verdict: PaperVerdictShown
    number: str
    """As the centre writes it, else as it was typed."""
    facts: tuple[tuple[Text, Text], ...] = ()
    """What stands on the real paper."""

    def draw(self, canvas: Canvas) -> None:
        """Draw the sign, the words, and the facts to compare with."""
        body, actions = result_body(canvas)
        words = canvas.words
        another = Action("another", words("check_paper.another"))
        action_row(canvas, actions, another, Action("back", words("info.back")))
        draw_result(canvas, body, self.verdict.sign, self._blocks(canvas))

    def tap(self, button: str) -> "Done[PaperChoice] | None":
        """Check another, or go back."""
        return Done(PaperChoice(button)) if button in ("another", "back") else None

    def _blocks(self, canvas: Canvas) -> list[Block]:
        words, width, key = canvas.words, result_width(canvas), self.verdict.key
        language = canvas.language
        facts = [
            (label.in_language(language), value.in_language(language))
            for label, value in self.facts
        ]
        bare = self.verdict is PaperVerdictShown.GENUINE and not self.facts
        told = "number_only" if bare else "text"
        text = words(f"check_paper.{key}.{told}", hotline=hotline(canvas), number=self.number)
        return [
            text_block(canvas, width, words(f"check_paper.{key}.title"), Type.QUESTION),
            text_block(canvas, width, text, Type.BODY, gap=8),
            *fact_blocks(canvas, width, facts, Type.NOTE, gap=4),
        ]
