"""A simulated ESC/POS receipt printer on a serial line.

Faults, while their name is in ``faults``: ``receipt.paper_out`` and ``receipt.cover_open`` stop it
before the next row and say so when asked; ``receipt.jam_mid_receipt`` stops it with an error after
three rows; ``receipt.silent`` prints on but answers nothing, as with a broken return wire.
"""

from collections.abc import Container
from pathlib import Path

import trio

from kiosk_bench.devices.escpos_parser import Command, EscposParser, Token
from kiosk_bench.devices.escpos_render import PaperRoll, Slip
from kiosk_bench.devices.port import ServedPort
from kiosk_bench.devices.pty_port import Unplugged
from kiosk_bench.timeline.receipt_words import masked_row
from kiosk_bench.wirelog import WireLog

FAULTS = (
    "receipt.paper_out",
    "receipt.cover_open",
    "receipt.jam_mid_receipt",
    "receipt.silent",
)
_AT_ONCE = b"\x10\x04"
_FIXED_BITS = 0x12
_MOVES_PAPER = ("LF", "ESC d", "ESC J", "GS V", "GS v 0")
_ROWS_BEFORE_JAM = 3
_FAULT_POLL_S = 0.02


class ReceiptPrinterPeer:
    """The printer on ``port``. ``row_s`` is how long a row takes; slips go to ``folder`` as PNG."""

    def __init__(
        self,
        port: ServedPort,
        log: WireLog,
        faults: Container[str] = (),
        *,
        folder: Path | None = None,
        dots_wide: int = 384,
        row_s: float = 0.0,
    ) -> None:
        self.port = port
        self._log = log
        self._faults = faults
        self._folder = folder
        self._row_s = row_s
        self._dots_wide = dots_wide
        self._roll = PaperRoll(dots_wide)
        self._cut_now = trio.Event()
        self.near_end = False
        self.slips: list[Slip] = []
        self.taken = 0
        """How many of them were taken from the mouth."""

    @property
    def unfinished_rows(self) -> tuple[str, ...]:
        """Rows printed and not cut."""
        return self._roll.unfinished_rows

    def take_slips(self) -> None:
        """Take what hangs out of the mouth."""
        self.taken = len(self.slips)

    async def wait_slips(self, count: int) -> Slip:
        """Return slip number ``count`` (from 1) once it is cut."""
        while len(self.slips) < count:
            await self._cut_now.wait()
        return self.slips[count - 1]

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Plug in and print for ever."""
        self.port.plug()
        task_status.started()
        await self.port.serve(self._converse)

    async def _converse(self) -> None:
        # Status is answered by one task while the other stands still for want of paper.
        waiting, queue = trio.open_memory_channel[bytes](1000)
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._listen, waiting)
                nursery.start_soon(self._work_off, queue)
        except* Unplugged:
            self._log.write("!", "unplugged")

    async def _listen(self, waiting: trio.MemorySendChannel[bytes]) -> None:
        rest = b""
        while True:
            rest += await self.port.receive_some()
            while _AT_ONCE in rest[:-1]:
                before, rest = rest.split(_AT_ONCE, 1)
                await waiting.send(before)
                await self._answer_at_once(rest[0])
                rest = rest[1:]
            # The end may be the beginning of a question.
            keep = 2 if rest.endswith(_AT_ONCE) else int(rest.endswith(_AT_ONCE[:1]))
            await waiting.send(rest[: len(rest) - keep])
            rest = rest[len(rest) - keep :]

    async def _work_off(self, queue: trio.MemoryReceiveChannel[bytes]) -> None:
        parser = EscposParser()
        async for data in queue:
            parser.receive(data)
            for token in parser.tokens():
                await self._work_on(token)

    async def _work_on(self, token: Token) -> None:
        if not isinstance(token, Command):
            self._roll.take(token)
            return
        if token.name == "GS r":
            await self._wait_ready()
            await self._answer("GS r", 0x03 * self.near_end)
            return
        if token.name in _MOVES_PAPER:
            await self._wait_ready()
            await trio.sleep(self._row_s)
        rows = len(self.unfinished_rows)
        slip = self._roll.take(token)
        for row in filter(str.strip, self.unfinished_rows[rows:]):
            self._log.write(">", f"row {masked_row(row)}")
        if slip is not None:
            self._keep(slip)

    def _keep(self, slip: Slip) -> None:
        self.slips.append(slip)
        self._log.write("!", f"slip {len(self.slips)} cut, {len(slip.rows)} rows")
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / f"slip-{len(self.slips):03d}.png").write_bytes(slip.png)
        self._cut_now.set()
        self._cut_now = trio.Event()

    async def _wait_ready(self) -> None:
        while self._stopped():
            await trio.sleep(_FAULT_POLL_S)

    def _stopped(self) -> bool:
        return self._is("paper_out") or self._is("cover_open") or self._jammed()

    def _jammed(self) -> bool:
        return self._is("jam_mid_receipt") and len(self.unfinished_rows) >= _ROWS_BEFORE_JAM

    def _is(self, fault: str) -> bool:
        return f"receipt.{fault}" in self._faults

    async def _answer_at_once(self, kind: int) -> None:
        out, cover, jam = self._is("paper_out"), self._is("cover_open"), self._jammed()
        bits = {
            1: 0x08 * (out or cover or jam),
            2: 0x04 * cover | 0x20 * out | 0x40 * jam,
            3: 0x08 * jam,
            4: 0x60 * out | 0x0C * (self.near_end or out),
        }
        if kind in bits:
            await self._answer(f"DLE EOT {kind}", _FIXED_BITS | bits[kind])

    async def _answer(self, question: str, byte: int) -> None:
        self._log.write(">", question)
        if not self._is("silent"):
            self._log.write("<", f"{byte:02x}")
            await self.port.send_all(bytes([byte]))
