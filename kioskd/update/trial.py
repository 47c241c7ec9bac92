"""The trial of a version: the kiosk's own health decides, and time.

Everything that was well before must be well: a device that is gone may have lost its driver. Only
what a hand alone can put right, such as paper, is left out. Who cannot tell in time has failed.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from kioskd import log
from kioskd.errors import UpdateFault, UpdateRefused
from kioskd.update.facts import Facts, facts_in
from kioskd.update.slots import CONFIG, Machine
from kioskd.update.state import Stage, State, keep, load

TRIAL_S: Final = 600.0
"""Slow devices, a certificate to renew, a clock to be set: all of it has to fit in."""
WELL_FOR_S: Final = 30.0
"""It must stay well for so long."""
LOOK_S: Final = 1.0
TRIES_MAX: Final = 2
"""A power cut, or an outage of the network, is not the version's fault: it gets another trial."""
NO_CENTRE: Final = "the centre was not reached"


def missing(well_before: tuple[str, ...], facts: Facts | None) -> tuple[str, ...]:
    """Return what a kiosk lacks to be well; nothing: it is."""
    if facts is None:
        return ("the kiosk's program does not run",)
    asked = (
        (facts.frame, "no screen was shown"),
        (facts.recovered, "the journal was not recovered"),
        (facts.centre, NO_CENTRE),
    )
    worse = [f"{role} {facts.unwell.get(role, 'is gone')}" for role in well_before
             if role not in facts.well]  # fmt: skip
    return (*(reason for fulfilled, reason in asked if not fulfilled), *worse)


def confirm(
    machine: Machine,
    wait: Callable[[float], None] = time.sleep,
    now: Callable[[], float] = time.monotonic,
) -> bool:
    """Keep what is on trial once it is well; False: it was not, and is to be left.

    Raises UpdateRefused(NO_SLOTS, NOT_WRITTEN): then it is to be left, too.
    """
    if not machine.on_trial():
        return True
    state, lacks = load(machine.state), _lacks_in_the_end(machine, wait, now)
    if lacks:
        _note_failure(machine, state, lacks)
        return False
    try:
        machine.choose(machine.running())
    except OSError as error:
        refused = UpdateRefused(UpdateFault.NOT_WRITTEN, f"{CONFIG}: {error.strerror}")
        keep(machine.state, state.failed(refused))
        raise refused from None
    keep(machine.state, State(version=state.version))
    log.event("update.kept", version=state.version)
    return True


def _lacks_in_the_end(
    machine: Machine, wait: Callable[[float], None], now: Callable[[], float]
) -> tuple[str, ...]:
    """Look until the kiosk has been well for long enough, or there is no time left."""
    well_before, end, well_since = load(machine.state).well_before, now() + TRIAL_S, None
    while True:
        lacks = missing(well_before, facts_in(machine.kiosk))
        if lacks:
            well_since = None
        elif well_since is None:
            well_since = now()
        if well_since is not None and now() - well_since >= WELL_FOR_S:
            return ()
        if now() >= end:
            return lacks or ("it was well for too short a time",)
        wait(LOOK_S)


def _note_failure(machine: Machine, state: State, lacks: tuple[str, ...]) -> None:
    log.warning("update.not_well", version=state.version, lacks="; ".join(lacks))
    if lacks == (NO_CENTRE,) and state.tries < TRIES_MAX:
        return  # it is TRYING still: whoever starts next gives it the other trial
    refused = UpdateRefused(UpdateFault.NOT_WELL, "; ".join(lacks))
    keep(machine.state, state.failed(refused))


def settled(machine: Machine, version: str) -> State:
    """Return the state after a start, put right by what really runs; ``version`` does.

    Raises UpdateRefused(NO_SLOTS, NOT_WRITTEN).
    """
    state = load(machine.state)
    if machine.on_trial() or state.stage is not Stage.TRYING:
        return state
    if state.version == version:  # kept, and the power went before that was written down
        return keep(machine.state, State(version=version))
    if state.tries < TRIES_MAX:
        return keep(machine.state, replace(state, stage=Stage.READY))
    return keep(machine.state, state.failed(UpdateRefused(UpdateFault.NOT_UP)))
