"""Before something is done about a card: what stops, what does not, until when, what comes next."""

from dataclasses import dataclass
from enum import Enum

from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.said import Value, said
from kioskd.screens.theme import Colour, Type
from kioskd.screens.widgets import Action, action_row, heading

FEW = 3
"""So few points stand in one column, over the whole width."""


class TermsOf(Enum):
    """What is to be agreed to; the words are ``card_terms.<value>``."""

    REPORT_LOSS = "report_loss"
    CANCEL_LOSS = "cancel_loss"
    REISSUE = "reissue"
    REISSUE_SURE = "reissue_sure"
    OWN_PIN = "own_pin"
    """Her new card is active: shall it have a PIN of her own?"""


class Kind(Enum):
    """What a point says, and so its sign: never by colour alone."""

    STOPS = (Icon.CROSS, t.STOP)
    GOES_ON = (Icon.EXCLAMATION, t.DOUBT_INK)
    WORKS = (Icon.CHECK, t.DONE)
    WHEN = (Icon.CLOCK, t.BLUE)
    WHERE = (Icon.PLACE, t.BLUE)
    COSTS = (Icon.COINS, t.BLUE)
    NEXT = (Icon.ARROW_RIGHT, t.BLUE)
    CARE = (Icon.SHIELD, t.BLUE)

    def __init__(self, icon: Icon, ink: Colour) -> None:
        self.icon, self.ink = icon, ink


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to know; its words are ``card_terms.<what>.<key>``, ``title`` and ``line``."""

    key: str
    kind: Kind
    fields: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class CardTerms(Screen[bool]):
    """Answers whether she agrees. Its id is ``terms-`` and what it is about."""

    what: TermsOf
    points: tuple[Point, ...]

    @property
    def id(self) -> str:  # type: ignore[override]
        """``terms-report-loss`` and so on."""
        return f"terms-{self.what.value.replace('_', '-')}"

    def draw(self, canvas: Canvas) -> None:
        """Draw the points in cards, and the two ways to go on."""
        key = f"card_terms.{self.what.value}"
        room, actions = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
        room = heading(canvas, room, canvas.words(f"{key}.title"))
        back = Action("no", canvas.words(f"{key}.no"))
        action_row(canvas, actions, Action("yes", canvas.words(f"{key}.yes")), back)
        across = 1 if canvas.portrait or len(self.points) <= FEW else 2
        down = -(-len(self.points) // across)
        gap = canvas.px(16)
        most = canvas.px(210) * down + gap * (down - 1)
        grid = layout.grid(Rect(room.x, room.y, room.w, min(room.h, most)), across, down, gap)
        for point, cell in zip(self.points, grid, strict=False):
            self._point(canvas, cell, point)

    def tap(self, button: str) -> "Screen[bool] | Done[bool] | None":
        """Agree, or not."""
        return {"yes": Done(True), "no": Done(False)}.get(button)

    def _point(self, canvas: Canvas, cell: Rect, point: Point) -> None:
        canvas.card(cell, Look.STOP if point.kind is Kind.STOPS else Look.PLAIN)
        ground = t.PALE_STOP if point.kind is Kind.STOPS else t.SURFACE
        key = f"card_terms.{self.what.value}.{point.key}"
        fields = {name: said(canvas.words, value) for name, value in point.fields}
        title = canvas.words(f"{key}.title", **fields)
        line = canvas.words(f"{key}.line", **fields)
        room = cell.inset(canvas.px(22), canvas.px(8))
        side = canvas.px(44)
        mark, text = room.cut_left(side, canvas.px(20))
        canvas.icon(point.kind.icon, mark, point.kind.ink, ground)
        title_h = min(canvas.text_height(text.w, title, Type.TITLE), text.h * 55 // 100)
        line_h = min(canvas.text_height(text.w, line, Type.BODY), text.h - title_h)
        upper, lower = text.centred(text.w, title_h + line_h).cut_top(title_h)
        canvas.text(upper, title, Type.TITLE, shrink_to=0.7)
        canvas.text(lower, line, Type.BODY, t.SECOND_INK, shrink_to=0.66)
