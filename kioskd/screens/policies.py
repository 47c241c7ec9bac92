"""Policy consultation: four pages of texts, and one to read, page by page."""

from dataclasses import dataclass, replace
from enum import Enum
from typing import ClassVar

from kioskd.domain.region_info import PolicyCategory, PolicyText
from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect, wrap
from kioskd.screens.looks import Look
from kioskd.screens.navigation import Navigation
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, action_row, heading, tabs
from kioskd.screens.widgets.blocks import Block, blocks_height, draw_blocks, text_block
from kioskd.screens.widgets.pages import page_buttons, page_of, rows_that_fit, stretched, turned
from kioskd.screens.widgets.pay_page import hotline
from kioskd.screens.words import Public, together


@dataclass(frozen=True, slots=True)
class PackState:
    """How fresh the content is that stands on the screen."""

    version: int
    fetched_on: str
    """ISO date of when the centre last confirmed it, by the kiosk's clock."""
    kept: bool
    """Whether it comes from the kiosk's disk because the centre cannot be reached."""


@dataclass(frozen=True, slots=True)
class Picked:
    """A text to read, and where the list stood, to come back to it."""

    policy: PolicyText
    category: PolicyCategory
    page: int


class PolicyChoice(Enum):
    """What she may do besides reading."""

    SEARCH = "search"
    BACK = "back"


ListAnswer = Picked | PolicyChoice


@dataclass(frozen=True, slots=True)
class PolicyList(Screen[ListAnswer]):
    """Answers with the text to read, with search, or back."""

    names_nobody: ClassVar[bool] = True
    id = "policies"
    policies: tuple[PolicyText, ...]
    state: PackState
    category: PolicyCategory = PolicyCategory.GUIDE
    page: int = 0

    def draw(self, canvas: Canvas) -> None:
        """Draw the pages as tabs, and a row for each text: title, source and date."""
        room, actions = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
        words = canvas.words
        title, back = words("policies.title"), Action("back", words("info.back"))
        if not self.policies:
            action_row(canvas, actions, back=back)
            room = heading(canvas, room, title)
            canvas.text(room, words("policies.none", hotline=hotline(canvas)), Type.LEAD)
            return
        main = Action("search", words("policies.search"), icon=Icon.SEARCH)
        between = action_row(canvas, actions, main, back)
        room = heading(canvas, room, title, state_note(canvas, self.state))
        entries = [
            (f"tab-{one.value}", words(f"policies.tab.{one.value}"), None) for one in self._tabs()
        ]
        room = tabs(canvas, room, entries, f"tab-{self.category.value}")
        self._draw_rows(canvas, room.inset(0, -canvas.px(8)), between)

    def tap(self, button: str) -> "Screen[ListAnswer] | Done[ListAnswer] | None":
        """Answer with a text, turn the page, change the tab, search, or go back."""
        if button in ("back", "search"):
            return Done(PolicyChoice(button))
        if (page := turned(self.page, button)) is not None:
            return replace(self, page=page)
        for category in self._tabs():
            if button == f"tab-{category.value}":
                return replace(self, category=category, page=0)
        for policy in self.policies:
            if button == f"policy-{policy.id}":
                return Done(Picked(policy, self.category, self.page))
        return None

    def _tabs(self) -> list[PolicyCategory]:
        """Return the pages that hold anything."""
        there = {policy.category for policy in self.policies}
        return [category for category in PolicyCategory if category in there]

    def _draw_rows(self, canvas: Canvas, room: Rect, between: Rect) -> None:
        here = [policy for policy in self.policies if policy.category is self.category]
        row, gap = policy_row_height(canvas, here, room.w), canvas.px(10)
        page = page_of(here, self.page, rows_that_fit(room.h, row, gap))
        if page.count > 1 and between.w < canvas.px(440):
            room, between = room.cut_bottom(canvas.theme.button_height, gap)
            page = page_of(here, self.page, rows_that_fit(room.h, row, gap))
        cells = layout.stack(room, [stretched(room.h, row, gap)] * len(page.items), gap)
        for policy, cell in zip(page.items, cells, strict=True):
            draw_policy_row(canvas, policy, cell)
        page_buttons(canvas, between, page.index, page.count)


def state_note(canvas: Canvas, state: PackState) -> str:
    """Say how fresh the content is; where the centre is away, that it is kept content."""
    key = "policies.kept" if state.kept else "policies.fresh"
    return canvas.words(key, date=Public(state.fetched_on), version=Public(state.version))


def policy_row_height(canvas: Canvas, policies: "list[PolicyText]", width: int) -> int:
    """Return the height of the highest row, so that all can be alike."""
    room = _words_width(canvas, width)
    high = max((blocks_height(_row_blocks(canvas, policy, room)) for policy in policies), default=0)
    return max(high + canvas.px(20), canvas.theme.min_touch)


def draw_policy_row(canvas: Canvas, policy: PolicyText, cell: Rect) -> None:
    """Draw one text as a card to touch: ``policy-<id>``."""
    canvas.card(cell, Look.SECOND, f"policy-{policy.id}")
    inner = cell.inset(canvas.px(22), canvas.px(6))
    words, arrow = inner.cut_right(canvas.px(28), canvas.px(16))
    canvas.icon(Icon.ARROW_RIGHT, arrow.centred(arrow.w, arrow.w), t.BLUE)
    draw_blocks(canvas, words, _row_blocks(canvas, policy, words.w), "middle")


@dataclass(frozen=True, slots=True)
class PolicyReader(Screen[Navigation]):
    """One text. Its source and date stand on every page."""

    names_nobody: ClassVar[bool] = True
    id = "policy-text"
    policy: PolicyText
    page: int

    def draw(self, canvas: Canvas) -> None:
        """Draw as many lines as fit, the rest on further pages."""
        room, actions = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
        between = action_row(canvas, actions, back=Action("back", canvas.words("info.back")))
        title = Public(self.policy.title.in_language(canvas.language))
        room = heading(canvas, room, title, _origin(canvas, self.policy, room.w))
        inner = canvas.card(room)
        lines, high = self._lines(canvas, inner.w), canvas.line_height(Type.BODY)
        page = page_of(lines, self.page, inner.h // high)
        shown = page.items[1:] if page.items[:1] == ("",) else page.items
        cells = layout.stack(inner, [high] * len(shown))
        space = "" if canvas.language == "zh_CN" else " "
        with canvas.for_eyes(Public(space.join(shown))):
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
        for text in self._paragraphs(canvas):
            wrapped = wrap(text, width, lambda part: canvas.text_width(part, Type.BODY))
            lines += [*([""] if lines else []), *wrapped]
        return lines

    def _paragraphs(self, canvas: Canvas) -> list[str]:
        """Return the text; of a form also what to bring and where to go with it."""
        language, policy = canvas.language, self.policy
        paragraphs = [paragraph.in_language(language) for paragraph in policy.paragraphs]
        if policy.bring:
            listed = [f"· {one.in_language(language)}" for one in policy.bring]
            paragraphs.append("\n".join([canvas.words("policies.bring"), *listed]))
        if where := policy.where.in_language(language):
            paragraphs.append(canvas.words("policies.where", where=where))
        return paragraphs


def _origin(canvas: Canvas, policy: PolicyText, width: int) -> str:
    """Return source and date: on one line where ``width`` allows, else on two."""
    source = canvas.words(
        "policies.source", source=Public(policy.source.in_language(canvas.language))
    )
    date = canvas.words("policies.date", date=Public(policy.date))
    whole = together(source, date, by="    ")
    return whole if canvas.text_width(whole, Type.NOTE) <= width else together(source, date)


def _words_width(canvas: Canvas, row_width: int) -> int:
    return row_width - canvas.px(22) * 2 - canvas.px(28 + 16)


def _row_blocks(canvas: Canvas, policy: PolicyText, width: int) -> list[Block]:
    """Return title and date; whose words they are stands over the text itself."""
    title = Public(policy.title.in_language(canvas.language))
    date = canvas.words("policies.date", date=Public(policy.date))
    return [
        text_block(canvas, width, title, Type.STRONG),
        text_block(canvas, width, date, Type.NOTE, t.SECOND_INK, 2),
    ]
