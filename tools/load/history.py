"""Whether old payments slow new ones: the same load and question in a small and in a big book."""

import statistics
import time
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, Engine

from kiosk_central.my_payments import payments_of
from kiosk_central.prints import receipts_of
from kiosk_central.store.engine import read, write
from tools.load.city import ASSESSMENTS, KIOSK, PEOPLE, City, make_city, run
from tools.load.rows import Row
from tools.load.run import centres, load

SMALL = 10_000
CHUNK = 250_000
ROUNDS = 3
OLD = 100_000_000
"""People with old payments have numbers from here on."""
ASKED = 300
REF = f"{KIOSK} || '-OLD-' || CAST(n AS TEXT)"
"""The reference of their payment, in SQL."""

PAYMENTS = """
INSERT INTO payments (ref, kiosk_id, assessment_ref, amount_fen, state, begun_at, heard_at,
  changed_at, give_back, decided)
{series} SELECT {ref}, {kiosk}, 'A' || CAST(n AS TEXT), 70000, 'confirmed',
  '2026-10-01T00:00:00Z', '2026-10-01T00:00:00Z', '2026-10-01T00:00:00Z', '', '' FROM series
"""
REPORTS = """
INSERT INTO payment_reports (kiosk_id, payment_ref, state, reason, record, kiosk_at, received_at)
{series} SELECT {kiosk}, {ref}, 'confirmed', '', '', '', '2026-10-01T00:00:00Z' FROM series
"""
POSTINGS = """
INSERT INTO postings (id, kiosk_id, payment_ref, receipt_number, kind, posted_at, proof)
{series} SELECT n, {kiosk}, {ref}, 'OLD-' || CAST(n AS TEXT), 'contribution',
  '2026-10-01T00:00:00Z', CAST(
  '0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123'
  AS BLOB) FROM series
"""
ENTRIES = """
INSERT INTO entries (posting_id, account, person_id, debit_fen)
{series} SELECT n, account, CASE WHEN account = 'pension-personal' THEN n END, debit
  FROM series, (SELECT 'bank-receivable' AS account, 70000 AS debit
    UNION ALL SELECT 'pension-personal', -28000 UNION ALL SELECT 'pension-pool', -42000) AS lines
"""
CONTRIBUTIONS = """
INSERT INTO contributions (person_id, scheme, month, percent, base_fen, amount_fen, personal_fen,
  pool_fen, posting_id)
{series} SELECT n, 'pension', '2026-10', 100, 350000, 70000, 28000, 42000, n FROM series
"""
BOOKS = (PEOPLE, ASSESSMENTS, PAYMENTS, REPORTS, POSTINGS, ENTRIES, CONTRIBUTIONS)


def fill(city: City, count: int) -> None:
    """Give the books ``count`` old payments, all booked, each of another person."""
    for first in range(OLD, OLD + count, CHUNK):
        write(city.engine, partial(_fill, first=first, count=min(CHUNK, OLD + count - first)))


def _fill(at: Connection, first: int, count: int) -> None:
    for statement in BOOKS:
        here = statement.replace("{ref}", REF).replace("{kiosk}", KIOSK)
        run(at, here.replace("'open' FROM series", "'paid' FROM series"), first, count)


def asking_ms(engine: Engine, count: int) -> float:
    """Return the median of what it takes to read what one person has paid, in ms."""
    took = []
    step = max(1, count // ASKED)
    for person in range(OLD, OLD + count, step):
        begun = time.perf_counter()
        read(engine, partial(_ask, person_id=person))
        took.append(time.perf_counter() - begun)
    return statistics.median(took) * 1000


def _ask(at: Connection, person_id: int) -> None:
    payments_of(at, person_id)
    receipts_of(at, person_id)


def measure(folder: Path, postings: int, payments: int) -> list[Row]:
    """Measure throughput and a person's history with few and with many postings, on SQLite."""
    if not postings:
        return []
    rates, asked = [], []
    for count in (SMALL, postings):
        city = make_city(f"sqlite:///{folder / f'old{count}.db'}", folder / f"trust{count}")
        fill(city, count)
        city.prepare(0, payments * ROUNDS)
        asked.append(asking_ms(city.engine, count))
        city.engine.dispose()
        with centres(city) as servers:
            rounds = [load(city, servers, one * payments, payments) for one in range(ROUNDS)]
        rates.append(max(one.per_second for one in rounds))
    name = f"with {postings:,} postings / with {SMALL:,}"
    return [
        Row(f"payments {name}", rates[1], "/s", rates[0], 0.8),
        Row(f"history {name}", asked[1], "ms", asked[0], 1.5, at_most=True),
    ]
