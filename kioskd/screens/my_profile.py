"""What the centre has on file to reach her by; one of it to change. Telephones are masked here."""

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from kioskd.domain.profile import Profile, ProfileField
from kioskd.screens import layout
from kioskd.screens import theme as t
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.drawn import Run
from kioskd.screens.icons import Icon
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.navigation import Navigation
from kioskd.screens.theme import Type
from kioskd.screens.widgets import Action, action_row, heading


class ProfileTopic(Enum):
    """What is changed together."""

    PHONE = "phone"
    ADDRESS = "address"
    CONTACT = "contact"

    @property
    def fields(self) -> tuple[ProfileField, ...]:
        """The fields that are asked for one after the other."""
        if self is ProfileTopic.CONTACT:
            return ProfileField.CONTACT_NAME, ProfileField.CONTACT_PHONE
        return (ProfileField(self.value),)


TopicAnswer = ProfileTopic | Navigation
ICONS = {
    ProfileTopic.PHONE: Icon.PHONE,
    ProfileTopic.ADDRESS: Icon.PLACE,
    ProfileTopic.CONTACT: Icon.PERSON,
}


@dataclass(frozen=True, slots=True)
class MyProfile(Screen[TopicAnswer]):
    """Answers what she wants to change, or back."""

    id: ClassVar[str] = "my-profile"
    profile: Profile

    def draw(self, canvas: Canvas) -> None:
        """Draw a card for each thing on file; one that is being looked at says so."""
        words = canvas.words
        body, actions = canvas.area.cut_bottom(canvas.theme.button_height, canvas.px(14))
        room = heading(canvas, body, words("my_profile.title"), words("my_profile.hint"))
        gap = canvas.px(16)
        high = min(canvas.px(150), (room.h - 2 * gap) // len(ProfileTopic))
        for topic, cell in zip(
            ProfileTopic, layout.stack(room, [high] * len(ProfileTopic), gap), strict=True
        ):
            self._draw_topic(canvas, cell, topic)
        action_row(canvas, actions, back=Action("back", words("pay.back")))

    def tap(self, button: str) -> Done[TopicAnswer] | None:
        """A card, or back."""
        if button == "back":
            return Done(Navigation.BACK)
        topic = ProfileTopic(button.removeprefix("topic-"))
        return None if self._is_pending(topic) else Done(topic)

    def _is_pending(self, topic: ProfileTopic) -> bool:
        return any(field in self.profile.pending for field in topic.fields)

    def _draw_topic(self, canvas: Canvas, cell: Rect, topic: ProfileTopic) -> None:
        pending = self._is_pending(topic)
        look = Look.OFF if pending else Look.OPEN
        canvas.card(cell, look, None if pending else f"topic-{topic.value}")
        side = canvas.px(52)
        mark, room = cell.inset(canvas.px(24), canvas.px(8)).cut_left(side, canvas.px(22))
        canvas.icon(ICONS[topic], mark, t.OFF_INK if pending else t.BLUE, look.fill)
        room = self._draw_end(canvas, room, pending)
        label, value = canvas.words(f"my_profile.{topic.value}"), self._value(canvas, topic)
        note = canvas.line_height(Type.NOTE)
        high = min(room.h, note + canvas.text_height(room.w, value, Type.STRONG))
        upper, lower = room.centred(room.w, high).cut_top(note)
        runs = [Run(label, Type.NOTE, t.SECOND_INK)]
        if any(field in self.profile.refused for field in topic.fields):
            runs.append(Run(f"  {canvas.words('my_profile.refused')}", Type.NOTE, t.STOP))
        canvas.runs(upper, runs)
        canvas.text(lower, value, Type.STRONG, valign="middle", shrink_to=0.65)

    def _draw_end(self, canvas: Canvas, room: Rect, pending: bool) -> Rect:
        """Draw what a touch does, or why there is nothing to touch; return the room left of it."""
        said = canvas.words("my_profile.pending" if pending else "my_profile.change")
        type = Type.NOTE if pending else Type.STRONG
        width = min(room.w * 2 // 5, canvas.text_width(said, type) + canvas.px(8))
        rest, place = room.cut_right(width, canvas.px(20))
        canvas.text(place, said, type, t.STOP if pending else t.BLUE, "right", "middle")
        return rest

    def _value(self, canvas: Canvas, topic: ProfileTopic) -> str:
        profile, nothing = self.profile, canvas.words("enter_text.nothing")
        match topic:
            case ProfileTopic.PHONE:
                return profile.phone.masked() or nothing
            case ProfileTopic.ADDRESS:
                return profile.address.reveal() or nothing
        both = (profile.contact_name.reveal(), profile.contact_phone.masked())
        return "  ".join(text for text in both if text) or nothing
