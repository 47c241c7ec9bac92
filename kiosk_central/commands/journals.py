"""``kiosk-central journals``: how far the journal of every kiosk is anchored here."""

import click

from kiosk_central.chain import journals as known_journals
from kiosk_central.commands.options import DB_OPTION, JSON_OPTION, echo_json, read_at


@click.command()
@DB_OPTION
@JSON_OPTION
def journals(db: str, as_json: bool) -> None:
    """List the journals by kiosk and series: how far, and since when."""
    found = read_at(db, known_journals)
    if as_json:
        echo_json(found)
        return
    for one in found:
        name, reach = f"{one['kiosk_id']} {one['series']}", f"entry {one['seq']}"
        click.echo(f"{name} {reach} since {one['first_at']} last {one['last_at']} {one['head']}")
