"""The stage on SDL's dummy driver: answers, language, time, ends of visits, followed screens."""

import os
from dataclasses import dataclass, replace
from typing import ClassVar

import pytest
import trio

from kioskd.domain.region import Hotline
from kioskd.domain.text import Text
from kioskd.errors import SessionTimedOut, VisitorCancelled, VisitorLeft
from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.frame import FrameFacts
from kioskd.screens.layout import Rect
from kioskd.screens.settings import ScreenSettings
from kioskd.screens.stage import PygameStage
from kioskd.screens.touches import post_touch
from tests.patience import PATIENCE_S

os.environ["SDL_VIDEODRIVER"] = "dummy"
FACTS = FrameFacts(
    Text("终端", "Terminal"),
    Text("门诊", "Clinic"),
    (Hotline("12333", Text("热线", "Hotline"), Text("", "")),),
)
SETTINGS = ScreenSettings(width_px=800, height_px=480)


@dataclass(frozen=True, slots=True)
class Count(Screen[int]):
    """Counts taps on ``more``; ``done`` answers with the count."""

    id: ClassVar[str] = "count"
    count: int = 0

    def draw(self, canvas: Canvas) -> None:
        canvas.button("more", Rect(20, 100, 200, 80), str(self.count))
        canvas.button("done", Rect(300, 100, 200, 80), "done")

    def tap(self, button: str) -> "Count | Done[int]":
        return replace(self, count=self.count + 1) if button == "more" else Done(self.count)


@dataclass(frozen=True, slots=True)
class Lobby(Screen[None]):
    """Stands between visits."""

    id: ClassVar[str] = "lobby"
    between_visits: ClassVar[bool] = True

    def draw(self, canvas: Canvas) -> None:
        canvas.button("ok", Rect(20, 100, 200, 80), "ok")

    def tap(self, button: str) -> Done[None]:
        return Done(None)


@pytest.fixture
async def stage(nursery: trio.Nursery) -> PygameStage:
    made = PygameStage(SETTINGS, FACTS, wall_clock=lambda: "10:24")
    await nursery.start(made.run)
    return made


async def wait_shown(stage: PygameStage, screen: Screen[object]) -> Canvas:
    """Return once exactly this screen is drawn."""
    with trio.fail_after(PATIENCE_S):
        while stage.shown is None or stage.shown[0] != screen:
            await stage.round_done()
    assert stage.canvas is not None
    return stage.canvas


async def tap(stage: PygameStage, button: str) -> None:
    """Click the middle of a button and let the stage handle it."""
    assert stage.canvas is not None
    post_touch(*stage.canvas.buttons[button].centre)
    await stage.round_done()


async def test_taps_make_new_screens_until_one_answers(
    stage: PygameStage, nursery: trio.Nursery
) -> None:
    """A tap that gives a screen shows it; a tap that gives Done ends show with its answer."""
    answers: list[int] = []

    async def visitor() -> None:
        answers.append(await stage.show(Count()))

    async with trio.open_nursery() as inner:
        inner.start_soon(visitor)
        await wait_shown(stage, Count(0))
        await tap(stage, "more")
        await wait_shown(stage, Count(1))
        await tap(stage, "more")
        await wait_shown(stage, Count(2))
        await tap(stage, "done")
    assert answers == [2]


async def test_a_finger_that_slides_off_touches_nothing(stage: PygameStage) -> None:
    """Down on a button and up elsewhere is no tap."""
    import pygame

    async with trio.open_nursery() as inner:
        inner.start_soon(stage.show, Count())
        await wait_shown(stage, Count())
        x, y = stage.canvas.buttons["more"].centre if stage.canvas else (0, 0)
        pygame.event.post(pygame.event.Event(pygame.FINGERDOWN, x=x / 800, y=y / 480))
        await stage.round_done()
        assert stage.canvas is not None and stage.canvas.pressed == "more"
        pygame.event.post(pygame.event.Event(pygame.FINGERUP, x=0.99, y=0.5))
        await stage.round_done()
        assert stage.shown is not None and stage.shown[0] == Count(0)
        inner.cancel_scope.cancel()


async def test_the_language_button_works_on_every_screen(stage: PygameStage) -> None:
    """The stage itself switches the language and draws the same screen in it."""
    async with trio.open_nursery() as inner:
        inner.start_soon(stage.show, Count(3))
        await wait_shown(stage, Count(3))
        await tap(stage, "language")
        assert stage.language == "en"
        assert stage.shown == (Count(3), "en")
        inner.cancel_scope.cancel()


async def test_the_language_goes_back_when_the_visit_is_over(stage: PygameStage) -> None:
    """A visitor's language ends with her visit, at the screen between visits."""
    stage.begin_visit()
    async with trio.open_nursery() as inner:
        inner.start_soon(stage.show, Count())
        await wait_shown(stage, Count())
        await tap(stage, "language")
        inner.cancel_scope.cancel()
    async with trio.open_nursery() as inner:
        inner.start_soon(stage.show, Lobby())
        await wait_shown(stage, Lobby())
        assert stage.shown == (Lobby(), "zh_CN")
        inner.cancel_scope.cancel()


async def test_nobody_there_ends_the_visit(nursery: trio.Nursery) -> None:
    """Without touches the question appears, and then show raises SessionTimedOut."""
    settings = replace(SETTINGS, idle_limit_s=0.8, warning_s=0.4)
    stage = PygameStage(settings, FACTS)
    asked: list[bool] = []
    await nursery.start(stage.run)
    stage.begin_visit()

    async def look_for_the_question() -> None:
        while stage.canvas is None or "still-here" not in stage.canvas.buttons:
            await stage.round_done()
        asked.append("more" in stage.canvas.buttons)

    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as inner:
            inner.start_soon(look_for_the_question)
            with pytest.raises(SessionTimedOut):
                await stage.show(Count())
    assert asked == [False]


async def test_still_here_keeps_the_visit(nursery: trio.Nursery) -> None:
    """Touching the question takes it away and is no tap on what lies beneath."""
    settings = replace(SETTINGS, idle_limit_s=30, warning_s=29.9)
    stage = PygameStage(settings, FACTS)
    await nursery.start(stage.run)
    stage.begin_visit()
    with trio.fail_after(PATIENCE_S):
        async with trio.open_nursery() as inner:
            inner.start_soon(stage.show, Count())
            while stage.canvas is None or "still-here" not in stage.canvas.buttons:
                await stage.round_done()
            await tap(stage, "still-here")
            assert "more" in stage.canvas.buttons
            assert stage.shown is not None and stage.shown[0] == Count(0)
            inner.cancel_scope.cancel()


async def test_outside_a_visit_nothing_is_timed(stage: PygameStage) -> None:
    """The welcome screen has no time left."""
    async with trio.open_nursery() as inner:
        inner.start_soon(stage.show, Lobby())
        canvas = await wait_shown(stage, Lobby())
        assert canvas.status is None
        assert not any(text.text.startswith("剩余时间") for text in canvas.drawn)
        inner.cancel_scope.cancel()


async def test_the_end_of_a_visit_reaches_the_waiting_show(stage: PygameStage) -> None:
    """end_visit makes the show that waits raise what it was given."""
    stage.begin_visit()

    async def leave() -> None:
        await wait_shown(stage, Count())
        stage.end_visit(VisitorLeft("card pulled"))

    async with trio.open_nursery() as inner:
        inner.start_soon(leave)
        with pytest.raises(VisitorLeft):
            await stage.show(Count())


async def test_the_end_of_a_visit_reaches_the_next_show(stage: PygameStage) -> None:
    """Where nothing waits, the next show raises; the screen between visits does not."""
    stage.begin_visit()
    stage.end_visit(VisitorLeft("card pulled"))
    with pytest.raises(VisitorLeft):
        await stage.show(Count())
    async with trio.open_nursery() as inner:
        inner.start_soon(stage.show, Lobby())
        await wait_shown(stage, Lobby())
        inner.cancel_scope.cancel()


async def test_a_followed_screen_is_updated_and_answered(stage: PygameStage) -> None:
    """Update shows another state, answered waits for a tap, and an ended visit does not raise."""
    stage.begin_visit()
    async with stage.follow(Count(5)) as followed:
        await wait_shown(stage, Count(5))
        followed.update(Count(6))
        await wait_shown(stage, Count(6))
        stage.end_visit(VisitorLeft("card pulled"))
        await tap(stage, "done")
        assert await followed.answered() == 6


async def test_a_picture_of_the_past_cannot_be_tapped(stage: PygameStage) -> None:
    """After an answer the old picture stays up but its buttons are dead."""
    async with stage.follow(Count(1)):
        await wait_shown(stage, Count(1))
        assert stage.accepts("count", "done")
    await tap(stage, "done")
    assert not stage.accepts("count", "done")


async def test_the_loop_ticks_for_the_watchdog(stage: PygameStage) -> None:
    """last_tick is the time of the last round."""
    before = stage.last_tick
    await stage.round_done()
    assert before < stage.last_tick <= trio.current_time()


async def test_visit_is_ended_from_any_screen_in_one_touch(stage: PygameStage) -> None:
    """During a visit the header offers the end: this show and the next raise VisitorCancelled."""
    stage.begin_visit()
    raised: list[str] = []

    async def visit() -> None:
        for _ in range(2):
            try:
                await stage.show(Count())
            except VisitorCancelled:
                raised.append("cancelled")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(visit)
        canvas = await wait_shown(stage, Count())
        x, y = canvas.buttons["end-visit"].centre
        post_touch(x, y)
    assert raised == ["cancelled", "cancelled"]


async def test_nothing_to_end_between_visits(stage: PygameStage) -> None:
    """Where no visit is going on the header does not offer its end."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(stage.show, Lobby())
        canvas = await wait_shown(stage, Lobby())
        assert "end-visit" not in canvas.buttons
        nursery.cancel_scope.cancel()


async def test_who_only_follows_hears_when_the_visit_ends(stage: PygameStage) -> None:
    """The followed screen stays up; the end is told at once, and again to who asks later."""
    stage.begin_visit()
    heard: list[str] = []

    async def listen() -> None:
        await stage.visit_ended()
        heard.append("ended")

    async with trio.open_nursery() as inner, stage.follow(Count()):
        inner.start_soon(listen)
        await wait_shown(stage, Count())
        assert not heard
        stage.end_visit(VisitorLeft("a test"))
    await stage.visit_ended()
    assert heard == ["ended"]
    stage.begin_visit()
    with trio.move_on_after(0.01) as patience:
        await stage.visit_ended()
    assert patience.cancelled_caught, "the next visit has not ended"
