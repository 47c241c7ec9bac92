"""``kiosk-central trust``: make the private CA, and the server's certificate anew."""

from pathlib import Path

import click

from kiosk_central.commands.options import errors_told
from kiosk_central.trust.ca import CA_FILE, SERVER_FILE, FolderIssuer, make_authority

NAME_OPTION = click.option(
    "--name",
    "names",
    multiple=True,
    required=True,
    help="A host name or address by which kiosks reach the server; may be repeated.",
)
FOLDER = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))


@click.group()
def trust() -> None:
    """The private CA that kiosks pin."""


@trust.command("init")
@FOLDER
@NAME_OPTION
def make(folder: Path, names: tuple[str, ...]) -> None:
    """Make a CA and the server's certificate in FOLDER, which only the server may read."""
    with errors_told():
        make_authority(folder, names)
    click.echo(f"{folder / CA_FILE} is what kiosks pin; keep a copy of {folder} off line")


@trust.command("server")
@FOLDER
@NAME_OPTION
def make_server(folder: Path, names: tuple[str, ...]) -> None:
    """Make the server's key and certificate anew; it serves under them when it is started."""
    with errors_told():
        FolderIssuer(folder).write_server(folder, names)
    click.echo(str(folder / SERVER_FILE))
