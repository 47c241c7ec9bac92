"""Plays a recording of a serial line on a line that kioskd opens."""

import trio

from kiosk_bench.devices.port import Port
from kiosk_bench.devices.pty_port import Unplugged
from kiosk_bench.recording.codec import GONE, THERE
from kiosk_bench.recording.playback import Playback, Reply, is_event

QUEUE = 1000


class SerialPlayer:
    """The device. ``pace`` stretches the recorded times: 1 as it was, 0 at once."""

    def __init__(self, playback: Playback, port: Port, pace: float = 1.0) -> None:
        self._playback, self._port, self._pace = playback, port, pace

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Play until cancelled. Raises Mismatch."""
        say, to_say = trio.open_memory_channel[Reply](QUEUE)
        for reply in self._playback.begin():
            say.send_nowait(reply)
        self._port.plug()
        task_status.started()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._speak, to_say)
            while True:
                await self._port.wait_plugged()
                try:
                    await self._listen(say)
                except Unplugged:
                    await trio.lowlevel.checkpoint()

    async def _listen(self, say: trio.MemorySendChannel[Reply]) -> None:
        while True:
            for reply in self._playback.hear(await self._port.receive_some()):
                await say.send(reply)

    async def _speak(self, to_say: trio.MemoryReceiveChannel[Reply]) -> None:
        async for reply in to_say:
            await trio.sleep(reply.after_s * self._pace)
            if is_event(reply):
                self._happen(reply.message.note)
                continue
            await self._port.wait_plugged()
            try:
                await self._port.send_all(reply.message.data)
            except Unplugged:
                await trio.lowlevel.checkpoint()

    def _happen(self, event: str) -> None:
        if event == GONE:
            self._port.unplug()
        elif event == THERE:
            self._port.plug()
