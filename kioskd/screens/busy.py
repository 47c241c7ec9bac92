"""The kiosk works and the visitor waits: for what, and for how long it may take."""

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Screen
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect, stack
from kioskd.screens.theme import Type
from kioskd.screens.words import Public, together

DOTS = 3


class BusyWith(Enum):
    """What is waited for, its picture, the seconds it usually takes at most, and its limit.

    The limit is the last resort: devices and the line to the centre have earlier ones, whose
    errors have names of their own.
    """

    READING_CARD = ("reading_card", Icon.SOCIAL_CARD, 5, 40)
    CHECKING_CARD = ("checking_card", Icon.SHIELD, 10, 90)
    CHECKING_PIN = ("checking_pin", Icon.LOCK, 3, 30)
    READING_ID_CARD = ("reading_id_card", Icon.ID_CARD, 5, 90)
    CHECKING_PERSON = ("checking_person", Icon.SHIELD, 10, 90)
    LOADING = ("loading", Icon.LIST, 10, 90)
    ASSESSING = ("assessing", Icon.COINS, 10, 90)
    POSTING = ("posting", Icon.LIST, 10, 120)
    SENDING = ("sending", Icon.LIST, 10, 90)
    CHANGING_CARD = ("changing_card", Icon.SOCIAL_CARD, 10, 90)
    PRINTING = ("printing", Icon.PRINTER, 15, 120)
    COMPOSING = ("composing", Icon.LIST, 15, 120)
    CHECKING_SEAL = ("checking_seal", Icon.SHIELD, 5, 60)
    DIAGNOSING = ("diagnosing", Icon.LIST, 10, 90)
    PRINTING_SHEET = ("printing_sheet", Icon.PRINTER, 20, 180)
    WRITING_STICK = ("writing_stick", Icon.LIST, 30, 120)
    FINISHING = ("finishing", Icon.LOCK, 5, 30)

    def __init__(self, key: str, icon: Icon, usually_s: int, limit_s: int) -> None:
        self.key, self.icon, self.usually_s = key, icon, usually_s
        self.limit_s = limit_s


@dataclass(frozen=True, slots=True)
class Busy(Screen[None]):
    """Shown with ``stage.follow``; never answered. Its id is ``busy-`` and what is waited for."""

    names_nobody: ClassVar[bool] = True
    what: BusyWith

    @property
    def id(self) -> str:  # type: ignore[override]
        """``busy-reading-card`` and so on."""
        return f"busy-{self.what.key.replace('_', '-')}"

    def draw(self, canvas: Canvas) -> None:
        """Draw the picture, what is done, how long it may take, and how long it has taken."""
        words, key = canvas.words, f"busy.{self.what.key}"
        width = min(canvas.area.w, canvas.px(960))
        room = canvas.area.centred(width, canvas.area.h)
        late = canvas.elapsed_s > self.what.usually_s
        texts = (
            (words(f"{key}.title"), Type.RESULT, t.INK),
            (words(f"{key}.note"), Type.LEAD, t.INK),
            (self._how_long(canvas, late), Type.BODY, t.DOUBT_INK if late else t.SECOND_INK),
        )
        heights = [canvas.text_height(room.w, text, type) for text, type, _ in texts]
        side, gap = canvas.px(190), canvas.px(14)
        total = side + canvas.px(40) + sum(heights) + 4 * gap
        room = room.centred(room.w, min(room.h, total))
        places = stack(room, [side, canvas.px(40), *heights], gap)
        canvas.icon(self.what.icon, places[0].inset(0, canvas.px(6)), t.BLUE, t.PALE_BLUE)
        self._dots(canvas, places[1])
        for place, (text, type, colour) in zip(places[2:], texts, strict=True):
            canvas.text(place, text, type, colour, "centre")
        canvas.say_in_footer(words("busy.wait"))

    def _how_long(self, canvas: Canvas, late: bool) -> str:
        words = canvas.words
        seconds = words("busy.elapsed", count=Public(canvas.elapsed_s))
        usual = words("busy.usually", count=Public(self.what.usually_s))
        return together(words("busy.long") if late else usual, seconds, by=" · ")

    def _dots(self, canvas: Canvas, rect: Rect) -> None:
        """Three dots, one of them lit: the only motion, it says that the kiosk is alive."""
        radius, step = canvas.px(8), canvas.px(40)
        x, y = rect.centre
        for index in range(DOTS):
            lit = canvas.elapsed_s % DOTS == index
            at = (x + (index - 1) * step, y)
            canvas.disc(at, radius, t.BLUE if lit else t.LINE)

    def tap(self, button: str) -> None:
        """No button."""
        raise AssertionError(button)
