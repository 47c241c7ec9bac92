"""Stories of personal information: typed on the real keyboard, judged by the centre's records."""

import json
from typing import Any

from kiosk_bench.evidence import find_in_files
from kiosk_bench.stories.story import Expected, Story, end_and_take_card, log_in_by_card
from kiosk_bench.world import World
from kioskd.domain.profile import ProfileField
from kioskd.domain.typed_text import TextRule
from kioskd.protocols.central import Problem, ProblemCode
from kioskd.protocols.central_profile import refusal_detail

OLD, NEW = "示例市鼓楼区人民路1号", "示例市玄武区北京东路12号"
CONTACT, NEW_CONTACT = "李𠮷", "李𠮷明"
SCREEN = "enter-text"
REFUSED = Problem(
    422,
    ProblemCode.TEXT_NOT_ACCEPTED,
    "<script>a hostile title</script>",
    refusal_detail(ProfileField.CONTACT_NAME, TextRule.CHARACTERS),
)


async def change_address_in_pinyin(world: World) -> str:
    """She types her new address, sees old and new, agrees; the line is cut and she asks again.

    Then she lengthens the name of her contact person, which has a character beyond the BMP.
    """
    await log_in_by_card(world, world.people.zhang)
    await _open(world, "address")
    await _type_address(world)
    await world.console.screen("review-change")
    await world.line.cut()
    await world.console.tap("review-change", "agree")
    await world.console.screen("profile-changed")
    world.line.mend()
    await world.console.tap("profile-changed", "again")
    await _told(world, "end")
    await world.console.tap("profile-changed", "home")
    await _lengthen_contact(world)
    await end_and_take_card(world, "profile-changed")
    _judge(await _changes(world))
    _nothing_stayed(world)
    return "address-changed"


async def _open(world: World, topic: str) -> None:
    await world.console.tap("home", "tab-handling")
    await world.console.tap("home", "service-change-profile")
    await world.console.tap("my-profile", f"topic-{topic}")
    await world.console.screen(SCREEN)


async def _type_address(world: World) -> None:
    """Choose whole words, take back a slip, and change to the page of numbers for the end."""
    await _letters(world, "shilishi")
    await world.console.tap(SCREEN, "candidate-0")
    await _letters(world, "xuanwuquu")
    await world.console.tap(SCREEN, "delete")
    await world.console.tap(SCREEN, "space")
    await _letters(world, "beijingdongl")
    await world.console.tap(SCREEN, "candidate-0")
    await world.console.tap(SCREEN, "page-numbers")
    for key in ("key-1", "key-2", "key-号", "done"):
        await world.console.tap(SCREEN, key)


async def _lengthen_contact(world: World) -> None:
    """Begin with what is on file; a slip at the end is taken back without harming the rare one.

    What the centre does not take is said where she typed it; then the same text goes through.
    """
    await _open(world, "contact")
    await world.console.tap(SCREEN, "amend")
    await _letters(world, "li")
    for key in ("candidate-0", "delete"):
        await world.console.tap(SCREEN, key)
    await _letters(world, "ming")
    for key in ("candidate-0", "done", "keep"):
        await world.console.tap(SCREEN, key)
    world.line.refuse_once("/v1/me/profile/changes/", REFUSED)
    await world.console.tap("review-change", "agree")
    await world.console.screen(SCREEN)  # says why; what she typed is still there
    for key in ("done", "keep"):
        await world.console.tap(SCREEN, key)
    await world.console.tap("review-change", "agree")
    await _told(world, "end")


async def _letters(world: World, text: str) -> None:
    for letter in text:
        await world.console.tap(SCREEN, f"key-{letter}")


async def _told(world: World, button: str) -> None:
    """Wait for the result that has been answered: it offers to end the visit."""
    await world.console.wait_for(
        lambda shown: shown.screen == "profile-changed" and button in shown.buttons,
        "the centre's answer",
        30,
    )


async def _changes(world: World) -> list[dict[str, Any]]:
    told = await world.centre.call("profile", "changes", "--db", world.centre.url, "--json")
    return list(json.loads(told))


def _judge(changes: list[dict[str, Any]]) -> None:
    """The centre has each change once, with what was there before, and what she agreed to."""
    found = [(one["field"], one["before"], one["after"], one["state"]) for one in changes]
    assert found == [
        ("address", OLD, NEW, "updated"),
        ("contact_name", CONTACT, NEW_CONTACT, "pending"),
    ], found
    assert all(one["agreed"].startswith("我同意") and one["kiosk_id"] for one in changes)


def _nothing_stayed(world: World) -> None:
    """What she typed is nowhere on the kiosk's disk and in none of its logs."""
    files = [file for file in world.state_dir.rglob("*") if file.is_file()]
    secrets = [
        (kind, text.encode(coding))
        for kind, text in (("address", NEW[3:]), ("contact", NEW_CONTACT), ("old", OLD[3:]))
        for coding in ("utf-8", "utf-16-le", "gb18030")
    ]
    finds = find_in_files([*files, world.kiosk.log], secrets)
    assert not finds, finds


STORIES = (
    Story(
        "change-address-in-pinyin",
        "She types her address in pinyin, sees old and new, agrees; it is changed once.",
        change_address_in_pinyin,
        Expected(
            "address-changed",
            screens=(
                "home",
                "my-profile",
                "enter-text",
                "review-change",
                "profile-changed",
                "my-profile",
                "enter-text",
                "review-change",
                "enter-text",
                "review-change",
                "profile-changed",
                "welcome",
            ),
        ),
    ),
)
