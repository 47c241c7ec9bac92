"""``python -m tools.load``: payments through HTTP beside what the machine can do without us.

Client and servers share the machine's cores, and so does whatever else runs on it: compare ratios,
not figures, and believe none from a machine that was busy.
"""

import os
import sys
import tempfile
from pathlib import Path

import click

from kiosk_bench.postgres import programs, running
from tools.load import history
from tools.load.bare import pgbench_inserts, sqlite_commits
from tools.load.city import make_city
from tools.load.rows import Row, table
from tools.load.run import CONNECTIONS, centres, load, serving

PAYMENTS, ROUNDS = 10_000, 3
BARE_S = 4
POSTINGS, QUICK = 10_000_000, 1_000_000
PGBENCH_CLIENTS = 32


def on_sqlite(folder: Path, payments: int) -> list[Row]:
    """Measure payments on SQLite beside bare commits, and their CPU beside the bare route."""
    city = make_city(f"sqlite:///{folder / 'city.db'}", folder / "trust")
    city.prepare(0, payments * ROUNDS)
    city.engine.dispose()
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


def on_postgres(folder: Path, payments: int) -> list[Row]:
    """Measure payments on PostgreSQL with two servers beside ``pgbench``."""
    found = programs()
    if found is None:
        return []
    with running(durable=True) as cluster:
        bare = pgbench_inserts(found, cluster.folder, PGBENCH_CLIENTS, BARE_S)
        city = make_city(cluster.url(cluster.create()), folder / "trust-of-two")
        city.prepare(0, payments * ROUNDS)
        city.engine.dispose()
        with centres(city, 2) as servers:
            rounds = [load(city, servers, one * payments, payments) for one in range(ROUNDS)]
    best = max(one.per_second for one in rounds)
    return [Row("payments on PostgreSQL, two servers / pgbench", best, "/s", bare, 0.25)]


@click.command()
@click.option("--payments", type=click.IntRange(min=256), default=PAYMENTS, show_default=True)
@click.option("--postings", type=click.IntRange(min=0), default=POSTINGS, show_default=True)
@click.option("--quick", is_flag=True, help="A million postings instead.")
def main(payments: int, postings: int, quick: bool) -> None:
    """Print the table; exit 1 if a wanted ratio is missed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = on_sqlite(folder, payments)
        rows += on_postgres(folder, payments)
        rows += history.measure(folder, QUICK if quick else postings, payments)
    cores, busy = os.cpu_count(), os.getloadavg()[0]
    click.echo(f"{cores} cores shared with the client, load average {busy:.1f};")
    click.echo(f"{CONNECTIONS} connections, {payments} payments a round, best of {ROUNDS}")
    click.echo(table(rows))
    if not all(row.good for row in rows):
        sys.exit(1)


if __name__ == "__main__":
    main()
