"""Old and new side by side, and the sentence she agrees to, before anything is sent."""

from dataclasses import dataclass, field
from enum import Enum
from typing import ClassVar

from kioskd.domain.profile import FieldChange
from kioskd.domain.text import Text
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect, columns, stack
from kioskd.screens.looks import Look
from kioskd.screens.navigation import Navigation
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, action_row, heading


class ReviewChangeChoice(Enum):
    """What she may answer besides going back."""

    AGREE = "agree"


ReviewChangeAnswer = ReviewChangeChoice | Navigation


@dataclass(frozen=True, slots=True)
class ReviewChange(Screen[ReviewChangeAnswer]):
    """Each change as two cards with an arrow between; what it is used for below."""

    id: ClassVar[str] = "review-change"
    changes: tuple[FieldChange, ...]
    consent: Text
    review_days: int | None = field(default=None)
    """How many working days somebody looks at it at most; None if it counts at once."""

    def draw(self, canvas: Canvas) -> None:
        """Draw the changes, the sentence and how soon it counts."""
        words, gap = canvas.words, canvas.px(14)
        body, actions = canvas.area.cut_bottom(canvas.theme.button_height, gap)
        room = heading(canvas, body, words("review_change.title"))
        consent = self._consent_height(canvas, room.w)
        pairs, below = room.cut_top(room.h - consent - gap, gap)
        most = canvas.px(330 if canvas.portrait else 170)
        high = min(most, (pairs.h - gap * (len(self.changes) - 1)) // len(self.changes))
        cells = stack(pairs, [high] * len(self.changes), gap)
        for one, cell in zip(self.changes, cells, strict=True):
            _draw_pair(canvas, cell, one)
        top = cells[-1].bottom + gap
        self._draw_consent(canvas, Rect(below.x, top, below.w, consent))
        main = Action("agree", words("review_change.agree"), icon=Icon.CHECK)
        action_row(canvas, actions, main, Action("back", words("review_change.back")))

    def tap(self, button: str) -> Done[ReviewChangeAnswer] | None:
        """Agree, or go back to typing."""
        if button == "back":
            return Done(Navigation.BACK)
        return Done(ReviewChangeChoice.AGREE) if button == "agree" else None

    def _texts(self, canvas: Canvas) -> tuple[str, str]:
        words = canvas.words
        soon = words("review_change.at_once")
        if self.review_days is not None:
            soon = words("review_change.reviewed", count=self.review_days)
        return self.consent.in_language(canvas.language), soon

    def _consent_height(self, canvas: Canvas, width: int) -> int:
        inner = width - 2 * canvas.px(24)
        consent, soon = self._texts(canvas)
        heights = (
            canvas.text_height(inner, consent, Type.BODY),
            canvas.text_height(inner, soon, Type.NOTE),
        )
        return sum(heights) + 3 * canvas.px(10)

    def _draw_consent(self, canvas: Canvas, rect: Rect) -> None:
        canvas.card(rect, Look.CHOSEN)
        room = rect.inset(canvas.px(24), canvas.px(10))
        consent, soon = self._texts(canvas)
        upper, lower = room.cut_bottom(canvas.text_height(room.w, soon, Type.NOTE), canvas.px(6))
        canvas.text(upper, consent, Type.BODY)
        canvas.text(lower, soon, Type.NOTE, t.SECOND_INK)


def _draw_pair(canvas: Canvas, cell: Rect, one: FieldChange) -> None:
    """Draw what is on file, an arrow, and what it shall be."""
    side = canvas.px(44)
    if canvas.portrait:
        upper, rest = cell.cut_top((cell.h - side) // 2)
        arrow, lower = rest.cut_top(side)
        canvas.icon(Icon.ARROW_DOWN, arrow.inset(0, canvas.px(6)), t.BLUE, t.GROUND)
        old, new = upper, lower
    else:
        old, arrow, new = columns(cell, [10, 1, 10])
        canvas.icon(Icon.ARROW_RIGHT, arrow.centred(side, side), t.BLUE, t.GROUND)
    words, topic = canvas.words, one.field.value
    before = one.before.reveal() or words("enter_text.nothing")
    _draw_side(canvas, old, words(f"enter_text.{topic}.old"), before, Look.PLAIN)
    _draw_side(canvas, new, words(f"enter_text.{topic}.new"), one.after.reveal(), Look.CHOSEN)


def _draw_side(canvas: Canvas, rect: Rect, label: str, text: str, look: Look) -> None:
    canvas.card(rect, look)
    room = rect.inset(canvas.px(24), canvas.px(8))
    upper, lower = room.cut_top(canvas.line_height(Type.NOTE))
    canvas.text(upper, label, Type.NOTE, t.SECOND_INK)
    type = Type.BODY if look is Look.PLAIN else Type.STRONG
    canvas.text(lower, text, type, valign="middle", shrink_to=0.62)
