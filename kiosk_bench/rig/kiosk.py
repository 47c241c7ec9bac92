"""The kiosk on the rig: started by its own service manager, told of by its own log."""

import json
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT
from typing import TYPE_CHECKING, Any, Never

import trio

from kiosk_bench.kiosk_process import KioskProcess
from kiosk_bench.needs import NotOffered
from kiosk_bench.rig.commands import CommandFailed, end_group

if TYPE_CHECKING:
    from kiosk_bench.rig.devices import Act
    from kiosk_bench.rig.world import RigWorld

LATE = "a rig acts when the log tells of a step, a little later than the step"
SYNCED, DELIVERED = "journal.synced", "uplink.delivered"


class RigKiosk(KioskProcess):
    """As far as a shell, a relay and a log tell of it."""

    def __init__(self, world: "RigWorld", config: Path) -> None:
        super().__init__(config, world.folder, {})
        self._world, self._table = world, world.rig.kiosk
        self._events: list[dict[str, Any]] = []
        self._at_step: dict[str, Act] = {}
        self._off = trio.Event()
        self._off.set()

    async def start(self) -> None:
        """Start the service, and follow its log from now on. Raises CommandFailed."""
        self.starts += 1
        self._off = trio.Event()
        await self._world.shell.run(self._table.start)
        await self._world.while_on.start(self._follow)

    async def stop(self) -> int | None:
        """Have the service end; a payment under way is finished first. Raises CommandFailed."""
        if not self._off.is_set():
            await self._world.shell.run(self._table.stop)
            self._off.set()
        return None

    def gone(self) -> None:
        """Note that its power is off."""
        self._off.set()

    async def wait_dead(self) -> None:
        await self._off.wait()

    def at_step(self, step: str, act: "Act") -> None:
        """Await ``act`` when the log next tells that this step is in the journal."""
        self._at_step[step] = act

    def money_events(self) -> list[dict[str, Any]]:
        return [one for one in self._events if one.get("event") in (SYNCED, DELIVERED)]

    def events(self, name: str) -> list[dict[str, Any]]:
        return [one for one in self._events if one.get("event") == name]

    def kill_now(self) -> Never:
        raise NotOffered("on a rig the kiosk is not killed: its power is cut")

    def limit_files(self, size: int | None) -> Never:
        raise NotOffered("on a rig the disk is not made full")

    async def _follow(
        self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        words = self._world.shell.words(self._table.log)
        process = await trio.lowlevel.open_process(
            words, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, start_new_session=True
        )
        assert process.stdout is not None
        task_status.started()
        rest = b""
        try:
            with self.log.open("ab") as log:
                async for data in process.stdout:
                    log.write(data)
                    log.flush()
                    *lines, rest = (rest + bytes(data)).split(b"\n")
                    for line in lines:
                        await self._heard(line)
            if self._world.is_on:
                raise CommandFailed(f"the kiosk's log ended; see {self.log.name}")
        finally:
            await end_group(process)

    async def _heard(self, line: bytes) -> None:
        """Take one line of the log: words of its own, or an event as JSON behind a level."""
        start = line.find(b"{")
        try:
            event = json.loads(line[start:]) if start >= 0 else {}
        except ValueError:
            return
        self._events.append(event)
        act = self._at_step.pop(str(event.get("state")), None) if _is_step(event) else None
        if act is not None:
            self._world.acts_late = LATE
            await act()


def _is_step(event: dict[str, Any]) -> bool:
    return event.get("event") == SYNCED
