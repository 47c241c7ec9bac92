"""The technicians' sign: five seconds on the clock, or four keys; and nothing less."""

import pygame
import pytest
import trio
import trio.testing

from kioskd.screens.call import HELD_S, Call, clock_corner
from kioskd.screens.keys import post_key
from kioskd.screens.theme import theme_for
from kioskd.screens.touches import post_touch

THEME = theme_for(1280, 800)
ON_CLOCK, ELSEWHERE = clock_corner(THEME).centre, (640, 400)


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> list[pygame.event.Event]:
    """Keep what is posted, for a round of ``watch``."""
    posted: list[pygame.event.Event] = []
    monkeypatch.setattr(pygame.event, "post", posted.append)
    return posted


def round_at(call: Call, queue: list[pygame.event.Event], now: float) -> None:
    events = list(queue)
    queue.clear()
    call.watch(events, THEME, now)


class Heard:
    """Counts calls while a block runs."""

    def __init__(self, call: Call) -> None:
        self.call, self.count = call, 0

    async def listen(self) -> None:
        while True:
            await self.call.wait()
            self.count += 1


async def heard(call: Call, nursery: trio.Nursery) -> Heard:
    ears = Heard(call)
    nursery.start_soon(ears.listen)
    await trio.testing.wait_all_tasks_blocked()
    return ears


async def count(ears: Heard) -> int:
    await trio.testing.wait_all_tasks_blocked()
    return ears.count


async def test_a_finger_that_stays_on_the_clock_calls_once(
    queue: list[pygame.event.Event], nursery: trio.Nursery
) -> None:
    """After five seconds, while it is still down; lifting it calls no second time."""
    call = Call()
    ears = await heard(call, nursery)
    post_touch(*ON_CLOCK, up=False)
    round_at(call, queue, 10.0)
    round_at(call, queue, 10.0 + HELD_S - 0.1)
    assert await count(ears) == 0
    round_at(call, queue, 10.0 + HELD_S)
    assert await count(ears) == 1
    post_touch(*ON_CLOCK)
    round_at(call, queue, 30.0)
    round_at(call, queue, 60.0)
    assert await count(ears) == 1


@pytest.mark.parametrize("spot", [ON_CLOCK, ELSEWHERE])
async def test_a_touch_is_no_call(
    queue: list[pygame.event.Event], nursery: trio.Nursery, spot: tuple[int, int]
) -> None:
    """Lifted again on the clock, or held elsewhere."""
    call = Call()
    ears = await heard(call, nursery)
    post_touch(*spot, up=spot == ON_CLOCK)
    round_at(call, queue, 0.0)
    round_at(call, queue, 100.0)
    assert await count(ears) == 0


@pytest.mark.parametrize(("keys", "calls"), [("*#*#", 1), ("1*#*#", 1), ("**##", 0), ("*#*", 0)])
async def test_four_keys_call(
    queue: list[pygame.event.Event], nursery: trio.Nursery, keys: str, calls: int
) -> None:
    """For a panel that feels no finger; in their order, whatever was pressed before."""
    call = Call()
    ears = await heard(call, nursery)
    for key in keys:
        post_key(key)
        round_at(call, queue, 0.0)
    assert await count(ears) == calls


@pytest.mark.parametrize("panel", [(800, 480), (1280, 800), (1920, 1080), (1080, 1920)])
def test_the_corner_is_the_headers(panel: tuple[int, int]) -> None:
    """On every panel it lies in the header, and a finger finds room in it."""
    theme = theme_for(*panel)
    corner = clock_corner(theme)
    assert corner.right == theme.width and corner.bottom <= theme.header_height
    assert min(corner.w, corner.h) >= theme.min_touch
