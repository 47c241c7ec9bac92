"""Rules, guides and questions: a list of them, and one to read, page by page."""

from dataclasses import dataclass, replace

from kioskd.domain.region import PolicyText
from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect, wrap
from kioskd.screens.looks import Look
from kioskd.screens.navigation import Navigation
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, action_row, heading
from kioskd.screens.widgets.blocks import Block, blocks_height, draw_blocks, text_block
from kioskd.screens.widgets.pages import page_buttons, page_of, rows_that_fit, stretched, turned
from kioskd.screens.widgets.pay_page import hotline

ListAnswer = PolicyText | Navigation


@dataclass(frozen=True, slots=True)
class PolicyList(Screen[ListAnswer]):
    """Answers with the text to read, or back."""

    id = "policies"
    policies: tuple[PolicyText, ...]
    page: int

    def draw(self, canvas: Canvas) -> None:
        """Draw one row for each text: title, source and date."""
        room, actions = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
        title = canvas.words("policies.title")
        between = action_row(canvas, actions, back=Action("back", canvas.words("info.back")))
        if not self.policies:
            room = heading(canvas, room, title)
            none = canvas.words("policies.none", hotline=hotline(canvas))
            canvas.text(room, none, Type.LEAD)
            return
        room = heading(canvas, room, title, canvas.words("policies.hint"))
        row, gap = self._row_height(canvas, room.w), canvas.px(12)
        page = page_of(self.policies, self.page, rows_that_fit(room.h, row, gap))
        cells = layout.stack(room, [stretched(room.h, row, gap)] * len(page.items), gap)
        for policy, cell in zip(page.items, cells, strict=True):
            self._draw_row(canvas, policy, cell)
        page_buttons(canvas, between, page.index, page.count)

    def tap(self, button: str) -> "Screen[ListAnswer] | Done[ListAnswer] | None":
        """Answer with a text, turn the page, or go back."""
        if button == "back":
            return Done(Navigation.BACK)
        if (page := turned(self.page, button)) is not None:
            return replace(self, page=page)
        for policy in self.policies:
            if button == f"policy-{policy.id}":
                return Done(policy)
        return None

    def _row_height(self, canvas: Canvas, width: int) -> int:
        """Return the height of the highest row, so that all can be alike."""
        room = _words_width(canvas, width)
        high = max(blocks_height(_row_blocks(canvas, p, room)) for p in self.policies)
        return max(high + canvas.px(28), canvas.theme.min_touch)

    def _draw_row(self, canvas: Canvas, policy: PolicyText, cell: Rect) -> None:
        canvas.card(cell, Look.OPEN, f"policy-{policy.id}")
        inner = cell.inset(canvas.px(26), canvas.px(8))
        side = canvas.px(40)
        book, rest = inner.cut_left(side, canvas.px(22))
        canvas.icon(Icon.BOOK, book.centred(side, side), t.BLUE)
        words, arrow = rest.cut_right(canvas.px(28), canvas.px(16))
        canvas.icon(Icon.ARROW_RIGHT, arrow.centred(arrow.w, arrow.w), t.BLUE)
        draw_blocks(canvas, words, _row_blocks(canvas, policy, words.w), "middle")


@dataclass(frozen=True, slots=True)
class PolicyReader(Screen[Navigation]):
    """One text. Its source and date stand on every page."""

    id = "policy-text"
    policy: PolicyText
    page: int

    def draw(self, canvas: Canvas) -> None:
        """Draw as many lines as fit, the rest on further pages."""
        room, actions = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
        between = action_row(canvas, actions, back=Action("back", canvas.words("info.back")))
        title = self.policy.title.in_language(canvas.language)
        room = heading(canvas, room, title, _origin(canvas, self.policy, room.w))
        inner = canvas.card(room)
        lines, high = self._lines(canvas, inner.w), canvas.line_height(Type.BODY)
        page = page_of(lines, self.page, inner.h // high)
        shown = page.items[1:] if page.items[:1] == ("",) else page.items
        cells = layout.stack(inner, [high] * len(shown))
        for line, cell in zip(shown, cells, strict=True):
            canvas.text(cell, line, Type.BODY, valign="middle")
        page_buttons(canvas, between, page.index, page.count)

    def tap(self, button: str) -> "Screen[Navigation] | Done[Navigation] | None":
        """Turn the page, or go back."""
        if button == "back":
            return Done(Navigation.BACK)
        page = turned(self.page, button)
        return None if page is None else replace(self, page=page)

    def _lines(self, canvas: Canvas, width: int) -> list[str]:
        """Return the lines of all paragraphs, an empty one between two."""
        lines: list[str] = []
        for paragraph in self.policy.paragraphs:
            text = paragraph.in_language(canvas.language)
            wrapped = wrap(text, width, lambda part: canvas.text_width(part, Type.BODY))
            lines += [*([""] if lines else []), *wrapped]
        return lines


def _origin(canvas: Canvas, policy: PolicyText, width: int) -> str:
    """Return source and date: on one line where ``width`` allows, else on two."""
    source = canvas.words("policies.source", source=policy.source.in_language(canvas.language))
    date = canvas.words("policies.date", date=policy.date)
    together = f"{source}    {date}"
    return together if canvas.text_width(together, Type.NOTE) <= width else f"{source}\n{date}"


def _words_width(canvas: Canvas, row_width: int) -> int:
    return row_width - canvas.px(26) * 2 - canvas.px(40 + 22) - canvas.px(28 + 16)


def _row_blocks(canvas: Canvas, policy: PolicyText, width: int) -> list[Block]:
    title = policy.title.in_language(canvas.language)
    return [
        text_block(canvas, width, title, Type.TITLE),
        text_block(canvas, width, _origin(canvas, policy, width), Type.NOTE, t.SECOND_INK, 4),
    ]
