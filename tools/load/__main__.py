"""``python -m tools.load``: what the centre carries beside what the machine can do without us.

Client and servers share the machine's cores, and so does whatever else runs on it: compare ratios,
not figures, and believe none from a machine that was busy.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from kiosk_bench.postgres import programs, running
from tools.load import closing, failover, fleet, history, kiosks, pair
from tools.load.bare import pgbench_inserts, sqlite_commits
from tools.load.city import make_city
from tools.load.rows import Row, table
from tools.load.run import CONNECTIONS, centres, load, serving

ROUNDS, BARE_S = 3, 4
PGBENCH_CLIENTS = 32


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything."""

    payments: int = 10_000
    """Of one round."""
    postings: int = 10_000_000
    closing: int = 1_000_000
    fleet: int = 100_000
    beats: int = 20_000
    kiosks: int = 300
    burst_s: float = 60.0
    outage_min: float = 10.0
    bare: int = 2_000
    failover: int = 60_000
    failover_s: float = 10.0


WHOLE = Size()
QUICK = Size(payments=5_000, postings=1_000_000, closing=100_000, outage_min=1)
TINY = Size(256, 20_000, 2_000, 2_000, 1_000, 8, 5.0, 0.2, 64, 2_000, 2.0)
"""Shows that the tools work; no figure of it means anything."""
SIZES = {"whole": WHOLE, "quick": QUICK, "tiny": TINY}


def on_sqlite(folder: Path, size: Size) -> list[Row]:
    """Measure payments on SQLite beside bare commits, and their CPU beside the bare route."""
    payments = size.payments
    city = make_city(f"sqlite:///{folder / 'city.db'}", folder / "trust")
    city.prepare(0, payments * ROUNDS)
    commits, done, bare = [], [], []
    with centres(city) as servers, serving("tools.load.bare_route") as route:
        for number in range(ROUNDS):
            folder_of_round = folder / str(number)
            folder_of_round.mkdir()
            commits.append(sqlite_commits(folder_of_round, BARE_S))
            done.append(load(city, servers, number * payments, payments))
            bare.append(load(city, [route], 0, payments))
    best, cpu = max(one.per_second for one in done), min(one.cpu_us for one in done)
    route_us = min(one.cpu_us for one in bare)
    return [
        Row("payments on SQLite / bare commits", best, "/s", max(commits), 0.8),
        Row("CPU of a payment / of its route alone", cpu, "us", route_us, 3.0, at_most=True),
    ]


def on_postgres(folder: Path, size: Size) -> list[Row]:
    """Measure payments on PostgreSQL with two servers beside ``pgbench``."""
    found = programs()
    if found is None:
        return []
    payments = size.payments
    with running(durable=True) as cluster:
        bare = pgbench_inserts(found, cluster.folder, PGBENCH_CLIENTS, BARE_S)
        city = make_city(cluster.url(cluster.create()), folder / "trust-of-two")
        city.prepare(0, payments * ROUNDS)
        with centres(city, 2) as servers:
            rounds = [load(city, servers, one * payments, payments) for one in range(ROUNDS)]
    best = max(one.per_second for one in rounds)
    return [Row("payments on PostgreSQL, two servers / pgbench", best, "/s", bare, 0.25)]


def when_killed(_folder: Path, size: Size) -> list[Row]:
    """Kill the primary, then a copy of the server, under load."""
    if pair.programs() is None:
        return []
    return [
        row
        for name, harm in failover.HARM.items()
        for row in failover.measure(size.failover, size.failover_s, harm, f"{name} killed")
    ]


PARTS: dict[str, Callable[[Path, Size], list[Row]]] = {
    "sqlite": on_sqlite,
    "postgresql": on_postgres,
    "fleet": lambda folder, size: fleet.measure(folder, size.fleet, size.beats),
    "closing": lambda folder, size: closing.measure(folder, size.closing),
    "kiosks": lambda _folder, size: kiosks.measure(
        size.kiosks, size.burst_s, size.outage_min, size.bare
    ),
    "failover": when_killed,
    "history": lambda folder, size: history.measure(
        folder, size.postings, size.payments, size.fleet
    ),
}
"""The longest comes last."""


@click.command()
@click.option("--size", type=click.Choice([*SIZES]), default="whole", show_default=True)
@click.option("--only", type=click.Choice([*PARTS]), multiple=True, help="These parts alone.")
def main(size: str, only: tuple[str, ...]) -> None:
    """Print the table of each part when it is done; exit 1 if a wanted ratio is missed."""
    good = True
    click.echo(f"{os.cpu_count()} cores shared with the client, {CONNECTIONS} connections, {size}")
    for name, part in PARTS.items():
        if only and name not in only:
            continue
        with tempfile.TemporaryDirectory() as folder:
            rows = part(Path(folder), SIZES[size])
        click.echo(f"\n{name}: load average {os.getloadavg()[0]:.1f}\n{table(rows)}")
        good = good and all(row.good for row in rows)
    if not good:
        sys.exit(1)


if __name__ == "__main__":
    main()
