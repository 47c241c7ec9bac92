"""Acceptance sheets that the centre has not got yet: a small file each, until it has.

A sheet is made where a kiosk was mounted or mended, often before its line works. Nothing of any
citizen is in it.
"""

from pathlib import Path
from typing import Final

import trio

from kioskd import log
from kioskd.errors import ServerError, ServerRefused
from kioskd.protocols import central
from kioskd.protocols.acceptance import Acceptance, NotASheet
from kioskd.protocols.central import ContractBroken
from kioskd.relay.acceptance import AcceptanceCalls
from kioskd.relay.cabinet_book import CARRY_ON
from kioskd.relay.safe_file import write_safely

RETRY_S: Final = 60.0
SHEETS_MAX: Final = 20
"""Of a kiosk that is tested again and again without a line the newest are kept."""


class AcceptanceBox:
    """A folder of sheets; ``send_forever`` empties it."""

    def __init__(self, folder: Path, centre: AcceptanceCalls) -> None:
        self._folder, self._centre = folder, centre

    async def send(self, sheet: Acceptance) -> None:
        """Keep it, and bring it to the centre now. Raises ServerError: it is brought later."""
        file = self._folder / f"{sheet.facts.ref}.json"
        try:
            await trio.to_thread.run_sync(self._keep, file, sheet)
        except OSError as refused:
            log.warning("acceptance.not_kept", reason=refused.strerror)
        await self._bring(file, sheet)

    async def send_forever(self) -> None:
        """Bring what is left, the oldest first, now and again. Never returns."""
        while True:
            for file in await trio.to_thread.run_sync(self._waiting):
                await self._try(file)
            await trio.sleep(RETRY_S)

    def _keep(self, file: Path, sheet: Acceptance) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_safely(file, central.encode(sheet))
        for oldest in self._waiting()[:-SHEETS_MAX]:
            oldest.unlink()

    def _waiting(self) -> list[Path]:
        files = self._folder.glob("*.json") if self._folder.is_dir() else ()
        return sorted(files, key=lambda file: file.stat().st_mtime_ns)

    async def _try(self, file: Path) -> None:
        try:
            sheet = central.decode(file.read_bytes(), Acceptance)
            await self._bring(file, sheet)
        except ServerError as error:
            log.event("acceptance.waits", code=error.operator_code)
        except (OSError, ContractBroken, NotASheet) as broken:
            log.warning("acceptance.unreadable", file=file.name, reason=type(broken).__name__)
            file.unlink(missing_ok=True)

    async def _bring(self, file: Path, sheet: Acceptance) -> None:
        """Send once; what the centre has, or never takes, is kept no longer. Raises ServerError."""
        try:
            await self._centre.send_acceptance(sheet)
        except ServerRefused as refusal:
            log.warning("acceptance.refused", code=refusal.code)
            if refusal.code not in CARRY_ON and refusal.status < 500:
                file.unlink(missing_ok=True)
            raise
        file.unlink(missing_ok=True)
        log.event("acceptance.sent", ref=sheet.facts.ref)
