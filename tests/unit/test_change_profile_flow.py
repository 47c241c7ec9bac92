"""Maintaining personal information: what is asked, shown and sent, and each end of it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest
import trio

from kioskd.domain.profile import ChangeState, Profile, ProfileField, ProfileRules
from kioskd.domain.secret import PersonName, PhoneNumber, PostalAddress, SessionToken
from kioskd.domain.text import Text
from kioskd.domain.typed_text import TextRule
from kioskd.errors import KioskError, ServerRefused, ServerUnreachable
from kioskd.flows.handling.change_profile import change_profile
from kioskd.flows.kiosk import Kiosk
from kioskd.flows.troubles import trouble_for
from kioskd.pinyin import Pinyin
from kioskd.protocols.central_profile import ChangedField, ProfileChange, ProfileChanged
from kioskd.screens.enter_text import EnterText
from kioskd.screens.my_profile import MyProfile
from kioskd.screens.profile_changed import ProfileChangedScreen
from kioskd.screens.review_change import ReviewChange
from tests.unit.flow_world import VISIT, FlowWorld

OLD = Profile(
    PhoneNumber("13900000001"),
    PostalAddress("示例市示例路1号"),
    PersonName("李\U00020bb7"),
    PhoneNumber("13800000001"),
)
CONSENT = Text("我同意", "I agree")
PHONE_KEYS = [f"key-{digit}" for digit in "13800000009"]
LI_MING = ["key-l", "key-i", "candidate-0", *(f"key-{one}" for one in "ming"), "candidate-0"]


@dataclass
class FakeProfiles:
    """The centre: has ``profile``, and answers changes as ``answers`` say, in turn."""

    profile_on_file: Profile = OLD
    answers: list[KioskError | ChangeState] = field(default_factory=list)
    asked: list[tuple[str, ProfileChange]] = field(default_factory=list)

    async def profile(self, token: SessionToken) -> Profile:
        await trio.lowlevel.checkpoint()
        return self.profile_on_file

    async def change_profile(
        self, token: SessionToken, ref: str, change: ProfileChange
    ) -> ProfileChanged:
        await trio.lowlevel.checkpoint()
        self.asked.append((ref, change))
        answer = self.answers.pop(0) if self.answers else ChangeState.UPDATED
        if isinstance(answer, KioskError):
            raise answer
        fields = tuple(ChangedField(one.field, answer) for one in change.changes)
        return ProfileChanged(ref, "2026-11-22T02:00:00Z", fields)

    def texts(self, index: int = 0) -> list[tuple[ProfileField, str, str]]:
        """Return what a request asked: field, before, after."""
        _, change = self.asked[index]
        return [(one.field, one.before.reveal(), one.after.reveal()) for one in change.changes]


Made = tuple[FlowWorld, FakeProfiles, Kiosk]


@pytest.fixture
def make() -> Callable[..., Made]:
    def made(*touches: str, reviewed: tuple[ProfileField, ...] = ()) -> Made:
        world, centre = FlowWorld(), FakeProfiles()
        world.stage.touches = list(touches)
        region = replace(world.kiosk.region, profile=ProfileRules(reviewed, 3, CONSENT))
        kiosk = replace(
            world.kiosk, central=cast(Any, centre), region=region, pinyin=Pinyin(use_library=False)
        )
        return world, centre, kiosk

    return made


async def test_a_new_number_is_sent_once_she_agrees(make: Callable[..., Made]) -> None:
    """Typed, shown beside the old one, agreed to; the sentence goes along in her language."""
    world, centre, kiosk = make("topic-phone", *PHONE_KEYS, "done", "agree", "home")
    assert await change_profile(kiosk, VISIT)
    assert centre.texts() == [(ProfileField.PHONE, "13900000001", "13800000009")]
    assert centre.asked[0][1].agreed == "我同意"
    review = world.stage.last(ReviewChange)
    assert review.changes == centre.asked[0][1].changes and review.review_days is None
    assert world.stage.last(ProfileChangedScreen).state is ChangeState.UPDATED


async def test_nothing_is_sent_before_she_agrees(make: Callable[..., Made]) -> None:
    """Back from the review keeps what she typed; back from typing leaves everything as it was."""
    world, centre, kiosk = make(
        "topic-phone", *PHONE_KEYS, "done", "back", "back", "back"
    )  # fmt: skip
    assert await change_profile(kiosk, VISIT)
    assert centre.asked == []
    assert world.stage.last(EnterText).text == "13800000009"


async def test_one_of_two_texts_may_stay(make: Callable[..., Made]) -> None:
    """Only what differs is sent; the region looks at it, and the result says so."""
    world, centre, kiosk = make(
        "topic-contact", *LI_MING, "done", "keep", "agree", "end",
        reviewed=(ProfileField.CONTACT_NAME,),
    )  # fmt: skip
    centre.answers = [ChangeState.PENDING]
    assert not await change_profile(kiosk, VISIT)
    assert centre.texts() == [(ProfileField.CONTACT_NAME, "李\U00020bb7", "李明")]
    assert world.stage.last(ReviewChange).review_days == 3
    assert world.stage.last(ProfileChangedScreen).state is ChangeState.PENDING


async def test_keeping_both_changes_nothing(make: Callable[..., Made]) -> None:
    """She is back at the list, and nothing was asked."""
    _, centre, kiosk = make("topic-contact", "keep", "keep", "back")
    assert await change_profile(kiosk, VISIT)
    assert centre.asked == []


async def test_a_lost_answer_is_asked_again_under_the_same_reference(
    make: Callable[..., Made],
) -> None:
    """She is told that nobody knows; asking again cannot change it twice."""
    world, centre, kiosk = make("topic-phone", *PHONE_KEYS, "done", "agree", "again", "home")
    centre.answers = [ServerUnreachable("cut"), ChangeState.UPDATED]
    assert await change_profile(kiosk, VISIT)
    states = [s.state for s in world.stage.seen if isinstance(s, ProfileChangedScreen)]
    assert states == [None, ChangeState.UPDATED]
    assert centre.asked[0] == centre.asked[1]


async def test_a_text_the_centre_refuses_is_said_where_she_typed_it(
    make: Callable[..., Made],
) -> None:
    """The field comes back with her text and the reason; the next try has a new reference."""
    world, centre, kiosk = make(
        "topic-contact", *LI_MING, "done", "keep", "agree",
        "delete", "key-h", "key-u", "key-a", "candidate-0", "done", "keep", "agree", "home",
    )  # fmt: skip
    refusal = ServerRefused(422, "text_not_accepted", "contact_name:characters")
    centre.answers = [refusal, ChangeState.UPDATED]
    assert await change_profile(kiosk, VISIT)
    told = next(s for s in world.stage.seen if isinstance(s, EnterText) and s.refused)
    assert (told.topic, told.text, told.refused) == ("contact_name", "李明", TextRule.CHARACTERS)
    assert centre.asked[0][0] != centre.asked[1][0]


@pytest.mark.parametrize("detail", ["", "name", "contact_name:", "pin:characters", "x" * 5000])
async def test_a_nonsense_refusal_is_a_named_trouble(
    make: Callable[..., Made], detail: str
) -> None:
    """A hostile or newer centre gets no screen of its own, and no crash."""
    _, centre, kiosk = make("topic-phone", *PHONE_KEYS, "done", "agree")
    centre.answers = [ServerRefused(422, "text_not_accepted", detail)]
    with pytest.raises(ServerRefused) as caught:
        await change_profile(kiosk, VISIT)
    assert trouble_for(caught.value).reason.value == "centre_refused"


async def test_what_changed_meanwhile_is_a_trouble_of_its_own(make: Callable[..., Made]) -> None:
    """She agreed to something else than what is on file now: told, and nothing is changed."""
    _, centre, kiosk = make("topic-phone", *PHONE_KEYS, "done", "agree")
    centre.answers = [ServerRefused(409, "profile_changed", "phone")]
    with pytest.raises(ServerRefused) as caught:
        await change_profile(kiosk, VISIT)
    assert trouble_for(caught.value).reason.value == "profile_changed"


def test_what_is_being_looked_at_cannot_be_touched() -> None:
    """Its card says so; telephones are masked on this page."""
    screen = MyProfile(replace(OLD, pending=(ProfileField.CONTACT_PHONE,)))
    assert screen.tap("topic-contact") is None and screen.tap("topic-phone") is not None
    assert "13900000001" not in repr(screen) and OLD.phone.masked() == "139****0001"
