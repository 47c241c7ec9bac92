"""``kiosk-central software``: the signed bundles that roll-outs can bring to kiosks."""

from pathlib import Path

import click

from kiosk_central.commands.options import (
    BY_OPTION,
    DB_OPTION,
    JSON_OPTION,
    NOTE_OPTION,
    echo_json,
    errors_told,
    read_at,
    write_at,
)
from kiosk_central.fleet.rollouts import wants_software
from kiosk_central.updates import (
    NoSoftware,
    checked_bundle,
    is_offered,
    list_software,
    note_added,
    note_removed,
    put_on_shelf,
    shelf_for,
)
from kioskd.protocols.release_signature import read_keys

FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
BUNDLES_OPTION = click.option(
    "--bundles",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder with the bundles; ``bundles`` beside an SQLite database if not given.",
)


@click.group()
def software() -> None:
    """What kiosks can run: bundles that the release key has signed."""


def _folder(db: str, bundles: Path | None) -> Path:
    folder = shelf_for(db, bundles)
    if folder is None:
        raise click.UsageError("--bundles: this database is no file to put a folder beside")
    return folder


@software.command("add")
@click.argument("file", type=FILE)
@DB_OPTION
@BUNDLES_OPTION
@click.option("--release-keys", type=FILE, required=True, help="Public keys (PEM), as in images.")
@BY_OPTION
@NOTE_OPTION
def add(file: Path, db: str, bundles: Path | None, release_keys: Path, by: str, note: str) -> None:
    """Check all of a bundle and put it where kiosks can have it; a roll-out does the rest."""
    folder = _folder(db, bundles)
    with errors_told():
        bundle, digest = checked_bundle(file, read_keys(release_keys.read_bytes()))
        manifest = bundle.manifest
        if read_at(db, lambda at: is_offered(at, manifest.version)):
            raise NoSoftware(f"{manifest.version} is there already: remove it first")
        put_on_shelf(folder, file, manifest.version)
        write_at(db, None, note_added(bundle, digest, by, note))
    click.echo(
        f"{manifest.version} for {manifest.compatible}, {bundle.size} bytes, sha256 {digest}"
    )


@software.command("list")
@DB_OPTION
@JSON_OPTION
def list_all(db: str, as_json: bool) -> None:
    """List what can be had and what was taken away, newest first."""
    rows = [dict(row._asdict()) for row in read_at(db, list_software)]
    if as_json:
        echo_json(rows)
        return
    for row in rows:
        gone = f", removed {row['removed_at']} by {row['removed_by']}" if row["removed_at"] else ""
        click.echo(f"{row['version']} for {row['compatible']}, {row['size']} bytes{gone}")


@software.command("remove")
@click.argument("version")
@DB_OPTION
@BUNDLES_OPTION
@BY_OPTION
@NOTE_OPTION
def remove(version: str, db: str, bundles: Path | None, by: str, note: str) -> None:
    """Take a version away; kiosks that run it keep it. Refused while one is being given it."""
    folder = _folder(db, bundles)
    with errors_told():
        if read_at(db, lambda at: wants_software(at, version)):
            raise NoSoftware(f"a roll-out gives kiosks {version}: abort it or roll it back first")
        write_at(db, None, lambda desk: note_removed(desk, version, by, note))
    (folder / f"{version}.bundle").unlink(missing_ok=True)
    click.echo(f"{version} removed")
