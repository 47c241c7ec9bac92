"""A lean world: one kiosk, one centre, PIN pad, ID reader and printer; nothing for the eyes.

Kiosk and centre are the shipped programs, started quickly (``programs``); the devices are the
bench's own behind real pseudo-terminals. A world starts from a folder with what is durable
(``durable``) and leaves such a folder behind.
"""

import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import trio

from kiosk_bench.centre import Centre, CentreLine
from kiosk_bench.config_file import OUTLET, store
from kiosk_bench.console import Console
from kiosk_bench.devices.id_reader import IdReaderPeer
from kiosk_bench.devices.pinpad import PinPadPeer
from kiosk_bench.devices.pty_port import PtyPort
from kiosk_bench.devices.receipt_printer import ReceiptPrinterPeer
from kiosk_bench.money.durable import BOOKS, CENTRE, STATE
from kiosk_bench.people import People
from kiosk_bench.programs import Life, Order, Programs
from kiosk_bench.trust import KIOSK_ID
from kiosk_bench.wirelog import WireLog

REST_LOOK_S: Final = 0.1
IDLE_S: Final = 0.3
"""So long a PIN pad without work must have been so before it is at rest."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is the same in every life of one world."""

    pad_reverses: bool = True
    """Whether the PIN pad undoes an approval that the kiosk never answered, or keeps it."""
    plant: str = ""
    """A fault planted in the kiosk, by ``module:function``."""
    faults: frozenset[str] = field(default_factory=frozenset)
    """Names of ``kiosk_bench.faults`` that hold from the start."""
    patience_s: float = 45.0
    """Undisturbed, everything is settled, told and offered again within this, or it is lost."""


class LeanWorld:
    """One kiosk's surroundings; made by ``running``."""

    def __init__(
        self, folder: Path, programs: Programs, people: People, circumstances: Circumstances
    ) -> None:
        self.folder, self.programs, self.people = folder, programs, people
        self.circumstances = circumstances
        self.faults = set(circumstances.faults)
        self.centre = Centre(folder / CENTRE, programs.centre)
        self.line = CentreLine(self.centre, self.faults, WireLog(folder / "line.log"))
        self.console = Console(folder / "screen", None)
        self.id_reader = IdReaderPeer(
            PtyPort(folder / "id-reader.tty"), WireLog(folder / "id-reader.log"), self.faults
        )
        self.pin_pad = PinPadPeer(
            folder / "pin-pad.tty", folder / BOOKS, self.faults, WireLog(folder / "pin-pad.log")
        )
        self.pin_pad.auto_reverse = circumstances.pad_reverses
        self.printer = ReceiptPrinterPeer(
            PtyPort(folder / "printer.tty"), WireLog(folder / "printer.log"), self.faults
        )
        self.points = folder / "points"
        self.log = folder / "kioskd.log"
        self._kiosk: Life | None = None
        self.at_the_pin_pad = trio.CancelScope()
        """Whoever stands there; cancelled when she has gone."""

    async def build(self, nursery: trio.Nursery) -> None:
        """Start everything but the kiosk."""
        self.nursery = nursery
        await self.centre.start()
        await nursery.start(self.line.run)
        for device in (self.id_reader, self.pin_pad, self.printer):
            await nursery.start(device.run)
        nursery.start_soon(self.console.run)
        self.config = store(self.folder / "kioskd.toml", self._tables())

    def _tables(self) -> dict[str, dict[str, Any]]:
        folder = self.folder
        return {
            "kiosk": {
                "id": KIOSK_ID,
                "outlet": OUTLET,
                "state_dir": str(folder / STATE),
                "production": False,
            },
            "central": self.centre.trust.settings(self.line.port),
            "pin_pad": {
                "port": str(folder / "pin-pad.tty"),
                "ack_timeout_s": 8,
                "command_limit_s": 20,
                "completion_limit_s": 5,
            },
            "id_reader": {"port": str(folder / "id-reader.tty"), "poll_interval_s": 0.3},
            "receipt_printer": {"port": str(folder / "printer.tty")},
            "screen": {
                "width_px": 800,
                "height_px": 480,
                "console": str(self.console.socket_path),
            },
            "visit": {"goodbye_s": 0.0, "receipt_number_s": 5.0},
        }

    async def boot(self, kill: str = "") -> Life:
        """Start the kiosk, to be killed at a point or not at all."""
        self.points.unlink(missing_ok=True)
        words = ["run", "--config", str(self.config)]
        env = {
            "SDL_VIDEODRIVER": "dummy",
            "TMPDIR": str(self.folder),
            "HOME": str(self.folder),
            "GPIOZERO_PIN_FACTORY": "mock",
        }
        state = self.folder / STATE
        order = Order(words, self.log, env, self.points, state, kill, self.circumstances.plant)
        self.console.shown.clear()
        self._kiosk = await self.programs.kiosk.start(order)
        return self._kiosk

    @property
    def kiosk(self) -> Life:
        """Return the life of the kiosk that was booted last."""
        assert self._kiosk is not None, "not booted"
        return self._kiosk

    def passed(self) -> list[str]:
        """Return the points that the kiosk has passed since it was started, in order, marked."""
        return self.points.read_text().splitlines() if self.points.exists() else []

    async def journal(self) -> list[dict[str, Any]]:
        """Return the kiosk's payments by its own command; [] before there is a journal."""
        if not any((self.folder / STATE).glob("journal*.db")):
            return []
        words = ["journal", "show", "--json", "--config", str(self.config)]
        return list(json.loads(await self.programs.kiosk.read(words, self.folder)))

    async def ledger(self) -> dict[str, Any]:
        """Return the centre's books by its own command."""
        return await self.centre.ledger()

    async def pin_pad_at_rest(self) -> None:
        """Return when the PIN pad has nothing more to do for a kiosk that has gone."""
        quiet_since = trio.current_time()
        while trio.current_time() < quiet_since + IDLE_S:
            if not self.pin_pad.idle:
                quiet_since = trio.current_time()
            await trio.sleep(REST_LOOK_S)

    async def end(self) -> None:
        """Kill the kiosk if it lives and stop the centre."""
        if self._kiosk is not None:
            await self._kiosk.end(signal.SIGKILL)
        await self.centre.stop()


@asynccontextmanager
async def running(
    folder: Path, programs: Programs, people: People, circumstances: Circumstances
) -> AsyncIterator[LeanWorld]:
    """Run a world on what is durable in ``folder`` and take it down again."""
    world = LeanWorld(folder, programs, people, circumstances)
    async with trio.open_nursery() as nursery:
        await world.build(nursery)
        try:
            yield world
        finally:
            with trio.CancelScope(shield=True):
                await world.end()
        nursery.cancel_scope.cancel()
