"""``kioskd provision``: kioskd.txt becomes a kiosk; as root, at every boot and before the kiosk.

Exit code 0: the kiosk can start; 1: it cannot before something is put right, told on standard
error, in kioskd-report.txt and in the notice for the panel.

``enrol`` tries once to become known, as the kiosk's account, with the code that systemd hands over
as a credential: 0 done, 1 refused for good, 75 try again. ``report`` tells what came of it, as
root.
"""

import argparse
import os
import sys
from pathlib import Path

from kioskd import log
from kioskd.commands import DEFAULT_CONFIG
from kioskd.provision import findings
from kioskd.provision.boot import provision
from kioskd.provision.findings import Step, Verdict
from kioskd.provision.machine import LinuxMachine
from kioskd.provision.places import Places
from kioskd.provision.reporting import tell

TRY_AGAIN = 75
"""``EX_TEMPFAIL`` of sysexits.h: systemd starts it anew."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what to do, and the places, for tests and for a card in a reader."""
    usual = Places()
    parser.add_argument("verb", nargs="?", choices=VERBS, default="boot", help="boot if not given")
    parser.add_argument("--boot", type=Path, default=usual.boot, help="the FAT partition")
    parser.add_argument("--data", type=Path, default=usual.data, help="the data partition")
    parser.add_argument("--site", type=Path, default=usual.site, help="what is made from it")
    parser.add_argument("--run", type=Path, default=usual.run, dest="runtime")
    parser.add_argument("--config", type=Path, default=DEFAULT_CONFIG, help="for enrol")


def run(options: argparse.Namespace) -> int:
    """Do what the verb says. Raises ConfigError."""
    log.set_up("info")
    places = Places(options.boot, options.data, options.site, run=options.runtime)
    return VERBS[options.verb](places, options.config)


def at_boot(places: Places, _: Path) -> int:
    """Do every step, tell what was found."""
    machine = LinuxMachine()
    try:
        steps = provision(places, machine)
    except OSError as error:
        steps = (findings.stumbled(str(error)),)
    tell(places, machine, steps)
    for step in steps:
        print(_line(step), file=sys.stderr if step.stops else sys.stdout)
    return 1 if any(step.stops for step in steps) else 0


def report(places: Places, _: Path) -> int:
    """Tell again, with how enrolment ended."""
    tell(places, LinuxMachine(), findings.saved(places.steps))
    return 0


def enrol(places: Places, config_file: Path) -> int:
    """Try once, after a pause that grows from try to try. Raises ConfigError."""
    from kioskd.provision.enrolling import run_once

    outcome = run_once(places.enrolment, config_file, _credential("code"))
    print(f"{outcome.ending.value} {outcome.detail}".rstrip())
    if outcome.is_good:
        return 0
    return 1 if outcome.is_final else TRY_AGAIN


def _credential(name: str) -> str:
    """Return what systemd's LoadCredential hands over; empty if nothing."""
    try:
        return Path(os.environ.get("CREDENTIALS_DIRECTORY", "."), name).read_text(encoding="utf-8")
    except OSError:
        return ""


def _line(step: Step) -> str:
    code = f" {step.code}" if step.code else ""
    lines = (f"Line {one.line}: {one.what.en}" for one in step.lines)
    verdict = "good" if step.verdict is Verdict.GOOD else step.verdict.value.upper()
    return " ".join((f"{step.name.en}: {verdict}{code}", step.reason.en, *lines)).rstrip()


VERBS = {"boot": at_boot, "enrol": enrol, "report": report}
