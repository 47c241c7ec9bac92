"""``kiosk-central kiosk``: their cabinets, and the certificates by which the centre knows them."""

from pathlib import Path

import click

from kiosk_central.cabinet import events as all_events
from kiosk_central.cabinet import release
from kiosk_central.clock import utc_now
from kiosk_central.commands.options import (
    BY_OPTION,
    DB_OPTION,
    JSON_OPTION,
    NOTE_OPTION,
    TRUST_OPTION,
    echo_json,
    errors_told,
    read_at,
    write_at,
)
from kiosk_central.fleet.holds import hold_payments, release_payments
from kiosk_central.fleet.tickets import list_tickets
from kiosk_central.people import add_kiosk, find_kiosk
from kiosk_central.retirements import LeftOpen, list_retirements, replace, retire
from kiosk_central.store.engine import open_centre_database, write
from kiosk_central.trust.ca import FolderIssuer
from kiosk_central.trust.enrolment import certificates, make_code, revoke
from kiosk_central.trust.technician import let_in
from kioskd.domain import technician_code
from kioskd.domain.enrolment_code import grouped

TICKETS_MAX = 1000


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


@kiosk.command("add")
@click.argument("kiosk_id", metavar="KIOSK")
@DB_OPTION
@click.option("--outlet", required=True, help="Id of the place, as in the region pack.")
@click.option("--sam-id", default="", help="Number of its ID reader's module, if registered.")
def add(kiosk_id: str, db: str, outlet: str, sam_id: str) -> None:
    """Put a new kiosk on record; then ``enrol`` it."""
    with errors_told():
        write(
            open_centre_database(db),
            lambda connection: add_kiosk(connection, kiosk_id, outlet, sam_id),
        )
    click.echo(f"{kiosk_id} added: kiosk-central kiosk enrol {kiosk_id}")


@kiosk.command("enrol")
@click.argument("kiosk_id", metavar="KIOSK")
@DB_OPTION
def enrol(kiosk_id: str, db: str) -> None:
    """Make a one-time code for a kiosk and print it, once; good for 24 hours."""
    with errors_told():
        code = write(
            open_centre_database(db),
            lambda connection: make_code(connection, utc_now(), kiosk_id),
        )
    click.echo(grouped(code))


@kiosk.command("revoke")
@click.argument("kiosk_id", metavar="KIOSK")
@DB_OPTION
@click.option("--reason", required=True, metavar="TEXT", help="Why; kept for ever.")
def revoke_all(kiosk_id: str, db: str, reason: str) -> None:
    """End all certificates and codes of a kiosk, within a second."""
    with errors_told():
        ended = write(
            open_centre_database(db),
            lambda connection: revoke(connection, utc_now(), kiosk_id, reason),
        )
    click.echo(f"{kiosk_id}: {ended} revoked")


@kiosk.command("retire")
@click.argument("kiosk_id", metavar="KIOSK")
@DB_OPTION
@BY_OPTION
@NOTE_OPTION
def retire_one(kiosk_id: str, db: str, by: str, note: str) -> None:
    """End a kiosk that cannot end itself (``kioskd retire``), and print what it left open."""
    left = write_at(db, None, lambda desk: retire(desk, kiosk_id, by, note))
    click.echo(f"{kiosk_id} retired")
    _echo_left(left)


@kiosk.command("replace")
@click.argument("kiosk_id", metavar="KIOSK")
@DB_OPTION
@BY_OPTION
@NOTE_OPTION
def replace_one(kiosk_id: str, db: str, by: str, note: str) -> None:
    """Print a code by which a new unit takes a kiosk's place, and what the old one left open."""
    code, left = write_at(db, None, lambda desk: replace(desk, kiosk_id, by, note))
    click.echo(grouped(code))
    _echo_left(left)


def _echo_left(left: LeftOpen) -> None:
    for ref in left.payments:
        click.echo(f"open payment {ref}: kiosk-central differences")
    for number in left.differences:
        click.echo(f"open difference {number}")
    if left.undelivered:
        click.echo(f"{left.undelivered} reports not delivered at {left.heard_at}: keep its card")
    if left.is_nothing:
        click.echo("nothing left open")


@kiosk.command("retirements")
@DB_OPTION
@JSON_OPTION
@click.option("--kiosk", "kiosk_id", help="Of this kiosk only.")
def list_ends(db: str, as_json: bool, kiosk_id: str | None) -> None:
    """List kiosks that ended or were replaced, by whom and why."""
    found = read_at(db, lambda at: list_retirements(at, kiosk_id))
    if as_json:
        echo_json(found)
        return
    for one in found:
        click.echo(f"{one['at']} {one['kiosk_id']} {one['kind']} by {one['by']}: {one['note']}")


@kiosk.command("certificates")
@DB_OPTION
@JSON_OPTION
@click.option("--kiosk", "kiosk_id", help="Of this kiosk only.")
def list_certificates(db: str, as_json: bool, kiosk_id: str | None) -> None:
    """List certificates, when they end, and which were revoked."""
    found = read_at(db, lambda at: certificates(at, kiosk_id))
    if as_json:
        echo_json(found)
        return
    for one in found:
        end = f"revoked {one['revoked_at']}: {one['reason']}" if one["revoked_at"] else "good"
        click.echo(f"{one['kiosk_id']} {one['serial']} until {one['not_after']} {end}")


@kiosk.command("hold")
@click.argument("kiosk_id", metavar="KIOSK")
@DB_OPTION
@BY_OPTION
@NOTE_OPTION
def hold_one(kiosk_id: str, db: str, by: str, note: str) -> None:
    """Hold a kiosk's payments from now on."""
    read_at(db, lambda connection: find_kiosk(connection, kiosk_id))
    write_at(db, None, lambda desk: hold_payments(desk, kiosk_id, by, note))
    click.echo(f"{kiosk_id} held")


@kiosk.command("let-pay")
@click.argument("kiosk_id", metavar="KIOSK")
@DB_OPTION
@BY_OPTION
@NOTE_OPTION
def let_pay(kiosk_id: str, db: str, by: str, note: str) -> None:
    """End an operator's hold; one by an opened cabinet has its own ``release``."""
    write_at(db, None, lambda desk: release_payments(desk, kiosk_id, by, note))
    click.echo(f"{kiosk_id} takes payments")


@kiosk.command("tickets")
@DB_OPTION
@JSON_OPTION
def tickets(db: str, as_json: bool) -> None:
    """List the fault tickets that are open, newest first."""
    rows = read_at(db, lambda connection: list_tickets(connection, True, 0, TICKETS_MAX))
    if as_json:
        echo_json([dict(row._asdict()) for row in rows])
        return
    for row in rows:
        click.echo(f"{row.number} {row.kiosk_id} {row.module} {row.code} since {row.opened_at}")


@kiosk.command("technician")
@click.argument("kiosk_id", metavar="KIOSK")
@DB_OPTION
@TRUST_OPTION
@click.option("--challenge", required=True, metavar="DIGITS", help="The eight on its screen.")
@BY_OPTION
@NOTE_OPTION
def technician(kiosk_id: str, db: str, trust: Path, challenge: str, by: str, note: str) -> None:
    """Print the ten digits that let a technician in; read them out to nobody you do not know."""
    digits = technician_code.read_digits(challenge, technician_code.CHALLENGE_DIGITS)
    if digits is None:
        raise click.ClickException("a challenge is eight digits: ask for it again")
    with errors_told():
        issuer = FolderIssuer(trust)
        answer = write(
            open_centre_database(db),
            lambda at: let_in(at, utc_now(), issuer, kiosk_id, digits, by, note),
        )
    click.echo(technician_code.grouped(answer))
