"""The crash matrix: killed at every point of a payment, and again at every point of recovery.

Points that nothing lies between (``points``) share one run. Two crashes that leave equal states
behind (``durable``) have one future, so each state is explored once: booted and left in peace,
judged, and booted again to be killed at each point that it passed on its way to rest. Where the PIN
pad was still at work when the kiosk died, a second run starts the kiosk at once instead of waiting
for the PIN pad.
"""

import shutil
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, TypeVar

import trio

from kiosk_bench.money import trial
from kiosk_bench.money.points import NEW
from kiosk_bench.money.table import Row
from kiosk_bench.money.trial import TRIALS_FAIL, Crashed, Setting, Settled, first_of

T = TypeVar("T")
Choose = Callable[[list[str]], list[str]]
AT_ONCE: Final = 8
"""Worlds at a time: they mostly sleep, but two cores bear no more without becoming late."""


def all_of_them(points: list[str]) -> list[str]:
    """Choose every point."""
    return points


def apart(passed: Iterable[str]) -> list[str]:
    """Return the names of points, each once, without those that are the same as the one before."""
    return list(dict.fromkeys(point[1:] for point in passed if point.startswith(NEW)))


def each(step: int) -> Choose:
    """Choose every ``step``-th point."""
    return lambda points: points[::step]


@dataclass(slots=True)
class State:
    """A durable state and, once it was left in peace, its future."""

    folder: Path
    settled: Settled | None = None
    known: trio.Event = field(default_factory=trio.Event)
    explored: bool = False


class Matrix:
    """One matrix; its rows are filled while ``run`` runs."""

    def __init__(
        self,
        setting: Setting,
        start: Path,
        name: str,
        choose: Choose = all_of_them,
        at_once: int = AT_ONCE,
    ) -> None:
        """Kill at the points that ``choose`` picks, in a payment and in each recovery."""
        self._setting, self._start, self._choose = setting, start, choose
        self._once = Row(f"{name}: killed once")
        self._busy = Row(f"{name}: killed, started at once")
        self._twice = Row(f"{name}: killed again in recovery")
        self._states: dict[str, State] = {}
        self._limit = trio.CapacityLimiter(at_once)
        self._number = 0

    @property
    def rows(self) -> list[Row]:
        return [self._once, self._busy, self._twice]

    async def run(self) -> list[Row]:
        """Explore everything and return the rows."""
        settled, visit = await trial.pays_undisturbed(self._setting, self._start, "dry")
        self._setting = replace(self._setting, months=visit.months)
        for problem in settled.problems:
            self._once.fail(problem, "undisturbed")
        points = self._chosen(self._once, settled)
        async with trio.open_nursery() as nursery:
            for point in points:
                nursery.start_soon(self._first, point, nursery)
        return self.rows

    def _chosen(self, row: Row, settled: Settled) -> list[str]:
        """Return where to kill; points that nothing lies between share one run."""
        row.points += len(settled.points)
        return self._choose(apart(settled.points))

    async def _first(self, point: str, nursery: trio.Nursery) -> None:
        """Kill while she pays."""
        crashed = await self._try(self._once, point, trial.killed_while_paying, point)
        if crashed is None:
            return
        if crashed.pad_was_busy:
            self._busy.points += 1
            settled = await self._try(self._busy, point, trial.killed_and_started_at_once, point)
            if settled is not None:
                self._busy.add(settled.verdict, settled.problems, point)
        state = await self._judged(self._once, crashed, point)
        if state.settled is not None and not state.explored:
            state.explored = True
            for second in self._chosen(self._twice, state.settled):
                nursery.start_soon(self._second, state, point, second)

    async def _second(self, state: State, first: str, point: str) -> None:
        """Kill again in the recovery of a state."""
        where = f"{first}, then {point}"
        crashed = await self._try(
            self._twice, where, trial.killed_in_recovery, point, start=state.folder
        )
        if crashed is not None:
            await self._judged(self._twice, crashed, where)

    async def _judged(self, row: Row, crashed: Crashed, where: str) -> State:
        """Return the state that a crash left, with what it comes to in peace."""
        state = self._states.get(crashed.state)
        if state is None:
            state = self._states[crashed.state] = State(crashed.folder)
            row.states += 1
            state.settled = await self._try(row, where, trial.left_in_peace, start=crashed.folder)
            state.known.set()
        else:
            shutil.rmtree(crashed.folder)
        await state.known.wait()
        if state.settled is not None:
            row.add(state.settled.verdict, state.settled.problems, where)
        return state

    async def _try(
        self,
        row: Row,
        where: str,
        what: Callable[..., Awaitable[T]],
        *values: str,
        start: Path | None = None,
    ) -> T | None:
        """Run one trial in a folder of its own; one that fails is a failure of the kiosk."""
        async with self._limit:
            self._number += 1
            name = f"{self._number:04d}"
            result = None
            try:
                result = await what(self._setting, start or self._start, name, *values)
            except* TRIALS_FAIL as failed:
                row.fail(f"lost: {first_of(failed)} (see {self._setting.out / name})", where)
            if isinstance(result, Settled) and not result.problems:
                shutil.rmtree(self._setting.out / name)
            return result
