"""The kiosk's commands: noun or verb first, one line of help each; exit code 1 with a reason.

What a command needs is loaded by that command: the first picture and ``check`` come at once.
"""

import argparse
import gc
import os
import sys
from pathlib import Path

from kioskd import __version__, log
from kioskd.errors import ConfigError, JournalDamaged

DEFAULT_CONFIG = Path("/etc/kioskd/kioskd.toml")


def main(words: list[str] | None = None) -> int:
    """Run one command; return the exit code."""
    options = _parser().parse_args(words)
    try:
        return int(options.run(options))
    except ConfigError as error:
        print(f"configuration: {error}", file=sys.stderr)
        return 1
    except JournalDamaged as error:
        print(f"journal: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kioskd", description="Self-service terminal daemon")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="run the kiosk until SIGTERM")
    run.set_defaults(run=_run)
    check = commands.add_parser("check", help="check the configuration; exit 1 names file and key")
    check.set_defaults(run=_check)
    enrol = commands.add_parser("enrol", help="make this kiosk known to the centre, by a code")
    enrol.add_argument("--code", help="as the centre printed it; asked for if not given")
    enrol.set_defaults(run=_enrol)
    clock = commands.add_parser("set-clock", help="set a clock that is behind, by the centre's")
    clock.set_defaults(run=_set_clock)
    alignment = commands.add_parser("print-alignment", help="print a page to align the seal by")
    alignment.set_defaults(run=_print_alignment)
    journal = commands.add_parser("journal", help="look at the payment journal, check it")
    verbs = _add_journal_verbs(journal.add_subparsers(required=True, metavar="VERB"))
    for command in (run, check, enrol, clock, alignment, *verbs):
        command.add_argument("--config", type=Path, default=DEFAULT_CONFIG)
    return parser


START_ME_AGAIN = 75
"""Exit code when an operator has asked for a restart: systemd starts what has failed."""
JOURNAL_VERBS = {
    "show": "list every payment and where it stands",
    "verify": "check file and hash chain, also against the centre; exit 1 names each fault",
    "reconcile": "list what people must settle; exit 1 if there is anything",
    "salvage": "write every row that can be read to a file of JSON lines",
    "renew": "put a damaged journal aside, so that the next start makes a new one",
}


def _add_journal_verbs(
    verbs: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> list[argparse.ArgumentParser]:
    made = {name: verbs.add_parser(name, help=words) for name, words in JOURNAL_VERBS.items()}
    for name, parser in made.items():
        parser.set_defaults(run=_journal, verb=name)
        if name in ("show", "verify", "reconcile"):
            parser.add_argument("--json", action="store_true")
    made["verify"].add_argument("--offline", action="store_true", help="do not ask the centre")
    made["salvage"].add_argument("--out", type=Path, required=True)
    return list(made.values())


def _run(options: argparse.Namespace) -> int:
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    gc.disable()  # nothing of what is loaded is garbage: looking for it takes time
    from kioskd.config import load
    from kioskd.screens.splash import show_starting

    config = load(options.config)
    log.set_up(config.log.level)
    log.event("kiosk.starting", id=config.kiosk.id, version=__version__)
    show_starting(config.screen)
    import trio  # all the rest is loaded behind the first picture

    from kioskd.daemon import run

    gc.freeze()
    gc.enable()
    return START_ME_AGAIN if trio.run(run, config) else 0


def _check(options: argparse.Namespace) -> int:
    from kioskd.config import load

    config = load(options.config)
    print(f"{options.config}: good, kiosk {config.kiosk.id}")
    return 0


def _enrol(options: argparse.Namespace) -> int:
    from kioskd.trust_commands import enrol_kiosk

    return enrol_kiosk(options)


def _set_clock(options: argparse.Namespace) -> int:
    from kioskd.trust_commands import set_clock

    return set_clock(options)


def _print_alignment(options: argparse.Namespace) -> int:
    from kioskd.print_commands import print_alignment

    return print_alignment(options)


def _journal(options: argparse.Namespace) -> int:
    from kioskd import journal_commands

    verbs = {
        "show": journal_commands.show,
        "verify": journal_commands.verify,
        "reconcile": journal_commands.reconcile,
        "salvage": journal_commands.save_what_can_be_read,
        "renew": journal_commands.renew,
    }
    return verbs[options.verb](options)
