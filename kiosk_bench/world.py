"""A world for one kiosk: city, centre, devices behind their wires, and the kiosk program itself."""

import json
import os
import shlex
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import trio

from kiosk_bench.centre import Centre, CentreLine
from kiosk_bench.config_file import EARPHONES_PIN, VOICE, write_config
from kiosk_bench.console import Console, Shown, StoryFailed
from kiosk_bench.devices.a4_printer import A4PrinterPeer
from kiosk_bench.devices.cabinet import CabinetRig
from kiosk_bench.devices.id_reader import IdReaderPeer
from kiosk_bench.devices.pcscd import Pcscd
from kiosk_bench.devices.pinpad import PinPadPeer
from kiosk_bench.devices.pty_port import PtyPort
from kiosk_bench.devices.receipt_printer import ReceiptPrinterPeer
from kiosk_bench.devices.social_card import VirtualSocialCard
from kiosk_bench.kiosk_process import KioskProcess
from kiosk_bench.people import People
from kiosk_bench.programs import Programs
from kiosk_bench.timeline.deed_book import DeedBook
from kiosk_bench.timeline.timeline import EVENT, Timeline
from kiosk_bench.timeline.watching import LogWatch, ToldFaults, watch_screens
from kiosk_bench.wirelog import WireLog
from kioskd.domain.contribution import Assessment

AS_THE_UNIT_SETS_THEM = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "131072",
    "MALLOC_TRIM_THRESHOLD_": "131072",
}
"""``systemd/kioskd.service`` starts the kiosk with these."""
PIN_ENTRY_POINT = """\
[gpiozero_pin_factories]
benchsocket = kiosk_bench.devices.socket_pins:SocketPinFactory
"""
SPOKEN = "spoken.txt"
EARPHONES = "earphones"
WELCOME_S = 120.0
RESOLVED = ("confirmed", "declined", "not_started", "reversed")


@dataclass(frozen=True, slots=True)
class WorldSettings:
    """What a story may set before the world begins."""

    people: int = 20
    seed: int = 7
    width_px: int = 1280
    height_px: int = 800
    pictures: bool = True
    """Keep every picture of the screen as evidence; without, the kiosk need not compress them."""
    by_keys: bool = False
    """Press the pad's keys where a story touches."""
    window: bool = False
    """Show a window where there is a display; else SDL's dummy driver."""
    a4: bool = False
    """Whether there is an A4 printer; it takes a moment to start."""
    overrides: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Tables of the kiosk's configuration that this story needs otherwise."""


class World:
    """Everything a story can touch. Made by ``running_world``."""

    is_measured = True
    """Whether CPU, memory and syncs of the kiosk can be counted from here."""
    acts_late = ""
    """Why something was done later than at its moment; empty if all came at theirs."""

    def __init__(
        self, folder: Path, settings: WorldSettings, programs: Programs, nursery: trio.Nursery
    ) -> None:
        self.folder, self.settings, self.nursery = folder, settings, nursery
        self.programs = programs
        self.run = folder / "run"
        self.wires = folder / "wires"
        self.timeline = Timeline()
        self.faults: set[str] = ToldFaults(self.timeline)
        self.heard = self.looked_at = self.told_from = 0
        """How much of what was said is past for who listens, of the pictures for who looks, and of
        them for who asks how a story ended: what the power took with it is told to nobody."""
        self.in_doubt: Assessment | None = None
        """What another kiosk does not know to be paid."""
        self.moments: dict[str, str] = {}
        """Moments that a deed is bound to, and why it is not done yet."""
        self.centre = Centre(folder / "centre", programs.centre)
        self.line = CentreLine(self.centre, self.faults, self.wire_log("centre", "centre"))
        self.sockets = Path(mkdtemp(prefix="kiosk-"))  # a socket's path holds 108 bytes at most
        self.pcscd = Pcscd(self.run / "pcscd", self.sockets / "pcscd")
        pictures = folder / "screens" if settings.pictures else None
        self.console = Console(self.sockets / "screen", pictures, settings.by_keys)
        self.deeds = DeedBook(self.timeline, self._shown)
        self.cabinet = CabinetRig(self.sockets / "pins", earphones_pin=EARPHONES_PIN)
        self.a4: A4PrinterPeer | None = None
        self.seal_ca = folder / "seal-ca.pem"

    def wire_log(self, name: str, lane: str) -> WireLog:
        """Return the log of a wire, which is told in the timeline too."""
        return WireLog(self.wires / f"{name}.log", self.timeline, lane)

    async def build(self, stack: AsyncExitStack) -> None:
        """Start everything but the kiosk."""
        stack.callback(shutil.rmtree, self.sockets)
        self.run.mkdir(parents=True, exist_ok=True)
        self.people = People.of(
            await self.centre.make_city(self.settings.people, self.settings.seed)
        )
        await stack.enter_async_context(self.centre.serving())
        await self.nursery.start(self.line.run)
        await stack.enter_async_context(self.pcscd)
        await self._start_devices()
        self._make_recorder()
        config = write_config(self)
        self.kiosk = KioskProcess(config, self.folder, self.environment())
        self.nursery.start_soon(self.console.run)
        self.watch()
        stack.push_async_callback(self.kiosk.stop)

    def environment(self) -> dict[str, str]:
        """Return what the kiosk's process finds the simulated devices by."""
        env = {
            **self.pcscd.env,
            **self.cabinet.environment,
            "PYTHONPATH": str(self._pins_offered()),
            **AS_THE_UNIT_SETS_THEM,
            "TMPDIR": str(self._made("tmp")),
            "HOME": str(self._made("home")),
            "RUNTIME_DIRECTORY": str(self._made("runtime")),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        if not self.settings.window:
            env["SDL_VIDEODRIVER"] = "dummy"
        return env

    def _shown(self) -> Shown | None:
        """Return what is up, None while there is no kiosk that shows it."""
        return self.console.now if self.console.is_there else None

    def watch(self) -> None:
        """Tell the timeline what the kiosk shows and logs and what is touched, from now on."""
        self.console.book = self.deeds
        self.nursery.start_soon(watch_screens, self.console, self.timeline)
        self.log_watch = LogWatch(self.kiosk, self.timeline)
        self.nursery.start_soon(self.log_watch.run)

    async def _start_devices(self) -> None:
        self.card = VirtualSocialCard(
            self.pcscd.port, self.wire_log("social-card", "card"), self.faults
        )
        self.id_reader = IdReaderPeer(
            PtyPort(self.run / "id-reader.tty"),
            self.wire_log("id-reader", "id-reader"),
            self.faults,
        )
        self.pin_pad = PinPadPeer(
            self.run / "pin-pad.tty",
            self.folder / "pin-pad-books.json",
            self.faults,
            self.wire_log("pin-pad", "pin-pad"),
        )
        self.printer = ReceiptPrinterPeer(
            PtyPort(self.run / "printer.tty"),
            self.wire_log("printer", "receipt"),
            self.faults,
            folder=self._made("paper"),
        )
        for device in (self.card, self.id_reader, self.pin_pad, self.printer):
            await self.nursery.start(device.run)
        if self.settings.a4:
            self.seal_ca.write_text(await self.centre.seal_ca(), encoding="ascii")
            log = self.wire_log("a4-printer", "a4")
            self.a4 = A4PrinterPeer(self.folder / "a4", log, self.faults)
            await self.nursery.start(self.a4.run)

    def _make_recorder(self) -> None:
        """Put a speech program in place that writes down what it is told to say."""
        recorder, spoken = self.run / VOICE, shlex.quote(str(self.folder / SPOKEN))
        said = f"{{ printf '%s\\t' \"$2\"; cat; echo; }} >> {spoken}\n"
        recorder.write_text(f"#!/bin/sh\n{said}", encoding="utf-8")
        recorder.chmod(0o755)

    async def cable(self, device: str, plugged: bool) -> None:
        """Put a device's cable in or pull it: one of ``kiosk_bench.deeds.parameters.CABLES``."""
        if device == "card-reader":
            await (self.pcscd.plug() if plugged else self.pcscd.unplug())
            return
        if device == "a4":
            (self.faults.discard if plugged else self.faults.add)("printer.off")
            return
        port = {
            "id-reader": self.id_reader.port,
            "pin-pad": self.pin_pad.port,
            "receipt-printer": self.printer.port,
        }[device]
        await trio.lowlevel.checkpoint()
        (port.plug if plugged else port.unplug)()

    async def earphones(self, plugged: bool) -> None:
        """Plug earphones in or pull them out; the record of what was said knows it."""
        await self.cabinet.earphones(plugged)
        with (self.folder / SPOKEN).open("a", encoding="utf-8") as file:
            file.write(f"{EARPHONES}\t{'in' if plugged else 'out'}\n")

    def spoken(self) -> list[str]:
        """Return what the kiosk has said (voice, tab, sentence) and when earphones came, went."""
        file = self.folder / SPOKEN
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []

    async def heard_by_the_hall(self) -> list[str]:
        """Return what was said while no earphones were in. Raises NotOffered: nobody listened."""
        await trio.lowlevel.checkpoint()
        aloud, plugged = [], False
        for line in self.spoken():
            if line.startswith(EARPHONES):
                plugged = line.endswith("in")
            elif not plugged:
                aloud.append(line)
        return aloud

    def _pins_offered(self) -> Path:
        """Offer the bench's pins to gpiozero's own loader, for this one kiosk process.

        The loader reads entry points of what is on the path; a kiosk that is installed has none.
        """
        site = self._made("site")
        info = self._made("site/kiosk_bench_pins-1.dist-info")
        (info / "METADATA").write_text(
            "Metadata-Version: 2.1\nName: kiosk-bench-pins\nVersion: 1\n"
        )
        (info / "entry_points.txt").write_text(PIN_ENTRY_POINT)
        return site

    def _made(self, name: str) -> Path:
        folder = self.run / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def state_dir(self) -> Path:
        """Return the kiosk's state directory: the journal and the last region pack."""
        return self.run / "state"

    async def journal(self) -> list[dict[str, Any]]:
        """Return the kiosk's journal as ``kioskd journal show --json`` gives it."""
        words = ["journal", "show", "--json", "--config", str(self.kiosk.config)]
        return list(json.loads(await self.programs.kiosk.read(words, self.folder)))

    async def charges(self) -> list[dict[str, Any]]:
        """Return the PIN pad's books. Raises NotOffered where they cannot be asked."""
        await trio.lowlevel.checkpoint()
        return self.pin_pad.books.charges_json()

    async def receipts(self) -> int:
        """Return how many receipts came out. Raises NotOffered where nobody can tell."""
        await trio.lowlevel.checkpoint()
        return len(self.printer.slips)

    async def look(self) -> None:
        """Keep what is to be seen when the story has ended and the kiosk has stopped."""
        await trio.lowlevel.checkpoint()
        for number, receipt in enumerate(self.printer.slips, start=1):
            name = "receipt.png" if number == 1 else f"receipt-{number}.png"
            (self.folder / name).write_bytes(receipt.png)

    def journal_is_at_rest(self) -> bool:
        """Tell whether the kiosk has resolved and told the centre everything, by its own log."""
        events = self.kiosk.money_events()
        moves = [one for one in events if one["event"] == "journal.synced"]
        reports = [one for one in events if one.get("kind") == "payment"]
        if not moves or moves[-1]["state"] not in RESOLVED or not reports:
            return False
        return events.index(moves[-1]) < events.index(reports[-1])

    async def start_kiosk(self) -> None:
        """Start the kiosk with somebody before it, and wait until it welcomes visitors.

        Raises StoryFailed where it runs already, or ends meanwhile.
        """
        if self.kiosk.is_running:
            raise StoryFailed("the power is on already")
        await self.kiosk.start()
        with trio.CancelScope() as waiting:
            self.nursery.start_soon(self._when_it_ends, waiting)
            await self.cabinet.wait_ready()
            await self.cabinet.presence(True)
            await self.console.screen("welcome", within_s=WELCOME_S)
        if waiting.cancelled_caught:
            raise StoryFailed(f"the kiosk has ended: {self.kiosk.last_words()}")

    async def _when_it_ends(self, waiting: trio.CancelScope) -> None:
        await self.kiosk.wait_dead()
        waiting.cancel()

    async def cut_power(self) -> None:
        """SIGKILL the kiosk and wait until it is gone. Raises StoryFailed where it is off."""
        if not self.kiosk.is_running:
            raise StoryFailed("the power is off already")
        self.timeline.note("power", EVENT, "cut")
        self.kiosk.kill_now()
        await self.kiosk.wait_dead()


@asynccontextmanager
async def running_world(
    folder: Path, settings: WorldSettings, programs: Programs, power: bool = True
) -> AsyncIterator[World]:
    """Run a world in ``folder`` (made if missing) and take it down again.

    Its kiosk welcomes visitors, or is still without ``power``.
    ``programs`` give the centre and the commands that ask for books; the kiosk itself is started
    as systemd starts it.
    """
    folder = folder.resolve()
    os.makedirs(folder, exist_ok=True)
    async with trio.open_nursery() as nursery:
        world = World(folder, settings, programs, nursery)
        async with AsyncExitStack() as stack:
            await world.build(stack)
            if power:
                await world.start_kiosk()
            yield world
        nursery.cancel_scope.cancel()
