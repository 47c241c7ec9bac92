"""A world whose kiosk and devices are real; stories do not notice, but for what is NotOffered.

City and centre are those of every story and run here. The kiosk reaches the centre through an ssh
tunnel, and its screen console comes back through the same: nothing listens on any network.
"""

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Never, cast

import trio

from kiosk_bench.console import Console, Shown, StoryFailed
from kiosk_bench.devices.a4_printer import A4PrinterPeer
from kiosk_bench.devices.cabinet import CabinetRig
from kiosk_bench.devices.id_reader import IdReaderPeer
from kiosk_bench.devices.pinpad import PinPadPeer
from kiosk_bench.devices.receipt_printer import ReceiptPrinterPeer
from kiosk_bench.devices.social_card import VirtualSocialCard
from kiosk_bench.needs import Need, NotOffered, OfferedFaults
from kiosk_bench.people import People
from kiosk_bench.programs import Programs
from kiosk_bench.rig.charges import Allowance
from kiosk_bench.rig.commands import KioskShell, filled, json_of, keep_alive, keep_output, run
from kiosk_bench.rig.devices import Absent, RigCabinet, RigCard, RigIdReader, RigPart, RigPinPad
from kiosk_bench.rig.file import TABLES, Rig
from kiosk_bench.rig.hand import Hand
from kiosk_bench.rig.kiosk import RigKiosk
from kiosk_bench.rig.operator import Operator
from kiosk_bench.rig.settings import SETTLED, fetch_state, install, journal_of
from kiosk_bench.world import World, WorldSettings

PICTURE = "panel.png"
LOOK_S = 1.0


class RigConsole(Console):
    """The screen, over the tunnel. A story waits longer: it may be a person who does things."""

    def __init__(self, socket_path: Path, pictures: Path, by_keys: bool, more_s: float) -> None:
        super().__init__(socket_path, pictures, by_keys)
        self._more_s = more_s

    async def wait_for(self, what: Any, words: str, within_s: float) -> Shown:
        return await super().wait_for(what, words, within_s + self._more_s)


def _is_of_the_centre(fault: str) -> bool:
    """The line to the centre is the bench's own, on a rig too."""
    return fault.startswith("central.")


class RigPrinter(RigPart):
    """The receipt printer: what is on its paper, people see."""

    name = "receipt printer"


class RigA4(RigPart):
    """The A4 printer."""

    name = "A4 printer"


class RigWorld(World):
    """Everything a story can touch, made of real things."""

    is_measured = False
    while_on: trio.Nursery
    """Ends when the power is cut."""

    def __init__(
        self,
        folder: Path,
        settings: WorldSettings,
        programs: Programs,
        nursery: trio.Nursery,
        rig: Rig,
        allowance: Allowance | None,
    ) -> None:
        super().__init__(folder, settings, programs, nursery)
        self.rig, self._allowance = rig, allowance
        self.faults = OfferedFaults(self.timeline, _is_of_the_centre, "it is of a simulated device")
        self.line.faults = self.faults
        self.shell = KioskShell(rig.kiosk)
        operator = None if rig.operator is None else Operator(rig.operator)
        self.hand = Hand(operator)
        self.more_s = 0.0 if rig.operator is None else rig.operator.answer_s
        self.console = RigConsole(
            self.sockets / "screen", folder / "screens", settings.by_keys, self.more_s
        )
        self.rig_kiosk = RigKiosk(self, Path(rig.kiosk.folder) / "kioskd.toml")
        self.kiosk = self.rig_kiosk
        self.is_on = True
        """Whether the kiosk has power, as far as the relay was told."""
        self._charges_before = self._receipts_before = 0
        self._looks_at_books = self._is_at_rest = False

    async def build(self, stack: AsyncExitStack) -> None:
        """Start everything but the kiosk, and write its settings."""
        stack.callback(shutil.rmtree, self.sockets)
        self.run.mkdir(parents=True, exist_ok=True)
        city = await self.centre.make_city(self.settings.people, self.settings.seed)
        self.people = People.of(city)
        await stack.enter_async_context(self.centre.serving())
        await self.nursery.start(self.line.run)
        await self._start_devices()
        await self.shell.wait_there(self.rig.kiosk.boot_s)
        await self.shell.run(self.rig.kiosk.stop)
        await install(self)
        self._charges_before = len(await self._charges_ever())
        self._receipts_before = await self._receipts_ever()
        self.while_on = await self.nursery.start(self._be_on)
        self.nursery.start_soon(self.console.run)
        self.watch()
        if self.rig.uart is not None:
            self.nursery.start_soon(keep_output, self.rig.uart.keep, self.folder / "uart.log")
        stack.push_async_callback(self._leave)

    async def _start_devices(self) -> None:
        rig, hand = self.rig, self.hand
        card = RigCard(rig.card, hand, self) if rig.card else self._absent(Need.CARD)
        reader = (
            RigIdReader(rig.id_reader, hand, self)
            if rig.id_reader
            else self._absent(Need.ID_READER)
        )
        allowance = self._allowance
        pad = RigPinPad(allowance, hand, self) if allowance else self._absent(Need.PIN_PAD)
        cabinet = RigCabinet(rig.cabinet, hand) if rig.cabinet else self._absent(Need.GPIO)
        self.card = cast(VirtualSocialCard, card)
        self.id_reader = cast(IdReaderPeer, reader)
        self.pin_pad = cast(PinPadPeer, pad)
        self.cabinet = cast(CabinetRig, cabinet)
        self.printer = cast(ReceiptPrinterPeer, RigPrinter())
        self.a4 = cast(A4PrinterPeer, RigA4()) if rig.a4 else None
        await trio.lowlevel.checkpoint()

    def _absent(self, need: Need) -> Absent:
        return Absent(self.rig.lacks(need))

    async def _be_on(
        self, *, task_status: trio.TaskStatus[trio.Nursery] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Hold the tunnel, and whatever else lasts until the power is cut."""
        kiosk = self.rig.kiosk
        tunnel = filled(
            kiosk.tunnel,
            screen=self.console.socket_path,
            console=kiosk.console,
            centre_port=self.rig.centre.port,
            line_port=self.line.port,
            address=kiosk.address,
        )
        async with trio.open_nursery() as nursery:
            nursery.start_soon(keep_alive, tunnel, self.folder / "tunnel.log")
            task_status.started(nursery)
            await trio.sleep_forever()

    async def start_kiosk(self) -> None:
        """Give it power if it has none, start the service, wait for the welcome."""
        await self._give_power()
        await self.kiosk.start()
        if self.rig.cabinet is not None:
            await self.cabinet.presence(True)
        await self.console.screen("welcome", within_s=self.rig.kiosk.boot_s)

    async def _give_power(self) -> None:
        if self.is_on or self.rig.power is None:
            return
        await run(self.rig.power.on)
        await self.shell.wait_there(self.rig.kiosk.boot_s)
        self.while_on = await self.nursery.start(self._be_on)
        self.is_on = True

    async def cut_power(self) -> None:
        """Have the relay take the power away. Raises NotOffered without one."""
        if self.rig.power is None:
            raise NotOffered(self.rig.lacks(Need.POWER))
        self.is_on = False
        await run(self.rig.power.off)
        self._looks_at_books = self._is_at_rest = False
        self.while_on.cancel_scope.cancel()
        self.rig_kiosk.gone()
        self.console.socket_path.unlink(missing_ok=True)

    async def cable(self, device: str, plugged: bool) -> None:
        """Pull a device's cable or put it back."""
        what, key = TABLES[Need(device)]
        table = getattr(self.rig, key)
        if table is None:
            raise NotOffered(self.rig.lacks(Need(device)))
        verb = "plug" if plugged else "pull"
        words = getattr(table, f"{verb}_cable", None)
        does = "Put the cable of the {} back" if plugged else "Pull the cable of the {}"
        await self.hand.do(f"{key}.{verb}_cable", words, does.format(what))

    def journal_is_at_rest(self) -> bool:
        """Tell by the books, for power that goes takes log lines along. A yes is good once."""
        if self._is_at_rest:
            self._looks_at_books = self._is_at_rest = False
            return True
        if not self._looks_at_books:
            self._looks_at_books = True
            self.while_on.start_soon(self._look_at_books)
        return False

    async def _look_at_books(self) -> None:
        while not self._is_at_rest:
            ours = {one["ref"]: one["state"] for one in await self.journal()}
            theirs = {one["ref"]: one["state"] for one in (await self.centre.ledger())["payments"]}
            settled = all(state in SETTLED for state in ours.values())
            self._is_at_rest = bool(ours) and settled and ours.items() <= theirs.items()
            await trio.sleep(LOOK_S)

    async def amount_asked_fen(self) -> int:
        """Return what the kiosk has just asked the PIN pad for, by its journal."""
        payments = await self.journal()
        if not payments or payments[-1]["state"] != "intended":
            raise StoryFailed("the kiosk's journal does not tell what it wants to charge")
        return int(payments[-1]["amount_fen"])

    async def journal(self) -> list[dict[str, Any]]:
        return await journal_of(self)

    async def charges(self) -> list[dict[str, Any]]:
        """Ask the bank's side, by the rig's own command."""
        if self.rig.pin_pad is None or self.rig.pin_pad.books is None:
            raise NotOffered("the PIN pad's books were not asked: pin_pad.books is not in rig.toml")
        return (await self._charges_ever())[self._charges_before :]

    async def _charges_ever(self) -> list[dict[str, Any]]:
        books = self.rig.pin_pad.books if self.rig.pin_pad else None
        return [] if books is None else json_of(books, await run(books), list[dict[str, Any]])

    async def receipts(self) -> int:
        if self.acts_late:
            raise NotOffered(f"receipts were not counted, one may have come out: {self.acts_late}")
        if self.rig.receipt_printer is None:
            raise NotOffered(self.rig.lacks(Need.RECEIPT))
        if self.rig.receipt_printer.count is not None:
            return await self._receipts_ever() - self._receipts_before
        person = self.hand.person("receipt_printer.count")
        return await person.number("How many receipts came out in this story?")

    async def _receipts_ever(self) -> int:
        count = self.rig.receipt_printer.count if self.rig.receipt_printer else None
        return 0 if count is None else json_of(count, await run(count), int)

    def spoken(self) -> Never:
        raise NotOffered("what a real kiosk says aloud is not written down")

    async def look(self) -> None:
        """Take what tells of the end: the panel's picture, the state with the journal."""
        await self._give_power()
        if self.rig.hdmi is not None:
            await run(filled(self.rig.hdmi.picture, file=self.folder / PICTURE))
        await fetch_state(self, self.run)

    async def _leave(self) -> None:
        """Leave the kiosk with power and without its service."""
        await self._give_power()
        await self.kiosk.stop()


@asynccontextmanager
async def rig_world(
    folder: Path,
    settings: WorldSettings,
    programs: Programs,
    rig: Rig,
    allowance: Allowance | None,
) -> AsyncIterator[RigWorld]:
    """Set a rig up for one story, its kiosk started; its service is stopped at the end."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    async with trio.open_nursery() as nursery:
        world = RigWorld(folder, settings, programs, nursery, rig, allowance)
        async with AsyncExitStack() as stack:
            await world.build(stack)
            await world.start_kiosk()
            yield world
        nursery.cancel_scope.cancel()
