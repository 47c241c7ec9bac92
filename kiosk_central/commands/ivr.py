"""``kiosk-central ivr``: which telephone menus may ask how a card stands."""

import click

from kiosk_central.clock import stamp, utc_now
from kiosk_central.commands.options import DB_OPTION, errors_told
from kiosk_central.counter.ivr import make_token
from kiosk_central.store.engine import open_centre_database, write


@click.group()
def ivr() -> None:
    """Telephone menus."""


@ivr.command("token")
@click.argument("name")
@DB_OPTION
def token(name: str, db: str) -> None:
    """Make the token of the telephone menu NAME and print it, once."""
    with errors_told():
        made = write(
            open_centre_database(db),
            lambda connection: make_token(connection, name, stamp(utc_now())),
        )
    click.echo(made)
