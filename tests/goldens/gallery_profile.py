"""The soft keyboard in all its pages, and changing personal information."""

from dataclasses import replace
from typing import Any

from kioskd.domain.profile import (
    RULES,
    ChangeState,
    FieldChange,
    Profile,
    ProfileField,
    TypedText,
)
from kioskd.domain.secret import PersonName, PhoneNumber, PostalAddress
from kioskd.domain.text import Text
from kioskd.domain.typed_text import TextRule
from kioskd.pinyin import Expects, Pinyin
from kioskd.screens.contract import Screen
from kioskd.screens.enter_text import EnterText
from kioskd.screens.keyboard.typing import Typing
from kioskd.screens.my_profile import MyProfile
from kioskd.screens.profile_changed import ProfileChangedScreen
from kioskd.screens.review_change import ReviewChange

ENGINE = Pinyin(use_library=False)
"""Without the library the pictures are the same on every machine."""
OLD_ADDRESS = "示例市鼓楼区中山路 1 号"
LONG = "示例市玄武区珠江路示例大厦东区二号楼三单元一千二百零五室收发室转交给示例人员本人"


def typed(field: ProfileField, *keys: str, text: str = "") -> Typing:
    """Return what was typed into a field by these keys, after ``text``."""
    expects = Expects.NAME if field is ProfileField.CONTACT_NAME else Expects.ANYTHING
    typing = Typing.begun(RULES[field], ENGINE, expects).with_text(text)
    for key in keys:
        typing = typing.press(key)
    return typing


def letters(text: str) -> tuple[str, ...]:
    """Return the keys of some letters."""
    return tuple(f"key-{letter}" for letter in text)


def entering(field: ProfileField, typing: Typing, old: str = "") -> EnterText:
    """Return the screen of a field."""
    return EnterText(field.value, typing, old)


ADDRESS, NAME, PHONE = ProfileField.ADDRESS, ProfileField.CONTACT_NAME, ProfileField.PHONE
CONTACT_PHONE = ProfileField.CONTACT_PHONE
PROFILE = Profile(
    PhoneNumber("13900000001"), PostalAddress(OLD_ADDRESS), PersonName("李𠮷"), PhoneNumber("")
)
LONG_PROFILE = Profile(
    PhoneNumber(""),
    PostalAddress(LONG + "（一楼收发室）"),
    PersonName("阿依古丽·示例买买提江"),
    PhoneNumber("0000-55501010"),
    (CONTACT_PHONE,),
    (ProfileField.ADDRESS,),
)
CONSENT = Text(
    "我同意社保中心把登记的信息改成这里写的内容，用来给我寄送材料、通知我社保业务的办理情况；"
    "不会用于别的事情。",
    "I agree that the centre changes what is on file to what is written here, and uses it to send "
    "me papers and to tell me about my social security business, and for nothing else.",
)


def change(field: ProfileField, before: str, after: str) -> FieldChange:
    """Return one change."""
    return FieldChange(field, TypedText(before), TypedText(after))


MOVE = change(ADDRESS, OLD_ADDRESS, "示例市玄武区北京东路12号")
BOTH = (change(NAME, "李四", "李𠮷"), change(CONTACT_PHONE, "", "13800000002"))
REF = "4f1c27ab90de4a0b8f3e"
COMPOSING = entering(
    ADDRESS, typed(ADDRESS, *letters("beijingdonglu"), text="示例市玄武区"), OLD_ADDRESS
)
SCREENS: tuple[tuple[str, Screen[Any]], ...] = (
    ("keyboard-pinyin", COMPOSING),
    ("keyboard-empty", entering(ADDRESS, typed(ADDRESS), OLD_ADDRESS)),
    ("keyboard-more", entering(ADDRESS, typed(ADDRESS, *letters("ji"), "more"), OLD_ADDRESS)),
    ("keyboard-no-candidates", entering(ADDRESS, typed(ADDRESS, *letters("vvv")), OLD_ADDRESS)),
    ("keyboard-long", entering(ADDRESS, typed(ADDRESS, *letters("shilijiedao"), text=LONG), LONG)),
    ("keyboard-latin", entering(ADDRESS, typed(ADDRESS, "page-latin", text="示例路"))),
    (
        "keyboard-capitals",
        entering(NAME, typed(NAME, "page-latin", "shift", "key-A", text=""), "阿依古丽·示例"),
    ),
    (
        "keyboard-numbers",
        entering(ADDRESS, typed(ADDRESS, "page-numbers", text="示例市玄武区北京东路")),
    ),
    ("keyboard-symbols", entering(ADDRESS, typed(ADDRESS, "page-symbols", text="示例市示例路12"))),
    ("keyboard-more-symbols", entering(ADDRESS, typed(ADDRESS, "page-more_symbols"))),
    (
        "keyboard-unchanged",
        entering(ADDRESS, typed(ADDRESS, text="示例市示例路1号"), "示例市示例路1号"),
    ),
    (
        "keyboard-ready",
        entering(ADDRESS, typed(ADDRESS, text="示例市玄武区北京东路12号"), OLD_ADDRESS),
    ),
    (
        "keyboard-refused",
        replace(entering(ADDRESS, typed(ADDRESS, text="示例路")), refused=TextRule.CHARACTERS),
    ),
    ("keyboard-name", entering(NAME, typed(NAME, *letters("ji"), text="李"), "张示例")),
    ("keyboard-name-rare", entering(NAME, typed(NAME, text="李𠮷㛃"), "李𠮷")),
    ("keyboard-phone", entering(PHONE, typed(PHONE, text="1380000"), "13900000001")),
    ("keyboard-phone-wrong", entering(PHONE, typed(PHONE, text="23800000001"), "13900000001")),
    (
        "keyboard-keep",
        replace(entering(CONTACT_PHONE, typed(CONTACT_PHONE), "13800000002"), may_keep=True),
    ),
    ("my-profile", MyProfile(PROFILE)),
    ("my-profile-long", MyProfile(LONG_PROFILE)),
    ("review-change", ReviewChange((MOVE,), CONSENT)),
    ("review-change-long", ReviewChange((change(ADDRESS, LONG + LONG[:20], LONG),), CONSENT)),
    ("review-change-two", ReviewChange(BOTH, CONSENT, 3)),
    ("profile-updated", ProfileChangedScreen(ChangeState.UPDATED, REF)),
    ("profile-pending", ProfileChangedScreen(ChangeState.PENDING, REF, 3)),
    ("profile-unanswered", ProfileChangedScreen(None, REF)),
)
