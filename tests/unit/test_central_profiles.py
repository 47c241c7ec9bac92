"""Changes of personal information at the centre: history, review, idempotency, refusals."""

from typing import Any

import pytest

from kiosk_central.problems import Refused
from kiosk_central.profiles import (
    NotToBeDecided,
    all_changes,
    change_profile,
    decide_change,
    profile_of,
)
from kiosk_central.store.engine import read
from kioskd.domain.profile import (
    ChangeState,
    FieldChange,
    Profile,
    ProfileField,
    ProfileRules,
    TypedText,
)
from kioskd.protocols.central import ProblemCode
from kioskd.protocols.central_profile import ProfileChange, ProfileChanged
from tests.unit.central_world import KIOSK, LI, OTHER_KIOSK, ZHANG, World

ADDRESS, NAME = ProfileField.ADDRESS, ProfileField.CONTACT_NAME
OLD, NEW = "示例市鼓楼区人民路1号", "示例市玄武区北京东路12号"
RULES = ProfileRules(reviewed=(NAME,))


def asked(*changes: tuple[ProfileField, str, str], agreed: str = "我同意") -> ProfileChange:
    """Return a request of these changes."""
    typed = tuple(FieldChange(f, TypedText(old), TypedText(new)) for f, old, new in changes)
    return ProfileChange(typed, agreed)


MOVE = asked((ADDRESS, OLD, NEW))


def put(world: World, ref: str, change: ProfileChange, **other: Any) -> ProfileChanged:
    """Make a change as the writer does."""
    kiosk, person = other.get("kiosk", KIOSK), other.get("person", ZHANG)
    return world.at_desk(lambda d: change_profile(d, RULES, kiosk, person, ref, change))


def on_file(world: World) -> Profile:
    """Return what is on file for ZHANG."""
    return read(world.engine, lambda at: profile_of(at, ZHANG))


def refusal(world: World, ref: str, change: ProfileChange, **other: Any) -> tuple[str, str]:
    """Return code and detail of a refusal."""
    with pytest.raises(Refused) as caught:
        put(world, ref, change, **other)
    return caught.value.code.value, caught.value.detail


def test_a_change_counts_at_once_and_stays_in_the_history(world: World) -> None:
    """With what was there, from which kiosk, and what she agreed to; the same again is one."""
    first = put(world, "C1", MOVE)
    assert first == put(world, "C1", MOVE)
    assert [one.state for one in first.fields] == [ChangeState.UPDATED]
    assert on_file(world).address.reveal() == NEW and on_file(world).pending == ()
    (row,) = read(world.engine, all_changes)
    assert (row["before"], row["after"], row["kiosk_id"]) == (OLD, NEW, KIOSK)
    assert row["agreed"] == "我同意" and row["at"] == "2026-11-22T02:00:00Z"


def test_a_reviewed_change_waits_for_a_person(world: World) -> None:
    """Until then what was there stays, and no second change of it is taken."""
    put(world, "C1", asked((NAME, "李\U00020bb7", "李\U00020bb7明")))
    assert on_file(world).contact_name.reveal() == "李\U00020bb7"
    assert on_file(world).pending == (NAME,)
    again = asked((NAME, "李\U00020bb7", "李四"))
    assert refusal(world, "C2", again) == ("profile_changed", "contact_name")
    world.at_desk(lambda desk: decide_change(desk, KIOSK, "C1", True, "clerk", "seen"))
    assert on_file(world).contact_name.reveal() == "李\U00020bb7明" and on_file(world).pending == ()
    with pytest.raises(NotToBeDecided):
        world.at_desk(lambda desk: decide_change(desk, KIOSK, "C1", False, "clerk", "again"))


def test_a_refused_change_leaves_what_was_there(world: World) -> None:
    """And another may be asked for."""
    put(world, "C1", asked((NAME, "李\U00020bb7", "李四")))
    world.at_desk(lambda desk: decide_change(desk, KIOSK, "C1", False, "clerk", "no paper"))
    assert on_file(world).contact_name.reveal() == "李\U00020bb7" and on_file(world).pending == ()
    assert read(world.engine, all_changes)[0]["decided_note"] == "no paper"
    assert on_file(world).refused == (NAME,)
    assert put(world, "C2", asked((NAME, "李\U00020bb7", "李五"))).ref == "C2"
    assert (on_file(world).refused, on_file(world).pending) == ((), (NAME,))


def test_what_she_was_not_shown_is_not_changed(world: World) -> None:
    """Changed elsewhere meanwhile: refused whole, with nothing done."""
    put(world, "C1", MOVE)
    both = asked((ProfileField.PHONE, "13900000001", "13800000009"), (ADDRESS, OLD, "示例路99号"))
    assert refusal(world, "C2", both) == ("profile_changed", "address")
    assert on_file(world).phone.reveal() == "13900000001"
    assert len(read(world.engine, all_changes)) == 1


@pytest.mark.parametrize(
    ("change", "code", "detail"),
    [
        (asked((ADDRESS, OLD, "路")), "text_not_accepted", "address:too_short"),
        (asked((ADDRESS, OLD, NEW + "\x07")), "text_not_accepted", "address:characters"),
        (asked((ADDRESS, OLD, NEW + " ")), "text_not_accepted", "address:not_tidy"),
        (asked((NAME, "李\U00020bb7", "1234")), "text_not_accepted", "contact_name:characters"),
        (asked((ProfileField.PHONE, "", "12")), "text_not_accepted", "phone:not_a_phone"),
        (asked(), "bad_request", "fields"),
        (asked((ADDRESS, OLD, NEW), (ADDRESS, OLD, NEW)), "bad_request", "fields"),
        (asked((ADDRESS, OLD, OLD)), "bad_request", "nothing changes"),
    ],
)
def test_what_is_not_taken(world: World, change: ProfileChange, code: str, detail: str) -> None:
    """The same rules as on the kiosk; the detail names field and rule, never the text."""
    assert refusal(world, "C1", change) == (code, detail)
    assert read(world.engine, all_changes) == []


def test_a_reference_belongs_to_one_change(world: World) -> None:
    """Another text, person or consent under it is refused; another kiosk's is another change."""
    put(world, "C1", MOVE)
    reused = (ProblemCode.REFERENCE_REUSED.value, "")
    assert refusal(world, "C1", asked((ADDRESS, OLD, "示例路99号"))) == reused
    assert refusal(world, "C1", asked((ADDRESS, OLD, NEW), agreed="no")) == reused
    changed = (ProblemCode.PROFILE_CHANGED.value, ADDRESS.value)
    assert refusal(world, "C1", MOVE, kiosk=OTHER_KIOSK) == changed
    assert refusal(world, "C1", MOVE, person=LI) == reused
