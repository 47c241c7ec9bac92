"""The kiosk's commands: noun or verb first, one line of help each; exit code 1 with a reason.

What a command needs is loaded by that command: the first picture and ``check`` come at once.
"""

import argparse
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
    journal = commands.add_parser("journal", help="look at the payment journal")
    show = journal.add_subparsers(required=True, metavar="VERB").add_parser(
        "show", help="list every payment and where it stands"
    )
    show.add_argument("--json", action="store_true")
    show.set_defaults(run=_journal_show)
    for command in (run, check, show):
        command.add_argument("--config", type=Path, default=DEFAULT_CONFIG)
    return parser


def _run(options: argparse.Namespace) -> int:
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    from kioskd.config import load
    from kioskd.screens.splash import show_starting

    config = load(options.config)
    log.set_up(config.log.level)
    log.event("kiosk.starting", id=config.kiosk.id, version=__version__)
    show_starting(config.screen)
    import trio  # all the rest is loaded behind the first picture

    from kioskd.daemon import run

    trio.run(run, config)
    return 0


def _check(options: argparse.Namespace) -> int:
    from kioskd.config import load

    config = load(options.config)
    print(f"{options.config}: good, kiosk {config.kiosk.id}")
    return 0


def _journal_show(options: argparse.Namespace) -> int:
    from kioskd.journal_commands import show

    return show(options)
