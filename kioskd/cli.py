"""The kiosk's commands: noun or verb first, one line of help each; exit code 1 with a reason."""

import argparse
import json
import os
import sys
from pathlib import Path

from kioskd import __version__, log
from kioskd.errors import ConfigError, JournalDamaged
from kioskd.payments.contract import Payment

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
    # The screen's library speaks and draws through a GPU where it is not told otherwise.
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
    import trio  # `check` must answer at once, so only `run` pays for the machinery

    from kioskd.config import load
    from kioskd.daemon import run

    config = load(options.config)
    log.set_up(config.log.level)
    log.event("kiosk.starting", id=config.kiosk.id, version=__version__)
    trio.run(run, config)
    return 0


def _check(options: argparse.Namespace) -> int:
    from kioskd.config import load

    config = load(options.config)
    print(f"{options.config}: good, kiosk {config.kiosk.id}")
    return 0


def _journal_show(options: argparse.Namespace) -> int:
    from kioskd.config import load
    from kioskd.payments.journal import read_payments

    config = load(options.config)
    payments = read_payments(Path(config.kiosk.state_dir) / "journal.db")
    if options.json:
        print(json.dumps([_as_json(payment) for payment in payments], indent=2))
        return 0
    for payment in payments:
        line = (payment.ref, payment.at, f"{payment.amount} yuan", payment.state.value)
        print("  ".join([*line, payment.reason, payment.receipt_number]).rstrip())
    return 0


def _as_json(payment: Payment) -> dict[str, object]:
    return {
        "ref": payment.ref,
        "assessment": payment.assessment,
        "amount_fen": payment.amount.fen,
        "state": payment.state.value,
        "at": payment.at,
        "reason": payment.reason,
        "pin_pad_receipt": payment.record.receipt if payment.record else None,
        "receipt_number": payment.receipt_number,
        "printed": payment.printed.value if payment.printed else None,
    }
