"""``kiosk-central acceptance``: the sheets that technicians have made, and whether one is genuine.

The word for a sheet is that of its paper: ``KA1:...``, as a QR reader gives it.
"""

import click

from kiosk_central.acceptance import CheckedSheet, check_sheet, list_sheets
from kiosk_central.commands.options import DB_OPTION, JSON_OPTION, echo_json, errors_told, read_at
from kiosk_central.signing import Verdict
from kioskd.protocols.acceptance import read_qr

SHEETS_MAX = 1000


@click.group()
def acceptance() -> None:
    """Acceptance sheets of kiosks."""


@acceptance.command("list")
@DB_OPTION
@JSON_OPTION
@click.option("--kiosk", "kiosk_id", help="Of this kiosk only.")
def list_all(db: str, as_json: bool, kiosk_id: str | None) -> None:
    """List sheets, newest first."""
    rows = read_at(db, lambda at: list_sheets(at, kiosk_id, SHEETS_MAX))
    if as_json:
        echo_json([dict(row._asdict()) for row in rows])
        return
    for row in rows:
        click.echo(f"{row.received_at} {row.kiosk_id} {row.result} {row.ref} by {row.technician}")


@acceptance.command("verify")
@DB_OPTION
@click.argument("text")
def verify_one(db: str, text: str) -> None:
    """Say what a sheet states and whether this kiosk signed it; exit with 1 if not."""
    with errors_told():
        sheet = read_qr(text)
        checked = read_at(db, lambda at: check_sheet(at, sheet))
    _show(checked)
    raise SystemExit(0 if checked.verdict is Verdict.GENUINE else 1)


def _show(checked: CheckedSheet) -> None:
    facts = checked.facts
    click.echo(checked.verdict.value)
    if checked.revoked_at:
        click.echo(f"the certificate was revoked {checked.revoked_at}")
    click.echo(f"received: {checked.received_at or 'no'}")
    click.echo(f"{facts.kiosk_id} {facts.result.value} at {facts.at} by {facts.technician}")
    click.echo(f"{facts.outlet}; board {facts.board or '-'}; {facts.software}; {facts.ref}")
    for part in facts.parts:
        click.echo(f"{part.part}: {part.result.value} {part.code}".rstrip())
