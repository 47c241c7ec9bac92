"""A story as it is played: steps in order, moments that must come, an outcome that was seen."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
import trio

from kiosk_bench.console import Shown, StoryFailed
from kiosk_bench.stories.file import parse_story
from kiosk_bench.stories.story import Step
from kiosk_bench.timeline.deed_book import DeedBook
from kiosk_bench.timeline.timeline import Timeline
from kiosk_bench.world import World

Act = Callable[[], Awaitable[None]]
HEAD = "name: n\ntells: t\nends: {}\nsteps:\n"


def shown(serial: int, screen: str) -> Shown:
    """Return a picture of a screen."""
    return Shown(serial, screen, "en", {}, {}, serial)


@dataclass
class Pad:
    """A PIN pad that comes to its moments when it is told to."""

    acts: dict[str, Act] = field(default_factory=dict)

    def at(self, point: str, act: Act) -> None:
        self.acts[point] = act


@dataclass
class Line:
    """A line to the centre that knows if it is cut."""

    is_cut: bool = False

    async def cut(self) -> None:
        await trio.lowlevel.checkpoint()
        self.is_cut = True


@dataclass
class Card:
    """A slot with a card in it."""

    is_inserted: bool = True


@dataclass
class Kiosk:
    """A kiosk whose disk takes everything."""

    def limit_files(self, size: int | None) -> None:
        assert size is None


@dataclass
class Screen:
    """What was shown."""

    shown: list[Shown] = field(default_factory=list)


class Small:
    """As much of a world as these stories touch."""

    def __init__(self) -> None:
        self.pin_pad, self.line, self.card, self.console = Pad(), Line(), Card(), Screen()
        self.kiosk = Kiosk()
        self.moments: dict[str, str] = {}
        self.told_from = 0
        self.timeline = Timeline()
        self.deeds = DeedBook(self.timeline, lambda: None)


async def played(small: Small, steps: str, **more: Any) -> str:
    """Play these steps; return the outcome."""
    story = parse_story(f"{HEAD}{steps}", "s.yaml")
    return await story.play(cast(World, small), **more)


async def test_a_deed_bound_to_a_moment_is_done_when_it_comes() -> None:
    """Not before, and the timeline tells it."""
    small = Small()

    async def approve(step: Step) -> None:
        assert not small.line.is_cut
        if step.line.text == "disk accepts":
            await small.pin_pad.acts["approval_acknowledged"]()

    steps = "  - at pin-pad.approval_acknowledged: network cut\n  - disk accepts\n"
    await played(small, steps, began=approve)
    assert small.line.is_cut and not small.moments
    assert any(entry.text == "network cut" for entry in small.timeline.entries)


async def test_a_moment_that_never_comes_fails_the_story() -> None:
    """A story must not pass because what it is about never happened."""
    with pytest.raises(StoryFailed, match=r"at pin-pad\.completion_sent: it never came"):
        await played(Small(), "  - at pin-pad.completion_sent: network cut\n")


async def test_a_deed_that_fails_at_its_moment_fails_the_story() -> None:
    """The device that came to the moment is not disturbed; the story's end tells it."""
    small = Small()

    async def approve(step: Step) -> None:
        if step.line.text == "network cut":
            await small.pin_pad.acts["approval_sent"]()

    with pytest.raises(StoryFailed, match="a card is in the slot already"):
        await played(
            small,
            "  - at pin-pad.approval_sent: card insert zhang\n  - network cut\n",
            began=approve,
        )


async def test_a_step_that_fails_tells_its_place() -> None:
    """File, line and the deed as it is written."""
    with pytest.raises(StoryFailed, match=r"^s\.yaml:6: card insert zhang: a card is in the slot"):
        await played(Small(), "  - network cut\n  - card insert zhang\n")


async def test_the_outcome_is_the_last_screen_that_told_one() -> None:
    """What was shown before the story began does not count."""
    small = Small()
    small.console.shown.append(shown(1, "given-back"))

    async def pay(_: Step) -> None:
        small.console.shown += [shown(2, "not-paid"), shown(3, "paid"), shown(4, "welcome")]

    assert await played(small, "  - network cut\n", began=pay) == "paid"
    assert await played(small, "  - network cut\n") == "nothing"


async def test_what_is_not_there_fails_the_deed_and_not_the_world() -> None:
    """A file that is missing is told like anything else that the world is not."""
    small = Small()
    small.kiosk.limit_files = Missing().limit_files  # type: ignore[method-assign]
    with pytest.raises(StoryFailed, match=r"s\.yaml:5: disk accepts: the world is not as this"):
        await played(small, "  - disk accepts\n")


class Missing(Kiosk):
    """A kiosk that has ended."""

    def limit_files(self, size: int | None) -> None:
        raise ProcessLookupError("no such process")


async def test_a_card_that_no_pin_pad_asks_for_fails_the_deed() -> None:
    """What could not be done must not pass for done."""
    small = Small()
    small.pin_pad.customer = Idle()  # type: ignore[attr-defined]
    with pytest.raises(StoryFailed, match="the PIN pad did not ask for a card"):
        await played(small, "  - bank insert\n")


class Idle:
    """Somebody at a PIN pad that asks for nothing."""

    async def insert_card(self) -> bool:
        await trio.lowlevel.checkpoint()
        return False
