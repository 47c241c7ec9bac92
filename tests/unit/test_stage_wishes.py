"""What the visitor wishes of the stage: letters, height, hand, reading, keys; and that it ends."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import trio

from kioskd.errors import SessionTimedOut, VisitorCancelled
from kioskd.screens.frame import ALOUD_BUTTON, ELDER_BUTTON, LEFT_BUTTON, LOUDER_BUTTON, LOW_BUTTON
from kioskd.screens.keys import post_key
from kioskd.screens.preferences import USUAL
from kioskd.screens.reading import Sentence
from kioskd.screens.settings import ScreenSettings
from kioskd.screens.stage import PygameStage
from tests.patience import PATIENCE_S
from tests.unit.test_stage import FACTS, Count, Lobby, tap, wait_shown

os.environ["SDL_VIDEODRIVER"] = "dummy"
TALL = ScreenSettings(width_px=540, height_px=960, panel_width_mm=268)


@dataclass
class Ear:
    """Fulfils ``Reader`` and remembers what it was told."""

    told: list[tuple[str, object]] = field(default_factory=list)

    def wish(self, aloud: bool) -> None:
        self.told.append(("wish", aloud))

    def read(self, screen: str, sentences: tuple[Sentence, ...], language: str) -> None:
        self.told.append(("read", tuple(sentence.text for sentence in sentences)))

    def ask(self, sentence: Sentence, language: str) -> None:
        self.told.append(("ask", sentence.key))

    def again(self) -> None:
        self.told.append(("again", None))

    def louder(self) -> None:
        self.told.append(("louder", None))

    def forget(self) -> None:
        self.told.append(("forget", None))

    def of(self, kind: str) -> list[object]:
        """Return what it was told of one kind."""
        return [what for name, what in self.told if name == kind]


@pytest.fixture
async def stage(nursery: trio.Nursery) -> PygameStage:
    made = PygameStage(TALL, FACTS, wall_clock=lambda: "10:24")
    made.reader = Ear()
    await nursery.start(made.run)
    return made


def ear(stage: PygameStage) -> Ear:
    """Return who is told what to read."""
    assert isinstance(stage.reader, Ear)
    return stage.reader


@asynccontextmanager
async def in_time() -> AsyncIterator[trio.Nursery]:
    """Open a nursery that fails instead of waiting for ever."""
    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as nursery:
            yield nursery


async def press(stage: PygameStage, *keys: str) -> None:
    """Press keys of the pad and let the stage handle each."""
    for key in keys:
        post_key(key)
        await stage.round_done()


async def test_wishes_change_the_next_picture(stage: PygameStage, nursery: trio.Nursery) -> None:
    """Larger letters, the other hand, the low layout: drawn at once, and undone by a touch."""
    nursery.start_soon(stage.show, Lobby())
    usual = (await wait_shown(stage, Lobby())).theme
    for button in (ELDER_BUTTON, LEFT_BUTTON, LOW_BUTTON):
        await tap(stage, button)
    assert stage.canvas is not None
    theme = stage.canvas.theme
    assert theme.elder and theme.left_handed and theme.low
    assert theme.type_px(24) == pytest.approx(usual.type_px(24) * 1.35, abs=1)
    assert stage.canvas.buttons[ELDER_BUTTON].y > theme.height // 2
    for button in (LOW_BUTTON, LEFT_BUTTON, ELDER_BUTTON):
        await tap(stage, button)
    assert stage.canvas.theme == usual


async def test_the_next_visitor_is_served_as_all(stage: PygameStage) -> None:
    """With the visit its wishes, its keys and what was read of it are gone."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(stage.show, Lobby())
        await wait_shown(stage, Lobby())
        await press(stage, "1")
        await tap(stage, ELDER_BUTTON)
        await tap(stage, ALOUD_BUTTON)
        nursery.cancel_scope.cancel()
    stage.begin_visit()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(stage.show, Count())
        canvas = await wait_shown(stage, Count())
        assert canvas.theme.elder and canvas.numbers
        await tap(stage, "done")
    async with trio.open_nursery() as nursery:
        nursery.start_soon(stage.show, Lobby())
        canvas = await wait_shown(stage, Lobby())
        assert canvas.theme.preferences == USUAL and not canvas.numbers
        assert ear(stage).told[-2:] == [("forget", None), ("read", ("ok",))]
        nursery.cancel_scope.cancel()


async def test_the_first_key_only_shows_the_numbers(
    stage: PygameStage, nursery: trio.Nursery
) -> None:
    """Nobody chooses by accident: what a key presses is seen before it presses anything."""
    nursery.start_soon(stage.show, Count())
    await wait_shown(stage, Count())
    await press(stage, "1")
    assert stage.shown is not None and stage.shown[0] == Count()
    assert stage.canvas is not None and stage.canvas.numbers["more"] == "1"
    await press(stage, "1", "1")
    await wait_shown(stage, Count(2))


async def test_a_screen_is_answered_by_keys_alone(stage: PygameStage) -> None:
    """Number by number to the answer, without a touch."""
    answers = []

    async def play() -> None:
        answers.append(await stage.show(Count()))

    async with in_time() as nursery:
        nursery.start_soon(play)
        await wait_shown(stage, Count())
        await press(stage, "5", "1", "#")
    assert answers == [1]


async def test_the_visit_is_ended_by_keys(stage: PygameStage) -> None:
    """The frame's buttons are behind a zero, the end of the visit too."""
    stage.begin_visit()
    async with in_time() as nursery:

        async def play() -> None:
            with pytest.raises(VisitorCancelled):
                await stage.show(Count())

        nursery.start_soon(play)
        await wait_shown(stage, Count())
        await press(stage, "#")
        assert stage.canvas is not None
        await press(stage, *stage.canvas.numbers["end-visit"])


async def test_pictures_are_read_and_read_again(stage: PygameStage, nursery: trio.Nursery) -> None:
    """Each new picture is handed over once; 00 asks for it again, the volume has a button."""
    nursery.start_soon(stage.show, Count())
    await wait_shown(stage, Count())
    await tap(stage, ALOUD_BUTTON)
    await tap(stage, "more")
    await wait_shown(stage, Count(1))
    assert ear(stage).of("read")[-2:] == [("0", "done"), ("1", "done")]
    assert ear(stage).of("wish")[-1] is True
    await tap(stage, LOUDER_BUTTON)
    await press(stage, "5", "0", "0")
    assert ear(stage).of("louder") and ear(stage).of("again")


async def test_she_is_asked_aloud_before_the_end(stage: PygameStage) -> None:
    """The question whether she is still there is spoken to everybody, once."""
    stage.begin_visit()
    with trio.fail_after(PATIENCE_S):
        with pytest.raises(SessionTimedOut):
            await stage.show(Count(), 0.4)
    assert ear(stage).of("ask") == ["still_here.spoken"]


async def test_who_is_slow_has_twice_the_time(stage: PygameStage, nursery: trio.Nursery) -> None:
    """Elder mode, reading and keys double every limit of inactivity."""
    stage.begin_visit()
    nursery.start_soon(stage.show, Count(), 60.0)
    await wait_shown(stage, Count())
    assert stage.time_left_s in (59, 60)
    await tap(stage, ELDER_BUTTON)
    assert stage.time_left_s in (119, 120)
    await tap(stage, ELDER_BUTTON)
    await press(stage, "1")
    assert stage.time_left_s in (119, 120)
