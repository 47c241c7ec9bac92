"""One text typed on the soft keyboard: what is on file and what it shall be, side by side."""

from dataclasses import dataclass, field, replace
from typing import ClassVar

from kioskd.domain.typed_text import Form, TextRule, length, tidied
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.keyboard.board import board_height, draw_bar, draw_board
from kioskd.screens.keyboard.field import draw_field
from kioskd.screens.keyboard.keys import Page
from kioskd.screens.keyboard.typing import Typing
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.navigation import Navigation
from kioskd.screens.theme import Type
from kioskd.screens.widgets import heading

EnteredText = str | Navigation
LETTER_ROWS = 5
NO_FAULT = (TextRule.EMPTY, TextRule.TOO_SHORT, None)
"""While she is still typing these are no faults: the bar tells her what is wanted."""


@dataclass(frozen=True, slots=True)
class EnterText(Screen[EnteredText]):
    """Answers the text, tidied and within its rules, or BACK."""

    id: ClassVar[str] = "enter-text"
    topic: str
    """Whose words these are: the section ``enter_text.<topic>`` of the catalogues."""
    typing: Typing
    old: str = field(default="", repr=False)
    """What is on file, in full; empty where there is nothing."""
    has_old: bool = True
    """False for a text that replaces nothing, like a search."""
    may_keep: bool = False
    """Whether she may go on without changing this one of several texts."""
    refused: TextRule | None = None
    """What the centre has said of the text before this one."""

    @property
    def text(self) -> str:
        """The text as it would be handed over."""
        return tidied(self.typing.text)

    @property
    def broken(self) -> TextRule | None:
        """The rule that the text breaks now."""
        return self.typing.rules.broken_by(self.text)

    @property
    def is_unchanged(self) -> bool:
        """Whether it is just what is on file."""
        return self.has_old and bool(self.old) and self.text == self.old

    @property
    def can_be_done(self) -> bool:
        """Whether there is nothing left to do."""
        return not self.typing.letters and self.broken is None and not self.is_unchanged

    def tap(self, button: str) -> "EnterText | Done[EnteredText] | None":
        """A key, ``amend`` (begin with what is on file), ``keep`` it, ``back`` or ``done``."""
        match button:
            case "back":
                return Done(Navigation.BACK)
            case "done":
                return Done(self.text) if self.can_be_done else None
            case "keep":
                return Done(self.old)
            case "amend":
                return replace(self, typing=self.typing.with_text(self.old), refused=None)
        return replace(self, typing=self.typing.press(button), refused=None)

    def draw(self, canvas: Canvas) -> None:
        """Draw old and new, candidates or what is to be said, and the keys."""
        area, gap = canvas.area, canvas.px(14 if canvas.theme.roomy else 8)
        bar_height = self._bar_height(canvas)
        if canvas.portrait:
            area = heading(canvas, area, canvas.words(f"enter_text.{self.topic}.title"))
            bar_height = 2 * bar_height + canvas.px(10)
        cards, area = area.cut_top(self._cards_height(canvas, area, bar_height), gap)
        bar, keys = area.cut_top(bar_height, gap)
        self._draw_cards(canvas, cards)
        if canvas.portrait:
            keys = keys.cut_bottom(min(keys.h, canvas.px(620)))[1]
            bar = Rect(bar.x, keys.y - gap - bar.h, bar.w, bar.h)
        said, is_fault = self._said(canvas)
        draw_bar(canvas, bar, self.typing, said, is_fault)
        draw_board(canvas, keys, self.typing, self.can_be_done)

    def _bar_height(self, canvas: Canvas) -> int:
        """A line where keys need the room and no candidates are offered, else a finger's height."""
        offers = self.typing.page is Page.PINYIN or bool(self.typing.letters)
        if canvas.portrait or canvas.theme.roomy or offers:
            return max(canvas.px(64), canvas.theme.min_touch)
        return canvas.line_height(Type.NOTE)

    def _cards_height(self, canvas: Canvas, area: Rect, bar_height: int) -> int:
        least = canvas.line_height(Type.NOTE) + canvas.line_height(Type.BODY) + canvas.px(16)
        if self.has_old and self.old and not self.typing.whole:  # a button stands beside it
            least = max(least, canvas.theme.min_touch + canvas.px(4))
        if canvas.portrait:
            return (2 if self.has_old else 1) * canvas.px(160)
        keys = board_height(canvas, LETTER_ROWS)
        spare = area.h - bar_height - 2 * canvas.px(14) - max(keys, canvas.px(390))
        if not canvas.theme.roomy:
            return least
        return max(least, min(spare, canvas.px(150)))

    def _draw_cards(self, canvas: Canvas, rect: Rect) -> None:
        gap = canvas.px(24)
        if not self.has_old:
            self._draw_new(canvas, rect)
        elif canvas.portrait:
            upper, lower = rect.cut_top((rect.h - canvas.px(14)) // 2, canvas.px(14))
            self._draw_old(canvas, upper)
            self._draw_new(canvas, lower)
        else:
            left, right = rect.cut_left((rect.w - gap) // 2, gap)
            self._draw_old(canvas, left)
            self._draw_new(canvas, right)

    def _draw_old(self, canvas: Canvas, rect: Rect) -> None:
        words = canvas.words
        canvas.card(rect)
        room = _inside(canvas, rect)
        if self.old and not self.typing.whole:
            for button in ("keep", "amend") if self.may_keep else ("amend",):
                room = _draw_beside(canvas, room, button)
        label, text = room.cut_top(canvas.line_height(Type.NOTE))
        canvas.text(label, words(f"enter_text.{self.topic}.old"), Type.NOTE, t.SECOND_INK)
        said = self.old or words("enter_text.nothing")
        ink, type = t.INK if self.old else t.SECOND_INK, self._type
        if canvas.text_height(text.w, said, type) > text.h + canvas.px(4):
            type = Type.NOTE
        said = _shortened(canvas, text, said, type)
        canvas.text(text, said, type, ink, valign="middle")

    def _draw_new(self, canvas: Canvas, rect: Rect) -> None:
        canvas.card(rect, Look.OPEN)
        label, text = _inside(canvas, rect).cut_top(canvas.line_height(Type.NOTE))
        rules = self.typing.rules
        count = f"{rules.longest - self.typing.room} / {rules.longest}" if self._counts else ""
        canvas.text(label, count, Type.NOTE, t.SECOND_INK, "right")
        label = Rect(label.x, label.y, label.w - canvas.text_width(count, Type.NOTE) - 8, label.h)
        asked = canvas.words(f"enter_text.{self.topic}.new")
        canvas.text(label, asked, Type.NOTE, t.SECOND_INK)
        canvas.asked.append(asked)
        draw_field(canvas, text, self.typing, self._type)

    @property
    def _counts(self) -> bool:
        return self.typing.rules.form is Form.FREE

    @property
    def _type(self) -> Type:
        return Type.BODY if self._counts else Type.TITLE

    @property
    def _is_a_fault(self) -> bool:
        """Whether more typing cannot put right what is wrong."""
        too_few = length(self.text) < self.typing.rules.shortest
        is_begun = self.broken is TextRule.NOT_A_PHONE and too_few
        return self.broken not in NO_FAULT and not is_begun

    def _said(self, canvas: Canvas) -> tuple[str, bool]:
        """Return what the bar says while no letters wait, and whether it is a fault."""
        words, rules = canvas.words, self.typing.rules
        lengths = {"shortest": rules.shortest, "longest": rules.longest}
        if self.refused is not None:
            why = rule_sentence(canvas, self.topic, self.refused, lengths)
            return words("enter_text.refused", why=why), True
        if self.broken is not None and self._is_a_fault:
            return rule_sentence(canvas, self.topic, self.broken, lengths), True
        if self.is_unchanged:
            return words("enter_text.unchanged"), False
        if self.typing.room <= 0:
            return words("text_rule.full", **lengths), False
        key = "ready" if self.can_be_done else "hint"
        return words(f"enter_text.{self.topic}.{key}", **lengths), False


def rule_sentence(canvas: Canvas, topic: str, rule: TextRule, lengths: dict[str, int]) -> str:
    """Return the sentence of a rule that a text breaks, in the field's own words if it has any."""
    own = f"enter_text.{topic}.{rule.value}"
    return canvas.words(own if own in canvas.words else f"text_rule.{rule.value}", **lengths)


def _shortened(canvas: Canvas, rect: Rect, text: str, type: Type) -> str:
    """Return ``text``, or what of it fits with a sign of the rest: the review shows all of it."""
    if canvas.text_height(rect.w, text, type) <= rect.h + canvas.px(4):
        return text
    while text and canvas.text_height(rect.w, text + "…", type) > rect.h + canvas.px(4):
        text = text[:-1]
    return text + "…"


def _draw_beside(canvas: Canvas, room: Rect, button: str) -> Rect:
    """Draw a button at the right of what is on file; return the room left of it."""
    label = canvas.words(f"enter_text.{button}")
    width = max(canvas.theme.min_touch, canvas.text_width(label, Type.NOTE) + canvas.px(36))
    height = max(canvas.theme.min_touch, canvas.px(56))
    rest, place = room.cut_right(width, canvas.px(10))
    canvas.button(button, place.centred(width, height), label, Look.SECOND, type=Type.NOTE)
    return rest


def _inside(canvas: Canvas, rect: Rect) -> Rect:
    return rect.inset(canvas.px(24), min(canvas.px(14), canvas.px(8)))
