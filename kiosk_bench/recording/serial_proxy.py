"""Stands between a device on a serial line and kioskd, and records what passes.

Bytes are passed on as they come, whatever they are; the recording learns of them on the side. A
device whose cable is pulled takes kioskd's line with it, and brings it back when it returns.
"""

from collections.abc import Awaitable, Callable

import trio

from kiosk_bench.devices.port import Port
from kiosk_bench.devices.pty_port import Unplugged
from kiosk_bench.recording.codec import GONE, THERE, TO_DEVICE, TO_KIOSK
from kiosk_bench.recording.file import Recorder
from kiosk_bench.recording.serial_device import SerialDevice, SerialLine, wait_device

SILENCE_S = 2.0
"""After so long without a byte, what has no end will have none."""


class SerialProxy:
    """``run`` it; kioskd opens ``kiosk``, which is there as long as the device is."""

    def __init__(self, line: SerialLine, kiosk: Port, recorder: Recorder) -> None:
        self._line, self._kiosk, self._recorder = line, kiosk, recorder
        self._heard = trio.Event()

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Pass on and record for ever; started once the device was there for the first time."""
        told = False
        try:
            while True:
                device = await wait_device(self._line)
                self._recorder.event(THERE)
                self._kiosk.plug()
                if not told:
                    task_status.started()
                    told = True
                await self._while_there(device)
        finally:
            self._kiosk.unplug()

    async def _while_there(self, device: SerialDevice) -> None:
        kiosk = self._kiosk
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._pass_on, TO_DEVICE, kiosk.receive_some, device.send_all)
                nursery.start_soon(self._pass_on, TO_KIOSK, device.receive_some, kiosk.send_all)
                nursery.start_soon(self._note_silence)
        except* Unplugged:
            self._recorder.event(GONE)
        finally:
            self._kiosk.unplug()
            device.close()

    async def _pass_on(
        self,
        direction: str,
        receive: Callable[[], Awaitable[bytes]],
        send: Callable[[bytes], Awaitable[None]],
    ) -> None:
        while True:
            data = await receive()
            self._recorder.took(direction, data)
            self._heard.set()
            await send(data)

    async def _note_silence(self) -> None:
        while True:
            await self._heard.wait()
            self._heard = trio.Event()
            with trio.move_on_after(SILENCE_S) as waiting:
                await self._heard.wait()
            if waiting.cancelled_caught:
                self._recorder.settle()
