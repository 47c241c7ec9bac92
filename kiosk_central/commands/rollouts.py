"""``kiosk-central rollout``: begin, look at and move the roll-out of a version."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import click

from kiosk_central.commands.options import (
    BY_OPTION,
    DB_OPTION,
    JSON_OPTION,
    NOTE_OPTION,
    echo_json,
    read_at,
    write_at,
)
from kiosk_central.fleet.rollout_states import BY_HAND, Move
from kiosk_central.fleet.rollouts import (
    Plan,
    begin,
    config_plan,
    find_rollout,
    list_rollouts,
    move,
    progress,
)
from kiosk_central.fleet.wanted import CONFIG, SOFTWARE
from kiosk_central.region import SAMPLE_FILE, load_region

FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
HIDDEN = ("pack", "pack_before")
MINUTES = {"m": 1, "h": 60, "d": 24 * 60}


def soak_of(_context: object, _option: object, text: str) -> timedelta:
    """Read ``30m``, ``2h`` or ``1d``. Raises BadParameter."""
    found = re.fullmatch(r"(\d{1,4})([mhd])", text)
    if found is None:
        raise click.BadParameter("a number with m, h or d: 30m")
    return timedelta(minutes=int(found[1]) * MINUTES[found[2]])


def percent_of(_context: object, _option: object, text: str) -> int:
    """Read ``5%``. Raises BadParameter."""
    found = re.fullmatch(r"(\d{1,3})%", text)
    if found is None or int(found[1]) > 100:
        raise click.BadParameter("a percentage: 5%")
    return int(found[1])


@click.group()
def rollout() -> None:
    """A new version, in stages: a region pack or a program."""


@rollout.command("start")
@DB_OPTION
@click.option("--kind", type=click.Choice([CONFIG, SOFTWARE]), required=True)
@click.option("--version", default="", help="Of the program; a pack's is in its file.")
@click.option("--file", type=FILE, help="The region pack (JSON).")
@click.option("--region", type=FILE, default=SAMPLE_FILE, help="The pack the server was given.")
@click.option("--stages", default="1,10%,50%,100%", show_default=True)
@click.option("--soak", default="30m", show_default=True, callback=soak_of)
@click.option("--stop-at", default="5%", show_default=True, callback=percent_of)
@BY_OPTION
@NOTE_OPTION
def start(
    db: str,
    kind: str,
    version: str,
    file: Path | None,
    region: Path,
    stages: str,
    soak: timedelta,
    stop_at: int,
    by: str,
    note: str,
) -> None:
    """Begin with the first stage; the server goes on by itself while all is well."""
    if kind == CONFIG and file is None:
        raise click.UsageError("a configuration is rolled out from a --file")

    def plan() -> Plan:
        how = {"stages": stages, "soak": soak, "stop_at_percent": stop_at}
        if file is not None and kind == CONFIG:
            made = config_plan(load_region(file), load_region(region), **how)
            if version not in ("", made.version):
                raise click.UsageError(f"the file is of version {made.version}")
            return made
        return Plan(kind, version, stages, soak, stop_at)

    number = write_at(db, None, lambda desk: begin(desk, plan(), by, note))
    click.echo(f"roll-out {number}")


@rollout.command("list")
@DB_OPTION
@JSON_OPTION
def list_all(db: str, as_json: bool) -> None:
    """List roll-outs, newest first."""
    rows = [dict(row._asdict()) for row in read_at(db, list_rollouts)]
    if as_json:
        echo_json([{name: row[name] for name in row if name not in HIDDEN} for row in rows])
        return
    for row in rows:
        stage = row["stages"].split()[row["stage"]]
        click.echo(f"{row['id']} {row['kind']} {row['version']} {row['state']} at {stage}")


@rollout.command("show")
@click.argument("number", type=int)
@DB_OPTION
def show(number: int, db: str) -> None:
    """Print the stages of a roll-out: kiosks, how many have the version, how many failed."""
    row = read_at(db, lambda at: find_rollout(at, number))
    if row is None:
        raise click.ClickException("no such roll-out")
    click.echo(f"{row.id} {row.kind} {row.version} {row.state} {row.why}".rstrip())
    for stage in read_at(db, lambda at: progress(at, row)):
        told = f"{stage['kiosks']} kiosks, {stage['reached']} reached, {stage['failed']} failed"
        click.echo(f"{stage['name']}: {told}")


def _mover(what: Move) -> Callable[..., None]:
    @click.argument("number", type=int)
    @DB_OPTION
    @BY_OPTION
    @NOTE_OPTION
    def moved(number: int, db: str, by: str, note: str) -> None:
        state = write_at(db, None, lambda desk: move(desk, number, what, f"{by}: {note}"))
        click.echo(f"roll-out {number} {state.value}")

    return moved


HELP = {
    Move.STOP: "Give the version to nobody new, until somebody decides.",
    Move.RESUME: "Go on; what failed so far is looked at anew.",
    Move.ABORT: "Give it to nobody new, for good; who has it keeps it.",
    Move.ROLL_BACK: "Give every kiosk what it had before.",
}
for one in BY_HAND:
    name = one.value.replace("_", "-")
    rollout.command(name, help=HELP[one])(_mover(one))
