"""Her pension personal account: what is in it, and how it came there, year by year."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from kioskd.domain.account import PensionAccount, PensionYear
from kioskd.domain.secret import PersonName
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.layout import Rect
from kioskd.screens.navigation import Navigation
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, action_row, heading
from kioskd.screens.widgets.blocks import (
    Block,
    blocks_height,
    draw_blocks,
    fact_blocks,
    money_block,
    text_block,
)
from kioskd.screens.widgets.pages import page_buttons, page_of, turned
from kioskd.screens.widgets.years import Column, draw_table, table_head_height, table_row_height


@dataclass(frozen=True, slots=True)
class PensionAccountScreen(Screen[Navigation]):
    """Answers only with back."""

    id = "pension-account"
    account: PensionAccount
    name: PersonName
    """Shown masked."""
    page: int

    def draw(self, canvas: Canvas) -> None:
        """Draw the balance large, and the years as a table, the newest first."""
        room, actions = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
        words = canvas.words
        note = words("accounts.as_of", name=self.name, date=self.account.as_of)
        room = heading(canvas, room, words("pension_account.title"), note)
        between = action_row(canvas, actions, back=Action("back", words("info.back")))
        if not self.account.years:
            canvas.text(room, words("pension_account.none"), Type.LEAD)
            return
        left, right = balance_and_rest(canvas, room, lambda width: self._balance(canvas, width))
        inner = canvas.card(left)
        draw_blocks(canvas, inner, self._balance(canvas, inner.w), "middle")
        self._draw_years(canvas, canvas.card(right).inset(0, -canvas.px(8)), between)

    def tap(self, button: str) -> "Screen[Navigation] | Done[Navigation] | None":
        """Turn the page, or go back."""
        if button == "back":
            return Done(Navigation.BACK)
        page = turned(self.page, button)
        return None if page is None else replace(self, page=page)

    def _balance(self, canvas: Canvas, width: int) -> list[Block]:
        words, account = canvas.words, self.account
        facts = [
            (
                words("pension_account.months"),
                words("insurance.months_paid_value", count=account.months),
            )
        ]
        rated = [year for year in account.years if year.rate is not None]
        if rated:
            value = words(
                "pension_account.rate_value", year=rated[-1].year, rate=percent(rated[-1].rate)
            )
            facts.append((words("pension_account.rate"), value))
        blocks = [
            text_block(canvas, width, words("pension_account.balance"), Type.NOTE, t.SECOND_INK),
            money_block(canvas, account.balance, Type.RESULT, gap=2),
            *fact_blocks(canvas, width, facts, Type.NOTE, gap=8),
        ]
        note = words("pension_account.this_year")
        if account.rate_source:
            note += words("pension_account.source", source=account.rate_source)
        return [*blocks, text_block(canvas, width, note, Type.NOTE, t.SECOND_INK, 12)]

    def _draw_years(self, canvas: Canvas, room: Rect, between: Rect) -> None:
        words = canvas.words
        columns = [
            Column(words("pension_account.year"), 1.0, "left"),
            Column(words("pension_account.paid"), 1.0),
            Column(words("pension_account.credits"), 1.6),
            Column(words("pension_account.year_rate"), 1.1),
            Column(words("pension_account.interest"), 1.4),
            Column(words("pension_account.year_end"), 1.8),
        ]
        row = table_row_height(canvas)
        high = room.h - table_head_height(canvas, room.w, columns)
        page = page_of(self.account.years[::-1], self.page, high // row)
        texts = [_texts(canvas, year) for year in page.items]
        row = min(high // max(1, len(texts)), row * 3 // 2)
        draw_table(canvas, room, columns, texts, row, strong=5)
        page_buttons(canvas, between, page.index, page.count)


def balance_and_rest(
    canvas: Canvas, room: Rect, blocks_at: Callable[[int], Sequence[Block]]
) -> tuple[Rect, Rect]:
    """Return where the balance stands (left; upright: above) and where the rest does."""
    if not canvas.portrait:
        return room.cut_left(canvas.px(400), canvas.px(24))
    high = blocks_height(blocks_at(room.w - 2 * canvas.px(26))) + 2 * canvas.px(22)
    return room.cut_top(high, canvas.theme.gap)


def percent(rate: Decimal | None) -> str:
    """Return a rate with two decimals: 0.0262 as ``2.62``; a dash where there is none yet."""
    return "—" if rate is None else f"{rate * 100:.2f}"


def _texts(canvas: Canvas, year: PensionYear) -> list[str]:
    rate = percent(year.rate)
    months = canvas.words("pension_account.months_short", count=year.months)
    open_year = year.rate is None
    return [
        str(year.year),
        months,
        str(year.credits),
        rate if open_year else f"{rate}%",
        "—" if open_year else str(year.interest),
        str(year.balance),
    ]
