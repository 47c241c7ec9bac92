"""The real driver and the workbench's PIN pad on a line in memory, on virtual time."""

from contextlib import asynccontextmanager

import trio

from kiosk_bench.devices.memory_port import MemoryPort
from kiosk_bench.devices.pinpad import PinPadPeer
from kiosk_bench.wirelog import WireLog
from kioskd.domain.money import Money
from kioskd.domain.payment import Decision
from kioskd.drivers.pinpad import ZvtPinPad
from kioskd.drivers.settings import PinPadSettings
from kioskd.errors import DeviceError

AMOUNT = Money(140000)
FEN = Money(1)
"""The technician's, in the books of every new PIN pad."""


class Rig:
    """A PIN pad, a driver, a citizen, and what the journal was asked."""

    def __init__(self, folder, faults=(), to_device=None, to_kiosk=None, **settings):
        self.faults = {f"pinpad.{fault}" for fault in faults}
        self.wire_log = folder / "wire.log"
        ways = {"to_device": to_device, "to_kiosk": to_kiosk}
        port = MemoryPort(**{name: way for name, way in ways.items() if way})
        self.peer = PinPadPeer(port, folder / "books.json", self.faults, WireLog(self.wire_log))
        self.pad = ZvtPinPad(PinPadSettings("memory", **settings), port.open)
        self.asked = []
        self.decisions = []
        """What the journal says, in order; after these it accepts."""

    async def decide(self, record):
        await trio.lowlevel.checkpoint()
        self.asked.append(record)
        return self.decisions.pop(0) if self.decisions else Decision.ACCEPT

    async def pay(self, card=True, decide=None, on_step=lambda step: None, **kwargs):
        async with trio.open_nursery() as nursery:
            if card:
                nursery.start_soon(self._use_card)
            result = await self.pad.authorise(AMOUNT, on_step, decide or self.decide, **kwargs)
            nursery.cancel_scope.cancel()
        return result

    async def _use_card(self):
        await self.peer.customer.insert_card()
        await self.peer.customer.enter_pin()

    def charges(self):
        """Return (committed, reversed) of each charge but the technician's."""
        charges = self.peer.books.charges_json()
        return [(charge["committed"], charge["reversed"]) for charge in charges]

    def heard(self, text):
        """Return how often the wire has carried this."""
        return self.wire_log.read_text().count(text)

    async def until_well(self):
        """Wait until payments may start again; fails where they never do."""
        while self.pad.trouble is not None:
            await trio.sleep(0.5)

    async def last(self):
        """Return the last transaction as soon as the line is there."""
        while True:
            try:
                return await self.pad.last_transaction()
            except DeviceError:
                await trio.sleep(0.5)


@asynccontextmanager
async def running(folder, faults=(), **settings):
    """Run both; the driver is stopped first, as an orderly end would."""
    rig = Rig(folder, faults, **settings)
    with trio.fail_after(2000):
        async with trio.open_nursery() as nursery:
            await nursery.start(rig.peer.run)
            async with trio.open_nursery() as inner:
                await inner.start(rig.pad.run)
                yield rig
                inner.cancel_scope.cancel()
            nursery.cancel_scope.cancel()
