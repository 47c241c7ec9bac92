"""Her payments at all kiosks, newest first; and one of them, with what it means and what to do."""

from dataclasses import dataclass, replace
from enum import Enum

from kioskd.domain.account import PaymentStanding
from kioskd.domain.contribution import Month
from kioskd.domain.money import Money
from kioskd.domain.text import Text
from kioskd.domain.trouble import Trouble
from kioskd.screens import layout, trouble_words
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.navigation import Navigation
from kioskd.screens.theme import Colour, Type
from kioskd.screens.widgets import Action, Sign, action_row, between_action, heading, money
from kioskd.screens.widgets.blocks import Block, fact_blocks, text_block
from kioskd.screens.widgets.months import months_text
from kioskd.screens.widgets.pages import page_buttons, page_of, rows_that_fit, stretched, turned
from kioskd.screens.widgets.pay_page import hotline
from kioskd.screens.widgets.result_page import draw_result, result_body, result_width

S = PaymentStanding
SIGNS: dict[PaymentStanding, Sign] = {
    S.POSTED: Sign.DONE,
    S.IN_PROGRESS: Sign.WAIT,
    S.IN_DOUBT: Sign.DOUBT,
    S.TO_BE_GIVEN_BACK: Sign.DOUBT,
    S.GIVEN_BACK: Sign.TELL,
    S.NOT_CHARGED: Sign.REFUSED,
}
INKS: dict[PaymentStanding, Colour] = {
    S.POSTED: t.DONE,
    S.IN_PROGRESS: t.BLUE,
    S.IN_DOUBT: t.DOUBT_INK,
    S.TO_BE_GIVEN_BACK: t.DOUBT_INK,
    S.GIVEN_BACK: t.BLUE,
    S.NOT_CHARGED: t.SECOND_INK,
}


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One payment as the screens show it."""

    ref: str
    at: str
    """By the clock on the wall: ``2026-11-22 17:55``."""
    kiosk: str
    scheme_name: Text
    months: tuple[Month, ...]
    amount: Money
    standing: PaymentStanding
    receipt_number: str


@dataclass(frozen=True, slots=True)
class MyPayments(Screen[PaymentRow | Navigation]):
    """Answers with the payment she wants to know more of, or back."""

    id = "my-payments"
    rows: tuple[PaymentRow, ...]
    page: int

    def draw(self, canvas: Canvas) -> None:
        """Draw as many payments as fit, the rest on further pages."""
        room, actions = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
        words = canvas.words
        between = action_row(canvas, actions, back=Action("back", words("info.back")))
        if not self.rows:
            room = heading(canvas, room, words("my_payments.title"))
            canvas.text(room, words("my_payments.none", hotline=hotline(canvas)), Type.LEAD)
            return
        room = heading(canvas, room, words("my_payments.title"), words("my_payments.hint"))
        gap, row = canvas.px(10), _row_height(canvas)
        page = page_of(self.rows, self.page, rows_that_fit(room.h, row, gap))
        cells = layout.stack(room, [stretched(room.h, row, gap)] * len(page.items), gap)
        for payment, cell in zip(page.items, cells, strict=True):
            _draw_row(canvas, payment, cell)
        page_buttons(canvas, between, page.index, page.count)

    def tap(
        self, button: str
    ) -> "Screen[PaymentRow | Navigation] | Done[PaymentRow | Navigation] | None":
        """Answer with a payment, turn the page, or go back."""
        if button == "back":
            return Done(Navigation.BACK)
        if (page := turned(self.page, button)) is not None:
            return replace(self, page=page)
        for row in self.rows:
            if button == f"payment-{row.ref}":
                return Done(row)
        return None


def _row_height(canvas: Canvas) -> int:
    lines = canvas.line_height(Type.STRONG) + canvas.line_height(Type.NOTE) * (
        3 if canvas.portrait else 2
    )
    return max(canvas.theme.min_touch, lines + canvas.px(16))


def _draw_row(canvas: Canvas, row: PaymentRow, cell: Rect) -> None:
    """Write scheme and amount, months, when, and where it stands."""
    canvas.card(cell, Look.SECOND, f"payment-{row.ref}")
    inner = cell.inset(canvas.px(24), canvas.px(6))
    inner, arrow = inner.cut_right(canvas.px(28), canvas.px(18))
    canvas.icon(Icon.ARROW_RIGHT, arrow.centred(arrow.w, arrow.w))
    note = canvas.line_height(Type.NOTE)
    heights = [canvas.line_height(Type.STRONG), *[note] * (3 if canvas.portrait else 2)]
    lines = layout.stack(inner.centred(inner.w, sum(heights)), heights)
    yuan = canvas.text_width(f" {canvas.words('unit.yuan')}", Type.BODY)
    width = canvas.text_width(str(row.amount), Type.TITLE) + yuan
    left, right = lines[0].cut_right(width, canvas.px(16))
    name = row.scheme_name.in_language(canvas.language)
    canvas.text(left, name, Type.STRONG, valign="middle", shrink_to=0.6)
    money(canvas, right, row.amount, Type.TITLE, align="right")
    said = canvas.words(f"my_payments.{row.standing.value}.short")
    month_line, standing_line = lines[1], lines[-1]
    if not canvas.portrait:
        width = canvas.text_width(said, Type.NOTE_STRONG) + canvas.px(40)
        month_line, standing_line = month_line.cut_right(width, canvas.px(16))
    months = months_text(canvas.words, row.months)
    canvas.text(month_line, months, Type.NOTE, valign="middle", shrink_to=0.6)
    _draw_standing(canvas, standing_line, row.standing, said)
    canvas.text(lines[2], row.at, Type.NOTE, t.SECOND_INK, valign="middle")


def _draw_standing(canvas: Canvas, rect: Rect, standing: PaymentStanding, said: str) -> None:
    side = canvas.px(24)
    icon, words = rect.cut_left(side, canvas.px(10))
    canvas.icon(SIGNS[standing].icon, icon.centred(side, side), INKS[standing])
    canvas.text(words, said, Type.NOTE_STRONG, INKS[standing], valign="middle")


class PaymentChoice(Enum):
    """What she may do about one payment."""

    PRINT = "print"
    SEALED = "sealed"
    """The sealed paper about it, on A4."""
    BACK = "back"


@dataclass(frozen=True, slots=True)
class OnePayment(Screen[PaymentChoice]):
    """Where one payment stands, in plain words, and what she should do and not do."""

    id = "one-payment"
    row: PaymentRow
    no_printing: Trouble | None = None
    """Why its receipt cannot be printed here now."""
    sealing: bool = False
    """Whether a sealed paper about it can be printed here now."""

    def draw(self, canvas: Canvas) -> None:
        """Draw the sign, the words, the facts; receipt and sealed paper where there are any."""
        body, actions = result_body(canvas)
        words = canvas.words
        main = None
        if self.row.standing is S.POSTED:
            main = Action(
                "print", words("my_payments.print"), self.no_printing is None, Icon.PRINTER
            )
        between = action_row(canvas, actions, main, Action("back", words("info.back")))
        if self._has_paper:
            sealed = Action("sealed", words("my_payments.sealed"), icon=Icon.PRINTER)
            body = between_action(canvas, body, between, sealed)
        draw_result(canvas, body, SIGNS[self.row.standing], self._blocks(canvas))

    def tap(self, button: str) -> "Done[PaymentChoice] | None":
        """Print its receipt or the sealed paper about it, or go back."""
        if button == "print" and self.row.standing is S.POSTED and self.no_printing is None:
            return Done(PaymentChoice.PRINT)
        if button == "sealed" and self._has_paper:
            return Done(PaymentChoice.SEALED)
        return Done(PaymentChoice.BACK) if button == "back" else None

    @property
    def _has_paper(self) -> bool:
        return self.sealing and self.row.standing is S.POSTED

    def _blocks(self, canvas: Canvas) -> list[Block]:
        words, row, width = canvas.words, self.row, result_width(canvas)
        key = f"my_payments.{row.standing.value}"
        yuan, name = words("unit.yuan"), row.scheme_name.in_language(canvas.language)
        facts = [
            (words("my_payments.amount"), f"{row.amount} {yuan}"),
            (
                words("my_payments.about"),
                f"{name} · {months_text(words, row.months)}",
            ),
            (words("my_payments.at"), f"{row.at} · {words('my_payments.kiosk', kiosk=row.kiosk)}"),
            (words("my_payments.ref"), row.ref),
        ]
        if row.receipt_number:
            facts.append((words("my_payments.receipt"), row.receipt_number))
        text = words(f"{key}.text", hotline=hotline(canvas))
        if row.standing is S.POSTED and self.no_printing is not None:
            text = trouble_words.on_a_card(words, self.no_printing)
        return [
            text_block(canvas, width, words(f"{key}.title"), Type.QUESTION),
            text_block(canvas, width, text, Type.BODY, gap=8),
            *fact_blocks(canvas, width, facts, Type.NOTE, gap=6),
        ]
