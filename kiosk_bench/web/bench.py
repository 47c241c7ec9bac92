"""What all browsers share: the world, what was seen of it last, and the deeds under way."""

import trio

from kiosk_bench.deeds import do
from kiosk_bench.web.session import Session
from kiosk_bench.web.state import State, state_of
from kiosk_bench.web.trying import refusal_of
from kiosk_bench.world import World

LOOK_S = 0.1
"""The state is looked at so often while somebody looks; lamps and pins give no event."""
DEED_LIMIT_S = 150.0
"""No deed lasts longer: a kiosk that starts takes up to two minutes on a slow machine."""


class Bench:
    """Looks at a world for as many browsers as there are; ``run`` must be running."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.session = Session(world)
        self.state: State = {}
        self.onlookers = 0
        self._changed, self._wanted = trio.Event(), trio.Event()

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Look again and again while there is a browser; tell when something is otherwise."""
        await self.look()
        task_status.started()
        while True:
            if not self.onlookers:
                await self._wanted.wait()
            with trio.move_on_after(LOOK_S):
                await self._wanted.wait()
            await self.look()

    async def look(self) -> None:
        """Look once."""
        self._wanted = trio.Event()
        seen = {**await state_of(self.world), **self.session.state()}
        if seen != self.state:
            self.state = seen
            changed, self._changed = self._changed, trio.Event()
            changed.set()

    async def changed(self) -> None:
        """Return when the state is another."""
        await self._changed.wait()

    def look_now(self) -> None:
        """Have it looked at before its time."""
        self._wanted.set()

    async def do(self, line: str) -> str | None:
        """Do a deed; return why it was refused, None if it was done. Never raises, never hangs."""
        why: str | None = f"not done after {DEED_LIMIT_S:g} s"
        with trio.move_on_after(DEED_LIMIT_S):
            why = await refusal_of(do(self.world, line))
        self.look_now()
        return why
