"""What a person may see of her own insurance: each scheme, and one year of what was paid."""

from dataclasses import dataclass

from kioskd.domain.contribution import Contribution, Enrolment, InsuranceView, Month, Scheme
from kioskd.domain.money import total
from kioskd.domain.secret import PersonName
from kioskd.domain.text import Text
from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.drawn import Run
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.navigation import Navigation
from kioskd.screens.theme import Colour, Type
from kioskd.screens.widgets import Action, action_row, heading
from kioskd.screens.widgets.blocks import (
    Block,
    blocks_height,
    draw_blocks,
    fact_blocks,
    minor,
    text_block,
)
from kioskd.screens.widgets.chart import Bar, bar_chart
from kioskd.screens.widgets.month_table import month_table, table_fits, table_height
from kioskd.screens.widgets.months import month_name
from kioskd.screens.widgets.years import year_buttons, year_of

InsuranceAnswer = int | Scheme | Navigation
CHART_LEAST = 240
"""No chart is lower, at the reference panel, where the enrolments stand above it."""
COLOURS: dict[Scheme, Colour] = {Scheme.PENSION: t.BLUE, Scheme.MEDICAL: t.SOFT_BLUE}


@dataclass(frozen=True, slots=True)
class Insurance(Screen[InsuranceAnswer]):
    """Answers with another year to fetch, a scheme whose periods she wants to see, or back."""

    id = "insurance"
    view: InsuranceView
    scheme_names: tuple[tuple[Scheme, Text], ...]
    name: PersonName
    """Shown masked."""

    def draw(self, canvas: Canvas) -> None:
        """Draw the enrolments, the years, and the chart of the year with its sums."""
        room, actions = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
        note = canvas.words("insurance.person", name=self.name)
        room = heading(canvas, room, canvas.words("insurance.title"), note)
        if self.view.enrolments:
            self._draw_all(canvas, room)
        else:
            canvas.text(room, canvas.words("insurance.none"), Type.LEAD)
        rest = action_row(canvas, actions, back=Action("back", canvas.words("info.back")))
        year_buttons(canvas, rest, self.view.years, self.view.year)

    def tap(self, button: str) -> "Screen[InsuranceAnswer] | Done[InsuranceAnswer] | None":
        """Answer with another year, with the scheme whose periods she wants, or go back."""
        if button == "back":
            return Done(Navigation.BACK)
        for enrolment in self.view.enrolments:
            if button == f"periods-{enrolment.scheme.value}":
                return Done(enrolment.scheme)
        year = year_of(button, self.view.years, self.view.year)
        return None if year is None else Done(year)

    def _name(self, canvas: Canvas, scheme: Scheme) -> str:
        names = dict(self.scheme_names)
        return names[scheme].in_language(canvas.language) if scheme in names else scheme.value

    def _draw_all(self, canvas: Canvas, room: Rect) -> None:
        count, gap = len(self.view.enrolments), canvas.theme.gap
        if canvas.portrait:
            width = (room.w - gap * (count - 1)) // count - 2 * canvas.px(26)
            high = self._enrolments_height(canvas, width, Type.BODY)
            high = min(high + 2 * canvas.px(22), room.h - gap - self._year_height(canvas))
            top, year = room.cut_top(high, gap)
            cells = layout.columns(top, [1] * count, gap)
        else:
            left, year = room.cut_left(canvas.px(424), canvas.px(24))
            cells = layout.rows(left, [1] * max(2, count), gap)
        for enrolment, cell in zip(self.view.enrolments, cells, strict=False):
            button = f"periods-{enrolment.scheme.value}"
            inner = canvas.card(cell, Look.SECOND, button).inset(0, -canvas.px(8))
            fits = self._enrolments_height(canvas, inner.w, Type.BODY) <= inner.h
            facts = Type.BODY if fits else Type.NOTE
            draw_blocks(canvas, inner, self._enrolment(canvas, enrolment, inner.w, facts))
        self._draw_year(canvas, canvas.card(year).inset(0, -canvas.px(8)))

    def _enrolments_height(self, canvas: Canvas, width: int, facts: Type) -> int:
        return max(
            blocks_height(self._enrolment(canvas, enrolment, width, facts))
            for enrolment in self.view.enrolments
        )

    def _enrolment(
        self, canvas: Canvas, enrolment: Enrolment, width: int, type: Type
    ) -> list[Block]:
        words = canvas.words
        last = enrolment.last_paid
        facts = [
            *([(words("insurance.place"), enrolment.place)] if enrolment.place else []),
            (words("insurance.since"), _month(canvas, enrolment.since)),
            (
                words("insurance.months_paid"),
                words("insurance.months_paid_value", count=enrolment.months_paid),
            ),
            (
                words("insurance.last_paid"),
                _month(canvas, last) if last else words("insurance.never_paid"),
            ),
        ]
        name = self._name(canvas, enrolment.scheme)
        return [
            text_block(canvas, width, name, Type.TITLE),
            _status_block(canvas, enrolment.active),
            *map(minor, fact_blocks(canvas, width, facts, type, gap=4)),
            _more_block(canvas),
        ]

    def _draw_year(self, canvas: Canvas, room: Rect) -> None:
        paid, year = self.view.contributions, self.view.year
        if not paid:
            none = canvas.words("insurance.chart_none", year=year)
            canvas.text(room, none, Type.LEAD, t.SECOND_INK, "centre", "middle")
            return
        title, room = room.cut_top(canvas.line_height(Type.TITLE), canvas.px(6))
        canvas.text(title, canvas.words("insurance.chart", year=year), Type.TITLE)
        sums, room = room.cut_top(self._sums_height(canvas), canvas.px(12))
        self._draw_sums(canvas, sums)
        high = table_height(canvas)
        if room.h - high >= canvas.px(240) and table_fits(canvas, room.w, self.view):
            room, table = room.cut_bottom(high, canvas.px(20))
            month_table(canvas, table, self.view, COLOURS)
        high = min(room.h, canvas.px(460))
        bar_chart(canvas, Rect(room.x, room.y, room.w, high), self._bars(canvas))

    def _schemes(self) -> list[Scheme]:
        return [s for s in Scheme if any(c.scheme is s for c in self.view.contributions)]

    def _of(self, scheme: Scheme) -> list[Contribution]:
        return [c for c in self.view.contributions if c.scheme is scheme]

    def _year_height(self, canvas: Canvas) -> int:
        """Return the least height of the card of the year."""
        title = canvas.line_height(Type.TITLE) + canvas.px(6 + 12 + 2 * 14)
        return title + self._sums_height(canvas) + canvas.px(CHART_LEAST)

    def _sums_height(self, canvas: Canvas) -> int:
        line = canvas.line_height(Type.BODY) + canvas.px(2)
        return canvas.line_height(Type.QUESTION) + line * len(self._schemes())

    def _draw_sums(self, canvas: Canvas, rect: Rect) -> None:
        """Write the sum of the year, and of each scheme with the colour it has in the chart."""
        yuan = canvas.words("unit.yuan")
        whole = total([c.amount for c in self.view.contributions])
        top, rest = rect.cut_top(canvas.line_height(Type.QUESTION))
        label = Run(f"{canvas.words('insurance.year_total')} ", Type.BODY, t.SECOND_INK)
        canvas.runs(top, [label, Run(str(whole), Type.QUESTION), Run(f" {yuan}", Type.BODY)])
        line, side = canvas.line_height(Type.BODY) + canvas.px(2), canvas.px(20)
        rows = layout.stack(rest, [line] * len(self._schemes()))
        for scheme, row in zip(self._schemes(), rows, strict=True):
            patch, text = row.cut_left(side, canvas.px(12))
            canvas.share(patch.centred(side, side), canvas.px(4), COLOURS[scheme])
            name = Run(f"{self._name(canvas, scheme)}  ", Type.NOTE, t.SECOND_INK)
            amount = total([c.amount for c in self._of(scheme)])
            canvas.runs(text, [name, Run(f"{amount} {yuan}", Type.NOTE_STRONG)])

    def _bars(self, canvas: Canvas) -> list[Bar]:
        return [
            Bar(
                canvas.words(f"pay.month.m{number}").replace(" ", ""),
                tuple(
                    (c.amount, COLOURS[c.scheme])
                    for c in self.view.contributions
                    if c.month.month == number
                ),
            )
            for number in range(1, 13)
        ]


def _month(canvas: Canvas, month: Month) -> str:
    return canvas.words("insurance.month", year=month.year, month=month_name(canvas.words, month))


def _status_block(canvas: Canvas, active: bool) -> Block:
    said = canvas.words("insurance.active" if active else "insurance.inactive")
    ink, icon = (t.DONE, Icon.CHECK) if active else (t.DOUBT_INK, Icon.EXCLAMATION)
    side = canvas.px(24)

    def draw(rect: Rect) -> None:
        mark, text = rect.cut_left(side, canvas.px(8))
        canvas.icon(icon, mark, ink)
        canvas.text(text, said, Type.NOTE_STRONG, ink, valign="middle")

    return Block(canvas.line_height(Type.NOTE_STRONG), draw, canvas.px(2))


def _more_block(canvas: Canvas) -> Block:
    """Say that the card leads to the periods."""
    said, side = canvas.words("insurance.periods"), canvas.px(22)

    def draw(rect: Rect) -> None:
        width = min(rect.w - side - canvas.px(8), canvas.text_width(said, Type.NOTE_STRONG) + 2)
        text, rest = rect.cut_left(width, canvas.px(8))
        canvas.text(text, said, Type.NOTE_STRONG, t.BLUE, valign="middle")
        canvas.icon(Icon.ARROW_RIGHT, Rect(rest.x, rest.y, side, rest.h).centred(side, side))

    return Block(canvas.line_height(Type.NOTE_STRONG), draw, canvas.px(4))
