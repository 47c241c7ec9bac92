"""``kioskd enrol``: make this kiosk known. Run it as the kiosk's user, whose key it makes."""

import argparse
import sys

import trio

from kioskd.commands import add_config
from kioskd.config import load
from kioskd.domain.enrolment_code import read_code
from kioskd.errors import ServerError, ServerRefused
from kioskd.relay.enrolment import enrol
from kioskd.relay.line import CentralLine


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the code."""
    add_config(parser)
    parser.add_argument("--code", help="as the centre printed it; asked for if not given")


def run(options: argparse.Namespace) -> int:
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
