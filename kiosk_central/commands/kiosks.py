"""``kiosk-central kiosk``: what happened to the cabinets, and letting one take money again."""

import click

from kiosk_central.cabinet import events as all_events
from kiosk_central.cabinet import release
from kiosk_central.clock import utc_now
from kiosk_central.commands.options import (
    BY_OPTION,
    DB_OPTION,
    JSON_OPTION,
    NOTE_OPTION,
    echo_json,
    errors_told,
    read_at,
)
from kiosk_central.store.engine import open_centre_database, write


@click.group()
def kiosk() -> None:
    """The kiosks themselves."""


@kiosk.command("events")
@DB_OPTION
@JSON_OPTION
@click.option("--kiosk", "kiosk_id", help="Of this kiosk only.")
def list_events(db: str, as_json: bool, kiosk_id: str | None) -> None:
    """List openings, closings, cards left behind, and releases, as they came."""
    found = read_at(db, lambda connection: all_events(connection, kiosk_id))
    if as_json:
        echo_json(found)
        return
    for one in found:
        by = f" by {one['by']}: {one['note']}" if one["kind"] == "released" else ""
        click.echo(f"{one['received_at']} {one['kiosk_id']} {one['kind']} at {one['kiosk_at']}{by}")


@kiosk.command("release")
@click.argument("kiosk_id", metavar="KIOSK")
@DB_OPTION
@BY_OPTION
@NOTE_OPTION
def release_one(kiosk_id: str, db: str, by: str, note: str) -> None:
    """Let a kiosk whose cabinet was opened take money again; who and why is kept."""
    with errors_told():
        write(
            open_centre_database(db),
            lambda connection: release(connection, utc_now(), kiosk_id, by, note),
        )
    click.echo(f"{kiosk_id} released")
