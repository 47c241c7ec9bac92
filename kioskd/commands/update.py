"""``kioskd update ...``: new software into the other slot, its trial, and keeping it.

``run`` and ``confirm`` are the units'; the others are a technician's. Exit code 1 with a reason.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from kioskd import log
from kioskd.commands import add_config
from kioskd.config import load
from kioskd.errors import UpdateRefused
from kioskd.protocols.release_signature import Read, believed
from kioskd.protocols.software_bundle import Bundle
from kioskd.relay.line import CentralLine
from kioskd.update.bundle_source import from_centre, from_file
from kioskd.update.install import install
from kioskd.update.release import acceptable, check_fits, pinned_keys
from kioskd.update.service import Updater
from kioskd.update.slots import Machine, running_release
from kioskd.update.state import Stage, State, keep
from kioskd.update.state import load as load_state
from kioskd.update.trial import confirm

VERBS: Final = {
    "run": "a unit: fetch what the centre wants, offer it to the kiosk, begin its trial",
    "confirm": "a unit: keep what is on trial once the kiosk is well; exit 1: leave it",
    "status": "say what runs, what is beside it, and what became of the last update",
    "inspect": "say what a bundle holds and whether this machine would take it",
    "install": "write a bundle into the other slot; its trial begins when the kiosk is idle",
    "retry": "try a version that failed once more",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add one verb a task."""
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    for name, words in VERBS.items():
        verb = verbs.add_parser(name, help=words)
        verb.set_defaults(verb=name)
        if name in ("inspect", "install"):
            verb.add_argument("file", type=Path)
        if name in ("run", "confirm"):
            add_config(verb)


def run(options: argparse.Namespace, machine: Machine | None = None) -> int:
    """Do what the verb says. Raises ConfigError."""
    verbs = {
        "run": serve,
        "confirm": try_out,
        "status": show_status,
        "inspect": inspect,
        "install": install_file,
        "retry": retry,
    }
    try:
        return verbs[options.verb](options, machine or Machine())
    except UpdateRefused as refused:
        print(f"update: {refused}", file=sys.stderr)
    except OSError as error:
        print(f"update: {error.filename or ''} {error.strerror}", file=sys.stderr)
    return 1


def serve(options: argparse.Namespace, machine: Machine) -> int:
    """Bring what is wanted, until a trial begins."""
    config = load(options.config)
    log.set_up(config.log.level)
    line = CentralLine(config.central, config.kiosk.id)

    def source(version: str, wait: Callable[[float], None]) -> Read:
        return from_centre(line, version, wait)

    Updater(machine, source).run()
    return 0


def try_out(options: argparse.Namespace, machine: Machine) -> int:
    """Keep what is on trial, or say that it is to be left."""
    log.set_up(load(options.config).log.level)
    return 0 if confirm(machine) else 1


def show_status(_options: argparse.Namespace, machine: Machine) -> int:
    """Print slots, versions and the last update; 1 if that failed."""
    running, state = machine.running(), load_state(machine.state)
    version = running_release(machine.os_release).version
    print(f"slot {running.value} runs {version}{' on trial' if machine.on_trial() else ''}")
    print(f"slot {machine.chosen().value} is started next")
    print(" ".join((state.stage.value, state.version, state.fault, state.detail)).strip())
    return 1 if state.stage is Stage.FAILED else 0


def inspect(options: argparse.Namespace, machine: Machine) -> int:
    """Print what a bundle holds; 1 if this machine would not take it."""
    bundle = believed(from_file(options.file), pinned_keys(machine))
    _print(bundle)
    check_fits(bundle.manifest, running_release(machine.os_release))
    print("may be installed here")
    return 0


def _print(bundle: Bundle) -> None:
    manifest = bundle.manifest
    print(f"{manifest.version} for {manifest.compatible}, {bundle.size} bytes")
    for newer in manifest.may_replace:
        print(f"may replace {newer}")
    for part in manifest.parts:
        packed = sum(piece.packed for piece in part.pieces)
        print(f"{part.name}: {part.size} bytes, {packed} packed")


def install_file(options: argparse.Namespace, machine: Machine) -> int:
    """Write a bundle into the other slot and have it offered."""
    read = from_file(options.file)
    bundle = acceptable(read, machine)
    version = bundle.manifest.version
    keep(machine.state, State(Stage.LOADING, version, by_hand=True))
    slot = install(bundle, read, machine, _shown)
    keep(machine.state, State(Stage.READY, version, by_hand=True))
    print(f"\n{version} is in slot {slot.value}; restart kioskd-update.service to have it tried")
    return 0


def _shown(done: int, whole: int) -> None:
    print(f"\r{100 * done // whole} %", end="", flush=True)


def retry(_options: argparse.Namespace, machine: Machine) -> int:
    """Forget that a version failed; 1 where none did."""
    state = load_state(machine.state)
    if state.stage is not Stage.FAILED:
        print("nothing failed")
        return 1
    keep(machine.state, State())
    print(f"{state.version} is tried again once kioskd-update.service is restarted")
    return 0
