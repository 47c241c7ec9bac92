"""``kiosk-central verify`` and ``keys``: whether a paper is genuine, and by which key."""

from pathlib import Path

import click

from kiosk_central.commands.options import DB_OPTION, errors_told, read_at
from kiosk_central.sample_people import SAMPLE_SIGNING_SEED
from kiosk_central.signing import known_keys, load_public_key, pem, signer_of_seed
from kiosk_central.verify import Checked, CheckedDocument, check_offline, check_with_books
from kiosk_central.verify_words import facts_of, local_time, verdict_of
from kioskd.protocols.receipt_facts import QR_TEXT_MAX, key_id


@click.group()
def keys() -> None:
    """The keys that sign receipts and the facts of documents."""


@keys.command("show")
@DB_OPTION
def show_keys(db: str) -> None:
    """Print every public key that ever signed here, with its id; the newest is the last."""
    for name, public in read_at(db, known_keys).items():
        click.echo(f"key {name.hex()}")
        click.echo(pem(public), nl=False)


@click.command()
@click.argument("text", required=False)
@click.option(
    "--file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Holds the text of the QR code.",
)
@click.option(
    "--key",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The centre's public key (PEM); the sample city's if not given.",
)
@click.option("--db", metavar="URL", help="Look into the books too; brings the keys along.")
def verify(text: str | None, file: Path | None, key: Path | None, db: str | None) -> None:
    """Say what a receipt or document states and whether it is genuine; exit with 1 if not.

    TEXT is what the QR code holds, or is printed beside it; with --db the number of a document will
    do. Without --db no network and no database is needed.
    """
    code = _code(text, file)
    if db is not None and key is not None:
        raise click.UsageError("--db brings its own keys")
    if db is not None:
        checked = read_at(db, lambda connection: check_with_books(connection, code))
    else:
        with errors_told():
            public = signer_of_seed(SAMPLE_SIGNING_SEED).public_key
            public = public if key is None else load_public_key(key)
            checked = check_offline(code, {key_id(public): public})
    _show(checked)
    raise SystemExit(0 if checked.good else 1)


def _code(text: str | None, file: Path | None) -> str:
    if (text is None) == (file is None):
        raise click.UsageError("give TEXT or --file FILE")
    if text is not None:
        return text
    assert file is not None, "one of the two"
    try:
        return file.read_text(encoding="utf-8")[: QR_TEXT_MAX + 1]
    except ValueError:
        raise click.ClickException(f"{file}: not a text") from None


def _show(checked: Checked | CheckedDocument) -> None:
    said = verdict_of(checked)
    click.echo(f"{said.zh} {said.en}")
    click.echo(f"key {checked.key_id.hex()}")
    for name, value in facts_of(checked.facts):
        click.echo(f"{name.zh} {name.en}: {value.en}")
    if isinstance(checked, CheckedDocument):
        if checked.issued:
            click.echo(f"revoked: {_when(checked.revoked_at)}")
    elif checked.posted:
        click.echo(f"copies: {checked.copies}")
        click.echo(f"given back: {_when(checked.reversed_at)}")


def _when(moment: str | None) -> str:
    return local_time(moment) if moment else "no"
