"""``kioskd retire``: end this kiosk for good. Nothing is wiped that the centre lacks.

As root it is stopped, told and wiped in one go. ``--asked`` takes the name from kioskd.txt
(``retire = NAME``), for a kiosk that nobody can type on: its unit stops the kiosk, runs as the
kiosk's account, and the next boot wipes. Exit code 0: ended; 1: what is open, and it goes on.
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
from kioskd.provision.retirement import Refusal, Retiring, Stage, tell_refusal
from kioskd.provision.retiring import retire


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
        if isinstance(found, Refusal):
            tell_refusal(places, found)
    except OSError as error:
        print(f"retire: {error}", file=sys.stderr)
        return 1
    if machine.is_root():
        tell(places, machine, _steps(places, found))
    return _said(found)


def _steps(places: Places, found: Retiring | Refusal) -> tuple[findings.Step, ...]:
    """Return what is to be told: of a kiosk that ended nothing but that."""
    if isinstance(found, Refusal):
        return findings.saved(places.steps)
    return (findings.retired(found.kiosk, found.at, found.by, found.ref),)


def _said(found: Retiring | Refusal) -> int:
    """Print what came of it; return the exit code."""
    if isinstance(found, Refusal):
        print("not retired:", *found.left, sep="\n", file=sys.stderr)
        return 1
    done = "wiped: it may be unscrewed" if found.stage is Stage.WIPED else "wiped at the next start"
    print(f"{found.kiosk} is retired, reference {found.ref}; {done}")
    return 0
