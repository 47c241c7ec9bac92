"""What is tried in one world: a life that is killed, and a recovery that is left in peace."""

import shutil
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import trio

from kiosk_bench.console import StoryFailed
from kiosk_bench.money import citizen
from kiosk_bench.money.citizen import Visit
from kiosk_bench.money.durable import fingerprint, let_time_pass, restore
from kiosk_bench.money.lean import Circumstances, LeanWorld, running
from kiosk_bench.money.verdict import Books, Verdict, books_of, judge
from kiosk_bench.people import People
from kiosk_bench.programs import Programs

Act = Callable[[LeanWorld], Awaitable[None]]
TRIALS_FAIL: Final = (StoryFailed, trio.TooSlowError, RuntimeError, trio.BrokenResourceError)
"""How a trial fails that has come to no verdict."""
LIFE_S: Final = 400.0
"""Limits are for a kiosk that stands still for good: a busy machine is no failure of it."""
DEATH_S: Final = 10.0
UP_S: Final = 180.0
LOOK_S: Final = 0.1
QUIET_LOOKS: Final = 3


@dataclass(frozen=True, slots=True)
class Setting:
    """What all trials of one matrix share."""

    programs: Programs
    people: People
    out: Path
    """Worlds live here while they run; a failed one stays."""
    circumstances: Circumstances
    months: tuple[str, ...] = ()
    """What she pays, and tries to pay again; empty: the first two months there are."""


@dataclass(frozen=True, slots=True)
class Crashed:
    """A world after its kiosk was killed: what is durable is in ``folder``."""

    folder: Path
    state: str
    """Its fingerprint."""
    reached: bool
    """False if the life ended its work without passing the point."""
    pad_was_busy: bool


@dataclass(frozen=True, slots=True)
class Settled:
    """A world after its kiosk was left in peace."""

    verdict: Verdict
    points: tuple[str, ...]
    """Passed from boot until everything was at rest."""
    problems: tuple[str, ...]
    """What the verdict found, and what befell the citizen who came again."""


@asynccontextmanager
async def world_of(
    setting: Setting, start: Path, name: str, later: bool = False
) -> AsyncIterator[LeanWorld]:
    """Run a world; ``later``: the time of what she left open is over."""
    folder = setting.out / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    restore(start, folder)
    if later:
        let_time_pass(folder)
    with trio.fail_after(LIFE_S):
        async with running(
            folder, setting.programs, setting.people, setting.circumstances
        ) as world:
            yield world


async def killed_while_paying(setting: Setting, start: Path, name: str, point: str) -> Crashed:
    """Let her pay and kill the kiosk at ``point``; the PIN pad comes to rest without it."""
    async with world_of(setting, start, name) as world:
        await world.boot(kill=point)
        reached = await until_killed(world, paying(setting.months))
        return await _left_behind(world, reached)


async def killed_in_recovery(setting: Setting, start: Path, name: str, point: str) -> Crashed:
    """Boot on what a crash has left and kill the kiosk at ``point``."""
    async with world_of(setting, start, name) as world:
        await world.boot(kill=point)
        reached = await until_killed(world, alone)
        return await _left_behind(world, reached)


async def _left_behind(world: LeanWorld, reached: bool) -> Crashed:
    busy = not world.pin_pad.idle
    await world.pin_pad_at_rest()
    await world.end()
    return Crashed(world.folder, fingerprint(world.folder), reached, busy)


async def until_killed(world: LeanWorld, act: Act) -> bool:
    """Do ``act`` before a kiosk that may be killed meanwhile; return whether it was.

    Raises StoryFailed if it ended otherwise, or if the act failed before a living kiosk.
    """
    killed = False
    failures: list[StoryFailed | trio.BrokenResourceError] = []
    async with trio.open_nursery() as nursery:

        async def end() -> None:
            nonlocal killed
            code = await world.kiosk.wait()
            killed = code == -signal.SIGKILL
            if not killed:
                failures.append(StoryFailed(f"the kiosk ended by itself with {code}"))
            nursery.cancel_scope.cancel()

        async def acts() -> None:
            try:
                await act(world)
            except (StoryFailed, trio.BrokenResourceError) as failed:
                failures.append(failed)  # what she saw last of a kiosk that was just killed, or not
                await trio.sleep(DEATH_S)
            nursery.cancel_scope.cancel()

        nursery.start_soon(end)
        nursery.start_soon(acts)
    if failures and not killed:
        raise failures[0]
    return killed


def paying(months: tuple[str, ...]) -> Act:
    """Return the act of a citizen who pays and goes, until everything is at rest."""

    async def act(world: LeanWorld) -> None:
        await citizen.pay(world, months)
        await until_at_rest(world)

    return act


async def alone(world: LeanWorld) -> None:
    """Nobody comes; the kiosk comes up and to rest by itself."""
    await world.console.screen("welcome", within_s=UP_S)
    await until_at_rest(world)


async def killed_and_started_at_once(
    setting: Setting, start: Path, name: str, point: str
) -> Settled:
    """Let her pay, kill the kiosk at ``point`` and start it while the PIN pad is still at work."""
    async with world_of(setting, start, name) as world:
        await world.boot(kill=point)
        await until_killed(world, paying(setting.months))
        return await settled(world, setting.months)


async def left_in_peace(setting: Setting, start: Path, name: str) -> Settled:
    """Boot on what a crash has left; then she comes again, when her assessment is over."""
    async with world_of(setting, start, name, later=True) as world:
        return await settled(world, setting.months)


async def settled(world: LeanWorld, months: tuple[str, ...], boots: bool = True) -> Settled:
    """Boot, come to rest, judge; let her try to pay the same months again; judge once more.

    Whatever the PIN pad asks for meanwhile, somebody obeys: recovery must never ask for a card.
    """
    world.at_the_pin_pad.cancel()
    world.nursery.start_soon(citizen.obey_pin_pad, world)
    if boots:
        await world.boot()
    await world.console.screen("welcome", within_s=UP_S)
    books = await until_at_rest(world)
    points = tuple(world.passed())
    verdict = judge(books)
    problems = list(verdict.problems)
    if not books.at_rest() and not books.listed:
        problems.append("lost: it did not come to rest")
    problems += await _comes_again(world, verdict, months)
    return Settled(verdict, points, tuple(problems))


async def _comes_again(world: LeanWorld, before: Verdict, months: tuple[str, ...]) -> list[str]:
    """Let her try to pay; she must be able to if and only if she was not charged."""
    world.at_the_pin_pad.cancel()
    let_time_pass(world.folder)
    try:
        visit = await citizen.pay(world, months)
    except StoryFailed as failed:
        return [f"lost: she came again and {failed}"]
    books = await until_at_rest(world)
    after = judge(books)
    problems = list(after.problems)
    may_pay = before.charges == 0 and before.unknown == 0
    if (visit.outcome == "paid") != may_pay or after.charges != before.charges + may_pay:
        problems.append(f"{_blame(may_pay)}: she came again: {visit.outcome}, then {after}")
    return problems


def _blame(may_pay: bool) -> str:
    return "lost" if may_pay else "doubled"


async def until_at_rest(world: LeanWorld) -> Books:
    """Wait until nothing is under way by everybody's books; return them, or what there is."""
    books, looked_at = None, -1
    with trio.move_on_after(world.circumstances.patience_s):
        while True:
            passed = await _quiet(world)
            if passed != looked_at:
                books, looked_at = await books_of(world), passed
                if books.at_rest() and passed == _size(world):
                    return books
            await trio.sleep(LOOK_S)
    return books or await books_of(world)


async def _quiet(world: LeanWorld) -> int:
    """Wait until the kiosk has passed no point for a while; return how much it has passed."""
    size, looks = -1, 0
    while looks < QUIET_LOOKS:
        now = _size(world)
        looks = looks + 1 if now == size else 0
        size = now
        await trio.sleep(LOOK_S)
    return size


def _size(world: LeanWorld) -> int:
    return world.points.stat().st_size if world.points.exists() else 0


async def pays_undisturbed(setting: Setting, start: Path, name: str) -> tuple[Settled, Visit]:
    """The dry run: she pays, nothing happens to anybody; its points number the matrix."""
    async with world_of(setting, start, name) as world:
        await world.boot()
        visit = await citizen.pay(world)
        books = await until_at_rest(world)
        verdict = judge(books)
        return Settled(verdict, tuple(world.passed()), verdict.problems), visit


def first_of(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first error of a group, however deep."""
    inner = group.exceptions[0]
    return first_of(inner) if isinstance(inner, BaseExceptionGroup) else inner
