"""``kioskd provision``: at every boot, as root and before the kiosk: kioskd.txt becomes a kiosk.

Exit code 0: the kiosk can serve; 1: it cannot before something is put right, told on standard
error, in kioskd-report.txt and in the notice for the panel.
"""

import argparse
import sys
from pathlib import Path

from kioskd import log
from kioskd.provision.boot import provision
from kioskd.provision.findings import Step, Verdict
from kioskd.provision.machine import LinuxMachine
from kioskd.provision.places import Places
from kioskd.provision.reporting import tell


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the places, for tests and for a card in a reader."""
    usual = Places()
    parser.add_argument("--boot", type=Path, default=usual.boot, help="the FAT partition")
    parser.add_argument("--data", type=Path, default=usual.data, help="the data partition")
    parser.add_argument("--site", type=Path, default=usual.site, help="where it is made")


def run(options: argparse.Namespace) -> int:
    """Do every step, tell what was found."""
    log.set_up("info")
    places = Places(options.boot, options.data, options.site)
    machine = LinuxMachine()
    try:
        steps = provision(places, machine)
    except OSError as error:
        print(f"provision: {error}", file=sys.stderr)
        return 1
    tell(places, machine, steps)
    for step in steps:
        print(_line(step), file=sys.stderr if step.stops else sys.stdout)
    return 1 if any(step.stops for step in steps) else 0


def _line(step: Step) -> str:
    code = f" {step.code}" if step.code else ""
    words = " ".join(
        filter(None, (step.reason.en, *(f"Line {one.line}: {one.what.en}" for one in step.lines)))
    )
    verdict = "good" if step.verdict is Verdict.GOOD else step.verdict.value.upper()
    return f"{step.name.en}: {verdict}{code} {words}".rstrip()
