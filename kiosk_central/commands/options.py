"""What the commands have in common: options, errors in one line, one job at the books."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from kiosk_central.clock import utc_now
from kiosk_central.desk import Desk
from kiosk_central.problems import Refused
from kiosk_central.region import SAMPLE_FILE
from kiosk_central.signing import remember_key, signer_for
from kiosk_central.store.engine import open_centre_database, read, write
from kioskd.errors import KioskError

T = TypeVar("T")

DB_OPTION = click.option(
    "--db", required=True, metavar="URL", help="sqlite:////path/file.db or postgresql://..."
)
SIGNING_KEY_OPTION = click.option(
    "--signing-key",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Ed25519 private key (PEM) that signs receipts; the sample city has its own.",
)
REGION_OPTION = click.option(
    "--region",
    type=click.Path(path_type=Path, dir_okay=False),
    default=SAMPLE_FILE,
    help="Region pack (JSON); the sample city's if not given.",
)
TRUST_OPTION = click.option(
    "--trust",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder with the CA and the server's certificate, by ``kiosk-central trust init``.",
)
BY_OPTION = click.option("--by", required=True, metavar="NAME", help="Who decides.")
NOTE_OPTION = click.option("--note", required=True, metavar="TEXT", help="Why; kept for ever.")
JSON_OPTION = click.option("--json", "as_json", is_flag=True, help="As one JSON document.")


@contextmanager
def errors_told() -> Iterator[None]:
    """Tell an operator in one line what went wrong, and exit with 1."""
    try:
        yield
    except (KioskError, Refused, SQLAlchemyError) as error:
        raise click.ClickException(str(error)) from error


def read_at(db: str, query: Callable[[Connection], T]) -> T:
    """Run a query on a centre's database. Raises ClickException."""
    with errors_told():
        return read(open_centre_database(db), query)


def write_at(db: str, signing_key: Path | None, job: Callable[[Desk], T]) -> T:
    """Run a job on a centre's database, whole or not at all. Raises ClickException."""

    def at_desk(connection: Connection) -> T:
        now, signer = utc_now(), signer_for(connection, signing_key)
        remember_key(connection, now, signer)
        return job(Desk(connection, now, signer))

    with errors_told():
        return write(open_centre_database(db), at_desk)


def echo_json(value: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))
