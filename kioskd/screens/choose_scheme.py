"""Which insurance to pay: what each costs, what can still be paid, and what to know before."""

from dataclasses import dataclass, replace
from enum import Enum

from kioskd.domain.contribution import Month, MonthStatus, Offer, Scheme
from kioskd.domain.region import SchemeRules
from kioskd.domain.waiting import entitlement
from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.navigation import Navigation
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, action_row, heading
from kioskd.screens.widgets.blocks import (
    Block,
    draw_blocks,
    minor,
    minor_if_elder,
    money_block,
    text_block,
)
from kioskd.screens.widgets.months import months_text
from kioskd.screens.widgets.pay_page import choice_mark, pay_page, percent
from kioskd.screens.widgets.waiting import waiting_text


class SchemeChoice(Enum):
    """What may be answered besides one scheme."""

    ALL = "all"
    """Every scheme that can be paid, one payment each."""


SchemeAnswer = Scheme | SchemeChoice | Navigation


@dataclass(frozen=True, slots=True)
class ChooseScheme(Screen[SchemeAnswer]):
    """Step one of paying. A scheme with no payable month is greyed and says so."""

    id = "choose-scheme"
    offers: tuple[Offer, ...]
    rules: tuple[SchemeRules, ...]
    chosen: Scheme | None
    now: Month | None = None
    """The current month, for what is said of waiting periods."""

    def draw(self, canvas: Canvas) -> None:
        """Draw one card for each scheme on offer."""
        body, actions = pay_page(canvas, "scheme")
        room = heading(canvas, body, canvas.words("choose_scheme.title"))
        if not self.offers:
            canvas.text(room, canvas.words("choose_scheme.none_offered"), Type.LEAD)
        if self._offers_all() and canvas.portrait:
            room, strip = room.cut_bottom(max(canvas.theme.min_touch, canvas.px(76)), canvas.px(14))
            _draw_all(canvas, strip)
        self._draw_cards(canvas, room)
        back = Action("back", canvas.words("pay.back"))
        rest = action_row(canvas, actions, self._main(canvas) if self.offers else None, back)
        if self._offers_all() and not canvas.portrait:
            _draw_all(canvas, rest)
        elif self.offers and self.chosen is None and not canvas.portrait:
            hint = canvas.words("choose_scheme.hint")
            canvas.text(rest, hint, Type.NOTE, t.SECOND_INK, "centre", "middle")

    def tap(self, button: str) -> "Screen[SchemeAnswer] | Done[SchemeAnswer] | None":
        """Mark a payable scheme, answer with the marked one or with all, or go back."""
        if button == "back":
            return Done(Navigation.BACK)
        if button == "all" and self._offers_all():
            return Done(SchemeChoice.ALL)
        if button == "next" and (offer := self._marked()) is not None:
            return Done(offer.scheme)
        for offer in self.offers:
            if button == f"scheme-{offer.scheme.value}" and _payable(offer):
                return replace(self, chosen=offer.scheme)
        return None

    def _offers_all(self) -> bool:
        return sum(map(_payable, self.offers)) > 1

    def _marked(self) -> Offer | None:
        for offer in self.offers:
            if offer.scheme is self.chosen and _payable(offer):
                return offer
        return None

    def _rules(self, offer: Offer) -> SchemeRules:
        return next(rules for rules in self.rules if rules.scheme is offer.scheme)

    def _main(self, canvas: Canvas) -> Action:
        offer = self._marked()
        if offer is None:
            return Action("next", canvas.words("choose_scheme.next_none"), enabled=False)
        name = self._rules(offer).name.in_language(canvas.language)
        return Action("next", canvas.words("choose_scheme.next", scheme=name))

    def _draw_cards(self, canvas: Canvas, room: Rect) -> None:
        if canvas.portrait:
            high = [min(canvas.px(430), room.h // max(1, len(self.offers)) - canvas.theme.gap)]
            cells = layout.stack(room, high * len(self.offers), canvas.theme.gap)
        else:
            wide = [1] * max(1, len(self.offers))
            cells = layout.columns(room, wide, canvas.theme.gap)
        for offer, cell in zip(self.offers, cells, strict=False):
            self._draw_card(canvas, offer, cell)

    def _draw_card(self, canvas: Canvas, offer: Offer, cell: Rect) -> None:
        can, chosen = _payable(offer), offer is self._marked()
        look = (Look.CHOSEN if chosen else Look.PLAIN) if can else Look.OFF
        inner = canvas.card(cell, look, f"scheme-{offer.scheme.value}" if can else None)
        if can:
            mark = canvas.px(17)
            choice_mark(canvas, (inner.right - mark, inner.y + mark), chosen)
        draw_blocks(canvas, inner, self._blocks(canvas, offer, inner.w, can))

    def _blocks(self, canvas: Canvas, offer: Offer, width: int, can: bool) -> list[Block]:
        ink, second = (t.INK, t.SECOND_INK) if can else (t.OFF_INK, t.OFF_INK)
        rules = self._rules(offer)
        name = rules.name.in_language(canvas.language)
        title_width = width - canvas.px(48)
        blocks = [text_block(canvas, title_width, name, Type.TITLE, ink)]
        blocks.append(minor(text_block(canvas, width, _rate(canvas, offer), Type.NOTE, second)))
        if can and offer.grades:
            blocks += _from_blocks(canvas, offer, width)
        payable = text_block(canvas, width, _what_is_payable(canvas, offer), Type.BODY, ink, 14)
        blocks.append(minor(payable) if can else payable)
        if said := self._said(canvas, offer, rules):
            blocks.append(_notice_block(canvas, said, width))
        return blocks

    def _said(self, canvas: Canvas, offer: Offer, rules: SchemeRules) -> str:
        """Return what to know before: how her benefits stand, and what the region says."""
        notice = rules.notice.in_language(canvas.language)
        if rules.waiting is None or self.now is None:
            return notice
        found = entitlement(offer.counting, rules.waiting, self.now)
        said = waiting_text(canvas.words, found)
        return f"{said}\n{notice}" if notice else said


def _draw_all(canvas: Canvas, strip: Rect) -> None:
    """Draw the way to pay all schemes in one visit, and what that means for her."""
    inner = canvas.card(strip, Look.SECOND, "all")
    inner = Rect(inner.x, strip.y, inner.w, strip.h).inset(-canvas.px(14), canvas.px(4))
    lines = [
        text_block(canvas, inner.w, canvas.words(f"choose_scheme.{key}"), type, ink, 0, "centre")
        for key, type, ink in (
            ("both", Type.STRONG, t.BLUE),
            ("both_hint", Type.NOTE, t.SECOND_INK),
        )
    ]
    # The plan that follows says it again, in letters as large.
    lines[1:] = minor_if_elder(canvas, lines[1:])
    draw_blocks(canvas, inner, lines, "middle")


def _payable(offer: Offer) -> bool:
    return any(offered.status is MonthStatus.PAYABLE for offered in offer.months)


def _rate(canvas: Canvas, offer: Offer) -> str:
    total = canvas.words("choose_scheme.rate", total=percent(offer.rates.total))
    if not offer.rates.personal:
        return f"{total}\n{canvas.words('choose_scheme.rate_pool_only')}"
    own = percent(offer.rates.personal)
    return f"{total}\n{canvas.words('choose_scheme.rate_personal', personal=own)}"


def _what_is_payable(canvas: Canvas, offer: Offer) -> str:
    months = [o.month for o in offer.months if o.status is MonthStatus.PAYABLE]
    if not months:
        return canvas.words("choose_scheme.nothing", year=offer.year)
    named = months_text(canvas.words, months)
    return canvas.words("choose_scheme.payable", count=len(months), months=named)


def _from_blocks(canvas: Canvas, offer: Offer, width: int) -> list[Block]:
    key = "choose_scheme.from_monthly" if len(offer.grades) > 1 else "choose_months.monthly"
    return [
        minor(text_block(canvas, width, canvas.words(key), Type.NOTE, t.SECOND_INK, 14)),
        money_block(canvas, min(grade.monthly for grade in offer.grades), Type.RESULT, 0),
    ]


def _notice_block(canvas: Canvas, notice: str, width: int) -> Block:
    padding = canvas.px(12)
    height = canvas.text_height(width - 2 * padding, notice, Type.NOTE) + 2 * padding

    def draw(rect: Rect) -> None:
        canvas.rounded(rect, canvas.px(10), t.PALE_DOUBT)
        canvas.text(rect.inset(padding, padding * 2 // 3), notice, Type.NOTE, valign="middle")

    return Block(height, draw, canvas.px(14))
