"""One screen slides in after another: a hint of where she goes, never needed, never in the way."""

import os
from dataclasses import dataclass
from typing import ClassVar

import pygame
import pytest
import trio

from kioskd.screens.canvas import Canvas
from kioskd.screens.contract import Done, Screen
from kioskd.screens.frame import ELDER_BUTTON
from kioskd.screens.layout import Rect
from kioskd.screens.looks import Look
from kioskd.screens.settings import ScreenSettings
from kioskd.screens.slide import DURATION_S, WAY, Slide
from kioskd.screens.stage import PygameStage
from tests.patience import PATIENCE_S
from tests.unit.test_stage import FACTS, tap, wait_shown

os.environ["SDL_VIDEODRIVER"] = "dummy"
GROUND, INK = (9, 9, 9), (200, 10, 10)
MIDDLE = Rect(0, 20, 100, 60)
SETTINGS = ScreenSettings(width_px=800, height_px=480)


@dataclass(frozen=True, slots=True)
class First(Screen[str]):
    """A screen with one way on."""

    id: ClassVar[str] = "first"

    def draw(self, canvas: Canvas) -> None:
        canvas.button("on", Rect(200, 200, 200, 80), "on", Look.MAIN)

    def tap(self, button: str) -> Done[str]:
        return Done(button)


@dataclass(frozen=True, slots=True)
class Second(First):
    """Another one, with the way back."""

    id: ClassVar[str] = "second"


def picture() -> pygame.Surface:
    """Return a panel whose middle is all ink."""
    panel = pygame.Surface((100, 100))
    panel.fill(INK, (0, 20, 100, 60))
    return panel


@pytest.fixture
def display() -> pygame.Surface:
    """A panel that can be updated."""
    pygame.display.init()
    return pygame.display.set_mode((100, 100))


@pytest.mark.parametrize(("backwards", "bare"), [(False, 0), (True, 99)])
def test_it_comes_from_where_she_goes(backwards: bool, bare: int, display: pygame.Surface) -> None:
    """Onwards the new screen comes from the right, back from the left; in the end it stands."""
    display.blit(picture(), (0, 0))
    slide = Slide(display, MIDDLE, backwards, now=5.0)
    assert slide.draw(display, GROUND, 5.0)
    row = [display.get_at((x, 50))[:3] for x in range(100)]
    assert row.count(GROUND) == round(100 * WAY) and row[bare] == GROUND
    assert display.get_at((50, 10))[:3] == (0, 0, 0), "the header moved"
    assert not slide.draw(display, GROUND, 5.0 + DURATION_S)
    assert [display.get_at((x, 50))[:3] for x in range(100)] == [INK] * 100


@pytest.fixture
async def stage(nursery: trio.Nursery) -> PygameStage:
    """A stage whose panel can be looked at."""
    made = PygameStage(SETTINGS, FACTS, wall_clock=lambda: "10:24")
    await nursery.start(made.run)
    return made


async def come_to_second(stage: PygameStage, nursery: trio.Nursery) -> None:
    """Show one screen, touch it, show the next."""
    stage.begin_visit()
    nursery.start_soon(stage.show, First())
    await wait_shown(stage, First())
    await tap(stage, "on")
    nursery.start_soon(stage.show, Second())
    await wait_shown(stage, Second())


async def test_a_sliding_screen_takes_touches(stage: PygameStage, nursery: trio.Nursery) -> None:
    """Whoever knows the way does not wait for it."""
    await come_to_second(stage, nursery)
    assert stage.slides
    assert stage.accepts("second", "on")


async def test_a_finger_that_comes_while_it_slides_ends_it(
    stage: PygameStage, nursery: trio.Nursery, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The panel gets the whole picture where it belongs, not the pressed button alone."""
    await come_to_second(stage, nursery)
    assert stage.slides and stage.canvas is not None
    whole: list[str] = []
    monkeypatch.setattr(pygame.display, "flip", lambda: whole.append("flip"))
    x, y = stage.canvas.buttons["on"].centre
    pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=(x, y), button=1, touch=False))
    await stage.round_done()
    assert whole and not stage.slides


async def test_it_stands_in_the_end(stage: PygameStage, nursery: trio.Nursery) -> None:
    """What is on the panel is what was drawn."""
    await come_to_second(stage, nursery)
    with trio.fail_after(PATIENCE_S):
        while stage.slides:
            await stage.round_done()
    surface = pygame.display.get_surface()
    assert surface is not None
    moved = surface.copy()
    stage.redraw()
    await stage.round_done()
    assert pygame.image.tobytes(moved, "RGB") == pygame.image.tobytes(surface, "RGB")


async def test_nothing_moves_in_large_letters(stage: PygameStage, nursery: trio.Nursery) -> None:
    """Motion is a hint for quick eyes; others get the whole picture at once."""
    stage.begin_visit()
    nursery.start_soon(stage.show, First())
    await wait_shown(stage, First())
    await tap(stage, ELDER_BUTTON)
    await tap(stage, "on")
    nursery.start_soon(stage.show, Second())
    await wait_shown(stage, Second())
    assert not stage.slides
