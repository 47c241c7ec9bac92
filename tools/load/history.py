"""Whether old payments slow new ones: the same load and questions in a small and in a big book."""

import statistics
import time
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from kiosk_central.clock import utc_now
from kiosk_central.my_payments import payments_of
from kiosk_central.offers import offers_for
from kiosk_central.prints import receipts_of
from kiosk_central.region import load_region
from kiosk_central.store.engine import open_engine, read
from tools.load.city import (
    ASSESSMENTS,
    FIRST_PERSON,
    KIOSK_OF_N,
    PAYMENT_N,
    PEOPLE,
    City,
    make_city,
)
from tools.load.fleet import add_fleet, page_ms
from tools.load.rows import Row
from tools.load.run import centres, load

SMALL = 10_000
ROUNDS = 3
OLD = 100_000_000
"""Old payments have numbers from here on."""
ASKED = 300

PAYMENTS = f"""
INSERT INTO payments (kiosk_id, ref, assessment_ref, amount_fen, state, begun_at, heard_at, month,
  changed_at, give_back, decided)
{{series}} SELECT {KIOSK_OF_N}, {PAYMENT_N}, 'A' || CAST(n AS TEXT), 70000, 'confirmed',
  '2026-10-02T00:00:00Z', '2026-10-02T00:00:00Z', '2026-10', '2026-10-02T00:00:00Z', '', ''
  FROM series
"""  # noqa: S608  (of constants)
REPORTS = f"""
INSERT INTO payment_reports (month, kiosk_id, payment_ref, state, reason, record, kiosk_at,
  received_at)
{{series}} SELECT '2026-10', {KIOSK_OF_N}, {PAYMENT_N}, 'confirmed', '', '', '',
  '2026-10-02T00:00:00Z' FROM series
"""  # noqa: S608
POSTINGS = f"""
INSERT INTO postings (id, kiosk_id, payment_ref, receipt_number, kind, posted_at, proof)
{{series}} SELECT n, {KIOSK_OF_N}, {PAYMENT_N}, 'OLD-' || CAST(n AS TEXT), 'contribution',
  '2026-10-02T00:00:00Z', CAST(
  '0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123'
  AS {{blob}}) FROM series
"""  # noqa: S608
ENTRIES = """
INSERT INTO entries (posting_id, account, person_id, debit_fen)
{series} SELECT n, account, CASE WHEN account = 'pension-personal' THEN {person} + n END, debit
  FROM series, (SELECT 'bank-receivable' AS account, 70000 AS debit
    UNION ALL SELECT 'pension-personal', -28000 UNION ALL SELECT 'pension-pool', -42000) AS lines
"""
CONTRIBUTIONS = """
INSERT INTO contributions (person_id, scheme, month, percent, base_fen, amount_fen, personal_fen,
  pool_fen, posting_id)
{series} SELECT {person} + n, 'pension', '2026-10', 100, 350000, 70000, 28000, 42000, n FROM series
"""
BOOKS = (PEOPLE, ASSESSMENTS, PAYMENTS, REPORTS, POSTINGS, ENTRIES, CONTRIBUTIONS)


def fill(city: City, count: int) -> float:
    """Give the books ``count`` old payments, each booked and of another person; return seconds."""
    begun = time.perf_counter()
    city.run(BOOKS, OLD, count, "paid")
    return time.perf_counter() - begun


def asking_ms(city: City, count: int) -> float:
    """Return the median of what it takes to read what one person has paid and may pay, in ms."""
    engine, took = open_engine(city.url), []
    for person in range(OLD, OLD + count, max(1, count // ASKED)):
        begun = time.perf_counter()
        read(engine, partial(_ask, person_id=FIRST_PERSON + person))
        took.append(time.perf_counter() - begun)
    engine.dispose()
    return statistics.median(took) * 1000


def _ask(at: Connection, person_id: int) -> None:
    payments_of(at, person_id)
    receipts_of(at, person_id)
    offers_for(at, load_region(), person_id, utc_now())


def measure(folder: Path, postings: int, payments: int, kiosks: int) -> list[Row]:
    """Measure throughput, a person's history and the fleet's page with few and many postings."""
    rates, asked, pages, filled = [], [], [], []
    for count in (SMALL, postings):
        city = make_city(f"sqlite:///{folder / f'old{count}.db'}", folder / f"trust{count}")
        add_fleet(city.url, kiosks - len(city.kiosks))
        filled.append(count / fill(city, count))
        city.prepare(0, payments * ROUNDS)
        asked.append(asking_ms(city, count))
        pages.append(page_ms(city.url))
        with centres(city) as servers:
            rounds = [load(city, servers, one * payments, payments) for one in range(ROUNDS)]
        rates.append(max(one.per_second for one in rounds))
    name = f"with {postings:,} postings / with {SMALL:,}"
    return [
        Row(f"payments {name}", rates[1], "/s", rates[0], 0.8),
        Row(f"history {name}", asked[1], "ms", asked[0], 1.5, at_most=True),
        Row(f"fleet page {name}", pages[1], "ms", pages[0], 1.5, at_most=True),
        Row("old payments filled in", filled[1], "/s"),
    ]
