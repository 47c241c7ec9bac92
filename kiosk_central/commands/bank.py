"""``kiosk-central bank``: the bank's settlement files."""

from pathlib import Path

import click

from kiosk_central.bank import import_file
from kiosk_central.bank_answers import acknowledge
from kiosk_central.commands.options import DB_OPTION, SIGNING_KEY_OPTION, write_at
from kiosk_central.month_end import name_fund_account
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


@bank.command("acknowledge")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@DB_OPTION
@SIGNING_KEY_OPTION
def take_answer(file: Path, db: str, signing_key: Path | None) -> None:
    """Take in the agent bank's answer to a transfer file. The same again changes nothing."""
    data = file.read_bytes()
    done = write_at(db, signing_key, lambda desk: acknowledge(desk, file.name, data))
    click.echo(f"{done.paid} paid, {done.failed} failed, {done.known} known before")


@bank.command("account")
@click.argument("fund")
@click.argument("number")
@DB_OPTION
@SIGNING_KEY_OPTION
def fund_account(fund: str, number: str, db: str, signing_key: Path | None) -> None:
    """Name the bank account that a FUND's money is transferred to (such as pension-pool)."""
    write_at(db, signing_key, lambda desk: name_fund_account(desk.connection, fund, number))
    click.echo(f"{fund} goes to {number}")
