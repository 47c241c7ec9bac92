"""Maintain personal information: what is on file, what it shall be, both side by side, consent.

Nothing is sent before she has seen old and new beside each other and agreed to the sentence that
says what it is used for. What the centre does not take is said in her words where she typed it.
"""

import uuid
from dataclasses import dataclass

from kioskd import log
from kioskd.domain.profile import RULES, ChangeState, FieldChange, Profile, ProfileField, TypedText
from kioskd.domain.typed_text import TextRule
from kioskd.errors import ServerRefused, ServerUnreachable
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.pinyin import Expects
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_profile import ProfileChange, ProfileChanged, refusal_of
from kioskd.screens.busy import BusyWith
from kioskd.screens.enter_text import EnterText
from kioskd.screens.keyboard import Typing
from kioskd.screens.my_profile import MyProfile, ProfileTopic
from kioskd.screens.navigation import Navigation
from kioskd.screens.profile_changed import AfterChange, ProfileChangedScreen
from kioskd.screens.review_change import ReviewChange, ReviewChangeChoice

Texts = dict[ProfileField, str]
"""What she has typed so far."""


@dataclass(frozen=True, slots=True)
class NotAccepted:
    """The centre does not take the text of one field."""

    field: ProfileField
    rule: TextRule


async def change_profile(kiosk: Kiosk, visit: Visit) -> bool:
    """Return True to go home again, False to end the visit. Raises ServerError, SessionEnded."""
    while True:
        profile = await kiosk.while_busy(
            BusyWith.LOADING, lambda: kiosk.central.profile(visit.token)
        )
        topic = await kiosk.stage.show(MyProfile(profile))
        if isinstance(topic, Navigation):
            return True
        match await _change(kiosk, visit, profile, topic):
            case AfterChange.END:
                return False
            case AfterChange.HOME:
                return True


async def _change(
    kiosk: Kiosk, visit: Visit, profile: Profile, topic: ProfileTopic
) -> AfterChange | None:
    """Ask, show side by side, send; None if she went back to the list."""
    texts: Texts = {}
    refused: NotAccepted | None = None
    while True:
        if not await _type_all(kiosk, profile, topic, texts, refused):
            return None
        changes = _changes(profile, texts)
        if not changes:
            return None
        rules = kiosk.region.profile
        reviewed = any(one.field in rules.reviewed for one in changes)
        days = rules.review_days if reviewed else None
        answer = await kiosk.stage.show(ReviewChange(changes, rules.consent, days))
        refused = None
        if answer is ReviewChangeChoice.AGREE:
            result = await _send(kiosk, visit, changes)
            if not isinstance(result, NotAccepted):
                return result
            refused = result


async def _type_all(
    kiosk: Kiosk, profile: Profile, topic: ProfileTopic, texts: Texts, refused: NotAccepted | None
) -> bool:
    """Let her type each field of the topic; False if she went back from the first."""
    fields, index = topic.fields, 0
    if refused is not None and refused.field in fields:
        index = fields.index(refused.field)
    while index < len(fields):
        field = fields[index]
        is_refused = refused is not None and refused.field is field
        rule = refused.rule if is_refused and refused is not None else None
        text = await kiosk.stage.show(_screen(kiosk, profile, field, texts, rule, len(fields) > 1))
        if isinstance(text, Navigation):
            if index == 0:
                return False
            index -= 1
            continue
        texts[field] = text
        refused, index = None, index + 1
    return True


def _screen(
    kiosk: Kiosk,
    profile: Profile,
    field: ProfileField,
    texts: Texts,
    refused: TextRule | None,
    may_keep: bool,
) -> EnterText:
    """Return the screen of one field, with what she had typed there before."""
    expects = Expects.NAME if field is ProfileField.CONTACT_NAME else Expects.ANYTHING
    old = profile.of(field).reveal()
    typed = texts.get(field, "")
    typing = Typing.begun(RULES[field], kiosk.pinyin, expects)
    typing = typing.with_text("" if typed == old else typed)
    return EnterText(field.value, typing, old, refused=refused, may_keep=may_keep)


def _changes(profile: Profile, texts: Texts) -> tuple[FieldChange, ...]:
    """Return what really differs from what is on file."""
    changes = (
        FieldChange(field, TypedText(profile.of(field).reveal()), TypedText(text))
        for field, text in texts.items()
    )
    return tuple(one for one in changes if one.before != one.after)


async def _send(
    kiosk: Kiosk, visit: Visit, changes: tuple[FieldChange, ...]
) -> AfterChange | NotAccepted:
    """Send it under one reference, as often as she wants, until the centre has answered.

    Raises ServerError; a lost answer is said as what it is, for the change may have been made.
    """
    ref = uuid.uuid4().hex
    change = ProfileChange(changes, kiosk.region.profile.consent.in_language(kiosk.stage.language))
    while True:
        try:
            done = await kiosk.while_busy(
                BusyWith.SENDING, lambda: kiosk.central.change_profile(visit.token, ref, change)
            )
        except ServerUnreachable as silence:
            log.warning("profile.unanswered", code=silence.operator_code)
            answer = await kiosk.stage.show(ProfileChangedScreen(None, ref))
            if answer is AfterChange.AGAIN:
                continue
            return answer
        except ServerRefused as refusal:
            return _not_accepted(refusal)
        return await _tell(kiosk, done)


def _not_accepted(refusal: ServerRefused) -> NotAccepted:
    """Return which text is not taken, and why. Raises the refusal where it is about another thing.

    A rule that this kiosk does not know is about characters: what is left if the rest is known.
    """
    if refusal.code != ProblemCode.TEXT_NOT_ACCEPTED.value:
        raise refusal
    known = refusal_of(refusal.detail)
    if known is None:
        raise refusal
    log.event("profile.text_refused", field=known[0], rule=known[1])
    return NotAccepted(*known)


async def _tell(kiosk: Kiosk, done: ProfileChanged) -> AfterChange:
    states = {one.state for one in done.fields}
    log.event("profile.changed", ref=done.ref, states=sorted(state.value for state in states))
    state = ChangeState.PENDING if ChangeState.PENDING in states else ChangeState.UPDATED
    days = kiosk.region.profile.review_days
    return await kiosk.stage.show(ProfileChangedScreen(state, done.ref, days))
