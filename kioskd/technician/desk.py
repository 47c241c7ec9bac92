"""The technician's counterpart in the daemon: lets her in, and makes what she takes with her."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from uuid import uuid4

import trio

from kioskd import log
from kioskd.config import Config
from kioskd.contracts.technician import Verdict
from kioskd.domain.diagnosis import Line
from kioskd.domain.document import GenuinePages
from kioskd.domain.selftest import Finding
from kioskd.domain.stick import StickOutcome
from kioskd.domain.trouble import Trouble
from kioskd.drivers.alignment_page import alignment_page
from kioskd.protocols.acceptance import Acceptance
from kioskd.relay.acceptance import AcceptanceCalls
from kioskd.relay.acceptance_box import AcceptanceBox
from kioskd.relay.clock import utc_now
from kioskd.technician.access import Access
from kioskd.technician.bundle.order import ordered
from kioskd.technician.sheet import Occasion, PrintedSheet, composed
from kioskd.update.slots import software_version

SERIAL_FILES: Final = (
    Path("/sys/firmware/devicetree/base/serial-number"),
    Path("/sys/class/dmi/id/product_serial"),
)


class TechnicianDesk:
    """Fulfils ``contracts.technician.Workshop``."""

    def __init__(
        self,
        config: Config,
        centre: AcceptanceCalls,
        box: AcceptanceBox,
        called: Callable[[], Awaitable[None]],
        region_version: Callable[[], int],
    ) -> None:
        """``called`` returns when somebody makes the technicians' sign."""
        self._config, self._centre, self._box, self._called = config, centre, box, called
        self._region_version = region_version
        self._access = Access(config.kiosk.id, centre.identity.technician_key, trio.current_time)
        self._at_work = False

    async def called(self) -> None:
        await self._called()

    @property
    def trouble(self) -> Trouble | None:
        return self._access.trouble

    @property
    def tries_left(self) -> int:
        return self._access.tries_left

    @property
    def at_work(self) -> bool:
        return self._at_work

    def challenge(self) -> str:
        return self._access.challenge()

    def answer(self, digits: str) -> Verdict:
        return self._access.answer(digits)

    @contextmanager
    def working(self) -> Iterator[None]:
        log.warning("technician.in")
        self._at_work = True
        try:
            yield
        finally:
            self._at_work = False
            log.warning("technician.out")

    def alignment_page(self) -> GenuinePages:
        papers = self._config.document_printer
        pdf = alignment_page(papers.uri, papers.offset_x_mm10, papers.offset_y_mm10)
        return GenuinePages("alignment", 1, pdf)

    async def sheet(
        self, findings: Sequence[Finding], technician: str, language: str
    ) -> PrintedSheet:
        kiosk = self._config.kiosk
        occasion = Occasion(
            f"{kiosk.id}-{uuid4().hex[:12]}",
            kiosk.id,
            kiosk.outlet.in_language(language),
            board_serial(),
            software_version(),
            self._region_version(),
            utc_now(),
            technician,
            language,
        )
        identity, font = self._centre.identity, self._config.screen.font
        return await trio.to_thread.run_sync(composed, occasion, findings, identity, font)

    async def diagnosed(self) -> tuple[Line, ...]:
        from kioskd.technician.doctor.inside import diagnosed  # noqa: PLC0415  (memory)

        return await diagnosed(self._config)

    async def bundle_pages(self, lines: tuple[Line, ...]) -> tuple[str, ...]:
        from kioskd.technician.bundle.short import pages_from_inside  # noqa: PLC0415  (memory)

        return await trio.to_thread.run_sync(pages_from_inside, self._config, lines)

    async def bundle_to_stick(self) -> StickOutcome:
        return await ordered()

    async def send(self, acceptance: Acceptance) -> None:
        await self._box.send(acceptance)


def board_serial(files: Sequence[Path] = SERIAL_FILES) -> str:
    """Return the serial number of this computer; empty where it has none, or does not tell it."""
    for file in files:
        try:
            text = file.read_text("ascii").strip("\0\n ")
        except (OSError, UnicodeDecodeError):
            continue
        if text:
            return text
    return ""
