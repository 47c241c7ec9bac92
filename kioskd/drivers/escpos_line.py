"""Questions and proofs on the line of an ESC/POS printer, one at a time."""

import trio

from kioskd import log
from kioskd.domain.document import PaperState
from kioskd.errors import DeviceUnavailable
from kioskd.protocols.escpos_status import (
    DEVICE,
    PAPER_IN_TURN,
    PrinterStatus,
    Query,
    ask_at_once,
    is_answer_at_once,
    is_answer_in_turn,
    paper_state,
)
from kioskd.transports.contract import ByteStream

AT_ONCE_S = 0.3
"""A printer answers within milliseconds; no answer in this time is unknown."""
WORK_OFF_S = 20.0
"""A long slip at 50 mm/s takes some six seconds."""
LOOK_INTERVAL_S = 0.5
SILENCES = 3
SETTLE_S = 3.0
QUIET_S = 0.3
STOOD_STILL_S = 0.1
"""So much later than asked for, the program was busy elsewhere, not waiting."""
LOOKS = 3
_BYTES_AT_MOST = 64


class EscposLine:
    """The questions of one connection; ``receive`` must run beside them."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self._one_at_a_time = trio.Lock()
        self._at_once_in, self._at_once = trio.open_memory_channel[int](_BYTES_AT_MOST)
        self._in_turn_in, self._in_turn = trio.open_memory_channel[int](_BYTES_AT_MOST)
        self._settled = False

    async def receive(self) -> None:
        """Sort the printer's bytes for ever. Raises DeviceUnavailable when the line is gone."""
        async with self._at_once_in, self._in_turn_in:
            while True:
                for byte in await self._stream.receive_some():
                    self._sort(byte)

    def _sort(self, byte: int) -> None:
        try:
            if is_answer_at_once(byte):
                self._at_once_in.send_nowait(byte)
            elif is_answer_in_turn(byte):
                self._in_turn_in.send_nowait(byte)
            else:
                log.warning("receipt_printer.strange_byte", byte=byte)
        except trio.WouldBlock:
            log.warning("receipt_printer.unasked_byte", byte=byte)

    async def paper(self) -> PaperState:
        """Ask for cover and paper; UNKNOWN without an answer. Raises DeviceUnavailable."""
        async with self._one_at_a_time:
            return await self._paper()

    async def is_online(self) -> bool:
        """Tell whether the printer says that it is online. Raises DeviceUnavailable."""
        async with self._one_at_a_time:
            status = await self._ask(Query.PRINTER)
        return status is not None and not PrinterStatus.of(status).offline

    async def work_off(self, data: bytes) -> bool:
        """Send ``data``; tell whether the printer has said that it worked all of it off.

        False means nobody knows: silence, or a stop on the way. Raises DeviceUnavailable.
        """
        async with self._one_at_a_time:
            countable = await self._settle()
            self._settled = False
            await self._stream.send_all(data + PAPER_IN_TURN)
            self._settled = countable and await self._its_turn_came()
            return self._settled

    async def _settle(self) -> bool:
        # An earlier print that was cancelled or stopped may still owe its answer, which must not
        # be taken for this one's. One more question in turn comes after everything owed.
        if self._settled:
            return True
        _forget(self._in_turn)
        await self._stream.send_all(PAPER_IN_TURN)
        if await _next(self._in_turn, SETTLE_S) is None:
            return False
        while await _next(self._in_turn, QUIET_S) is not None:
            pass
        return True

    async def _its_turn_came(self) -> bool:
        give_up_at = trio.current_time() + WORK_OFF_S
        silences = 0
        while trio.current_time() < give_up_at:
            if await _next(self._in_turn, LOOK_INTERVAL_S) is not None:
                return True
            status = await self._ask(Query.PRINTER)
            silences = silences + 1 if status is None else 0
            stopped = status is not None and PrinterStatus.of(status).offline
            if stopped or silences >= SILENCES:
                # What was on its way may have arrived meanwhile.
                return await _next(self._in_turn, LOOK_INTERVAL_S) is not None
        return False

    async def _paper(self) -> PaperState:
        cause = await self._ask(Query.OFFLINE_CAUSE)
        sensors = None if cause is None else await self._ask(Query.PAPER)
        if cause is None or sensors is None:
            return PaperState.UNKNOWN
        return paper_state(cause, sensors)

    async def _ask(self, query: Query) -> int | None:
        _forget(self._at_once)
        await self._stream.send_all(ask_at_once(query))
        return await _next(self._at_once, AT_ONCE_S)


async def _next(answers: trio.MemoryReceiveChannel[int], patience_s: float) -> int | None:
    """Return the next answer, or None after a time in which this program could have seen it.

    While a slow CPU draws a picture nobody looks at the line: what came then is not silence.
    """
    for _ in range(LOOKS):
        began = trio.current_time()
        with trio.move_on_after(patience_s):
            try:
                return await answers.receive()
            except trio.EndOfChannel:
                raise DeviceUnavailable(DEVICE, "the line has ended") from None
        if trio.current_time() - began < patience_s + STOOD_STILL_S:
            return None
    return None


def _forget(answers: trio.MemoryReceiveChannel[int]) -> None:
    while True:
        try:
            answers.receive_nowait()
        except (trio.WouldBlock, trio.EndOfChannel):
            return
