"""The random mode: payments with faults, kills at any point or moment, for some minutes.

A case follows from the seed and its number alone, so a failing one is played again by both.
"""

import shutil
import signal
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Final

import trio

from kiosk_bench.console import StoryFailed
from kiosk_bench.money import citizen, trial
from kiosk_bench.money.durable import restore
from kiosk_bench.money.lean import Circumstances, LeanWorld, running
from kiosk_bench.money.table import Row
from kiosk_bench.money.trial import LIFE_S, TRIALS_FAIL, Act, Setting, Settled, first_of

PAD_FAULTS: Final = (
    "pinpad.silent_after_approval",
    "pinpad.lost_completion",
    "pinpad.nak_first",
    "pinpad.doubled_approval",
    "pinpad.noise",
    "pinpad.no_repeat_receipt",
    "pinpad.cable_pulled",
)
OTHER_FAULTS: Final = ("central.lost_reply", "receipt.paper_out", "receipt.silent")
CUTS: Final = ("authorisation_received", "approval_sent", "approval_acknowledged")
PULLED_AT: Final = ("after_command", "before_decision", "after_approval")
KILLS_MAX: Final = 3
MOMENT_S: Final = 7.0
PAUSE_S: Final = 4.0
A_WHILE_S: Final = 8.0
CASE_S: Final = 3 * LIFE_S


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill: at a point, or a moment after the boot."""

    point: str
    moment_s: float
    pause_s: float
    """From the kill to the next boot; the PIN pad works on meanwhile."""


NEVER: Final = Kill("", float("inf"), 0.0)


@dataclass(frozen=True, slots=True)
class Case:
    """What happens in one world."""

    number: int
    circumstances: Circumstances
    cut_at: str
    """When the line to the centre is cut; empty: never."""
    cable_pulled_at: str
    kills: tuple[Kill, ...]
    restarted: bool
    """Whether a kiosk that survived is started again before all faults end, or goes on."""


def case_of(seed: int, number: int, points: list[str]) -> Case:
    """Make the case with this number."""
    dice = Random(f"{seed} {number}")
    faults = {name for name in PAD_FAULTS if dice.random() < 0.2}
    faults |= {name for name in OTHER_FAULTS if dice.random() < 0.15}
    kills = tuple(_kill(dice, points) for _ in range(dice.randint(0, KILLS_MAX)))
    return Case(
        number,
        Circumstances(pad_reverses=dice.random() < 0.5, faults=frozenset(faults)),
        dice.choice(CUTS) if dice.random() < 0.3 else "",
        dice.choice(PULLED_AT),
        kills,
        dice.random() < 0.5,
    )


def _kill(dice: Random, points: list[str]) -> Kill:
    at_point = dice.random() < 0.6
    point = dice.choice(points)
    return Kill(
        point if at_point else "",
        dice.uniform(0.1, MOMENT_S),
        dice.choice((0.0, dice.uniform(0.0, PAUSE_S))),
    )


class Rounds:
    """Plays cases until the time is over."""

    def __init__(self, setting: Setting, start: Path, seed: int, at_once: int) -> None:
        self._setting, self._start, self._seed = setting, start, seed
        self._at_once = at_once
        self.row = Row(f"random, seed {seed}")

    async def run(self, minutes: float, only: int | None = None) -> list[Row]:
        """Play cases 0, 1, 2, ... for so many minutes, or just one; return the row."""
        dry, visit = await trial.pays_undisturbed(self._setting, self._start, "dry")
        self._setting = replace(self._setting, months=visit.months)
        self._points = [point[1:] for point in dry.points]
        if only is not None:
            await self._play(only)
            return [self.row]
        deadline = trio.current_time() + 60 * minutes
        numbers = iter(range(1_000_000))

        async def player() -> None:
            while trio.current_time() < deadline:
                await self._play(next(numbers))

        async with trio.open_nursery() as nursery:
            for _ in range(self._at_once):
                nursery.start_soon(player)
        return [self.row]

    async def _play(self, number: int) -> None:
        case = case_of(self._seed, number, self._points)
        where = f"seed {self._seed} case {number}"
        folder = self._setting.out / f"case-{number}"
        self.row.points += len(case.kills)
        try:
            with trio.fail_after(CASE_S):
                outcome = await self._world(case, folder)
        except* TRIALS_FAIL as failed:
            self.row.runs += 1
            self.row.fail(f"lost: {first_of(failed)} (see {folder}); {case}", where)
        else:
            problems = [f"{problem}; {case}" for problem in outcome.problems]
            self.row.add(outcome.verdict, problems, where)
            if not problems:
                shutil.rmtree(folder)

    async def _world(self, case: Case, folder: Path) -> Settled:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        restore(self._start, folder)
        setting = self._setting
        async with running(folder, setting.programs, setting.people, case.circumstances) as world:
            return await _live(world, case, setting.months)


async def _live(world: LeanWorld, case: Case, months: tuple[str, ...]) -> Settled:
    """She pays while all that happens; then everything is well again, and it is judged."""
    world.pin_pad.cable_pulled_at = case.cable_pulled_at
    if case.cut_at:
        world.pin_pad.at(case.cut_at, world.line.cut)
    lives = case.kills or (NEVER,)
    alive = await _one_life(world, lives[0], _trying(months))
    for kill in lives[1:]:
        if alive:
            break
        alive = await _one_life(world, kill, _a_while_alone)
    await _all_is_well(world)
    harmless = not any(kill.point for kill in lives)  # no point left to be killed at
    goes_on = alive and harmless and not case.restarted and _welcomes(world)
    if not goes_on:
        await world.kiosk.end(signal.SIGKILL)
    return await trial.settled(world, months, boots=not goes_on)


async def _one_life(world: LeanWorld, kill: Kill, act: Act) -> bool:
    """Boot and act; return whether the kiosk is still alive."""
    await world.boot(kill=kill.point)
    killed = False
    async with trio.open_nursery() as nursery:
        if not kill.point:
            nursery.start_soon(_kill_later, world, kill.moment_s)
        killed = await trial.until_killed(world, act)
        nursery.cancel_scope.cancel()
    if killed:
        await trio.sleep(kill.pause_s)
    return not killed


async def _kill_later(world: LeanWorld, moment_s: float) -> None:
    await trio.sleep(moment_s)
    world.kiosk.send_signal(signal.SIGKILL)


def _trying(months: tuple[str, ...]) -> Act:
    """Return the act of one who tries to pay, as far as the faults let her."""

    async def act(world: LeanWorld) -> None:
        with suppress(StoryFailed):
            await citizen.pay(world, months)
        await _a_while(world)

    return act


async def _a_while_alone(world: LeanWorld) -> None:
    await world.console.screen("welcome", within_s=LIFE_S)
    await _a_while(world)


async def _a_while(world: LeanWorld) -> None:
    with trio.move_on_after(A_WHILE_S):
        await trial.until_at_rest(world)


def _welcomes(world: LeanWorld) -> bool:
    shown = world.console.now
    return shown is not None and shown.screen == "welcome"


async def _all_is_well(world: LeanWorld) -> None:
    """End every fault: what is not settled now must be settled by the kiosk itself."""
    for moment in CUTS:
        world.pin_pad.at(moment, trio.lowlevel.checkpoint)
    world.faults.clear()
    world.line.mend()
    await world.pin_pad.plug_in()
