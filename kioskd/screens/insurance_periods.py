"""One scheme of hers: where she is enrolled, what is paid, and where months are missing."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kioskd.domain.contribution import Enrolment, Month, PaidPeriod
from kioskd.domain.text import Text
from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.navigation import Navigation
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, action_row, heading
from kioskd.screens.widgets.months import month_name
from kioskd.screens.widgets.pages import page_buttons, page_of, rows_that_fit, stretched, turned


@dataclass(frozen=True, slots=True)
class Stretch:
    """Months in a row that are all paid, or all missing."""

    period: PaidPeriod
    paid: bool


@dataclass(frozen=True, slots=True)
class InsurancePeriods(Screen[Navigation]):
    """Answers only with back."""

    id = "insurance-periods"
    enrolment: Enrolment
    scheme_name: Text
    now: Month
    """What is not paid is missing up to the month before this one."""
    page: int

    def draw(self, canvas: Canvas) -> None:
        """Draw the stretches, the newest first."""
        room, actions = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
        between = action_row(canvas, actions, back=Action("back", canvas.words("info.back")))
        name = self.scheme_name.in_language(canvas.language)
        room = heading(canvas, room, name, self._note(canvas))
        stretches = tuple(self.stretches())[::-1]
        if not stretches:
            canvas.text(room, canvas.words("insurance.never_paid"), Type.LEAD)
            return
        gap = canvas.px(10)
        row = max(canvas.line_height(Type.LEAD) + canvas.px(28), canvas.theme.min_touch)
        page = page_of(stretches, self.page, rows_that_fit(room.h, row, gap))
        cells = layout.stack(room, [stretched(room.h, row, gap)] * len(page.items), gap)
        for stretch, cell in zip(page.items, cells, strict=True):
            _draw_stretch(canvas, stretch, cell)
        page_buttons(canvas, between, page.index, page.count)

    def tap(self, button: str) -> "Screen[Navigation] | Done[Navigation] | None":
        """Turn the page, or go back."""
        if button == "back":
            return Done(Navigation.BACK)
        page = turned(self.page, button)
        return None if page is None else replace(self, page=page)

    def stretches(self) -> Iterator[Stretch]:
        """Yield from enrolment to last month: paid, missing, paid... ascending."""
        at = self.enrolment.since
        for period in self.enrolment.periods:
            if at < period.first:
                yield Stretch(PaidPeriod(at, period.first.plus(-1)), paid=False)
            yield Stretch(period, paid=True)
            at = period.last.plus(1)
        if at < self.now:
            yield Stretch(PaidPeriod(at, self.now.plus(-1)), paid=False)

    def _note(self, canvas: Canvas) -> str:
        words, since = canvas.words, self.enrolment.since
        active = words("insurance.active" if self.enrolment.active else "insurance.inactive")
        return words(
            "insurance.periods_note",
            place=self.enrolment.place,
            since=_month(canvas, since),
            status=active,
            count=self.enrolment.months_paid,
        )


def _draw_stretch(canvas: Canvas, stretch: Stretch, cell: Rect) -> None:
    canvas.card(cell)
    inner = cell.inset(canvas.px(26), canvas.px(6))
    side = canvas.px(30)
    mark, inner = inner.cut_left(side, canvas.px(18))
    icon, ink = (Icon.CHECK, t.DONE) if stretch.paid else (Icon.EXCLAMATION, t.DOUBT_INK)
    canvas.icon(icon, mark.centred(side, side), ink)
    key = "insurance.stretch_paid" if stretch.paid else "insurance.stretch_missing"
    count = canvas.words(key, count=stretch.period.months)
    width = canvas.text_width(count, Type.STRONG) + canvas.px(4)
    left, right = inner.cut_right(min(width, inner.w // 2), canvas.px(16))
    canvas.text(left, _span(canvas, stretch.period), Type.LEAD, valign="middle", shrink_to=0.6)
    canvas.text(right, count, Type.STRONG, ink, "right", "middle", shrink_to=0.6)


def _span(canvas: Canvas, period: PaidPeriod) -> str:
    if period.first == period.last:
        return _month(canvas, period.first)
    first, last = _month(canvas, period.first), _month(canvas, period.last)
    return canvas.words("insurance.span", first=first, last=last)


def _month(canvas: Canvas, month: Month) -> str:
    return canvas.words("insurance.month", year=month.year, month=month_name(canvas.words, month))
