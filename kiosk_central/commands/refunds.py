"""``kiosk-central refund``: money that goes back by transfer; one person asks, another decides."""

from pathlib import Path

import click

from kiosk_central.commands.options import (
    BY_OPTION,
    DB_OPTION,
    JSON_OPTION,
    NOTE_OPTION,
    SIGNING_KEY_OPTION,
    echo_json,
    read_at,
    write_at,
)
from kiosk_central.refunds import (
    all_refunds,
    approve_refund,
    ask_refund,
    correct_account,
    refuse_refund,
)
from kioskd.domain.money import Money

ACCOUNT_OPTION = click.option("--account", required=True, metavar="DIGITS", help="Where it goes.")
HOLDER_OPTION = click.option("--holder", required=True, metavar="NAME", help="Whose account it is.")


@click.group()
def refund() -> None:
    """Refunds by transfer, with the next month-end."""


@refund.command("list")
@DB_OPTION
@JSON_OPTION
def list_refunds(db: str, as_json: bool) -> None:
    """List every refund and how far it is."""
    found = read_at(db, all_refunds)
    if as_json:
        echo_json(found)
        return
    for one in found:
        amount = Money(one["amount_fen"])
        click.echo(f"#{one['id']} {one['payment_ref']} {amount} yuan {one['state']}")


@refund.command("ask")
@click.argument("payment_ref")
@DB_OPTION
@ACCOUNT_OPTION
@HOLDER_OPTION
@BY_OPTION
@NOTE_OPTION
@SIGNING_KEY_OPTION
def ask(
    payment_ref: str,
    db: str,
    account: str,
    holder: str,
    by: str,
    note: str,
    signing_key: Path | None,
) -> None:
    """Ask for the money of a payment to go back; somebody else must approve."""
    number = write_at(
        db, signing_key, lambda desk: ask_refund(desk, payment_ref, account, holder, by, note)
    )
    click.echo(f"#{number} asked")


@refund.command("approve")
@click.argument("refund_id", metavar="ID", type=int)
@DB_OPTION
@BY_OPTION
@NOTE_OPTION
@SIGNING_KEY_OPTION
def approve(refund_id: int, db: str, by: str, note: str, signing_key: Path | None) -> None:
    """Owe it to her; the months of a contribution are free again."""
    number = write_at(db, signing_key, lambda desk: approve_refund(desk, refund_id, by, note))
    click.echo(f"#{refund_id} due, receipt {number}")


@refund.command("refuse")
@click.argument("refund_id", metavar="ID", type=int)
@DB_OPTION
@BY_OPTION
@NOTE_OPTION
@SIGNING_KEY_OPTION
def refuse(refund_id: int, db: str, by: str, note: str, signing_key: Path | None) -> None:
    """Leave the payment as it is."""
    write_at(db, signing_key, lambda desk: refuse_refund(desk, refund_id, by, note))
    click.echo(f"#{refund_id} refused")


@refund.command("account")
@click.argument("refund_id", metavar="ID", type=int)
@DB_OPTION
@ACCOUNT_OPTION
@HOLDER_OPTION
@BY_OPTION
@NOTE_OPTION
@SIGNING_KEY_OPTION
def account(
    refund_id: int,
    db: str,
    account: str,
    holder: str,
    by: str,
    note: str,
    signing_key: Path | None,
) -> None:
    """Name another account, such as after the bank could not carry a transfer out."""
    write_at(
        db, signing_key, lambda desk: correct_account(desk, refund_id, account, holder, by, note)
    )
    click.echo(f"#{refund_id} goes to another account")
