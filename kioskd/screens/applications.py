"""What she has applied for: each application as a timeline, one a page."""

from dataclasses import dataclass, replace

from kioskd.domain.card import Application, Step, StepState
from kioskd.domain.region import Outlet
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.layout import Rect
from kioskd.screens.navigation import Navigation
from kioskd.screens.said import said
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, action_row, heading
from kioskd.screens.widgets.blocks import Block, blocks_height, draw_blocks, fact_blocks, text_block
from kioskd.screens.widgets.pages import page_buttons, page_of, turned
from kioskd.screens.widgets.pay_page import hotline
from kioskd.screens.widgets.timeline import Mark, timeline, timeline_height


@dataclass(frozen=True, slots=True)
class Applications(Screen[Navigation]):
    """Answers only with back."""

    id = "applications"
    applications: tuple[Application, ...]
    outlets: tuple[Outlet, ...]
    page: int = 0

    def draw(self, canvas: Canvas) -> None:
        """Draw one application: what it is, how far it is, what comes next."""
        words = canvas.words
        room, actions = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
        rest = action_row(canvas, actions, back=Action("back", words("info.back")))
        if not self.applications:
            room = heading(canvas, room, words("applications.title"))
            none = words("applications.none", hotline=hotline(canvas))
            canvas.text(room, none, Type.LEAD)
            return
        page = page_of(self.applications, self.page, 1)
        (shown,) = page.items
        number = words("applications.number", number=shown.number)
        room = heading(canvas, room, words(f"application.{shown.kind.value}"), number)
        self._one(canvas, room, shown)
        page_buttons(canvas, rest, page.index, page.count)

    def tap(self, button: str) -> "Screen[Navigation] | Done[Navigation] | None":
        """Turn to another application, or go back."""
        if button == "back":
            return Done(Navigation.BACK)
        page = turned(self.page, button)
        return None if page is None else replace(self, page=page)

    def _one(self, canvas: Canvas, room: Rect, shown: Application) -> None:
        marks = [self._mark(canvas, shown, step) for step in shown.steps]
        padding, gap = 2 * canvas.px(18), canvas.px(16)
        width = room.w - 2 * canvas.px(26)
        wanted = timeline_height(canvas, width, marks) + padding
        facts = self._facts(canvas, width, shown)
        below = blocks_height(facts) + padding
        upper, rest = room.cut_top(min(wanted, max(room.h - below - gap, room.h // 3)), gap)
        canvas.card(upper)
        timeline(canvas, upper.inset(canvas.px(26), canvas.px(18)), marks)
        lower = rest.cut_top(min(below, rest.h))[0]
        canvas.card(lower)
        draw_blocks(canvas, lower.inset(canvas.px(26), canvas.px(12)), facts, "middle")

    def _mark(self, canvas: Canvas, shown: Application, step: Step) -> Mark:
        text = canvas.words(f"application_step.{shown.kind.value}.{step.name}")
        told_below = step.on is None or step.on == shown.collect_on
        if canvas.theme.elder and step.state is StepState.LATER and told_below:
            return Mark(text, "", step.state)
        if step.on is None:
            return Mark(text, canvas.words("applications.day_open"), step.state)
        day = said(canvas.words, step.on)
        later = step.state is StepState.LATER
        note = canvas.words("applications.expected", day=day) if later else day
        return Mark(text, note, step.state)

    def _facts(self, canvas: Canvas, width: int, shown: Application) -> list[Block]:
        words = canvas.words
        state = next(
            (step.name for step in shown.steps if step.state is StepState.NOW), shown.steps[-1].name
        )
        next_text = words(f"application_next.{shown.kind.value}.{state}")
        facts: list[tuple[str, str]] = []
        if shown.until is not None and not shown.closed:
            facts.append((words("card_fact.until"), said(words, shown.until)))
        if shown.collect_on is not None and not shown.closed:
            facts.append((words("card_fact.collect_on"), said(words, shown.collect_on)))
        if shown.outlet:
            facts.append((words("card_fact.outlet"), self._outlet(canvas, shown.outlet)))
        if shown.fee:
            facts.append((words("card_fact.fee"), said(words, shown.fee)))
        return [
            text_block(canvas, width, next_text, Type.STRONG),
            *fact_blocks(canvas, width, facts, gap=4),
        ]

    def _outlet(self, canvas: Canvas, name: str) -> str:
        """Return its name in the language shown; as it was kept where the region has it no more."""
        for outlet in self.outlets:
            if outlet.name.zh == name:
                return outlet.name.in_language(canvas.language)
        return name
