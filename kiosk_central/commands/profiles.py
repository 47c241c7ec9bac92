"""``kiosk-central profile``: the history of personal information, and what waits for a decision."""

import click

from kiosk_central.commands.options import (
    BY_OPTION,
    DB_OPTION,
    JSON_OPTION,
    NOTE_OPTION,
    echo_json,
    read_at,
    write_at,
)
from kiosk_central.profiles import all_changes, decide_change


@click.group()
def profile() -> None:
    """Changes of personal information."""


@profile.command("changes")
@DB_OPTION
@JSON_OPTION
def list_changes(db: str, as_json: bool) -> None:
    """List every change; without --json only where it stands, not what was written."""
    found = read_at(db, all_changes)
    if as_json:
        echo_json(found)
        return
    for one in found:
        click.echo(f"{one['at']} {one['ref']} {one['field']} {one['state']} at {one['kiosk_id']}")


@profile.command("decide")
@click.argument("kiosk_id")
@click.argument("ref")
@DB_OPTION
@click.option("--accept/--refuse", "accept", required=True, default=None, help="Whether it counts.")
@BY_OPTION
@NOTE_OPTION
def decide(kiosk_id: str, ref: str, db: str, accept: bool, by: str, note: str) -> None:
    """Let a change that waits count, or refuse it."""
    write_at(db, None, lambda desk: decide_change(desk, kiosk_id, ref, accept, by, note))
