"""A world whose kiosk is the image on an emulated machine; stories do not notice.

City, centre and devices are those of every story. Their wires end in sockets of the machine, and
what a story sees and touches is the panel's pixels.
"""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Never

import trio

from kiosk_bench.centre import CentreLine
from kiosk_bench.console import StoryFailed
from kiosk_bench.devices.a4_printer import A4PrinterPeer
from kiosk_bench.devices.id_reader import IdReaderPeer
from kiosk_bench.devices.pinpad import PinPadPeer
from kiosk_bench.devices.receipt_printer import ReceiptPrinterPeer
from kiosk_bench.image.card import CcidSocialCard
from kiosk_bench.image.emulator import Emulator
from kiosk_bench.image.firmware import BootPartition
from kiosk_bench.image.glass import Glass
from kiosk_bench.image.hardware import HOST, Hardware
from kiosk_bench.image.line import Line
from kiosk_bench.image.machine import Machine, Start
from kiosk_bench.image.pictures import Pictures
from kiosk_bench.image.site import site_text, write_site
from kiosk_bench.image.wires import SocketPort
from kiosk_bench.kiosk_process import KioskProcess
from kiosk_bench.needs import NotOffered, OfferedFaults
from kiosk_bench.people import People
from kiosk_bench.programs import Programs
from kiosk_bench.timeline.page import write_timeline
from kiosk_bench.timeline.timeline import EVENT
from kiosk_bench.trust import KIOSK_ID
from kiosk_bench.world import World, WorldSettings
from kioskd.protocols.central import Problem

SERVER_NAMES = ("127.0.0.1", "localhost", HOST)
WELCOME_WITHIN_S = 420.0
"""From the switch to the first screen a visitor may use, on a busy machine that emulates."""


@dataclass(frozen=True, slots=True)
class ImageSettings:
    """What the machine is made from."""

    disk: Path
    """A copy of the image that may be written to."""
    emulator: Emulator
    known: Pictures
    size: tuple[int, int]
    write_log: Path | None = None
    site: dict[str, str] = field(default_factory=dict)
    """More keys for ``kioskd.txt``."""
    more_words: str = ""


def _is_of_a_device(fault: str) -> bool:
    return not fault.startswith("central.")


class GuestKiosk(KioskProcess):
    """The kiosk in the machine, as far as its console tells of it."""

    def __init__(self, world: "ImageWorld") -> None:
        super().__init__(Path(), world.folder, {})
        self._world = world

    async def wait_dead(self) -> None:
        """Return when the machine is off."""
        await self._world.off.wait()

    def kill_now(self) -> Never:
        raise NotOffered("the kiosk in the machine is not killed: its power is cut")

    def limit_files(self, size: int | None) -> Never:
        raise NotOffered("the disk of the machine is not made full")

    def events(self, name: str) -> list[dict[str, Any]]:
        lines = (line.event for start in self._world.all_starts for line in start.console.lines)
        return [event for event in lines if event.get("event") == name]

    def money_events(self) -> list[dict[str, Any]]:
        told = ("journal.synced", "uplink.delivered")
        lines = (line.event for start in self._world.all_starts for line in start.console.lines)
        return [event for event in lines if event.get("event") in told]


class MachineLine(CentreLine):
    """What stories know as the line to the centre. TLS hides its words: the PIN pad tells when."""

    def __init__(self, world: "ImageWorld") -> None:
        super().__init__(world.centre, world.faults, world.wire_log("centre", "centre"))
        self._world = world

    def when_confirmed(self, act: Callable[[], Awaitable[None]]) -> None:
        """Await ``act`` at what the machine first says after the PIN pad's completion."""
        self._world.pin_pad.at("completion_sent", partial(self._listen, act))

    async def _listen(self, act: Callable[[], Awaitable[None]]) -> None:
        self._world.plug.at_next_word(act)
        await trio.lowlevel.checkpoint()

    def refuse_once(self, path: str, problem: Problem) -> Never:
        raise NotOffered("the line to the machine is TLS: nobody answers instead of the centre")

    async def cut(self) -> None:
        await self._world.plug.cut()

    def mend(self) -> None:
        self._world.plug.mend()


class ImageWorld(World):
    """Everything a story can touch, with a machine for a kiosk."""

    def __init__(
        self, folder: Path, settings: WorldSettings, programs: Programs, nursery: trio.Nursery
    ) -> None:
        super().__init__(folder, settings, programs, nursery)
        self.faults = OfferedFaults(
            self.timeline, _is_of_a_device, "the line to the machine is TLS"
        )
        self.plug = Line()
        self.line = MachineLine(self)
        self.all_starts: list[Start] = []
        self.off = trio.Event()
        self.off.set()
        self.glass: Glass
        self.machine: Machine

    async def furnish(self, image: ImageSettings, stack: AsyncExitStack) -> None:
        """Start everything but the machine, and write its site's file."""
        stack.callback(shutil.rmtree, self.sockets)
        self.people = People.of(
            await self.centre.make_city(self.settings.people, self.settings.seed)
        )
        names = [word for name in SERVER_NAMES for word in ("--name", name)]
        await self.centre.call("trust", "server", str(self.centre.trust.folder), *names)
        await stack.enter_async_context(self.centre.serving())
        self.plug.to_port = self.centre.port
        await self.nursery.start(self.plug.run)
        await self._plug_devices_in()
        self.glass = Glass(image.known, self.folder / "screens", image.size)
        self.console = self.glass
        self.kiosk = GuestKiosk(self)
        self.watch()
        hardware = Hardware(
            image.disk,
            self.sockets,
            *image.size,
            centre_port=self.plug.port,
            printer_port=0 if self.a4 is None else self.a4.printer.heard_port,
            write_log=image.write_log,
            more_words=image.more_words,
        )
        self.machine = Machine(image.emulator, hardware, self.folder / "machine")
        await self._write_site(image)

    async def _plug_devices_in(self) -> None:
        self.card = CcidSocialCard(
            self.sockets / "card", self.wire_log("social-card", "card"), self.faults
        )
        self.id_reader = IdReaderPeer(
            SocketPort(self.sockets / "id-reader"),
            self.wire_log("id-reader", "id-reader"),
            self.faults,
        )
        self.pin_pad = PinPadPeer(
            SocketPort(self.sockets / "pinpad"),
            self.folder / "pin-pad-books.json",
            self.faults,
            self.wire_log("pin-pad", "pin-pad"),
        )
        self.printer = ReceiptPrinterPeer(
            SocketPort(self.sockets / "receipt-printer"),
            self.wire_log("printer", "receipt"),
            self.faults,
            folder=self._made("paper"),
        )
        for device in (self.card, self.id_reader, self.pin_pad, self.printer):
            await self.nursery.start(device.run)
        if self.settings.a4:
            self.a4 = A4PrinterPeer(
                self.folder / "a4", self.wire_log("a4-printer", "a4"), self.faults
            )
            await self.nursery.start(self.a4.run)

    async def _write_site(self, image: ImageSettings) -> None:
        code = await self.centre.call("kiosk", "enrol", KIOSK_ID, "--db", self.centre.url)
        certificates = {"centre-ca.pem": self.centre.trust.ca.read_bytes()}
        if self.a4 is not None:
            certificates["seal-ca.pem"] = (await self.centre.seal_ca()).encode("ascii")
        text = site_text(code.split()[-1], self.a4 is not None, image.site)
        write_site(BootPartition(image.disk), text, certificates)

    @property
    def start(self) -> Start:
        """The newest start of the machine."""
        return self.all_starts[-1]

    async def switch_on(self, more_words: str = "") -> Start:
        """Switch the machine on, and look at its panel from now on."""
        await self.off.wait()
        self.off = trio.Event()
        start: Start = await self.nursery.start(self._live, more_words)
        return start

    async def _live(
        self, more_words: str, task_status: trio.TaskStatus[Start] = trio.TASK_STATUS_IGNORED
    ) -> None:
        try:
            async with self.machine.on(more_words) as start:
                self.all_starts.append(start)
                self.kiosk.log = start.console.file  # stories read what the kiosk has logged
                task_status.started(start)
                await self.glass.watch(start)
        finally:
            self.off.set()

    async def cable(self, device: str, plugged: bool) -> None:
        """Put a device's cable in or pull it. Raises StoryFailed for the reader on its bus."""
        if device == "card-reader":
            raise StoryFailed("the emulated machine keeps its card reader")
        await super().cable(device, plugged)

    async def start_kiosk(self) -> None:
        """Switch on and wait until the panel welcomes visitors. Raises StoryFailed."""
        await self.switch_on()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._fail_if_it_goes_off)
            await self.console.screen("welcome", within_s=WELCOME_WITHIN_S)
            nursery.cancel_scope.cancel()

    async def _fail_if_it_goes_off(self) -> None:
        await self.off.wait()
        last = "\n".join(line.text for line in self.start.console.lines[-15:])
        raise StoryFailed(f"the machine went off by itself; its console ends with:\n{last}")

    async def cut_power(self) -> None:
        """Pull the machine's plug."""
        self.timeline.note("power", EVENT, "cut")
        self.start.cut()
        await self.off.wait()


@asynccontextmanager
async def image_world(
    folder: Path, settings: WorldSettings, programs: Programs, image: ImageSettings
) -> AsyncIterator[ImageWorld]:
    """Furnish a world in ``folder``; the machine is off at first, and at the end."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    async with trio.open_nursery() as nursery:
        world = ImageWorld(folder, settings, programs, nursery)
        async with AsyncExitStack() as stack:
            await world.furnish(image, stack)
            yield world
            if world.all_starts:
                world.start.cut()
                await world.off.wait()
            world.log_watch.look()
            write_timeline(world.timeline.entries, folder, "image")
        nursery.cancel_scope.cancel()
