"""``kioskd selftest``: every device tried, while the kiosk's own program is stopped.

Exit code 0: nothing failed; 1: something did; 3: the kiosk's program runs and has the devices.
"""

import argparse
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import trio

from kioskd import log
from kioskd.commands import add_config
from kioskd.config import Config, load
from kioskd.domain.selftest import Result, verdict
from kioskd.errors import JournalDamaged
from kioskd.payments.owner import owning
from kioskd.screens.words import LANGUAGES, Words
from kioskd.technician.selftest.paper import hand_out
from kioskd.technician.selftest.report import as_json, as_lines
from kioskd.technician.selftest.run import After, nothing_more, self_test
from kioskd.technician.selftest.terminal import AtTerminal

DEVICES_TAKEN = 3


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add how it is told, and whether anybody is asked."""
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="one JSON document; asks nobody")
    parser.add_argument("--no-hands", action="store_true", help="try only what needs nobody")
    parser.add_argument("--sheet", metavar="NAME", help="make the technician's acceptance sheet")
    parser.add_argument(
        "--language", choices=LANGUAGES, default="en", help="of the questions, and of the sheet"
    )


def run(options: argparse.Namespace) -> int:
    """Test, tell, return the exit code. Raises ConfigError."""
    config = load(options.config)
    log.set_up("warning")
    with ExitStack() as at_last:
        try:
            at_last.enter_context(owning(_journal(config)))
        except JournalDamaged as taken:
            print(
                f"selftest: the kiosk's program has the devices ({taken}):"
                " systemctl stop kioskd, or hold the clock on its screen for five seconds",
                file=sys.stderr,
            )
            return DEVICES_TAKEN
        findings = trio.run(self_test, config, _hands(options), _after(config, options))
    if options.json:
        print(as_json(config.kiosk.id, findings))
    else:
        print("\n".join(as_lines(findings)))
    return 1 if verdict(findings) is Result.FAIL else 0


def _after(config: Config, options: argparse.Namespace) -> After:
    if not options.sheet:
        return nothing_more
    return partial(hand_out, config, options.sheet, options.language, _tell)


def _tell(line: str) -> None:
    """To people; standard output may be a document."""
    print(line, file=sys.stderr)


def _journal(config: Config) -> Path:
    state = Path(config.kiosk.state_dir)
    state.mkdir(parents=True, exist_ok=True)
    return state / "journal.db"


def _hands(options: argparse.Namespace) -> AtTerminal | None:
    """Return who is asked; None where nobody is, or nobody sits at a terminal."""
    if options.json or options.no_hands or not sys.stdin.isatty():
        return None
    return AtTerminal(Words(options.language), print, input)
