"""``kiosk-central backup``: take, check and put back copies of the whole database."""

from pathlib import Path

import click

from kiosk_central.backup import Manifest, check_backup, put_back, take_backup
from kiosk_central.backup_sums import ROWS
from kiosk_central.clock import utc_now
from kiosk_central.commands.options import DB_OPTION, errors_told

_FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False))


@click.group()
def backup() -> None:
    """Copies of the whole database, with the sums of the books beside them."""


@backup.command("take")
@DB_OPTION
@_FILE
def take(db: str, file: Path) -> None:
    """Copy the database into FILE while the server goes on."""
    with errors_told():
        _tell(take_backup(db, file, utc_now()))


@backup.command("check")
@_FILE
def check(file: Path) -> None:
    """Tell whether FILE is what was taken."""
    with errors_told():
        _tell(check_backup(file))


@backup.command("restore")
@DB_OPTION
@_FILE
def restore(db: str, file: Path) -> None:
    """Fill an empty database with FILE, and find the sums of the books again."""
    with errors_told():
        _tell(put_back(db, file))


def _tell(made: Manifest) -> None:
    sums = made.sums
    click.echo(f"{made.kind}, revision {made.revision}, taken {made.taken_at}")
    click.echo(f"{sums.payments} payments, {sums.payments_fen} fen")
    click.echo(f"{sums.postings} postings, {sums.entries} entries, {sums.debits_fen} fen debited")
    click.echo(f"{sums.links} anchors of journals")
    rows = sum(one[ROWS] for one in sums.tables.values())
    click.echo(f"{rows} rows in {len(sums.tables)} tables, {sums.guards} guards")
