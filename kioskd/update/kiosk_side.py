"""What the kiosk's program does about updates: it tells, shows, and says when the moment is right.

It says what the centre wants and how the kiosk is, shows a version that was not taken as a fault,
and lets a trial begin only when nobody is served and all money is told. It never installs anything.
Where no image's updater runs beside it, nothing is told and nothing is shown.
"""

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

import trio

from kioskd import log
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import UpdateRefused
from kioskd.protocols.software_bundle import UPDATE_MODULE
from kioskd.update.facts import FACTS, MAY, WANTED, Facts, Progress, progress_in, tell
from kioskd.update.slots import Machine
from kioskd.update.state import Stage

LOOK_S: Final = 1.0
RESTART_S: Final = 120.0
"""If the machine has not restarted by then, visitors are served again."""
AGAIN_S: Final = 600.0
REMIND_S: Final = 3600.0
"""The wish is told anew now and then: an updater that ended in that very moment hears it then."""
BY_HAND: Final = frozenset(
    {
        TroubleReason.RECEIPT_PAPER_OUT,
        TroubleReason.RECEIPT_COVER_OPEN,
        TroubleReason.PIN_PAD_BUSY,
        TroubleReason.DOCUMENT_PRINTER_BUSY,
        TroubleReason.DOCUMENT_PAPER_OUT,
        TroubleReason.DOCUMENT_PAPER_JAM,
        TroubleReason.DOCUMENT_PRINTER_OPEN,
        TroubleReason.DOCUMENT_TONER_EMPTY,
        TroubleReason.DOCUMENT_TRAY_FULL,
    }
)
"""Troubles of a part that answers: a hand puts them right, and no software brought them."""
NO_DEVICES: Final = frozenset({"central", "door", "held", "journal", "update"})
"""Roles that are asked about otherwise, or that no version changes."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the kiosk."""

    troubles: Callable[[], dict[str, Trouble | None]]
    in_visit: Callable[[], bool]
    frame: Callable[[], bool]
    at_rest: Callable[[], bool]
    """No money is on its way, untold or unknown, and no door is open."""
    wanted: Callable[[], str | None]
    """What the centre wants; None before it has said anything."""

    def facts(self) -> Facts:
        """Return how the kiosk is."""
        found = self.troubles()
        devices = {role: trouble for role, trouble in found.items() if role not in NO_DEVICES}
        unwell = {
            role: trouble.code
            for role, trouble in devices.items()
            if trouble is not None and trouble.reason not in BY_HAND
        }
        return Facts(
            frame=self.frame(),
            centre=found.get("central") is None,
            recovered=found.get("journal") is None,
            in_visit=self.in_visit(),
            well=tuple(sorted(devices.keys() - unwell.keys())),
            unwell=unwell,
        )


@dataclass(slots=True)
class UpdateSide:
    """Tells while ``run`` runs; ``due`` and ``give_way`` are for the visitors' loop."""

    machine: Machine
    in_an_image: bool = True
    _kiosk: Asked | None = None
    _told: dict[str, object] = field(default_factory=dict)
    _progress: Progress | None = None
    _not_before: float = 0.0
    _remind_at: float = 0.0
    _moment: trio.Event = field(default_factory=trio.Event)

    @property
    def trouble(self) -> Trouble | None:
        """That the wanted version was not taken."""
        seen = self._progress
        if seen is None or seen.stage is not Stage.FAILED:
            return None
        return Trouble(TroubleReason.UPDATE_NOT_TAKEN, seen.fault)

    def parts(self, kiosk: Asked) -> dict[str, Callable[[], Awaitable[object]]]:
        """Return what has to run for it: nothing outside an image."""
        return {"updates": partial(self.run, kiosk)} if self.in_an_image else {}

    def troubles(self) -> dict[str, Callable[[], Trouble | None]]:
        """Return what the health board asks, by role."""
        return {UPDATE_MODULE: lambda: self.trouble} if self.in_an_image else {}

    async def run(self, kiosk: Asked) -> None:
        """Look and tell for ever."""
        self._kiosk = kiosk
        self._tell(MAY, "")
        while True:
            self._progress = progress_in(self.machine.progress)
            self._tell(FACTS, kiosk.facts())
            self._tell_wanted(kiosk.wanted())
            if self._ready:
                moment, self._moment = self._moment, trio.Event()
                moment.set()
            await trio.sleep(LOOK_S)

    def _tell_wanted(self, wanted: str | None) -> None:
        if trio.current_time() >= self._remind_at:
            self._remind_at = trio.current_time() + REMIND_S
            self._told.pop(WANTED, None)
        if wanted is not None:
            self._tell(WANTED, wanted)

    @property
    def _ready(self) -> str:
        """The version that waits for its trial; empty: none, or not now."""
        seen, kiosk = self._progress, self._kiosk
        if seen is None or kiosk is None or seen.stage is not Stage.READY:
            return ""
        soon = trio.current_time() < self._not_before
        return "" if soon or kiosk.in_visit() or not kiosk.at_rest() else seen.version

    async def due(self) -> None:
        """Return when a version waits and this is the moment."""
        await self._moment.wait()

    async def give_way(self) -> None:
        """Let the trial begin; return if the machine has not restarted after a while."""
        version = self._ready
        if not version:
            return
        log.event("update.let", version=version)
        self._tell(MAY, version)
        await trio.sleep(RESTART_S)
        self._tell(MAY, "")
        self._not_before = trio.current_time() + AGAIN_S
        log.warning("update.not_restarted", version=version)

    def _tell(self, name: str, value: object) -> None:
        """Put down what has changed; where there is no folder nobody listens."""
        if self._told.get(name) == value:
            return
        try:
            tell(self.machine.kiosk / name, value)
        except OSError as error:
            log.warning("update.not_told", kind=type(error).__name__)
        self._told[name] = value


def update_side() -> UpdateSide:
    """Return the side of this process; it does nothing where that is no unit of an image."""
    folder = os.environ.get("RUNTIME_DIRECTORY", "")
    machine = Machine(kiosk=Path(folder))
    try:
        machine.running()
    except UpdateRefused:
        return UpdateSide(machine, in_an_image=False)
    return UpdateSide(machine, in_an_image=bool(folder))
