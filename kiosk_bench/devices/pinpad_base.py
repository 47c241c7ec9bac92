"""What all parts of the simulated PIN pad share: its line, its faults, and how it says a thing."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import trio

from kiosk_bench.devices.pinpad_books import Charge, PinPadBooks
from kiosk_bench.devices.pinpad_display import PadDisplay
from kiosk_bench.devices.pinpad_people import Customer, Host
from kiosk_bench.devices.pinpad_wire import KioskGone, PinPadWire
from kiosk_bench.devices.port import Port
from kiosk_bench.devices.pty_port import PtyPort
from kiosk_bench.wirelog import WireLog
from kioskd.domain.money import Money
from kioskd.protocols.zvt_commands import CNY
from kioskd.protocols.zvt_fields import apdu, bitmap, packed
from kioskd.protocols.zvt_messages import (
    ACCEPTED,
    AbortByTerminal,
    Answer,
    IntermediateStatus,
    StatusInformation,
)

TERMINAL_ID = "29001006"
UNIONPAY = 0xC6
MASKED_CARD = bytes.fromhex("622848EEEEEE1234")
"""Field 22 as a careful PIN pad sends it: E for each hidden digit."""
SLOW_S = 4.0
"""``pinpad.slow_answers``: a little less than T3 allows."""
CANCELLED = 0x6C


class PadBase:
    """The device without its commands."""

    def __init__(self, line: Path | Port, books: Path, faults: set[str], log: WireLog) -> None:
        """Plug it on ``line``: the path that the kiosk opens, or a port of another kind."""
        self.port: Port = PtyPort(line) if isinstance(line, Path) else line
        self.books = PinPadBooks(books)
        self.customer = Customer()
        self.host = Host()
        self.display = PadDisplay()
        self.auto_reverse = True
        """Whether an approval that nobody answers is given back by itself."""
        self.cable_pulled_at = "after_approval"
        self.terminal_status = 0
        self.waits_at_most: int | None = None
        """So often it takes "wait", whatever the kiosk asks for; some acquirers set 3."""
        self.late_s = 3.0
        """``pinpad.reverses_late``: so long after the commit."""
        self._faults, self._log = faults, log
        self._hooks: dict[str, Callable[[], Awaitable[None]]] = {}
        self._abort = trio.Event()
        self._registered = False
        self._jobs = 0
        self._wire: PinPadWire
        self._background: trio.Nursery

    def at(self, point: str, act: Callable[[], Awaitable[None]]) -> None:
        """Await ``act`` the next time ``point`` is reached, before anything else happens.

        Points: authorisation_received, approval_sent, approval_acknowledged, completion_sent,
        reversal_received, reversal_done, day_end_received, day_end_done.
        """
        self._hooks[point] = act

    @property
    def idle(self) -> bool:
        """Whether it has nothing to do: no command, no charge to give back later."""
        return self._jobs == 0

    async def plug_in(self) -> None:
        """Put the cable back."""
        await trio.lowlevel.checkpoint()
        self.port.plug()

    async def pull_cable(self) -> None:
        """Pull the cable."""
        await trio.lowlevel.checkpoint()
        self._log.write("!", "cable pulled")
        self.port.unplug()

    def undo_last(self) -> None:
        """Give the newest standing charge back, committed or not, and tell nobody."""
        charge = self.books.last()
        if charge is not None and not charge.commissioning:
            self.books.reverse(charge)
            self._log.write("!", f"reversed receipt {charge.receipt:04d} late")

    def close_batch_by_itself(self) -> None:
        """Run a day-end that nobody asked for, as some PIN pads do at night."""
        self.books.close_batch()
        self._log.write("!", "batch closed by itself")

    def has(self, fault: str) -> bool:
        """Tell whether ``pinpad.<fault>`` is in force."""
        return f"pinpad.{fault}" in self._faults

    def now(self) -> tuple[str, str]:
        """Return date MMDD and time HHMMSS by the PIN pad's clock."""
        now = datetime.now(UTC)
        return f"{now:%m%d}", f"{now:%H%M%S}"

    def information(self, charge: Charge, result: int = 0) -> bytes:
        """Return 04 0F as the PIN pad sends it, with the masked card number nobody may keep."""
        told = StatusInformation(
            result=result,
            amount=Money(charge.amount_fen),
            currency=CNY,
            receipt=charge.receipt,
            trace=charge.trace,
            time=charge.time,
            date=charge.date,
            terminal_id=TERMINAL_ID,
            card_type=UNIONPAY,
            payment_type=0x70,
            transaction_id=packed(charge.receipt, 2) if self.has("sync_ids") else b"",
        )
        return apdu(StatusInformation.control, bitmap(0x22, MASKED_CARD) + told.to_fields())

    async def accept(self) -> None:
        """Answer 80 00 to the command."""
        if self.has("slow_answers"):
            await trio.sleep(SLOW_S)
        await self._wire.send(ACCEPTED.to_apdu())

    async def step(self, status: int) -> Answer:
        """Tell what is going on (04 FF), the kiosk and whoever looks at the display."""
        self.display.step(status)
        return await self._wire.ask(IntermediateStatus(status).to_apdu())

    async def refuse(self, code: int) -> None:
        """End the command badly (06 1E)."""
        await self._wire.ask(AbortByTerminal(code).to_apdu())

    async def done(self, *messages: bytes) -> None:
        """Accept the command and send these, each answered."""
        await self.accept()
        for message in messages:
            await self._wire.ask(message)

    async def reach(self, point: str) -> None:
        """A point that a story may have hooked."""
        self._log.write("!", point)
        act = self._hooks.pop(point, None)
        if act is not None:
            await act()

    async def pull_if(self, moment: str) -> None:
        """Pull the cable, if that is to happen now. Raises KioskGone."""
        if self.has("cable_pulled") and self.cable_pulled_at == moment:
            await self.pull_cable()
            await self._wire.wait_gone()
            raise KioskGone
