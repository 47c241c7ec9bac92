"""Plays a recorded card in kioskd's virtual reader."""

import trio

from kiosk_bench.recording.card_proxy import INSERTED, PULLED
from kiosk_bench.recording.playback import Playback, Reply, is_event
from kiosk_bench.recording.vpcd_slot import CardGone, present

STAYS_S = 1.0
"""So long at least a card is in after it has answered: the reader must have the answer."""
QUEUE = 1000


class CardPlayer:
    """The card; ``port`` is where the virtual reader listens. ``pace`` as for serial lines.

    It goes in when the recorded card did, and out when that was pulled.
    """

    def __init__(self, playback: Playback, port: int, pace: float = 1.0) -> None:
        self._playback, self._port, self._pace = playback, port, pace
        self._happen, self._happens = trio.open_memory_channel[Reply](QUEUE)
        self._inserted, self._contact = trio.Event(), trio.CancelScope()
        self.atr = b""

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Play until cancelled. Raises Mismatch."""
        self._later(self._playback.begin())
        task_status.started()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._act)
            while True:
                await self._inserted.wait()
                self._inserted, self._contact = trio.Event(), trio.CancelScope()
                with self._contact:
                    await present(self._port, self)

    async def exchange(self, apdu: bytes) -> bytes:
        """Answer as it was answered. Raises Mismatch, CardGone where the card went instead."""
        replies = self._playback.hear(apdu)
        self._later([reply for reply in replies if is_event(reply)])
        answers = [reply for reply in replies if not is_event(reply)]
        if not answers:
            raise CardGone
        await trio.sleep(answers[0].after_s * self._pace)
        return answers[0].message.data

    async def control(self, name: str) -> None:
        """A reset changes nothing in a recording."""
        await trio.lowlevel.checkpoint()

    def _later(self, events: list[Reply]) -> None:
        for event in events:
            self._happen.send_nowait(event)

    async def _act(self) -> None:
        async for event in self._happens:
            pulled = event.message.note == PULLED
            await trio.sleep(max(event.after_s * self._pace, STAYS_S * pulled))
            if pulled:
                self._contact.cancel()
            elif event.message.note == INSERTED:
                self.atr = event.message.data
                self._inserted.set()
