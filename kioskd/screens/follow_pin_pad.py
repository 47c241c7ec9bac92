"""While the PIN pad works: where to look, whose turn it is, and what comes next.

The kiosk never learns the PIN; this screen only retells the PIN pad's own status.
"""

from dataclasses import dataclass
from enum import Enum

from kioskd.domain.money import Money
from kioskd.domain.payment import PinPadStep
from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, action_row, heading
from kioskd.screens.widgets.blocks import money_that_fits
from kioskd.screens.widgets.checklist import Line, State, draw_checklist
from kioskd.screens.widgets.pay_page import pay_page
from kioskd.screens.words import personal


class PinPadChoice(Enum):
    """What the visitor may answer."""

    CANCEL = "cancel"


HER_TURN = frozenset(
    {PinPadStep.PRESENT_CARD, PinPadStep.ENTER_PIN, PinPadStep.WRONG_PIN, PinPadStep.REMOVE_CARD}
)
TITLES = {
    None: "title_starting",
    PinPadStep.PRESENT_CARD: "title",
    PinPadStep.ENTER_PIN: "title",
    PinPadStep.CONTACTING_BANK: "title_bank",
    PinPadStep.REMOVE_CARD: "title_remove",
    PinPadStep.WRONG_PIN: "title_wrong_pin",
    PinPadStep.APPROVED: "title_approved",
    PinPadStep.DECLINED: "title_declined",
    PinPadStep.REVERSING: "title_reversing",
    PinPadStep.WAIT: "title_wait",
}
PLACES = {
    None: 0,
    PinPadStep.WAIT: 0,
    PinPadStep.PRESENT_CARD: 1,
    PinPadStep.ENTER_PIN: 2,
    PinPadStep.WRONG_PIN: 2,
    PinPadStep.CONTACTING_BANK: 3,
    PinPadStep.REVERSING: 3,
    PinPadStep.DECLINED: 3,
    PinPadStep.REMOVE_CARD: 3,
    PinPadStep.APPROVED: 4,
}
"""Which line of the list is going on."""
LINES = ("starting", "card", "pin", "bank", "posting")
SAID_INSTEAD = {
    PinPadStep.WAIT: "waiting",
    PinPadStep.WRONG_PIN: "pin_again",
    PinPadStep.REMOVE_CARD: "remove",
    PinPadStep.REVERSING: "bank_reversing",
    PinPadStep.DECLINED: "bank_declined",
}
"""What the line going on says where it is not the usual."""
STATES = {
    PinPadStep.WRONG_PIN: State.DOUBT,
    PinPadStep.REVERSING: State.DOUBT,
    PinPadStep.DECLINED: State.REFUSED,
}


@dataclass(frozen=True, slots=True)
class FollowPinPad(Screen[PinPadChoice]):
    """Step five of paying. ``step`` None: the centre and the PIN pad are being asked."""

    id = "follow-pin-pad"
    amount: Money
    step: PinPadStep | None
    ref: str
    """Empty until the payment has one."""
    can_cancel: bool

    @property
    def names_nobody(self) -> bool:  # type: ignore[override]
        """Whether all goes its usual way: a wrong PIN or a refusal is hers."""
        return self.step not in STATES

    def draw(self, canvas: Canvas) -> None:
        """Draw the list of what happens, and the amount over a picture of the PIN pad."""
        body, actions = pay_page(canvas, "pay")
        if self.ref:
            canvas.say_in_footer(canvas.words("pay.ref"), self.ref)
        if canvas.portrait:
            room, card = body.cut_bottom(body.h * 9 // 20, canvas.px(24))
        else:
            room, card = body.cut_right(canvas.px(420), canvas.px(36))
        title = canvas.words(f"follow_pin_pad.{TITLES[self.step]}")
        room = heading(canvas, room, title if self.names_nobody else personal(title))
        draw_checklist(canvas, room, self._lines(canvas))
        self._draw_card(canvas, card)
        self._draw_actions(canvas, actions)

    def tap(self, button: str) -> "Screen[PinPadChoice] | Done[PinPadChoice] | None":
        """Ask to cancel, as long as that is offered."""
        return Done(PinPadChoice.CANCEL) if button == "cancel" and self.can_cancel else None

    def _lines(self, canvas: Canvas) -> list[Line]:
        at = PLACES[self.step]
        turn = "your_turn" if self.step in HER_TURN else "our_turn"
        lines = []
        for index, name in enumerate(LINES):
            state = State.DONE if index < at else State.LATER
            said, beside = name, ""
            if index == at:
                state = STATES.get(self.step, State.NOW) if self.step else State.NOW
                said = SAID_INSTEAD.get(self.step, name) if self.step else name
                beside = canvas.words(f"follow_pin_pad.{turn}")
            lines.append(Line(canvas.words(f"follow_pin_pad.{said}"), state, beside))
        return lines

    def _draw_card(self, canvas: Canvas, card: Rect) -> None:
        inner = canvas.card(card, Look.OPEN if self.step in HER_TURN else Look.PLAIN)
        label, rest = inner.cut_top(canvas.line_height(Type.BODY))
        canvas.text(label, canvas.words("follow_pin_pad.amount"), Type.BODY, t.SECOND_INK, "centre")
        figure, rest = rest.cut_top(canvas.line_height(Type.FIGURE), canvas.px(8))
        money_that_fits(canvas, figure, self.amount, align="centre")
        secret = canvas.words("follow_pin_pad.secret")
        high = canvas.text_height(rest.w, secret, Type.NOTE)
        picture, note = rest.cut_bottom(high, canvas.px(8))
        self._draw_pin_pad(canvas, picture)
        canvas.text(note, secret, Type.NOTE, t.SECOND_INK, "centre")

    def _draw_pin_pad(self, canvas: Canvas, room: Rect) -> None:
        """Draw the PIN pad, with an arrow towards the real one while it is the visitor's turn."""
        left, pad, right = layout.columns(room, [2, 5, 2], canvas.px(4))
        canvas.icon(Icon.PIN_PAD, pad, t.DARK, t.TAB_BLUE)
        if self.step in HER_TURN:
            side = min(left.w, left.h, canvas.px(80))
            for beside in (left, right):
                canvas.icon(Icon.ARROW_DOWN, beside.centred(side, side), t.BLUE)

    def _draw_actions(self, canvas: Canvas, actions: Rect) -> None:
        back = Action("cancel", canvas.words("follow_pin_pad.cancel"))
        rest = action_row(canvas, actions, back=back if self.can_cancel else None)
        stay = canvas.words("follow_pin_pad.stay")
        canvas.text(rest, stay, Type.NOTE, t.SECOND_INK, valign="middle")
