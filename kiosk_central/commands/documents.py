"""``kiosk-central document`` and ``seal``: what was issued, taking one back, the CA to pin."""

from pathlib import Path
from typing import Any

import click

from kiosk_central.commands.options import (
    BY_OPTION,
    DB_OPTION,
    JSON_OPTION,
    SIGNING_KEY_OPTION,
    echo_json,
    read_at,
    write_at,
)
from kiosk_central.documents.issue import revoke
from kiosk_central.documents.listing import all_documents, one_document
from kiosk_central.documents.numbers import typed_number
from kiosk_central.documents.seal_key import seal_for

SEAL_OPTION = click.option(
    "--seal",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The seal: private key, its certificate, those up to the CA, in one PEM file;"
    " the sample city has its own.",
)


@click.group()
def document() -> None:
    """The sealed documents."""


@document.command("list")
@DB_OPTION
@JSON_OPTION
def list_documents(db: str, as_json: bool) -> None:
    """List every document that was issued, the oldest first."""
    found = read_at(db, all_documents)
    if as_json:
        echo_json(found)
        return
    for one in found:
        click.echo(_line(one))


def _line(one: dict[str, Any]) -> str:
    line = f"{one['issued_at']} {one['number']} {one['kind']} {one['kiosk_id']} {one['ref']}"
    revoked = f" revoked {one['revoked_at']}: {one['revoked_reason']}"
    return line + (revoked if one["revoked_at"] else "")


@document.command("show")
@click.argument("number")
@DB_OPTION
@JSON_OPTION
def show_document(number: str, db: str, as_json: bool) -> None:
    """Show what the QR code of one states, its hashes, and what became of its prints."""
    found = read_at(db, lambda connection: one_document(connection, _number(number)))
    if found is None:
        raise click.ClickException("no document of that number")
    if as_json:
        echo_json(found)
        return
    click.echo(_line(found))
    for name, value in found["states"]:
        click.echo(f"{name}: {value}")
    click.echo(f"sha256 {found['unsigned_sha256']} unsigned, {found['sealed_sha256']} sealed")
    for one in found["prints"]:
        done = f"{one['pages_done']} of {found['pages']} pages"
        fault = f", not genuine: {one['fault']}" if one["fault"] else ""
        click.echo(f"print {one['print_ref']}: {one['printed']}, {done}, {one['at']}{fault}")


@document.command("revoke")
@click.argument("number")
@DB_OPTION
@BY_OPTION
@click.option("--reason", required=True, metavar="TEXT", help="Why; kept for ever.")
@SIGNING_KEY_OPTION
def revoke_document(number: str, db: str, by: str, reason: str, signing_key: Path | None) -> None:
    """Take a document back: from now on whoever checks it is told that it is revoked."""
    write_at(db, signing_key, lambda desk: revoke(desk, _number(number), by, reason))
    click.echo(f"{_number(number)} revoked")


def _number(text: str) -> str:
    number = typed_number(text)
    if number is None:
        raise click.ClickException("not the number of a document: a character is wrong")
    return number


@click.group()
def seal() -> None:
    """The red seal's certificates."""


@seal.command("ca")
@DB_OPTION
@SEAL_OPTION
def show_ca(db: str, seal: Path | None) -> None:
    """Print the certificate of the seal's CA (PEM): what every kiosk pins."""
    found = read_at(db, lambda connection: seal_for(connection, seal))
    if found is None:
        raise click.ClickException("this city has no seal: give --seal FILE")
    click.echo(found.ca_pem, nl=False)
