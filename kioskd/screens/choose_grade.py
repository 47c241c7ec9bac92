"""Which grade to pay: every grade with its base, its monthly yuan and where the money goes."""

from dataclasses import dataclass, replace

from kioskd.domain.contribution import Grade, Offer
from kioskd.domain.text import Text
from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.drawn import Run
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.navigation import Navigation
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, action_row, heading, reason_strip
from kioskd.screens.widgets.pages import Page, page_buttons, page_of, rows_that_fit, turned
from kioskd.screens.widgets.pay_page import choice_mark, grade_name, pay_page, percent, split_bar

GradeAnswer = Grade | Navigation


@dataclass(frozen=True, slots=True)
class ChooseGrade(Screen[GradeAnswer]):
    """Step two of paying. Where the year's grade is fixed it is marked and the others greyed."""

    id = "choose-grade"
    offer: Offer
    scheme_name: Text
    chosen: int | None
    """The percent of the marked grade."""
    page: int

    def draw(self, canvas: Canvas) -> None:
        """Draw as many grades as fit, the rest on further pages."""
        body, actions = pay_page(canvas, "grade")
        room = self._draw_heading(canvas, body)
        back = Action("back", canvas.words("pay.back"))
        between = action_row(canvas, actions, self._main(canvas), back)
        page, room, turning = self._page(canvas, room, between)
        for grade, cell in zip(page.items, self._cells(canvas, room, page), strict=False):
            self._draw_grade(canvas, grade, cell)
        page_buttons(canvas, turning, page.index, page.count)

    def tap(self, button: str) -> "Screen[GradeAnswer] | Done[GradeAnswer] | None":
        """Mark a grade, turn the page, answer with the marked grade, or go back."""
        if button == "back":
            return Done(Navigation.BACK)
        if button == "next" and (marked := self._marked()) is not None:
            return Done(marked)
        if (page := turned(self.page, button)) is not None:
            return replace(self, page=page)
        for grade in self.offer.grades:
            if button == f"grade-{grade.percent}" and self._open(grade):
                return replace(self, chosen=grade.percent)
        return None

    def _grades(self) -> tuple[Grade, ...]:
        """Return the grades with those that can be chosen first."""
        return tuple(sorted(self.offer.grades, key=lambda grade: not self._open(grade)))

    def _open(self, grade: Grade) -> bool:
        return self.offer.fixed_percent in (None, grade.percent)

    def _marked(self) -> Grade | None:
        marked = self.offer.fixed_percent if self.chosen is None else self.chosen
        for grade in self.offer.grades:
            if grade.percent == marked and self._open(grade):
                return grade
        return None

    def _main(self, canvas: Canvas) -> Action:
        marked = self._marked()
        if marked is None:
            return Action("next", canvas.words("choose_grade.next_none"), enabled=False)
        key = "choose_grade.next" if marked.percent else "choose_grade.next_free"
        return Action("next", canvas.words(key, percent=marked.percent))

    def _draw_heading(self, canvas: Canvas, body: Rect) -> Rect:
        room = heading(canvas, body, canvas.words("choose_grade.title"), self._note(canvas, body.w))
        if self.offer.fixed_percent is None:
            return room
        reason = canvas.words("choose_grade.fixed", percent=self.offer.fixed_percent)
        return reason_strip(canvas, room, reason)

    def _note(self, canvas: Canvas, width: int) -> str:
        """Return scheme and average wage; the rates too where all fits beside the title."""
        words, rates = canvas.words, self.offer.rates
        scheme = self.scheme_name.in_language(canvas.language)
        short = words("choose_grade.subtitle", scheme=scheme, average=self.offer.average_wage)
        key = "choose_grade.rates" if rates.personal else "choose_grade.rates_pool"
        whole = f"{short}{words(key, total=percent(rates.total), personal=percent(rates.personal))}"
        title = canvas.text_width(words("choose_grade.title"), Type.QUESTION) + canvas.px(20)
        return whole if title + canvas.text_width(whole, Type.NOTE) <= width else short

    def _page(self, canvas: Canvas, room: Rect, between: Rect) -> tuple[Page[Grade], Rect, Rect]:
        """Return the page, the room for its rows and where its buttons go.

        Upright panels have no room between the main buttons: the page buttons stand above them.
        """
        grades, row, gap = self._grades(), _row_height(canvas), _gap(canvas)
        page = page_of(grades, self.page, rows_that_fit(room.h, row, gap))
        if page.count > 1 and canvas.portrait:
            room, between = room.cut_bottom(canvas.theme.button_height, gap)
            page = page_of(grades, self.page, rows_that_fit(room.h, row, gap))
        return page, room, between

    def _cells(self, canvas: Canvas, room: Rect, page: Page[Grade]) -> list[Rect]:
        rows = max(1, -(-len(self.offer.grades) // page.count))
        gap = _gap(canvas)
        height = min((room.h - gap * (rows - 1)) // rows, _row_height(canvas) * 13 // 10)
        return layout.stack(room, [height] * rows, gap)

    def _draw_grade(self, canvas: Canvas, grade: Grade, cell: Rect) -> None:
        is_open, chosen = self._open(grade), grade == self._marked()
        look = (Look.CHOSEN if chosen else Look.PLAIN) if is_open else Look.OFF
        canvas.card(cell, look, f"grade-{grade.percent}" if is_open else None)
        inner = cell.inset(canvas.px(22), canvas.px(8))
        mark, inner = inner.cut_left(canvas.px(34), canvas.px(18))
        if is_open:
            choice_mark(canvas, mark.centre, chosen)
        if canvas.portrait:
            high = canvas.line_height(Type.QUESTION)
            inner = inner.centred(inner.w, min(inner.h, high + _split_height(canvas)))
            top, split = inner.cut_top(high)
            self._draw_figures(canvas, grade, top, is_open)
        else:
            split = self._draw_figures(canvas, grade, inner, is_open)
        self._draw_split(canvas, grade, split, is_open)

    def _draw_figures(self, canvas: Canvas, grade: Grade, row: Rect, is_open: bool) -> Rect:
        """Write percent, base and monthly yuan; return the room between base and yuan."""
        ink, second = (t.INK, t.SECOND_INK) if is_open else (t.OFF_INK, t.OFF_INK)
        left, row = row.cut_left(_percent_width(canvas, self.offer.grades), canvas.px(14))
        name = _percent(canvas, grade)
        canvas.text(left, name, Type.TITLE, ink, valign="middle", shrink_to=0.6)
        unit = canvas.words("pay.per_month")
        row, right = row.cut_right(_money_width(canvas, self.offer.grades, unit), canvas.px(14))
        parts = [Run(f"{grade.monthly} ", Type.QUESTION, ink), Run(unit, Type.NOTE, ink)]
        canvas.runs(right, parts, "right")
        wide = _base_width(canvas, self.offer.grades)
        if wide > row.w:  # large letters: the yuan are what she chooses by
            return row
        base, row = row.cut_left(wide, canvas.px(18))
        said = canvas.words("choose_grade.base", base=grade.base)
        canvas.text(base, said, Type.NOTE, second, valign="middle")
        return row

    def _draw_split(self, canvas: Canvas, grade: Grade, rect: Rect, is_open: bool) -> None:
        if not is_open:
            no = canvas.words("choose_grade.not_this_year")
            canvas.text(rect, no, Type.NOTE, t.OFF_INK, valign="middle")
            return
        rect = rect.centred(rect.w, _split_height(canvas))
        bar, text = rect.cut_top(canvas.px(16), canvas.px(4))
        most = max(other.monthly for other in self.offer.grades)
        split_bar(canvas, bar, grade.personal, grade.pool, most)
        key = "choose_grade.split" if grade.personal else "choose_grade.split_pool"
        split = canvas.words(key, personal=grade.personal, pool=grade.pool)
        canvas.text(text, split, Type.NOTE, t.SECOND_INK, valign="middle")


def _gap(canvas: Canvas) -> int:
    return canvas.px(10)


def _split_height(canvas: Canvas) -> int:
    return canvas.line_height(Type.NOTE) + canvas.px(20)


def _row_height(canvas: Canvas) -> int:
    above = canvas.line_height(Type.QUESTION) if canvas.portrait else 0
    needed = above + _split_height(canvas) + canvas.px(20)
    return max(canvas.px(68), canvas.theme.min_touch, needed)


def _percent(canvas: Canvas, grade: Grade) -> str:
    return f"{grade.percent}%" if grade.percent else grade_name(canvas, 0)


def _percent_width(canvas: Canvas, grades: tuple[Grade, ...]) -> int:
    widest = max(canvas.text_width(_percent(canvas, grade), Type.TITLE) for grade in grades)
    return widest + canvas.px(4)


def _base_width(canvas: Canvas, grades: tuple[Grade, ...]) -> int:
    most = max(grade.base for grade in grades)
    return canvas.text_width(canvas.words("choose_grade.base", base=most), Type.NOTE) + 2


def _money_width(canvas: Canvas, grades: tuple[Grade, ...], unit: str) -> int:
    most = max(grade.monthly for grade in grades)
    figure = canvas.text_width(f"{most} ", Type.QUESTION)
    return figure + canvas.text_width(unit, Type.NOTE) + canvas.px(4)
