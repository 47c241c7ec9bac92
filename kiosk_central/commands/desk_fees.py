"""``kiosk-central desk-fees``: what clerks took for new cards, for the closing of a day."""

from datetime import datetime
from typing import Any

import click

from kiosk_central.commands.options import DB_OPTION, JSON_OPTION, echo_json, read_at
from kiosk_central.counter.fees import FeeDay, fees_of_day
from kioskd.domain.money import Money


@click.command("desk-fees")
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@DB_OPTION
@click.option("--outlet", default="", help="Of one outlet only.")
@JSON_OPTION
def desk_fees(day: datetime, db: str, outlet: str, as_json: bool) -> None:
    """List the fees of DAY by outlet and clerk, and what each till must hold."""
    found = read_at(db, lambda at: fees_of_day(at, day.date(), outlet))
    if as_json:
        echo_json([_view(row) for row in found.rows])
        return
    for row in found.rows:
        how = f"cash {Money(row.paid_fen)} {row.voucher}" if row.voucher else f"none: {row.reason}"
        click.echo(f"{row.at} {row.outlet} {row.name} {row.application} {how}")
    for place, clerk in sorted({(row.outlet, row.name) for row in found.rows}):
        own = FeeDay([row for row in found.rows if (row.outlet, row.name) == (place, clerk)])
        click.echo(f"{place} {clerk}: {_sums(own)}")
    click.echo(f"all: {_sums(found)}")


def _sums(found: FeeDay) -> str:
    return f"{found.cash_count} cash {found.cash}, {found.exempt_count} exempt {found.waived}"


def _view(row: Any) -> dict[str, Any]:
    view: dict[str, Any] = row._asdict()
    return {name: view[name] for name in view if name not in ("account_id", "ref", "shown")}
