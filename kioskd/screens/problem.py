"""Something did not work: what happened, what she can do, the code, whom to call."""

from dataclasses import dataclass
from typing import ClassVar

from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.screens import theme as t
from kioskd.screens import trouble_words
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.drawn import Run
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, Sign, action_row, result_sign
from kioskd.screens.words import Public, together

HARMLESS = frozenset(
    {
        TroubleReason.NOTHING_TO_PAY,
        TroubleReason.CARD_REMOVED,
        TroubleReason.CARD_UNREADABLE,
        TroubleReason.ID_CARD_UNREADABLE,
        TroubleReason.MONTHS_TAKEN,
        TroubleReason.ASSESSMENT_EXPIRED,
        TroubleReason.NEEDS_LOGIN,
        TroubleReason.NEEDS_SOCIAL_CARD,
        TroubleReason.PIN_PAD_BUSY,
        TroubleReason.PROFILE_CHANGED,
        TroubleReason.CARD_NOT_ACTIVATED,
        TroubleReason.CARD_ANOTHERS,
        TroubleReason.CARD_STATE,
        TroubleReason.CARD_IN_HAND,
        TroubleReason.CARD_NOT_REPORTED,
        TroubleReason.CARD_ACTIVE_ALREADY,
        TroubleReason.CARD_LOST_FOR_GOOD,
        TroubleReason.MONTHS_NOT_OPEN,
        TroubleReason.EARLIER_FIRST,
        TroubleReason.WHOLE_PERIODS_ONLY,
        TroubleReason.TOO_FEW_MONTHS,
        TroubleReason.GRADE_FIXED,
    }
)
"""What the visitor can put right by herself, now."""


OF_THE_KIOSK = frozenset(
    {
        TroubleReason.CENTRE_UNREACHABLE,
        TroubleReason.CENTRE_BROKEN,
        TroubleReason.CENTRE_BUSY,
        TroubleReason.IDENTITY_NONE,
        TroubleReason.IDENTITY_REFUSED,
        TroubleReason.PACK_NOT_BELIEVED,
        TroubleReason.CARD_READER_GONE,
        TroubleReason.ID_READER_GONE,
        TroubleReason.PIN_PAD_GONE,
        TroubleReason.PIN_PAD_BUSY,
        TroubleReason.PIN_PAD_MISCONFIGURED,
        TroubleReason.RECEIPT_PRINTER_GONE,
        TroubleReason.RECEIPT_PAPER_OUT,
        TroubleReason.RECEIPT_COVER_OPEN,
        TroubleReason.JOURNAL_DAMAGED,
        TroubleReason.PAYMENT_IN_DOUBT,
        TroubleReason.PAYMENTS_HELD,
        TroubleReason.DOOR_OPEN,
        TroubleReason.CARD_UNREADABLE,
        TroubleReason.ID_CARD_UNREADABLE,
        TroubleReason.CARD_REMOVED,
        TroubleReason.NEEDS_LOGIN,
        TroubleReason.NEEDS_SOCIAL_CARD,
        TroubleReason.NOT_OFFERED,
        TroubleReason.UPDATING,
        TroubleReason.UPDATE_NOT_TAKEN,
        TroubleReason.TOOK_TOO_LONG,
        TroubleReason.DOCUMENT_PRINTER_NONE,
        TroubleReason.DOCUMENT_PRINTER_GONE,
        TroubleReason.DOCUMENT_PRINTER_BUSY,
        TroubleReason.DOCUMENT_PRINTER_STOPPED,
        TroubleReason.DOCUMENT_PAPER_OUT,
        TroubleReason.DOCUMENT_PAPER_JAM,
        TroubleReason.DOCUMENT_PRINTER_OPEN,
        TroubleReason.DOCUMENT_TONER_EMPTY,
        TroubleReason.DOCUMENT_TRAY_FULL,
        TroubleReason.DOCUMENT_SEAL_MISSING,
        TroubleReason.DOCUMENT_NOT_GENUINE,
        TroubleReason.TECHNICIAN_KEY_NONE,
        TroubleReason.TECHNICIAN_PAUSED,
        TroubleReason.TECHNICIAN_NOT_NOW,
    }
)
"""What is wrong with this terminal and not with her; all others tell something of her."""


@dataclass(frozen=True, slots=True)
class Problem(Screen[None]):
    """Ends with the button ``ok``."""

    id: ClassVar[str] = "problem"
    trouble: Trouble

    @property
    def names_nobody(self) -> bool:  # type: ignore[override]
        """Whether the trouble is the terminal's."""
        return self.trouble.reason in OF_THE_KIOSK

    def tap(self, button: str) -> Done[None]:
        """The button ``ok``."""
        return Done(None)

    def draw(self, canvas: Canvas) -> None:
        """Draw the sign, what happened, what to do, the code and the hotline."""
        gap = canvas.theme.gap
        body, row = canvas.area.cut_bottom(canvas.theme.button_height, gap)
        action_row(canvas, row, main=Action("ok", canvas.words("problem.ok")))
        what = Sign.TELL if self.trouble.reason in HARMLESS else Sign.STOP
        draw_trouble(canvas, body, self.trouble, what)


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of a trouble: its reason, and the way out."""

    why: str
    do: str
    way_out: Type = Type.LEAD


def draw_trouble(canvas: Canvas, body: Rect, trouble: Trouble, what: Sign, extra: str = "") -> None:
    """Draw the sign beside reason, way out, code and hotline, in the middle of ``body``."""
    words = canvas.words
    why = trouble_words.why(words, trouble)
    told = Told(together(why, extra) if extra else why, trouble_words.what_to_do(words, trouble))
    draw_told(canvas, body, trouble, what, told, trouble_words.title(words, trouble))


def draw_told(
    canvas: Canvas, body: Rect, trouble: Trouble, what: Sign, told: Told, title: str = ""
) -> None:
    """Draw as ``draw_trouble``, with these words and without a title where none is given."""
    width = _text_width(canvas, body)
    heights = (
        canvas.text_height(width, title, Type.RESULT) if title else 0,
        canvas.text_height(width, told.why, Type.BODY),
        _card_height(canvas, width, trouble, told),
    )
    gap = canvas.px(20)
    total = sum(heights) + (2 if title else 1) * gap
    if canvas.portrait:
        total += canvas.px(212)
    block = body.centred(body.w, min(body.h, total))
    room = result_sign(canvas, block, what)
    if title:
        upper, room = room.cut_top(heights[0], gap)
        canvas.text(upper, title, Type.RESULT)
    middle, lower = room.cut_top(heights[1], gap)
    canvas.text(middle, told.why, Type.BODY)
    _draw_card(canvas, Rect(lower.x, lower.y, lower.w, heights[2]), trouble, told)


def _text_width(canvas: Canvas, body: Rect) -> int:
    return body.w if canvas.portrait else body.w - canvas.px(236)


def _card_height(canvas: Canvas, width: int, trouble: Trouble, told: Told) -> int:
    text = canvas.text_height(width - 2 * canvas.px(26), told.do, told.way_out)
    label, codes = canvas.line_height(Type.NOTE), canvas.line_height(Type.BODY)
    if trouble.ticket:
        codes += canvas.px(6) + canvas.line_height(Type.BODY)
    return 2 * canvas.px(20) + label + text + canvas.px(12) + codes


def _draw_card(canvas: Canvas, rect: Rect, trouble: Trouble, told: Told) -> None:
    words = canvas.words
    canvas.card(rect, Look.PLAIN)
    room = rect.inset(canvas.px(26), canvas.px(20))
    label, room = room.cut_top(canvas.line_height(Type.NOTE))
    canvas.text(label, words("problem.what_to_do"), Type.NOTE, t.SECOND_INK)
    if trouble.ticket:
        room, ticket = room.cut_bottom(canvas.line_height(Type.BODY), canvas.px(6))
        number = Run(Public(trouble.ticket), Type.NOTE_STRONG)
        label_run = together(words("problem.ticket"), Public(" "), by="")
        canvas.runs(ticket, [Run(label_run, Type.NOTE, t.SECOND_INK), number])
    text, codes = room.cut_bottom(canvas.line_height(Type.BODY), canvas.px(12))
    canvas.text(text, told.do, told.way_out)
    runs = [
        Run(together(words("problem.code"), Public(" "), by=""), Type.NOTE, t.SECOND_INK),
        Run(Public(trouble.code), Type.NOTE_STRONG),
    ]
    if canvas.facts.hotlines:
        icon, codes = codes.cut_left(canvas.px(26), canvas.px(10))
        canvas.icon(Icon.PHONE, icon, t.BLUE)
        runs = [
            Run(together(words("problem.hotline"), Public(" "), by=""), Type.NOTE, t.SECOND_INK),
            Run(Public(f"{canvas.facts.hotlines[0].number}      "), Type.NOTE_STRONG),
            *runs,
        ]
    canvas.runs(codes, runs)
