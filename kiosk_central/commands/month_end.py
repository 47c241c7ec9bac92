"""``kiosk-central month-end`` and ``ledger verify``: the books closed, and proved."""

from pathlib import Path

import click

from kiosk_central.clock import utc_now
from kiosk_central.commands.options import (
    DB_OPTION,
    JSON_OPTION,
    SIGNING_KEY_OPTION,
    echo_json,
    read_at,
    write_at,
)
from kiosk_central.ledger_verify import verify
from kiosk_central.month_end import MonthEnd, close_month, find_month_end, preview
from kiosk_central.month_reckoning import prove
from kioskd.domain.contribution import Month
from kioskd.domain.money import Money


@click.command("month-end")
@click.argument("month", metavar="2026-11")
@DB_OPTION
@click.option("--preview", "only_preview", is_flag=True, help="Show it, by the books as they are.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Write the transfer file into this folder.",
)
@SIGNING_KEY_OPTION
def month_end(
    month: str, db: str, only_preview: bool, out: Path | None, signing_key: Path | None
) -> None:
    """Close a month: credit personal accounts, order the transfers of funds and refunds.

    Once; again prints the same. Refused while the month goes on or the books are not right.
    """
    try:
        wanted = Month.parse(month)
    except ValueError:
        raise click.UsageError(f"{month}: give a month as 2026-11") from None
    if only_preview:
        found = read_at(db, lambda connection: preview(connection, wanted, utc_now()))
    else:
        found = _closed(db, signing_key, wanted)
    _show(found)
    if out is not None:
        name = f"transfers-{wanted}{'' if found.closed_at else '-preview'}.txt"
        (out / name).write_bytes(found.file)
        click.echo(f"{out / name}: {len(found.file)} bytes")


def _closed(db: str, signing_key: Path | None, month: Month) -> MonthEnd:
    """Prove the books on a snapshot, which holds nobody up, and then close the month."""
    known = read_at(db, lambda connection: find_month_end(connection, month))
    if known is not None:
        return known
    proved = read_at(db, lambda connection: prove(connection, month, utc_now()))
    return write_at(db, signing_key, lambda desk: close_month(desk, proved))


def _show(found: MonthEnd) -> None:
    click.echo(f"{found.month} {f'closed at {found.closed_at}' if found.closed_at else 'preview'}")
    for row in found.statement:
        opening, debits, credited, closing = (
            Money(row[f"{name}_fen"]) for name in ("opening", "debits", "credits", "closing")
        )
        click.echo(f"{row['account']}: {opening} + {debits} - {credited} = {closing}")
    click.echo(f"{len(found.transfers)} transfers, {found.amount} yuan")


@click.command("verify")
@DB_OPTION
@JSON_OPTION
@click.option("--no-proofs", is_flag=True, help="Leave the signatures out: most of the time.")
def ledger_verify(db: str, as_json: bool, no_proofs: bool) -> None:
    """Work everything out again from the rows; exit with 1 if anything disagrees."""
    found = read_at(db, lambda connection: list(verify(connection, not no_proofs)))
    if as_json:
        names = ("law", "place", "found", "wanted", "next_step")
        echo_json([{name: getattr(one, name) for name in names} for one in found])
    else:
        for one in found:
            click.echo(f"{one.law}: {one.place}: {one.found}, should be {one.wanted}")
            click.echo(f"  {one.next_step}")
        click.echo(f"{len(found)} findings")
    raise SystemExit(1 if found else 0)
