"""Deeds of those who see badly or not at all, sit, or read no Chinese; what is said and shown."""

import re

import trio

from kiosk_bench.console import Shown, StoryFailed
from kiosk_bench.deeds.expecting import same, until
from kiosk_bench.deeds.parameters import Citizen, Text, Words
from kiosk_bench.deeds.registry import deed
from kiosk_bench.world import World

SPOKEN_KEYS = {
    **{word: str(digit) for digit, word in enumerate("零一二三四五六七八九")},
    "井号键": "#",
    "星号键": "*",
}
NEXT_PAGE = "下一页"


def _new(world: World) -> list[str]:
    return world.spoken()[world.heard :]


@deed("hear")
async def hear(world: World, text: Text) -> None:
    """Wait until something is said; what was said before it is past."""
    await _hears(world, text)


async def _hears(world: World, text: str) -> str:
    """Return the line that says it."""
    await until(lambda: any(text in line for line in _new(world)), f"{text} to be said")
    lines = _new(world)
    at = next(number for number, line in enumerate(lines) if text in line)
    world.heard += at + 1
    return lines[at]


@deed("press")
async def press(world: World, keys: Text) -> None:
    """Press keys of the pad, one after the other, knowing nothing of the screen."""
    for key in keys:
        await world.console.blind_key(key)


@deed("press pin of")
async def press_pin_of(world: World, citizen: Citizen) -> None:
    """Press the PIN of a citizen's card on the pad, and the key that confirms."""
    await press(world, f"{world.people.named(citizen).pin}#")


@deed("press for")
async def press_for(world: World, choice: Text) -> None:
    """Press what is said for a choice: "按二 三：..."."""
    line = await _hears(world, choice)
    found = re.search("按(.+?)：", line)
    if found is None:
        raise StoryFailed(f"no keys are said for {choice}: {line}")
    await press(world, "".join(SPOKEN_KEYS[key] for key in found.group(1).split()))


@deed("turn pages by ear to")
async def turn_pages_by_ear_to(world: World, choice: Text) -> None:
    """Press for the next page as long as that is said before a choice, then for the choice."""
    while await _first_heard(world, choice) == NEXT_PAGE:
        await press_for(world, NEXT_PAGE)
    await press_for(world, choice)


async def _first_heard(world: World, choice: str) -> str:
    """Return which of a choice and the next page is said first; it is not past yet."""

    def heard() -> list[str]:
        both = (choice, NEXT_PAGE)
        return [words for line in _new(world) for words in both if words in line]

    await until(lambda: bool(heard()), f"{choice} or {NEXT_PAGE} to be said")
    return heard()[0]


@deed("look from here")
async def look_from_here(world: World) -> None:
    """Let the deeds that look at all pictures begin with those that come now."""
    await trio.lowlevel.checkpoint()
    world.looked_at = len(world.console.shown)


@deed("expect all within reach")
async def expect_all_within_reach(world: World) -> None:
    """Whatever can be touched is in the lower half of the panel, on every picture looked at."""
    await trio.lowlevel.checkpoint()
    half = world.settings.height_px // 2
    same("out of reach", [one.screen for one in _pictures(world) if _upper_edge(one) < half], [])


@deed("expect main action at the left")
async def expect_main_action_at_the_left(world: World) -> None:
    """The way on stands left of the way back, on every picture looked at that has both."""
    await trio.lowlevel.checkpoint()
    rows = [one for one in _pictures(world) if {"next", "back"} <= one.buttons.keys()]
    same("pictures with both", bool(rows), True)
    right = [one.screen for one in rows if one.buttons["next"][0] > one.buttons["back"][0]]
    same("for the right hand", right, [])


@deed("expect languages")
async def expect_languages(world: World, languages: Words) -> None:
    """The pictures looked at are in these languages and no other."""
    await trio.lowlevel.checkpoint()
    same("languages", sorted({one.language for one in _pictures(world)}), sorted(languages))


@deed("expect voices")
async def expect_voices(world: World, voices: Words) -> None:
    """All that was said was said by these voices and no other."""
    await trio.lowlevel.checkpoint()
    same("voices", sorted({line.partition("\t")[0] for line in world.spoken()}), sorted(voices))


def _pictures(world: World) -> list[Shown]:
    return world.console.shown[world.looked_at :]


def _upper_edge(shown: Shown) -> int:
    """Return the upper edge of the highest control, far below where there is none."""
    return min((y for _, y, _, _ in shown.buttons.values()), default=1 << 16)
