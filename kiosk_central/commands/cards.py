"""``kiosk-central cards``: look at cards and applications, and move a new card on its way."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import click

from kiosk_central.applications import StoredApplication
from kiosk_central.card_books import MadeCard, card_books, finish, hand_out, made, take_up
from kiosk_central.clock import local_date, utc_now
from kiosk_central.commands.options import (
    BY_OPTION,
    DB_OPTION,
    JSON_OPTION,
    echo_json,
    read_at,
    write_at,
)
from kiosk_central.desk import Desk
from kiosk_central.problems import Refused

DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def cards() -> None:
    """Social security cards and applications for them."""


@cards.command("list")
@DB_OPTION
@JSON_OPTION
def list_cards(db: str, as_json: bool) -> None:
    """List the applications; with --json everything about cards."""
    found = read_at(db, lambda connection: card_books(connection, local_date(utc_now())))
    if as_json:
        echo_json(found)
        return
    for one in found["applications"]:
        due = f" from {one['collect_on']} at {one['outlet']}" if one["collect_on"] else ""
        click.echo(f"{one['number']} {one['kind']} {one['state']} since {one['opened']}{due}")


@cards.command()
@click.argument("number")
@DB_OPTION
@BY_OPTION
def make(number: str, db: str, by: str) -> None:
    """Note that the card of application NUMBER is being made."""
    _moved(db, lambda desk: take_up(desk, number, by))


def _made_card(of: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say which card was made."""
    for option in (
        click.option("--expires", required=True, type=DAY),
        click.option("--issued", required=True, type=DAY),
        click.option("--atr-history", required=True, metavar="HEX", help="13 bytes."),
        click.option("--card-number", required=True),
        click.option("--code", required=True, metavar="HEX", help="Card identification code."),
    ):
        of = option(of)
    return of


def _card(
    code: str, card_number: str, atr_history: str, issued: datetime, expires: datetime
) -> MadeCard:
    try:
        history = bytes.fromhex(atr_history)
    except ValueError:
        raise click.UsageError("--atr-history: not hex digits") from None
    return MadeCard(code, card_number, history, issued.date(), expires.date())


@cards.command("made")
@click.argument("number")
@DB_OPTION
@_made_card
def note_made(number: str, db: str, **card: Any) -> None:
    """Note which card was made for application NUMBER; it is on its way to the outlet.

    The outlet's clerk takes it in at /desk/people/receive.
    """
    known = _card(**card)
    _moved(db, lambda desk: made(desk, number, known))


@cards.command()
@click.argument("number")
@DB_OPTION
@BY_OPTION
@_made_card
def ready(number: str, db: str, by: str, **card: Any) -> None:
    """Note that the card of application NUMBER lies at its outlet, and which card it is."""
    known = _card(**card)
    _moved(db, lambda desk: finish(desk, number, by, known))


@cards.command()
@click.argument("number")
@DB_OPTION
@BY_OPTION
def collected(number: str, db: str, by: str) -> None:
    """Note that the holder has fetched the card of application NUMBER."""
    _moved(db, lambda desk: hand_out(desk, number, by))


def _moved(db: str, job: Callable[[Desk], StoredApplication]) -> None:
    try:
        known = write_at(db, None, job)
    except Refused as refused:
        raise click.ClickException(f"{refused.code.value}: {refused.detail}") from refused
    click.echo(f"{known.number} {known.state.value}")
