"""``kiosk-central account``: who may log in at the pages of staff, and as what."""

import click

from kiosk_central.clock import utc_now
from kiosk_central.commands.options import DB_OPTION, JSON_OPTION, echo_json, errors_told, read_at
from kiosk_central.store.engine import open_centre_database, write
from kiosk_central.web.accounts import (
    SETUP_LASTS,
    Account,
    add_account,
    all_accounts,
    disable_account,
    reset_account,
)
from kiosk_central.web.roles import Role, roles_text

_HOURS = int(SETUP_LASTS.total_seconds()) // 3600


@click.group()
def account() -> None:
    """The accounts of staff."""


@account.command("add")
@click.argument("name")
@DB_OPTION
@click.option(
    "--role", "roles", multiple=True, required=True, type=click.Choice(Role, case_sensitive=False)
)
@click.option("--shown", default="", help="Her name as colleagues and papers call her.")
@click.option("--outlet", default="", help="Id of her outlet; a clerk has one.")
def add(name: str, db: str, roles: tuple[Role, ...], shown: str, outlet: str) -> None:
    """Make an account and print the code with which she chooses her password."""
    with errors_told():
        code = write(
            open_centre_database(db),
            lambda connection: add_account(
                connection, utc_now(), name, shown, frozenset(roles), outlet
            ),
        )
    _tell(code)


@account.command("reset")
@click.argument("name")
@DB_OPTION
def reset(name: str, db: str) -> None:
    """End her password, second factor and log-ins, and print a new set-up code."""
    with errors_told():
        code = write(
            open_centre_database(db), lambda connection: reset_account(connection, utc_now(), name)
        )
    _tell(code)


@account.command("disable")
@click.argument("name")
@DB_OPTION
def disable(name: str, db: str) -> None:
    """End an account; what it did stays in the books."""
    with errors_told():
        write(
            open_centre_database(db),
            lambda connection: disable_account(connection, utc_now(), name),
        )
    click.echo(f"{name} disabled")


@account.command("list")
@DB_OPTION
@JSON_OPTION
def list_all(db: str, as_json: bool) -> None:
    """List all accounts."""
    found = [_view(one) for one in read_at(db, all_accounts)]
    if as_json:
        echo_json(found)
        return
    for one in found:
        click.echo(f"{one['name']}  {one['roles']}  {one['outlet'] or '-'}  {one['state']}")


def _view(one: Account) -> dict[str, str]:
    state = "disabled" if one.disabled_at else "ready" if one.ready else "not set up"
    roles = roles_text(one.roles)
    return {
        "name": one.name,
        "shown": one.shown,
        "roles": roles,
        "outlet": one.outlet,
        "state": state,
    }


def _tell(code: str) -> None:
    click.echo(f"set-up code {code}, good once within {_HOURS} hours, at /desk/setup")
