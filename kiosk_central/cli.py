"""``kiosk-central``: make a sample city, serve it, look at its books, settle what differs."""

import json
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection

from kiosk_central import sample as city
from kiosk_central.clock import local_date, this_utc_month, utc_now
from kiosk_central.commands.acceptance import acceptance
from kiosk_central.commands.accounts import account
from kiosk_central.commands.backup import backup
from kiosk_central.commands.bank import bank
from kiosk_central.commands.cards import cards
from kiosk_central.commands.desk_fees import desk_fees
from kiosk_central.commands.differences import differences, payment
from kiosk_central.commands.documents import document, seal
from kiosk_central.commands.interest import interest
from kiosk_central.commands.ivr import ivr
from kiosk_central.commands.journals import journals
from kiosk_central.commands.kiosks import kiosk
from kiosk_central.commands.month_end import ledger_verify, month_end
from kiosk_central.commands.options import DB_OPTION, REGION_OPTION, errors_told
from kiosk_central.commands.profiles import profile
from kiosk_central.commands.receipts import keys, verify
from kiosk_central.commands.refunds import refund
from kiosk_central.commands.rollouts import rollout
from kiosk_central.commands.serve import serve
from kiosk_central.commands.software import software
from kiosk_central.commands.statements import statement
from kiosk_central.commands.trust import trust
from kiosk_central.region import load_region
from kiosk_central.sample_trust import give_identities, sample_authority
from kiosk_central.show import books
from kiosk_central.signing import remember_key, signer_for
from kiosk_central.store.engine import open_centre_database, open_engine, read, write
from kiosk_central.store.partitions import make_ahead, put_in_order
from kiosk_central.store.revisions import migrate


@click.group()
def main() -> None:
    """The reference central server."""


COMMANDS = (
    acceptance,
    account,
    backup,
    bank,
    cards,
    desk_fees,
    differences,
    document,
    interest,
    ivr,
    journals,
    keys,
    kiosk,
    month_end,
    payment,
    profile,
    refund,
    rollout,
    seal,
    serve,
    software,
    statement,
    trust,
    verify,
)
for command in COMMANDS:
    main.add_command(command)


@main.command("sample")
@DB_OPTION
@REGION_OPTION
@click.option("--people", type=click.IntRange(min=1), default=100, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--city", "city_name", help="Name of the city on record; of the region if not given.")
@click.option("--kiosk", "kiosks", multiple=True, default=city.SAMPLE_KIOSKS, show_default=True)
@click.option("--cards", type=click.Path(path_type=Path), help="Write the personas' cards here.")
@click.option(
    "--trust",
    "trust_folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Make a CA here, and an identity for each kiosk below it.",
)
def make_sample(
    db: str,
    region: Path,
    people: int,
    seed: int,
    city_name: str | None,
    kiosks: tuple[str, ...],
    cards: Path | None,
    trust_folder: Path | None,
) -> None:
    """Fill an empty database with synthetic people (the well-known personas first)."""
    with errors_told():
        pack, now = load_region(region), utc_now()

        def fill(connection: Connection) -> None:
            city.fill(connection, pack, people, seed, local_date(now), city_name, kiosks)
            remember_key(connection, now, signer_for(connection, None))
            if trust_folder is not None:
                authority = sample_authority(trust_folder)
                give_identities(connection, authority, trust_folder, kiosks)

        write(open_engine(db), fill)
    if cards is not None:
        text = json.dumps(city.card_dump(), ensure_ascii=False, indent=1)
        cards.write_text(text + "\n", encoding="utf-8")


@main.command("migrate")
@DB_OPTION
def migrate_tables(db: str) -> None:
    """Make the tables in an empty database, or bring them to this server's revision."""
    with errors_told():
        engine = open_engine(db)
        revision = write(engine, migrate)
        write(engine, put_in_order)
        write(engine, lambda at: make_ahead(at, this_utc_month(utc_now())))
    click.echo(f"revision {revision}")


@main.group()
def ledger() -> None:
    """The books."""


ledger.add_command(ledger_verify)


@ledger.command("show")
@DB_OPTION
@click.option("--json", "as_json", is_flag=True, help="Everything, as one JSON document.")
def ledger_show(db: str, as_json: bool) -> None:
    """Print postings, payments, assessments and differences."""
    with errors_told():
        found = read(open_centre_database(db), books)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for posting in found["postings"]:
        click.echo(_line(posting))
    click.echo(f"balance {found['balance_fen']} fen, {len(found['differences'])} differences")


def _line(posting: dict[str, Any]) -> str:
    parts = ", ".join(f"{one['account']} {one['debit_fen']}" for one in posting["entries"])
    about = f"{posting['receipt_number'] or '-'} {posting['payment_ref'] or '-'}"
    return f"{posting['posted_at']} {posting['kind']} {about}: {parts}"
