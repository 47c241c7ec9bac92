"""Find a policy by a few letters: results change with every letter."""

from dataclasses import dataclass, replace
from typing import ClassVar

from kioskd.domain.region_info import PolicyText
from kioskd.domain.search import find_policies
from kioskd.screens import layout
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.layout import Rect
from kioskd.screens.navigation import Navigation
from kioskd.screens.policies import draw_policy_row, policy_row_height
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, action_row, heading
from kioskd.screens.widgets.keypad import draw_keypad, letter_rows, typed_after, typed_field
from kioskd.screens.widgets.pages import page_buttons, page_of, rows_that_fit, stretched, turned
from kioskd.screens.widgets.pay_page import hotline

LONGEST = 12


@dataclass(frozen=True, slots=True)
class Found:
    """A text to read, and how the search stood, to come back to it."""

    policy: PolicyText
    typed: str
    page: int


SearchAnswer = Found | Navigation


@dataclass(frozen=True, slots=True)
class PolicySearch(Screen[SearchAnswer]):
    """Answers with the text to read, or back."""

    names_nobody: ClassVar[bool] = True
    id = "policy-search"
    policies: tuple[PolicyText, ...]
    typed: str = ""
    page: int = 0

    def draw(self, canvas: Canvas) -> None:
        """Draw what is typed, the letters, and what fits."""
        room, actions = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
        words, gap = canvas.words, canvas.theme.gap
        between = action_row(canvas, actions, back=Action("back", words("info.back")))
        roomy = canvas.portrait or canvas.theme.roomy
        if roomy or canvas.lifts_question:  # else the empty field says it
            hint = words("policy_search.hint") if roomy else ""
            room = heading(canvas, room, words("policy_search.title"), hint)
        if canvas.portrait:
            results, pad = room.cut_bottom(canvas.px(360), gap)
            field, results = results.cut_top(canvas.px(76), gap)
            rows = letter_rows(7)
        else:
            keys = 7 * canvas.theme.min_touch + 6 * canvas.px(8)
            results, pad = room.cut_right(max(room.w * 46 // 100, keys), canvas.px(24))
            field, pad = pad.cut_top(max(canvas.px(72), canvas.theme.min_touch), canvas.px(12))
            rows = letter_rows(7)
        canvas.columns = (results, pad)
        typed_field(canvas, field, self.typed, words("policy_search.empty"))
        draw_keypad(canvas, pad, rows)
        self._draw_results(canvas, results, between)

    def tap(self, button: str) -> "Screen[SearchAnswer] | Done[SearchAnswer] | None":
        """Type a letter, turn the page, answer with a text, or go back."""
        if button == "back":
            return Done(Navigation.BACK)
        if (page := turned(self.page, button)) is not None:
            return replace(self, page=page)
        if (typed := typed_after(self.typed, button, LONGEST)) is not None:
            return replace(self, typed=typed, page=0)
        for policy in self.policies:
            if button == f"policy-{policy.id}":
                return Done(Found(policy, self.typed, self.page))
        return None

    def _draw_results(self, canvas: Canvas, room: Rect, between: Rect) -> None:
        found = list(find_policies(self.policies, self.typed))
        words = canvas.words
        if not found:
            none = words("policy_search.none", typed=self.typed, hotline=hotline(canvas))
            canvas.text(room, none, Type.LEAD)
            return
        count, room = room.cut_top(canvas.line_height(Type.NOTE), canvas.px(8))
        canvas.text(count, words("policy_search.count", count=len(found)), Type.NOTE)
        row, gap = policy_row_height(canvas, found, room.w), canvas.px(10)
        page = page_of(found, self.page, rows_that_fit(room.h, row, gap))
        cells = layout.stack(room, [stretched(room.h, row, gap)] * len(page.items), gap)
        for policy, cell in zip(page.items, cells, strict=True):
            draw_policy_row(canvas, policy, cell)
        page_buttons(canvas, between, page.index, page.count)
