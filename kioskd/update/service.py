"""The updater's whole story: what is wanted is fetched, offered to the kiosk, and given its trial.

Runs beside the kiosk's program and shares nothing with it but small files. Straight and blocking:
it has one thing to do at a time, and stops whenever somebody is served.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from kioskd import log
from kioskd.errors import UpdateFault, UpdateRefused
from kioskd.protocols.release_signature import Read
from kioskd.update.facts import Facts, Progress, allowed_in, facts_in, tell, wanted_in
from kioskd.update.install import install
from kioskd.update.release import acceptable
from kioskd.update.slots import Machine, running_release
from kioskd.update.state import Stage, State, keep
from kioskd.update.system import reboot_into_trial
from kioskd.update.trial import settled

LOOK_S: Final = 1.0
AGAIN_S: Final = 900.0
"""After the card, or the centre's copy, gave something else than was signed."""
ATTEMPTS_MAX: Final = 3
PASSING: Final = frozenset({UpdateFault.DAMAGED, UpdateFault.NOT_WRITTEN, UpdateFault.NOT_OFFERED})
"""Faults that may not be there the next time."""


class WantedAnother(Exception):
    """While a version was fetched, another one was wanted."""


@dataclass(slots=True)
class Updater:
    """Brings the wanted version as far as it can."""

    machine: Machine
    source: Callable[[str, Callable[[float], None]], Read]
    """Return a reader of a version's bundle; it waits, when it must, by what it is given."""
    reboot: Callable[[], None] = reboot_into_trial
    wait: Callable[[float], None] = time.sleep
    attempts: int = 0

    def run(self) -> None:
        """Look, do, wait, until a trial begins or there is nothing to do.

        A wish that changes starts it anew: an updater that waits would only fill memory.
        Raises UpdateRefused(NO_SLOTS, NOT_WRITTEN).
        """
        if self.machine.on_trial():  # the slot beside it is the way back: hands off
            return
        running = running_release(self.machine.os_release).version
        state = settled(self.machine, running)
        while True:
            self._tell(state)
            state = self.step(state, running)
            if state.stage not in (Stage.LOADING, Stage.READY) or self._waits(state):
                break
            self.wait(LOOK_S)
        self._tell(state)

    def _waits(self, state: State) -> bool:
        """Tell whether nothing can be done before the kiosk has said what is wanted."""
        return state.stage is Stage.LOADING and wanted_in(self.machine.kiosk) is None

    def step(self, state: State, running: str) -> State:
        """Go one step on. Raises UpdateRefused(NO_SLOTS, NOT_WRITTEN)."""
        wanted = wanted_in(self.machine.kiosk)
        if wanted is not None and wanted in ("", running):
            return self._nothing_wanted(state, wanted)
        if state.stage is Stage.READY and wanted in (None, state.version):
            return self._offer(state)
        if wanted is None or (state.stage is Stage.FAILED and state.version == wanted):
            return state
        return self._fetch(wanted)

    def _nothing_wanted(self, state: State, wanted: str) -> State:
        """Forget what is not wanted any more, but for what a technician has brought."""
        if state.stage is Stage.READY and state.by_hand and not wanted:
            return self._offer(state)
        return state if state.stage is Stage.IDLE else keep(self.machine.state, State())

    def _offer(self, state: State) -> State:
        """Begin the trial if the kiosk says that this is the moment."""
        if allowed_in(self.machine.kiosk) != state.version:
            return state
        well = (facts_in(self.machine.kiosk) or Facts()).well
        trying = replace(state, stage=Stage.TRYING, tries=state.tries + 1, well_before=well)
        keep(self.machine.state, trying)
        log.event("update.trial", version=state.version, tries=trying.tries)
        self.reboot()
        return trying

    def _fetch(self, version: str) -> State:
        state = keep(self.machine.state, State(Stage.LOADING, version))
        self._tell(state)
        try:
            self._bring(state)
        except WantedAnother:
            return state
        except UpdateRefused as refused:
            return self._refused(state, refused)
        self.attempts = 0
        return keep(self.machine.state, State(Stage.READY, version))

    def _bring(self, state: State) -> None:
        read = self.source(state.version, self._pause_for(state.version))
        bundle = acceptable(read, self.machine)
        if bundle.manifest.version != state.version:
            raise UpdateRefused(UpdateFault.NO_BUNDLE, "of another version than its name")
        install(bundle, read, self.machine, self._told(state))

    def _refused(self, state: State, refused: UpdateRefused) -> State:
        self.attempts += 1
        log.warning("update.refused", version=state.version, code=refused.fault.value)
        if refused.fault in PASSING and self.attempts < ATTEMPTS_MAX:
            with suppress(WantedAnother):
                self._pause_for(state.version)(AGAIN_S)
            return state
        self.attempts = 0
        return keep(self.machine.state, state.failed(refused))

    def _told(self, state: State) -> Callable[[int, int], None]:
        def told(done: int, whole: int) -> None:
            self._tell(state, 100 * done // whole)
            self._end_if_not_wanted(state.version)
            while (facts := facts_in(self.machine.kiosk)) is not None and facts.in_visit:
                self.wait(LOOK_S)

        return told

    def _pause_for(self, version: str) -> Callable[[float], None]:
        def pause(seconds: float) -> None:
            self._end_if_not_wanted(version)
            self.wait(seconds)

        return pause

    def _end_if_not_wanted(self, version: str) -> None:
        wanted = wanted_in(self.machine.kiosk)
        if wanted is not None and wanted != version:
            raise WantedAnother

    def _tell(self, state: State, percent: int = 0) -> None:
        progress = Progress(state.stage, state.version, percent, state.fault)
        try:
            tell(self.machine.progress, progress)
        except OSError as error:
            log.warning("update.not_told", kind=type(error).__name__)
