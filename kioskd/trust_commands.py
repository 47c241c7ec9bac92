"""``kioskd enrol``: a technician makes this kiosk known. ``kioskd set-clock``: a unit of its own.

Run ``enrol`` as the kiosk's user, whose key it makes.
"""

import argparse
import sys
from pathlib import Path

import trio

from kioskd import log
from kioskd.config import load
from kioskd.domain.enrolment_code import read_code
from kioskd.errors import ServerError, ServerRefused
from kioskd.relay.enrolment import enrol
from kioskd.relay.line import CentralLine
from kioskd.relay.true_clock import known_to_be_past, set_right


def set_clock(options: argparse.Namespace) -> int:
    """Set a clock that is behind what is known to be past; 1 if it still is. Raises ConfigError."""
    config = load(options.config)
    log.set_up(config.log.level)
    past = known_to_be_past(Path(config.kiosk.state_dir))
    return 0 if set_right(config.central, past) else 1


def enrol_kiosk(options: argparse.Namespace) -> int:
    """Make a key, have it certified, keep both; 1 with a reason if not. Raises ConfigError."""
    config = load(options.config)
    code = read_code(options.code or input("code: "))
    if code is None:
        print("enrol: mistyped; look at the code again", file=sys.stderr)
        return 1
    line = CentralLine(config.central, config.kiosk.id)
    try:
        given = trio.run(enrol, line, line.identity, config.kiosk.id, code)
    except ServerRefused as refusal:
        print(f"enrol: the centre refused: {refusal.code}", file=sys.stderr)
        return 1
    except ServerError as error:
        print(f"enrol: the centre was not reached ({error.operator_code})", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"enrol: {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    print(f"{config.kiosk.id} is known to the centre until {given.not_after}")
    return 0
