"""``kiosk-central bank``: the bank's settlement files."""

from pathlib import Path

import click

from kiosk_central.bank import import_file
from kiosk_central.commands.options import DB_OPTION, SIGNING_KEY_OPTION, write_at
from kioskd.domain.money import Money


@click.group()
def bank() -> None:
    """The bank's books beside ours."""


@bank.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@DB_OPTION
@SIGNING_KEY_OPTION
def import_settlement(file: Path, db: str, signing_key: Path | None) -> None:
    """Take in a settlement file (CSV), compare it, and clear what agrees.

    The same file again changes nothing. One wrong line, and nothing of it is taken in.
    """
    data = file.read_bytes()
    done = write_at(db, signing_key, lambda desk: import_file(desk, file.name, data))
    click.echo(
        f"{done.lines} lines, {done.known} known before, cleared {Money(done.cleared_fen)} yuan,"
        f" {done.differences} new differences"
    )
