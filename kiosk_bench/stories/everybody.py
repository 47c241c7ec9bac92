"""Stories of those who see badly or not at all, sit, use the left hand, or read no Chinese."""

import re

from kiosk_bench.console import Shown
from kiosk_bench.stories.documents import a4_of
from kiosk_bench.stories.story import (
    Expected,
    Story,
    choose_and_review,
    end_and_take_card,
    insert_card,
    log_in_by_card,
    log_in_by_id_card,
    pay_at_pin_pad,
    receipt_is_out,
    until,
)
from kiosk_bench.world import World

PAYING = ("choose-scheme", "choose-grade", "choose-months", "review", "follow-pin-pad", "paid")
UPRIGHT, UPRIGHT_MM = (1080, 1920), 268.0
SPOKEN_KEYS = {
    **{word: str(digit) for digit, word in enumerate("零一二三四五六七八九")},
    "井号键": "#",
    "星号键": "*",
}


async def _pay(world: World) -> None:
    await choose_and_review(world)
    await pay_at_pin_pad(world)
    await world.console.wait_for(receipt_is_out, "the end of printing", 30)


async def elder_pays_by_keys(world: World) -> str:
    """Large letters, no touch: from the first screen to the receipt by the pad's keys."""
    await world.console.tap("welcome", "elder")
    await log_in_by_card(world, world.people.zhang)
    await _pay(world)
    await end_and_take_card(world, "paid")
    return f"paid, {'no' if not world.console.touches else 'some'} touches"


class Ears:
    """A citizen who sees nothing: she knows what she hears, and presses keys."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._heard = 0

    def _new(self) -> list[str]:
        return self._world.spoken()[self._heard :]

    async def hears(self, words: str) -> str:
        """Wait until she hears it; what came before is past. Return the sentence."""
        await until(lambda: any(words in line for line in self._new()), f"{words} to be said")
        for line in self._new():
            self._heard += 1
            if words in line:
                return line
        raise AssertionError("it was heard")

    async def hears_first(self, one: str, other: str) -> str:
        """Return which of two she hears first; it is not past yet."""

        def heard() -> list[str]:
            return [words for line in self._new() for words in (one, other) if words in line]

        await until(lambda: bool(heard()), f"{one} or {other} to be said")
        return heard()[0]

    async def presses_for(self, words: str) -> None:
        """Press what she hears for a choice: "按二 三：..."."""
        line = await self.hears(words)
        found = re.search("按(.+?)：", line)
        assert found is not None, line
        keys = found.group(1).split()
        await self.presses("".join(SPOKEN_KEYS[key] for key in keys))

    async def presses(self, keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            await self._world.console.blind_key(key)


async def blind_citizen_prints_record(world: World) -> str:
    """Earphones and keys alone: she logs in, asks for her record, and takes it."""
    ears = Ears(world)
    await ears.presses("0")  # any key shows, and tells, how the keys are used
    await world.earphones(True)
    await ears.hears("按数字选择")
    await ears.hears("插入社会保障卡")
    await insert_card(world, world.people.zhang)
    await ears.hears("请用数字键输入")
    await ears.hears("输入社会保障卡密码")
    await ears.presses(f"{world.people.zhang.pin}#")
    await ears.presses_for("业务办理")
    while await ears.hears_first("打印权益记录", "下一页") == "下一页":
        await ears.presses_for("下一页")
    await ears.presses_for("打印权益记录")
    await ears.presses_for("全选")
    await ears.presses("#")
    await ears.hears("打印好了")
    await ears.presses_for("结束办理")
    await ears.hears("请取走您的")
    await world.card.pull()
    await world.console.screen("welcome")
    sheets = len(a4_of(world).sheets())
    return f"{sheets} pages, {world.console.touches} touches"


async def wheelchair_low_layout(world: World) -> str:
    """She sits before an upright panel: whatever she has to touch is in its lower half."""
    await world.console.tap("welcome", "low")
    since = len(world.console.shown)
    await log_in_by_card(world, world.people.zhang)
    await _pay(world)
    shown = world.console.shown[since:]
    await end_and_take_card(world, "paid")
    high = [one.screen for one in shown if _reaches(one) < UPRIGHT[1] // 2]
    return f"paid, {'all within reach' if not high else f'out of reach: {high}'}"


def _reaches(shown: Shown) -> int:
    """Return the upper edge of the highest control."""
    return min((y for _, y, _, _ in shown.buttons.values()), default=UPRIGHT[1])


async def left_handed(world: World) -> str:
    """The main action is at her left hand, on every screen of paying."""
    await world.console.tap("welcome", "left-handed")
    await log_in_by_card(world, world.people.zhang)
    await _pay(world)
    rows = [one.buttons for one in world.console.shown if {"next", "back"} <= one.buttons.keys()]
    await end_and_take_card(world, "paid")
    right = [row for row in rows if row["next"][0] > row["back"][0]]
    return f"paid, {len(right)} screens for the right hand"


async def english_visitor(world: World) -> str:
    """She reads and hears English from the first touch to the receipt."""
    console = world.console
    await console.tap("welcome", "language")
    await console.tap("welcome", "aloud")
    await until(lambda: any("Insert your" in line for line in world.spoken()), "the welcome read")
    since = len(console.shown)
    await log_in_by_id_card(world, world.people.zhang)
    await _pay(world)
    languages = {one.language for one in console.shown[since:]}
    await console.tap("paid", "end")
    await console.screen("goodbye")
    voices = {line.partition("\t")[0] for line in world.spoken()}
    await console.wait_for(lambda one: one.screen == "welcome", "welcome", 20)
    return f"paid in {', '.join(sorted(languages))}, read by {', '.join(sorted(voices))}"


STORIES = (
    Story(
        "elder-pays-by-keys",
        "An old man in elder mode logs in, pays and takes his receipt by the pad's keys alone.",
        elder_pays_by_keys,
        Expected("paid, no touches", 1, 1, ("welcome", "home", *PAYING, "take-card"), 1),
        by_keys=True,
    ),
    Story(
        "blind-citizen-prints-record",
        "She sees nothing: by earphones and keys alone she prints her rights record.",
        blind_citizen_prints_record,
        Expected("3 pages, 0 touches", screens=("home", "choose-years", "document-printed")),
        a4=True,
        by_keys=True,
    ),
    Story(
        "wheelchair-low-layout",
        "From a wheelchair she pays at an upright panel; all controls are in its lower half.",
        wheelchair_low_layout,
        Expected("paid, all within reach", 1, 1, PAYING, 1),
        {"screen": {"panel_width_mm": UPRIGHT_MM}},
        panel=UPRIGHT,
    ),
    Story(
        "left-handed",
        "With her left hand: the main action stands at the left of every screen.",
        left_handed,
        Expected("paid, 0 screens for the right hand", 1, 1, PAYING, 1),
    ),
    Story(
        "english-visitor",
        "A visitor who reads no Chinese pays in English, and has the screens read aloud.",
        english_visitor,
        Expected("paid in en, read by en", 1, 1, (*PAYING, "goodbye"), 1),
    ),
)
