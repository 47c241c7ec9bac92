"""``kiosk-central interest``: the yearly rate of pension accounts, and crediting it."""

from decimal import Decimal, InvalidOperation

import click

from kiosk_central.accounts import credit_interest, set_rate
from kiosk_central.clock import local_date, utc_now
from kiosk_central.commands.options import DB_OPTION, errors_told
from kiosk_central.store.engine import open_centre_database, write

YEAR = click.IntRange(1950, 2999)


@click.group()
def interest() -> None:
    """Interest of the pension personal accounts."""


@interest.command("rate")
@DB_OPTION
@click.argument("year", type=YEAR)
@click.argument("rate")
@click.option("--source", required=True, metavar="TEXT", help="Who set it; citizens read this.")
def name_rate(db: str, year: int, rate: str, source: str) -> None:
    """Name the RATE of a YEAR, as a fraction: 0.0262."""
    exact = _fraction(rate)
    with errors_told():
        write(open_centre_database(db), lambda at: set_rate(at, year, exact, source))
    click.echo(f"{year}: {exact * 100:.2f} %, {source}")


def _fraction(text: str) -> Decimal:
    try:
        rate = Decimal(text)
    except InvalidOperation:
        rate = Decimal(-1)
    if not 0 <= rate < 1:
        raise click.ClickException(f"a rate is a fraction, such as 0.0262, not {text}")
    return rate


@interest.command("credit")
@DB_OPTION
@click.argument("year", type=YEAR)
def credit(db: str, year: int) -> None:
    """Credit everybody's interest of a complete YEAR; again after a correction."""
    if year >= local_date(utc_now()).year:
        raise click.ClickException(f"{year} is not over")
    with errors_told():
        count = write(open_centre_database(db), lambda at: credit_interest(at, year))
    click.echo(f"{year}: interest credited to {count} people")
