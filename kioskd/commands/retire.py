"""``kioskd retire``: end this kiosk for good, as root. Nothing is wiped that the centre lacks.

Exit code 0: wiped, it may be unscrewed; 1: what is open, and the kiosk goes on. ``--asked`` takes
the name from kioskd.txt (``retire = NAME``), for a kiosk that nobody can type on.
"""

import argparse
import sys

from kioskd import log
from kioskd.commands import add_config
from kioskd.config import load
from kioskd.provision import findings
from kioskd.provision.machine import LinuxMachine
from kioskd.provision.places import Places
from kioskd.provision.reporting import tell
from kioskd.provision.retirement import Refusal, Retiring, retire


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add who and why."""
    add_config(parser)
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--by", metavar="NAME", help="the technician")
    who.add_argument("--asked", action="store_true", help="by whom kioskd.txt says")
    parser.add_argument("--force", action="store_true", help="though something known is open")
    parser.add_argument("--reason", default="", metavar="TEXT", help="why; kept for ever")


def run(options: argparse.Namespace) -> int:
    """End it, or say what is in the way. Raises ConfigError, JournalDamaged."""
    log.set_up("info")
    if options.force != bool(options.reason):
        print("retire: --force and --reason go together", file=sys.stderr)
        return 1
    places, machine = Places(), LinuxMachine()
    try:
        by = options.by or places.to_retire.read_text(encoding="utf-8")
        found = retire(places, machine, load(options.config), by, options.reason)
    except OSError as error:
        print(f"retire: {error}", file=sys.stderr)
        return 1
    step = step_of(found)
    tell(places, machine, (*findings.saved(places.steps), step))
    print(f"{step.reason.en}\n{step.next_step.en}")
    return 1 if isinstance(found, Refusal) else 0


def step_of(found: Retiring | Refusal) -> findings.Step:
    """Return what came of it in words."""
    if isinstance(found, Refusal):
        return findings.not_retired(found.left, found.final)
    return findings.retired(found.kiosk, found.at, found.by, found.ref)
