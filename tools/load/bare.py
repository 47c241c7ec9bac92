"""The bare limits: one row a commit on SQLite, and PostgreSQL's own ``pgbench``."""

import re
import sqlite3
import subprocess
import time
from pathlib import Path

ROW = (
    "INSERT INTO bare (ref, kiosk_id, amount_fen, state, at)"
    " VALUES (?, 'KL001', 70000, 'confirmed', '2026-11-22T09:55:01Z')"
)
TABLE = (
    "CREATE TABLE bare"
    " (ref TEXT PRIMARY KEY, kiosk_id TEXT, amount_fen BIGINT, state TEXT, at TEXT)"
)
PGBENCH_ROW = (
    "INSERT INTO bare (ref, kiosk_id, amount_fen, state, at)"
    " VALUES (gen_random_uuid()::text, 'KL001', 70000, 'confirmed', '2026-11-22T09:55:01Z');\n"
)


def sqlite_commits(folder: Path, seconds: float) -> float:
    """Return how many rows a second a bare loop inserts, each made durable by its own commit."""
    line = sqlite3.connect(folder / "bare.db", isolation_level=None)
    line.execute("PRAGMA journal_mode=WAL")
    line.execute("PRAGMA synchronous=FULL")
    line.execute(TABLE)
    count, begun = 0, time.perf_counter()
    while time.perf_counter() < begun + seconds:
        line.execute(ROW, (f"P{count}",))
        count += 1
    took = time.perf_counter() - begun
    line.close()
    return count / took


def pgbench_inserts(programs: Path, socket: Path, clients: int, seconds: int) -> float:
    """Return how many rows a second ``pgbench`` inserts into a database of its own."""
    where = ["-h", str(socket), "-U", "postgres"]
    for name, words in (("createdb", ["bare"]), ("psql", ["-q", "-c", TABLE, "bare"])):
        subprocess.run([programs / name, *where, *words], check=True)
    script = ["-n", "-M", "prepared", "-f", "-", "-c", str(clients), "-T", str(seconds)]
    told = subprocess.run(
        [programs / "pgbench", *where, *script, "bare"],
        check=True, capture_output=True, text=True, input=PGBENCH_ROW,
    ).stdout  # fmt: skip
    found = re.search(r"^tps = ([0-9.]+)", told, re.MULTILINE)
    assert found is not None, "pgbench says how many"
    return float(found[1])
