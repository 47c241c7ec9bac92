"""An A4 printer that is listened to: its clients come by a port of ours, open while it is on."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import trio

from kiosk_bench.devices.ippeveprinter import IppEvePrinter
from kiosk_bench.timeline.ipp_words import IppTalk

Log = Callable[[str, str], None]
_GONE = (OSError, trio.BrokenResourceError, trio.ClosedResourceError)


class HeardPrinter(IppEvePrinter):
    """``ippeveprinter`` behind an ear. ``nursery`` must be set before it is switched on.

    What the bench itself asks of the printer goes past the ear: ``execute`` knows the true port.
    """

    nursery: trio.Nursery

    def __init__(self, folder: Path, command: str, log: Log) -> None:
        super().__init__(folder, command)
        self._log = log
        self.heard_port = 0
        self._ear: trio.CancelScope | None = None

    @property
    def uri(self) -> str:
        """Where the kiosk finds it."""
        return f"ipp://localhost:{self.heard_port}/ipp/print"

    async def start(self) -> None:
        """Switch on, and listen; the first time on a free port, then on the same."""
        await super().start()
        listeners = await trio.open_tcp_listeners(self.heard_port, host="127.0.0.1")
        self.heard_port = listeners[0].socket.getsockname()[1]
        self._ear = trio.CancelScope()
        self.nursery.start_soon(self._listen, self._ear, listeners)

    async def stop(self) -> None:
        """Switch off: nobody listens any more, and open connections end."""
        ear, self._ear = self._ear, None
        if ear is not None:
            ear.cancel()
        await super().stop()

    async def _listen(self, ear: trio.CancelScope, listeners: list[trio.SocketListener]) -> None:
        try:
            with ear:
                await trio.serve_listeners(self._carry, listeners)
        finally:
            for one in listeners:
                one.socket.close()

    async def _carry(self, kiosk: trio.SocketStream) -> None:
        talk = IppTalk()
        async with kiosk:
            try:
                printer = await trio.open_tcp_stream("127.0.0.1", self.port)
                async with printer, trio.open_nursery() as nursery:
                    nursery.start_soon(self._pass, printer, kiosk, "<", talk.answered, nursery)
                    await self._pass(kiosk, printer, ">", talk.asked, None)
            except* _GONE:
                pass  # one side has gone, and the other is closed with it

    async def _pass(
        self,
        source: trio.SocketStream,
        sink: trio.SocketStream,
        direction: str,
        words: Callable[[bytes], Iterator[str]],
        ends: trio.Nursery | None,
    ) -> None:
        """Carry bytes one way and log what they mean; the printer's end ends both."""
        async for data in source:
            self._tell(direction, words(bytes(data)))
            await sink.send_all(data)
        if ends is not None:
            ends.cancel_scope.cancel()
        else:
            await sink.send_eof()

    def _tell(self, direction: str, lines: Iterable[str]) -> None:
        for line in lines:
            self._log(direction, line)
