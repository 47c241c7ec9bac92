"""A city to be loaded: kiosks, people, and an open assessment for every payment to come.

People and assessments are made by the database itself, so that a million takes seconds. Person
``n`` has the assessment ``A<n>`` for one month; her ID number is of area 999999, which is nowhere.
"""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, text

from kiosk_central import sample
from kiosk_central.clock import local_date, utc_now
from kiosk_central.region import load_region
from kiosk_central.signing import remember_key, signer_for
from kiosk_central.store.engine import open_engine, write
from kioskd.domain.money import Money
from kioskd.domain.payment import PaymentState, TransactionRecord
from kioskd.protocols.central import PaymentReport, encode
from tools.load.badges import PROXY_HEADER, badge_of, enrol

KIOSKS = tuple(f"KL{number:03d}" for number in range(64))
FIRST_PERSON = 1_000_000
MONTHLY_FEN, PERSONAL_FEN = 70_000, 28_000
MONTH = "2026-10"
TERMINAL = "29001006"

KIOSK = "'KL' || SUBSTR('00' || CAST(n % 64 AS TEXT), -3, 3)"
"""The kiosk of person ``n``, in SQL; ``LPAD`` is PostgreSQL's word for it."""
SERIES = """
WITH RECURSIVE series(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM series WHERE n < {last})
"""
PEOPLE = """
INSERT INTO people (id, id_number, name, city, flexible_employment)
{series} SELECT n, '999999' || CAST(100000000000 + n AS TEXT), 'load', 'load', {true} FROM series
"""
ASSESSMENTS = """
INSERT INTO assessments (ref, kiosk_id, person_id, scheme, percent, base_fen, monthly_fen,
  monthly_personal_fen, months, created_at, expires_at, state)
{series} SELECT 'A' || CAST(n AS TEXT), 'KL' || SUBSTR('00' || CAST(n % 64 AS TEXT), -3, 3), n,
  'pension', 100, 350000, 70000, 28000, '2026-10', '2026-11-01T00:00:00Z', '2999-01-01T00:00:00Z',
  'open' FROM series
"""
LOCKS = """
INSERT INTO month_locks (person_id, scheme, month, kiosk_id, assessment_ref)
{series} SELECT n, 'pension', '2026-10', 'KL' || SUBSTR('00' || CAST(n % 64 AS TEXT), -3, 3),
  'A' || CAST(n AS TEXT) FROM series
"""


@dataclass(frozen=True, slots=True)
class City:
    """A database with people who are about to pay."""

    url: str
    engine: Engine
    trust: Path
    """The CA, and below it each kiosk's identity."""

    def prepare(self, first: int, count: int) -> None:
        """Give ``count`` people from ``first`` on an open assessment each."""
        write(self.engine, lambda at: _prepare(at, FIRST_PERSON + first, count))


def make_city(url: str, trust: Path) -> City:
    """Make the tables, the kiosks with their certificates, and a few people of the sample city."""
    engine = open_engine(url)

    def fill(at: Connection) -> None:
        now = utc_now()
        sample.fill(at, load_region(), 10, 1, local_date(now), kiosk_ids=KIOSKS)
        remember_key(at, now, signer_for(at, None))
        enrol(at, trust, KIOSKS)

    write(engine, fill)
    return City(url, engine, trust)


def run(at: Connection, statement: str, first: int, count: int) -> None:
    """Run a statement over a series of numbers."""
    series = SERIES.format(first=first, last=first + count - 1)
    true = "TRUE" if at.dialect.name == "postgresql" else "1"
    filled = statement.format(series=series, true=true)
    if at.dialect.name == "postgresql":
        filled = filled.replace(
            "SUBSTR('00' || CAST(n % 64 AS TEXT), -3, 3)", "LPAD(CAST(n % 64 AS TEXT), 3, '0')"
        )
    at.execute(text(filled))


def _prepare(at: Connection, first: int, count: int) -> None:
    for statement in (PEOPLE, ASSESSMENTS, LOCKS):
        run(at, statement, first, count)


def request_of(trust: Path, number: int) -> bytes:
    """Return the whole request by which a kiosk confirms the payment of person ``number``."""
    person = FIRST_PERSON + number
    amount = Money(MONTHLY_FEN)
    record = TransactionRecord(
        amount, number % 9999 + 1, number % 999_999 + 1, TERMINAL, "1122", "175501", 0
    )
    kiosk_id = KIOSKS[person % 64]
    ref, about = f"{kiosk_id}-LOAD-{person}", f"A{person}"
    at = "2026-11-22T09:55:01.250Z"
    body = encode(PaymentReport(ref, about, amount, PaymentState.CONFIRMED, record, at))
    head = (
        f"PUT /v1/payments/{ref} HTTP/1.1\r\nHost: centre\r\n"
        f"{PROXY_HEADER}: {badge_of(trust, kiosk_id)}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode("ascii") + body
