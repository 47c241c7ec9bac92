"""One ZVT command at a time to a PIN pad, by the codec that kioskd has; each one ends."""

from dataclasses import dataclass

import trio

from kiosk_bench.probe.tapped import TappedLine
from kioskd.domain.payment import Decision
from kioskd.protocols.zvt_commands import Command
from kioskd.protocols.zvt_events import (
    ApprovalAsked,
    Failed,
    FailureKind,
    Finished,
    Registered,
    Stepped,
)
from kioskd.protocols.zvt_session import ZvtSession

WHOLE_S = 300.0
"""A probe's command lasts no longer, whatever the PIN pad does: a person may be asked for a PIN."""


@dataclass(frozen=True, slots=True)
class Told:
    """How a command ended."""

    end: Finished | Failed
    registered: Registered | None = None

    @property
    def done(self) -> Finished | None:
        """The end, if there was one."""
        return self.end if isinstance(self.end, Finished) else None


class PinPadTalk:
    """The kiosk's side of the conversation."""

    def __init__(self, line: TappedLine) -> None:
        self.line, self._session = line, ZvtSession()

    @property
    def numbered(self) -> bool:
        """Whether both sides number their messages."""
        return self._session.numbered

    async def ask(self, command: Command, *, aborting: bool = False) -> Told:
        """Run one command to its end. Raises Silent.

        ``aborting`` stops it as soon as it has begun, and refuses an approval all the same.
        """
        decision = Decision.REFUSE if aborting else Decision.ACCEPT
        session, registered = self._session, None
        session.start(command, trio.current_time())
        over = trio.current_time() + WHOLE_S
        while True:
            await self._flush()
            while (event := session.next_event()) is not None:
                match event:
                    case Finished() | Failed():
                        await self._flush()
                        return Told(event, registered)
                    case Registered():
                        registered = event
                    case ApprovalAsked():
                        session.decide(decision, trio.current_time())
                    case Stepped() if aborting:
                        session.abort(trio.current_time())
            await self._flush()
            if trio.current_time() >= over:
                session.lose_line()
                return Told(Failed(FailureKind.NO_END), registered)
            await self._listen(over)

    async def _flush(self) -> None:
        if data := self._session.bytes_to_send():
            await self.line.send(data)

    async def _listen(self, over: float) -> None:
        due = self._session.deadline()
        data = await self.line.receive(over if due is None else min(due, over))
        if data:
            self._session.receive(data, trio.current_time())
        self._session.tick(trio.current_time())
