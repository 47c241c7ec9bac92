"""The kiosk's commands: noun or verb first, one line of help each; exit code 1 with a reason.

Only the command that is called is loaded: the first picture and ``check`` come at once.
"""

import argparse
import sys
from importlib import import_module
from typing import Final

from kioskd import __version__
from kioskd.errors import ConfigError, JournalDamaged

COMMANDS: Final = {
    "run": "run the kiosk until SIGTERM",
    "bundle": "one file for whoever helps from afar, without anything personal",
    "check": "check the configuration; exit 1 names file and key",
    "doctor": "look at everything: cause and next step of what is wrong",
    "enrol": "make this kiosk known to the centre, by a code",
    "identify": "say which USB socket holds which device",
    "journal": "look at the payment journal, check it",
    "notice": "say on the panel why the kiosk cannot show its screens",
    "print-alignment": "print a page to align the seal by",
    "provision": "make this card a kiosk by its kioskd.txt, as root at every boot",
    "retire": "end this kiosk for good, when the centre knows all that it knew",
    "selftest": "try every device; kioskd must be stopped",
    "set-clock": "set a clock that is behind, by the centre's",
    "update": "bring new software into the other slot, try it, keep it",
}
"""``print-alignment`` is ``kioskd.commands.print_alignment``."""


def main(words: list[str] | None = None) -> int:
    """Run one command; return the exit code."""
    words = sys.argv[1:] if words is None else words
    options = _parser(words).parse_args(words)
    try:
        return int(options.run(options))
    except ConfigError as error:
        print(f"configuration: {error}", file=sys.stderr)
        return 1
    except JournalDamaged as error:
        print(f"journal: {error}", file=sys.stderr)
        return 1


def _parser(words: list[str]) -> argparse.ArgumentParser:
    """Return a parser that knows all names, and the arguments of the one that is called."""
    parser = argparse.ArgumentParser(prog="kioskd", description="Self-service terminal daemon")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, what in COMMANDS.items():
        command = commands.add_parser(name, help=what)
        if name in words[:1]:
            module = import_module(f"kioskd.commands.{name.replace('-', '_')}")
            module.arguments(command)
            command.set_defaults(run=module.run)
    return parser
