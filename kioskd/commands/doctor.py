"""``kioskd doctor``: everything that can be looked at, with cause and next step.

0: all good; 1: something is wrong; 2: nothing wrong is known, but something is unknown.
"""

import argparse

from kioskd import log
from kioskd.commands import add_config
from kioskd.domain.diagnosis import verdict
from kioskd.relay.clock import utc_now
from kioskd.screens.words import Words
from kioskd.technician.doctor.machine import Machine
from kioskd.technician.doctor.report import as_json, as_text, language
from kioskd.technician.doctor.view import view
from kioskd.technician.doctor.visit import EXIT_CODES, visit
from kioskd.update.slots import software_version


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add how it is told."""
    add_config(parser)
    parser.add_argument("--json", action="store_true", help="for programs")


def run(options: argparse.Namespace) -> int:
    """Look at everything once, whether the kiosk runs or not; change nothing."""
    log.be_quiet()
    seen, words = view(Machine(), options.config), Words(language())
    lines = visit(seen)
    kiosk = seen.config.kiosk.id if seen.config else ""
    about = {"kiosk": kiosk, "software": software_version(), "at": utc_now()}
    if options.json:
        print(as_json(lines, about, words))
    else:
        print(words("doctor.head", **about))
        print(as_text(lines, words))
    return EXIT_CODES[verdict(lines)]
