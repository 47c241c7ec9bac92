"""A card is wanted: which one, and where to put it."""

from dataclasses import dataclass
from enum import Enum

from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.icons import Icon
from kioskd.screens.layout import stack
from kioskd.screens.navigation import Navigation
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, action_row


class PutWhat(Enum):
    """Which card, for what; the words are ``put_card.<value>``."""

    NEW_CARD = ("new_card", Icon.SOCIAL_CARD)
    OWN_CARD = ("own_card", Icon.SOCIAL_CARD)
    ID_CARD_FIRST = ("id_card_first", Icon.ID_CARD)
    """A new card is in the slot, and nobody knows yet whether it is its holder who put it there."""

    def __init__(self, key: str, icon: Icon) -> None:
        self.key, self.icon = key, icon


@dataclass(frozen=True, slots=True)
class PutCard(Screen[Navigation]):
    """Answers only with back; the card itself is noticed by whoever shows the screen."""

    what: PutWhat

    @property
    def names_nobody(self) -> bool:  # type: ignore[override]
        """Whether the words do not say how her card stands."""
        return self.what is not PutWhat.ID_CARD_FIRST

    @property
    def id(self) -> str:  # type: ignore[override]
        """``put-new-card`` and so on."""
        return f"put-{self.what.key.replace('_', '-')}"

    def draw(self, canvas: Canvas) -> None:
        """Draw the card, what to do with it, and why."""
        words, key = canvas.words, f"put_card.{self.what.key}"
        room, actions = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
        action_row(canvas, actions, back=Action("back", words(f"{key}.back")))
        room = room.centred(min(room.w, canvas.px(980)), room.h)
        texts = ((f"{key}.title", Type.RESULT, t.INK), (f"{key}.line", Type.LEAD, t.INK))
        heights = [canvas.text_height(room.w, words(name), type) for name, type, _ in texts]
        side, gap = canvas.px(200), canvas.px(20)
        side = min(side, max(canvas.px(80), room.h - sum(heights) - 2 * gap))
        total = side + sum(heights) + 2 * gap
        icon, *places = stack(room.centred(room.w, min(room.h, total)), [side, *heights], gap)
        canvas.icon(self.what.icon, icon, t.BLUE, t.PALE_BLUE)
        for place, (name, type, colour) in zip(places, texts, strict=True):
            canvas.text(place, words(name), type, colour, "centre")

    def tap(self, button: str) -> "Screen[Navigation] | Done[Navigation] | None":
        """Go back."""
        return Done(Navigation.BACK) if button == "back" else None
