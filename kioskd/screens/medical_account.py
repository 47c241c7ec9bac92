"""Her medical personal account: what is in it; a year as a chart, or as a list of movements."""

from dataclasses import dataclass, replace

from kioskd.domain.account import MedicalAccount, MedicalAccountState
from kioskd.domain.money import Money, total
from kioskd.domain.secret import PersonName
from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.layout import Rect
from kioskd.screens.navigation import Navigation
from kioskd.screens.pension_account import balance_and_rest
from kioskd.screens.theme import Colour, Type
from kioskd.screens.widgets import Action, action_row, heading, legend
from kioskd.screens.widgets.blocks import (
    Block,
    draw_blocks,
    fact_blocks,
    minor_if_elder,
    money_block,
    text_block,
)
from kioskd.screens.widgets.chart import Bar, bar_chart
from kioskd.screens.widgets.pages import page_buttons, page_of, turned
from kioskd.screens.widgets.pay_page import hotline
from kioskd.screens.widgets.years import year_buttons, year_of

MedicalAnswer = int | Navigation
CREDIT: Colour = t.BLUE
SPENT: Colour = t.DOUBT


@dataclass(frozen=True, slots=True)
class Movement:
    """A line of the list; spending is negative."""

    day: str
    what: str
    where: str
    amount: Money


@dataclass(frozen=True, slots=True)
class MedicalAccountScreen(Screen[MedicalAnswer]):
    """Answers with another year to fetch, or back."""

    id = "medical-account"
    account: MedicalAccount
    name: PersonName
    """Shown masked."""
    as_list: bool = False
    page: int = 0

    def draw(self, canvas: Canvas) -> None:
        """Draw the balance large, and the year beside (portrait: below) it."""
        room, actions = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
        words, back = canvas.words, Action("back", canvas.words("info.back"))
        note = words("accounts.as_of", name=self.name, date=self.account.as_of)
        room = heading(canvas, room, words("medical_account.title"), note)
        if self.account.state is MedicalAccountState.NONE:
            action_row(canvas, actions, back=back)
            canvas.text(room, words("medical_account.none", hotline=hotline(canvas)), Type.LEAD)
            return
        main = Action("list", words("medical_account.list"))
        if self.as_list:
            main = Action("chart", words("medical_account.chart"))
        between = action_row(canvas, actions, main, back)
        left, right = balance_and_rest(canvas, room, lambda width: self._balance(canvas, width))
        inner = canvas.card(left)
        draw_blocks(canvas, inner, self._balance(canvas, inner.w), "middle")
        inner = canvas.card(right).inset(0, -canvas.px(8))
        if self.as_list:
            self._draw_list(canvas, inner, between)
            return
        if between.w < canvas.px(300):  # no room for a neighbour of the year between the buttons
            inner, between = inner.cut_bottom(canvas.theme.button_height, canvas.px(10))
        self._draw_chart(canvas, inner)
        year_buttons(canvas, between, self.account.years, self.account.year)

    def tap(self, button: str) -> "Screen[MedicalAnswer] | Done[MedicalAnswer] | None":
        """Change between chart and list, turn the page, answer with a year, or go back."""
        if button == "back":
            return Done(Navigation.BACK)
        if button in ("list", "chart"):
            return replace(self, as_list=button == "list", page=0)
        if (page := turned(self.page, button)) is not None:
            return replace(self, page=page)
        year = year_of(button, self.account.years, self.account.year)
        return None if year is None else Done(year)

    def _balance(self, canvas: Canvas, width: int) -> list[Block]:
        words, account = canvas.words, self.account
        credited = total([one.amount for one in account.credits])
        spent = total([one.amount for one in account.spending])
        year = account.year
        facts = [
            (words("medical_account.opening", year=year), str(account.opening)),
            (words("medical_account.credited", year=year), f"+{credited}"),
            (words("medical_account.spent", year=year), f"-{spent}" if spent else str(spent)),
        ]
        growing = account.state is MedicalAccountState.OPEN
        note = words("medical_account.bank", bank=account.bank) if account.bank else ""
        if not growing:
            note = words("medical_account.no_more")
        return [
            text_block(canvas, width, words("medical_account.balance"), Type.NOTE, t.SECOND_INK),
            money_block(canvas, account.balance, Type.RESULT, gap=2),
            *minor_if_elder(canvas, fact_blocks(canvas, width, facts, Type.NOTE, gap=6)),
            *([text_block(canvas, width, note, Type.NOTE, t.SECOND_INK, 12)] if note else []),
        ]

    def _draw_chart(self, canvas: Canvas, room: Rect) -> None:
        words, account = canvas.words, self.account
        title, room = room.cut_top(canvas.line_height(Type.TITLE), canvas.px(6))
        canvas.text(
            title, words("medical_account.by_month", year=account.year), Type.TITLE, shrink_to=0.6
        )
        entries = [
            (CREDIT, words("medical_account.credit")),
            (SPENT, words("medical_account.spending")),
        ]
        high = 2 * canvas.line_height(Type.NOTE) + canvas.px(4)
        marks, room = room.cut_top(high, canvas.px(10))
        legend(canvas, marks, entries)
        room = Rect(room.x, room.y, room.w, min(room.h, canvas.px(560)))
        bar_chart(canvas, room, [self._bar(canvas, month) for month in range(1, 13)])

    def _bar(self, canvas: Canvas, number: int) -> Bar:
        """Return the pair of a month: what the bank credited, and what was spent."""
        month = f"{self.account.year:04d}-{number:02d}"
        came = total([one.amount for one in self.account.credits if one.day[:7] == month])
        went = total([one.amount for one in self.account.spending if one.day[:7] == month])
        label = canvas.words(f"pay.month.m{number}").replace(" ", "")
        return Bar(label, ((came, CREDIT), (went, SPENT)), beside=True)

    def movements(self, canvas: Canvas) -> tuple[Movement, ...]:
        """Return everything of the year, the newest first."""
        words = canvas.words
        moves = [
            Movement(one.day, words("medical_account.credit"), one.bank, one.amount)
            for one in self.account.credits
        ]
        moves += [
            Movement(
                one.day, words(f"medical_account.kind.{one.kind.value}"), one.place, -one.amount
            )
            for one in self.account.spending
        ]
        return tuple(sorted(moves, key=lambda move: move.day, reverse=True))

    def _draw_list(self, canvas: Canvas, room: Rect, between: Rect) -> None:
        moves = self.movements(canvas)
        if not moves:
            none = canvas.words("medical_account.nothing", year=self.account.year)
            canvas.text(room, none, Type.LEAD, t.SECOND_INK, "centre", "middle")
            return
        if between.w < canvas.px(440):
            room, between = room.cut_bottom(canvas.theme.button_height, canvas.px(8))
        width = _move_columns(canvas, room)[1].w
        where = max(canvas.text_height(width, move.where, Type.NOTE) for move in moves)
        row = canvas.line_height(Type.NOTE) + where + canvas.px(8)
        page = page_of(moves, self.page, room.h // row)
        high = min(room.h // len(page.items), max(row, 3 * canvas.line_height(Type.NOTE)))
        cells = layout.stack(room, [high] * len(page.items))
        for move, cell in zip(page.items, cells, strict=True):
            _draw_move(canvas, move, cell)
        page_buttons(canvas, between, page.index, page.count)


def _move_columns(canvas: Canvas, cell: Rect) -> tuple[Rect, Rect, Rect]:
    """Return the room of the day, of what and where it was, and of the amount."""
    day, rest = cell.cut_left(canvas.text_width("0000-00-00", Type.NOTE), canvas.px(18))
    width = canvas.text_width("+00,000.00", Type.STRONG) + canvas.px(60)
    words, figure = rest.cut_right(min(width, rest.w // 2), canvas.px(12))
    return day, words, figure


def _draw_move(canvas: Canvas, move: Movement, cell: Rect) -> None:
    canvas.fill(Rect(cell.x, cell.y, cell.w, max(1, canvas.px(1))), t.LINE)
    day, words, figure = _move_columns(canvas, cell)
    canvas.text(day, move.day, Type.NOTE, t.SECOND_INK, valign="middle", shrink_to=0.6)
    came = move.amount > Money(0)
    line, where = canvas.line_height(Type.NOTE), canvas.text_height(words.w, move.where, Type.NOTE)
    text = words.centred(words.w, min(words.h, line + where))
    upper, lower = text.cut_top(min(line, text.h // 2))
    canvas.text(upper, move.what, Type.NOTE_STRONG, valign="middle", shrink_to=0.6)
    canvas.text(lower, move.where, Type.NOTE, t.SECOND_INK, valign="middle", shrink_to=0.6)
    sign = "+" if came else ""
    said = f"{sign}{move.amount}"
    yuan = canvas.words("unit.yuan")
    figure = figure.centred(figure.w, min(figure.h, canvas.line_height(Type.STRONG)))
    canvas.text(
        figure, f"{said} {yuan}", Type.STRONG, t.DONE if came else t.INK, "right", "middle", 0.6
    )
