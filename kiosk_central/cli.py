"""``kiosk-central``: make a sample city, serve it, look at its books, settle what differs."""

import ipaddress
import json
import socket
import sys
from pathlib import Path
from typing import Any

import click
import uvicorn
from sqlalchemy import Connection

from kiosk_central import sample as city
from kiosk_central.app import build_app, build_centre
from kiosk_central.clock import local_date, utc_now
from kiosk_central.commands.accounts import account
from kiosk_central.commands.backup import backup
from kiosk_central.commands.bank import bank
from kiosk_central.commands.cards import cards
from kiosk_central.commands.differences import differences, payment
from kiosk_central.commands.documents import SEAL_OPTION, document, seal
from kiosk_central.commands.interest import interest
from kiosk_central.commands.journals import journals
from kiosk_central.commands.kiosks import kiosk
from kiosk_central.commands.month_end import ledger_verify, month_end
from kiosk_central.commands.options import DB_OPTION, SIGNING_KEY_OPTION, errors_told
from kiosk_central.commands.profiles import profile
from kiosk_central.commands.receipts import keys, verify
from kiosk_central.commands.refunds import refund
from kiosk_central.commands.statements import statement
from kiosk_central.region import SAMPLE_FILE, load_region
from kiosk_central.show import books
from kiosk_central.signing import remember_key, signer_for
from kiosk_central.store.engine import open_centre_database, open_engine, read, write
from kiosk_central.store.revisions import migrate

REGION_OPTION = click.option(
    "--region",
    type=click.Path(path_type=Path, dir_okay=False),
    default=SAMPLE_FILE,
    help="Region pack (JSON); the sample city's if not given.",
)
BACKLOG = 256


@click.group()
def main() -> None:
    """The reference central server."""


COMMANDS = (
    account,
    backup,
    bank,
    cards,
    differences,
    document,
    interest,
    journals,
    keys,
    kiosk,
    month_end,
    payment,
    profile,
    refund,
    seal,
    statement,
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
def make_sample(
    db: str,
    region: Path,
    people: int,
    seed: int,
    city_name: str | None,
    kiosks: tuple[str, ...],
    cards: Path | None,
) -> None:
    """Fill an empty database with synthetic people (the well-known personas first)."""
    with errors_told():
        pack, now = load_region(region), utc_now()

        def fill(connection: Connection) -> None:
            city.fill(connection, pack, people, seed, local_date(now), city_name, kiosks)
            remember_key(connection, now, signer_for(connection, None))

        write(open_engine(db), fill)
    if cards is not None:
        text = json.dumps(city.card_dump(), ensure_ascii=False, indent=1)
        cards.write_text(text + "\n", encoding="utf-8")


@main.command("migrate")
@DB_OPTION
def migrate_tables(db: str) -> None:
    """Make the tables in an empty database, or bring them to this server's revision."""
    with errors_told():
        revision = write(open_engine(db), migrate)
    click.echo(f"revision {revision}")


@main.command()
@DB_OPTION
@REGION_OPTION
@SIGNING_KEY_OPTION
@SEAL_OPTION
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8470, show_default=True)
def serve(
    db: str, region: Path, signing_key: Path | None, seal: Path | None, host: str, port: int
) -> None:
    """Serve kiosks over plain HTTP on loopback; prints one JSON line when ready."""
    listener = _listen_on_loopback(host, port)
    with errors_told():
        centre = build_centre(db, load_region(region), signing_key=signing_key, seal=seal)
    config = uvicorn.Config(
        build_app(centre), log_level="warning", access_log=False, server_header=False
    )
    _AnnouncingServer(config).run(sockets=[listener])


def _listen_on_loopback(host: str, port: int) -> socket.socket:
    """Bind a loopback address. Raises ClickException for any other, and for a port in use."""
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        raise click.ClickException("--host: give an IP address of this machine") from None
    if not address.is_loopback:
        raise click.ClickException(
            f"--host {address}: plain HTTP carries names and ID numbers and is served on loopback"
            " only; put a TLS proxy with client certificates before this server"
        )
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    try:
        return socket.create_server((str(address), port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise click.ClickException(f"port {port}: {error.strerror}") from error


class _AnnouncingServer(uvicorn.Server):
    """Says on stdout, in one line of JSON, where it can be reached, once it can."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            host, port = sockets[0].getsockname()[:2]
            place = f"[{host}]" if ":" in host else host
            ready = {"ready": True, "host": host, "port": port, "url": f"http://{place}:{port}"}
            print(json.dumps(ready), file=sys.stdout, flush=True)


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
