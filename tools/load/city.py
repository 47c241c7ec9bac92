"""A city to be loaded: kiosks with certificates, and an open assessment for every payment to come.

Payment ``n`` is of person ``n``, at kiosk ``n`` modulo their number, for one month. People and
assessments are made by the database itself, so that a million takes seconds. ID numbers are of area
999999, which is nowhere.
"""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Connection, select, text

from kiosk_central import sample
from kiosk_central.clock import local_date, utc_now
from kiosk_central.region import load_region
from kiosk_central.signing import remember_key, signer_for
from kiosk_central.store.books import payments as booked_payments
from kiosk_central.store.engine import open_engine, read, write
from kioskd.domain.payment import PaymentState
from tools.load.badges import enrol

KIOSKS = 64
KIOSK, DIGITS = "KL", 6
FIRST_PERSON = 1_000_000
MONTH = "2026-10"
MONTHLY_FEN, PERSONAL_FEN = 70_000, 28_000
CHUNK = 250_000
"""Rows of each table in one transaction: more would be held in memory and in the log."""

SERIES = """
WITH RECURSIVE series(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM series WHERE n < {last})
"""
KIOSK_OF_N = "'KL' || SUBSTR(CAST(1000000 + n % {kiosks} AS TEXT), 2, 6)"
PAYMENT_N = f"{KIOSK_OF_N} || '-P-' || CAST(n AS TEXT)"
"""Its reference names its kiosk."""
PEOPLE = """
INSERT INTO people (id, id_number, name, city, flexible_employment)
{series} SELECT {person} + n, '999999' || CAST(100000000000 + n AS TEXT), 'load', 'load', {true}
  FROM series
"""
ASSESSMENTS = f"""
INSERT INTO assessments (ref, kiosk_id, person_id, scheme, percent, base_fen, monthly_fen,
  monthly_personal_fen, months, created_at, expires_at, state)
{{series}} SELECT 'A' || CAST(n AS TEXT), {KIOSK_OF_N},
  {{person}} + n, 'pension', 100, 350000, 70000, 28000, '2026-10', '2026-11-01T00:00:00Z',
  '2999-01-01T00:00:00Z', '{{state}}' FROM series
"""  # noqa: S608  (of constants)
LOCKS = f"""
INSERT INTO month_locks (person_id, scheme, month, kiosk_id, assessment_ref)
{{series}} SELECT {{person}} + n, 'pension', '2026-10', {KIOSK_OF_N}, 'A' || CAST(n AS TEXT)
  FROM series
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class City:
    """Where it is kept, and who pays there."""

    url: str
    trust: Path
    """The CA, and below it each kiosk's identity."""
    kiosks: tuple[str, ...]
    payments: int = 0
    """For so many everything was ready when it was made."""

    def kiosk_of(self, number: int) -> str:
        """Return the kiosk that payment ``number`` is made at."""
        return self.kiosks[number % len(self.kiosks)]

    def prepare(self, first: int, count: int) -> None:
        """Give ``count`` people from ``first`` on an open assessment each."""
        self.run((PEOPLE, ASSESSMENTS, LOCKS), first, count, "open")

    def run(self, statements: tuple[str, ...], first: int, count: int, state: str) -> None:
        """Run statements over a series of numbers, some of them in each transaction.

        ``state`` is that of the assessments made.
        """
        engine, end = open_engine(self.url), first + count
        for begin in range(first, end, CHUNK):
            last = min(begin + CHUNK, end) - 1
            write(engine, partial(self._run, statements=statements, span=(begin, last, state)))
        engine.dispose()

    def _run(self, at: Connection, statements: tuple[str, ...], span: tuple[int, int, str]) -> None:
        first, last, state = span
        for statement in statements:
            filled = statement.format(
                series=SERIES.format(first=first, last=last),
                person=FIRST_PERSON,
                kiosks=len(self.kiosks),
                state=state,
                true="TRUE" if at.dialect.name == "postgresql" else "1",
                blob="BYTEA" if at.dialect.name == "postgresql" else "BLOB",
            )
            at.execute(text(filled))

    def paid(self) -> set[str]:
        """Return the references of all payments that the centre has booked."""
        booked = booked_payments.c.state == PaymentState.CONFIRMED.value
        engine = open_engine(self.url)
        query = select(booked_payments.c.ref).where(booked)
        found = read(engine, lambda at: set(at.execute(query).scalars()))
        engine.dispose()
        return found


def kiosk_names(count: int) -> tuple[str, ...]:
    """Return the ids of so many kiosks."""
    return tuple(f"{KIOSK}{number:0{DIGITS}d}" for number in range(count))


def make_city(url: str, trust: Path, kiosks: int = KIOSKS, payments: int = 0) -> City:
    """Fill an empty database with kiosks and a few people, and the folder ``trust``."""
    engine, names = open_engine(url), kiosk_names(kiosks)

    def fill(at: Connection) -> None:
        now = utc_now()
        sample.fill(at, load_region(), 4, 1, local_date(now), kiosk_ids=names)
        remember_key(at, now, signer_for(at, None))
        enrol(at, trust, names)

    write(engine, fill)
    engine.dispose()
    city = City(url, trust, names, payments)
    city.prepare(0, payments)
    return city
