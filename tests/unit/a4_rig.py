"""A real ``ippeveprinter`` for tests of the driver, shared by the tests of one module.

pytest-trio runs each test in a trio of its own, so the printer and its bench live in a trio of
their own in a thread; tests only add and remove names of faults.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import trio

from kiosk_bench.devices.a4_printer import A4PrinterPeer
from kiosk_bench.seal_office import SealOffice
from kiosk_bench.wirelog import WireLog
from kioskd.domain.document import GenuinePages, PrintProgress
from kioskd.drivers.document_printer import IppDocumentPrinter
from kioskd.drivers.print_book import DiskPrintBook
from kioskd.drivers.settings import DocumentPrinterSettings
from kioskd.protocols.central_documents import DocumentKind, SealedDocument
from tests.fakes import NOW
from tests.patience import PATIENCE_S

PATIENT: dict[str, Any] = {
    "stopped_limit_s": PATIENCE_S,
    "silence_limit_s": PATIENCE_S,
    "busy_limit_s": PATIENCE_S,
    "page_limit_s": PATIENCE_S,
    "cancel_limit_s": PATIENCE_S,
}
"""A busy machine must not end a wait; a test of a limit sets its own."""


class A4Rig:
    """The printer, running until ``close``."""

    def __init__(self, folder: Path) -> None:
        self.faults: set[str] = set()
        self.peer = A4PrinterPeer(folder / "a4", WireLog(folder / "a4.log"), self.faults)
        self._ready, self._stop = threading.Event(), trio.Event()
        self._token: trio.lowlevel.TrioToken | None = None
        self._thread = threading.Thread(target=trio.run, args=(self._run,))
        self._thread.start()
        assert self._ready.wait(PATIENCE_S), "the printer did not start"

    async def _run(self) -> None:
        self._token = trio.lowlevel.current_trio_token()
        try:
            async with trio.open_nursery() as nursery:
                await nursery.start(self.peer.run)
                self._ready.set()
                await self._stop.wait()
                nursery.cancel_scope.cancel()
        finally:
            self._ready.set()

    def close(self) -> None:
        """Switch the printer off for good."""
        assert self._token is not None
        trio.from_thread.run_sync(self._stop.set, trio_token=self._token)
        self._thread.join(PATIENCE_S)

    def wait_ready(self) -> None:
        """Return once all is well again: no fault, no job, no complaint."""
        self.faults.clear()
        for _ in range(round(PATIENCE_S / 0.02)):
            if self.peer.is_ready:
                return
            time.sleep(0.02)
        raise AssertionError("the printer does not recover")

    def pages_of_last_job(self) -> int:
        """Return how many pages of the newest job lie in the tray."""
        return len(list(self.peer.tray.glob(f"{len(self.peer.jobs):03d}-*.png")))


@dataclass
class Print:
    """One driver of its own at the rig's printer, and what it said of its print."""

    rig: A4Rig
    book: DiskPrintBook
    driver: IppDocumentPrinter
    told: list[PrintProgress] = field(default_factory=list)

    def note(self, progress: PrintProgress) -> None:
        """Take the driver's word."""
        if progress not in self.told:
            self.told.append(progress)

    async def until(self, what: Callable[[PrintProgress], bool]) -> None:
        """Return once the driver has said something that fits."""
        with trio.fail_after(PATIENCE_S):
            while not any(what(progress) for progress in self.told):
                await trio.sleep(0.02)

    async def until_known(self, well: bool = True) -> None:
        """Return once the driver's ``trouble`` says that the printer is well, or is not."""
        with trio.fail_after(PATIENCE_S):
            while (self.driver.trouble is None) is not well:
                await trio.sleep(0.02)


def print_at(rig: A4Rig, folder: Path, **settings: Any) -> Print:
    """Return a driver with a book in ``folder``; ``settings`` are limits."""
    wanted = DocumentPrinterSettings(uri=rig.peer.uri, **{**PATIENT, **settings})
    book = DiskPrintBook(folder / "prints.log", lambda: NOW)
    return Print(rig, book, IppDocumentPrinter(wanted, book))


@cache
def office() -> SealOffice:
    """Return the one seal office of the tests."""
    return SealOffice()


@cache
def sealed(pages: int = 3) -> SealedDocument:
    """Return a sealed paper with so many pages."""
    return office().document(f"d{pages}", DocumentKind.RIGHTS_RECORD, pages)


def paper(pages: int = 3) -> GenuinePages:
    """Return its pages as the seal checker would."""
    return GenuinePages(f"d{pages}", pages, sealed(pages).pdf)
