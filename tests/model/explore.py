"""Go through every moment that can follow from the first one, once each."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from kioskd.domain.payment import PaymentState
from tests.model import verdicts
from tests.model.centre import line_steps, take, with_late
from tests.model.invariants import broken_at_rest, broken_now, resting
from tests.model.kiosk import kiosk_steps
from tests.model.pad import Step, pad_steps, quiet
from tests.model.world import Left, PadKind, Report, World, beginning


@dataclass
class Explored:
    """What was found; ``traces`` holds a shortest way to the first breach of each invariant."""

    states: int = 0
    transitions: int = 0
    at_rest: int = 0
    stuck: int = 0
    """Moments that nothing can follow and that are not at rest."""
    breaches: Counter[str] = field(default_factory=Counter)
    traces: dict[str, list[str]] = field(default_factory=dict)
    ends: Counter[tuple[str, ...]] = field(default_factory=Counter)
    """States of the journal's payments at rest."""


def explore(kind: PadKind, left: Left, until: str = "") -> Explored:
    """Explore breadth first, to the end or until this invariant is broken."""
    verdicts.forget()
    first = beginning(kind, left)
    came_from: dict[World, Step | None] = {first: None}
    waiting, found = deque([first]), Explored()
    while waiting and until not in found.breaches:
        world = waiting.popleft()
        found.states += 1
        _check(found, world, came_from)
        followed = False
        for label, after in steps(kind, world):
            found.transitions += 1
            followed = True
            if after not in came_from:
                came_from[after] = (label, world)
                waiting.append(after)
        found.stuck += not (followed or resting(world))
    return found


def steps(kind: PadKind, world: World) -> Iterator[Step]:
    """Yield everything that may come next."""
    for label, after in _all_steps(kind, world):
        yield label, _without_what_is_over(after)


def _all_steps(kind: PadKind, world: World) -> Iterator[Step]:
    yield from kiosk_steps(kind, world)
    yield from pad_steps(kind, world)
    yield from line_steps(world)
    if world.left.crashes:
        yield from _crash(world)


def _crash(world: World) -> Iterator[Step]:
    """What is in memory is gone; journal, PIN pad, centre and what is on the wires stay.

    Reading books leaves no trace, so a crash while reading is a crash before.
    """
    left = world.left._replace(crashes=world.left.crashes - 1)
    down = world._replace(run=None, decided=None, left=left)
    run = world.run
    if run is not None and run.doing not in ("look", "judge", "enquire"):
        yield "crash", down
    on_its_way = list(world.outbox[:1])
    if run is not None and run.doing == "tell":
        on_its_way.append(Report(run.who, PaymentState.INTENDED))
    for report in on_its_way:
        yield "crash, the report is late", with_late(down, report)
        yield "crash, the report was taken", take(down, report)[0]


def _without_what_is_over(world: World) -> World:
    """Forget what can make no difference any more, so that equal futures are one."""
    over = world.decided is not None and quiet(world) and world.pad.mode == "idle"
    return world._replace(decided=None) if over else world


def _check(found: Explored, world: World, came_from: dict[World, Step | None]) -> None:
    broken = set(broken_now(world))
    if resting(world):
        found.at_rest += 1
        found.ends[tuple(kept.state.value for kept in world.journal)] += 1
        broken.update(broken_at_rest(world))
    for name in broken:
        found.breaches[name] += 1
        if name not in found.traces:
            found.traces[name] = _way_to(world, came_from)


def _way_to(world: World, came_from: dict[World, Step | None]) -> list[str]:
    way: list[str] = []
    while (step := came_from[world]) is not None:
        label, world = step
        way.append(label)
    return way[::-1]
