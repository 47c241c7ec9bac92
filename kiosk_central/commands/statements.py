"""``kiosk-central statement``: what moved for a person, and on a day."""

from datetime import date, datetime
from typing import Any

import click
from sqlalchemy import Connection, select

from kiosk_central.commands.options import DB_OPTION, JSON_OPTION, echo_json, read_at
from kiosk_central.month_statement import totals_as_data
from kiosk_central.statements import (
    DaySpan,
    DayStatement,
    PersonStatement,
    day_statement,
    person_as_data,
    person_statement,
)
from kiosk_central.store.schema import people

DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def statement() -> None:
    """Statements: opening, every movement, closing."""


@statement.command("person")
@click.argument("id_number")
@DB_OPTION
@click.option("--from", "first", type=DAY, required=True, help="The first day, 2026-11-01.")
@click.option("--to", "last", type=DAY, required=True, help="The last day.")
@JSON_OPTION
def of_person(id_number: str, db: str, first: datetime, last: datetime, as_json: bool) -> None:
    """State what moved on the accounts of a person."""
    span = DaySpan(first.date(), last.date())

    def look(connection: Connection) -> PersonStatement | None:
        known = select(people.c.id).where(people.c.id_number == id_number)
        person_id = connection.execute(known).scalar_one_or_none()
        return None if person_id is None else person_statement(connection, person_id, span)

    found = read_at(db, look)
    if found is None:
        raise click.ClickException("there is nobody of that ID number")
    if as_json:
        echo_json(person_as_data(found))
        return
    for scheme, amount in found.taken_over.items():
        click.echo(f"{scheme.value}: {amount} personal part from before this ledger")
    for one in found.accounts:
        click.echo(f"{one.account}: opening {one.opening}")
        for moved in one.movements:
            number = moved.receipt_number or "-"
            click.echo(f"  {moved.posted_at} {moved.kind.value} {number} {moved.amount}")
        click.echo(f"{one.account}: closing {one.closing}")


@statement.command("day")
@click.argument("day", type=DAY)
@DB_OPTION
@click.option("--kiosk", "kiosk_id", metavar="K0123", help="The payments of one kiosk alone.")
@JSON_OPTION
def of_day(day: datetime, db: str, kiosk_id: str | None, as_json: bool) -> None:
    """State what was posted on a day, and every account's opening and closing."""
    wanted: date = day.date()
    found = read_at(db, lambda connection: day_statement(connection, wanted, kiosk_id))
    if as_json:
        echo_json(_day_as_data(found))
        return
    for one in found.postings:
        about = f"{one.receipt_number or '-'} {one.kiosk_id or '-'} {one.payment_ref or '-'}"
        click.echo(f"{one.posted_at} {one.kind.value} {about} {one.charged}")
    for row in found.accounts:
        moved = f"{row.opening} + {row.debits} - {row.credits}"
        click.echo(f"{row.account}: {moved} = {row.closing}")
    click.echo(f"{len(found.postings)} postings, charged {found.charged}")


def _day_as_data(found: DayStatement) -> dict[str, Any]:
    return {
        "day": found.day.isoformat(),
        "kiosk_id": found.kiosk_id,
        "postings": [
            {
                "posting_id": one.posting_id,
                "posted_at": one.posted_at,
                "kind": one.kind.value,
                "kiosk_id": one.kiosk_id,
                "payment_ref": one.payment_ref,
                "receipt_number": one.receipt_number,
                "charged_fen": one.charged.fen,
            }
            for one in found.postings
        ],
        "accounts": [totals_as_data(one) for one in found.accounts],
        "charged_fen": found.charged.fen,
    }
