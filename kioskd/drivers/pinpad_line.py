"""One connection to a ZVT PIN pad: lets bytes and time flow between a wire and a session.

It listens all the time, also between commands: a pulled cable is noticed at once, and an approval
that comes late, when nobody waits for it, is refused by the session instead of lying unread until
the next payment.
"""

from collections import deque
from collections.abc import Awaitable, Callable

import trio

from kioskd import log
from kioskd.domain.payment import Decision
from kioskd.errors import DeviceUnavailable
from kioskd.protocols.zvt_commands import Command
from kioskd.protocols.zvt_events import (
    Failed,
    Finished,
    Noted,
    SessionEvent,
    SessionLimits,
    Stepped,
)
from kioskd.protocols.zvt_session import ZvtSession
from kioskd.transports.contract import ByteStream

Reaction = Callable[[SessionEvent], Awaitable[None]]


class PinPadLine:
    """A session on a wire; ``run`` must run beside the calls."""

    def __init__(self, stream: ByteStream, limits: SessionLimits | None = None) -> None:
        self._stream = stream
        self._session = ZvtSession(limits)
        self._told: deque[SessionEvent] = deque()
        self._arrived = trio.Event()
        self._changed = trio.Event()
        self._gone = trio.Event()
        self._sending = trio.Lock()

    @property
    def gone(self) -> bool:
        """Whether the line was lost or dropped."""
        return self._gone.is_set()

    async def wait_gone(self) -> None:
        """Return when the line was lost or dropped."""
        await self._gone.wait()

    @property
    def strays(self) -> int:
        """How many approvals came that nobody had asked for; each was refused."""
        return self._session.strays

    @property
    def numbered(self) -> bool:
        """Whether messages carry numbers, so that none can be taken for one of another command."""
        return self._session.numbered

    @property
    def out_of_step(self) -> bool:
        """Whether only the PIN pad numbers messages: log on again before anything else."""
        return self._session.out_of_step

    async def run(self) -> None:
        """Keep bytes and time flowing until the line is gone.

        Cannot be cancelled, so that a payment outlives an order to stop; ``drop`` ends it.
        """
        try:
            with trio.CancelScope(shield=True):
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._listen)
                    nursery.start_soon(self._keep_time)
                    await self._gone.wait()
                    nursery.cancel_scope.cancel()
        finally:
            self.drop()  # whoever waits for an end is told, whatever broke

    async def converse(self, command: Command, react: Reaction) -> Finished | Failed:
        """Run one command to its end, giving every event before it to ``react``.

        Never raises for what the peer does. When cancelled it drops the line, for nobody would
        know where the conversation stands.
        """
        assert self._session.idle or self.gone, "one command at a time"
        self._told.clear()
        try:
            self._session.start(command, trio.current_time())
            if self.gone:
                self._session.lose_line()
            await self._advance()
            return await self._follow(react)
        finally:
            if not self._session.idle:
                self.drop()

    async def decide(self, decision: Decision) -> None:
        """Answer an approval."""
        self._session.decide(decision, trio.current_time())
        await self._advance()

    async def abort(self) -> None:
        """Ask the PIN pad to stop what is running."""
        self._session.abort(trio.current_time())
        await self._advance()

    def drop(self) -> None:
        """Give the line up; what was running ends as if the cable had been pulled."""
        self._session.lose_line()
        self._pass_on()
        self._gone.set()

    async def _follow(self, react: Reaction) -> Finished | Failed:
        while True:
            event = await self._next_told()
            if isinstance(event, Finished | Failed):
                return event
            await react(event)

    async def _next_told(self) -> SessionEvent:
        while not self._told:
            self._arrived = trio.Event()
            await self._arrived.wait()
        return self._told.popleft()

    async def _listen(self) -> None:
        try:
            while True:
                data = await self._stream.receive_some()
                self._session.receive(data, trio.current_time())
                await self._advance()
        except DeviceUnavailable as fault:
            log.event("pinpad.line_lost", detail=fault.detail)
            self.drop()

    async def _keep_time(self) -> None:
        while True:
            self._changed = trio.Event()
            due = self._session.deadline()
            with trio.move_on_at(float("inf") if due is None else due):
                await self._changed.wait()
            self._session.tick(trio.current_time())
            await self._advance()

    async def _advance(self) -> None:
        self._pass_on()
        self._changed.set()
        async with self._sending:
            data = self._session.bytes_to_send()
            if not data or self.gone:
                return
            try:
                await self._stream.send_all(data)
            except DeviceUnavailable as fault:
                log.event("pinpad.line_lost", detail=fault.detail)
                self.drop()

    def _pass_on(self) -> None:
        while (event := self._session.next_event()) is not None:
            if isinstance(event, Noted):
                log.warning("pinpad.noted", detail=event.detail)
                continue
            if isinstance(event, Stepped) and self._told and isinstance(self._told[-1], Stepped):
                self._told.pop()  # only the newest step matters, and a flood stays small
            self._told.append(event)
            self._arrived.set()
