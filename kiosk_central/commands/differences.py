"""``kiosk-central differences`` and ``payment settle``: what a person must look at and decide."""

from pathlib import Path
from typing import Any

import click

from kiosk_central.clock import utc_now
from kiosk_central.commands.options import (
    BY_OPTION,
    DB_OPTION,
    JSON_OPTION,
    NOTE_OPTION,
    SIGNING_KEY_OPTION,
    echo_json,
    errors_told,
    read_at,
    write_at,
)
from kiosk_central.decisions import settle_as_charged, settle_as_not_charged
from kiosk_central.differences import settle_difference
from kiosk_central.listing import all_differences
from kiosk_central.store.engine import open_centre_database, write
from kioskd.domain.money import Money


@click.group(invoke_without_command=True)
@click.option("--db", metavar="URL", help="sqlite:////path/file.db or postgresql://...")
@JSON_OPTION
@click.option("--open", "only_open", is_flag=True, help="Only those that nobody has settled.")
@click.pass_context
def differences(context: click.Context, db: str | None, as_json: bool, only_open: bool) -> None:
    """List in what two books do not agree; none is ever deleted."""
    if context.invoked_subcommand is not None:
        return
    if db is None:
        raise click.UsageError("Missing option '--db'.")
    found = read_at(db, lambda connection: all_differences(connection, utc_now, only_open))
    if as_json:
        echo_json(found)
        return
    for one in found:
        click.echo(_line(one))
    click.echo(f"{sum(1 for one in found if not one['settled_at'])} open of {len(found)}")


def _line(one: dict[str, Any]) -> str:
    other = one["other_fen"]
    parts = [
        f"#{one['id']}" if one["id"] else "-",
        f"since {one['noticed_at']}",
        one["kind"],
        one["kiosk_id"] or "-",
        one["payment_ref"] or "-",
        one["claimed_state"],
        one["place"],
        f"{Money(one['amount_fen'])} yuan",
        "" if other is None else f"(ours {Money(other)})",
        *(f"candidate: bank line {line}" for line in one["candidates"]),
        f"settled {one['settled_at']} by {one['settled_by']}: {one['settled_note']}"
        if one["settled_at"]
        else "",
    ]
    return " ".join(part for part in parts if part)


@differences.command("settle")
@click.argument("difference_id", metavar="ID", type=int)
@DB_OPTION
@BY_OPTION
@NOTE_OPTION
def settle_one(difference_id: int, db: str, by: str, note: str) -> None:
    """Mark a difference as settled. The row stays, with who and why."""
    with errors_told():
        write(
            open_centre_database(db),
            lambda connection: settle_difference(connection, utc_now(), difference_id, by, note),
        )
    click.echo(f"#{difference_id} settled")


@click.group()
def payment() -> None:
    """Payments whose outcome the kiosk cannot find out."""


@payment.command("settle")
@click.argument("ref")
@DB_OPTION
@click.option("--charged/--not-charged", required=True, default=None, help="What happened.")
@click.option("--bank-line", type=int, metavar="ID", help="The line of the bank that proves it.")
@BY_OPTION
@NOTE_OPTION
@SIGNING_KEY_OPTION
def settle_payment(
    ref: str,
    db: str,
    charged: bool,
    bank_line: int | None,
    by: str,
    note: str,
    signing_key: Path | None,
) -> None:
    """Decide a payment by the bank's file: post it, or give its months free."""
    if charged != (bank_line is not None):
        raise click.UsageError("--charged goes with --bank-line ID, --not-charged without")
    if bank_line is None:
        write_at(db, signing_key, lambda desk: settle_as_not_charged(desk, ref, by, note))
    else:
        line = bank_line
        write_at(db, signing_key, lambda desk: settle_as_charged(desk, ref, line, by, note))
    click.echo(f"{ref} settled as {'charged' if charged else 'not charged'}")
