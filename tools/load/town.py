"""A town in which many payments are about to be made: kiosks, and an assessment for each payment.

Payment ``n`` is of a person of its own, at kiosk ``n`` modulo their number, for one month. ID
numbers are of area 999999, which is nowhere.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, insert, select

from kiosk_central import sample
from kiosk_central.clock import local_date, utc_now
from kiosk_central.region import load_region
from kiosk_central.signing import remember_key, signer_for
from kiosk_central.store.books import payments
from kiosk_central.store.engine import open_engine, read, write
from kiosk_central.store.schema import assessments, month_locks, people
from kioskd.domain.money import Money
from kioskd.domain.payment import PaymentState, TransactionRecord
from kioskd.protocols.central import PaymentReport, encode
from tools.load.badges import enrol

FIRST_PERSON = 1_000_000
SERIES = "LOAD"
"""In the references of payments that no journal has made."""
PERCENT, BASE_FEN = 100, 350_000
AMOUNT, PERSONAL_FEN = Money(70_000), 28_000
MONTH = "2026-10"
AT = "2026-11-22T09:55:01.250Z"


@dataclass(frozen=True, slots=True)
class Town:
    """Where it is kept, and who pays there."""

    url: str
    trust: Path
    """The CA, and below it each kiosk's identity."""
    kiosks: tuple[str, ...]
    payments: int

    def kiosk_of(self, number: int) -> str:
        """Return the kiosk that payment ``number`` is made at."""
        return self.kiosks[number % len(self.kiosks)]

    def payment_ref(self, number: int) -> str:
        """Return the reference of payment ``number``: its kiosk's, as every one must be."""
        return f"{self.kiosk_of(number)}-{SERIES}-{number:06d}"

    def paid(self) -> set[str]:
        """Return the references of all payments that the centre has booked."""
        booked = payments.c.state == PaymentState.CONFIRMED.value
        engine = open_engine(self.url)
        query = select(payments.c.ref).where(booked)
        found = read(engine, lambda at: set(at.execute(query).scalars()))
        engine.dispose()
        return found


def make_town(url: str, trust: Path, kiosks: tuple[str, ...], count: int) -> Town:
    """Fill an empty database, and the folder ``trust``."""
    town = Town(url, trust, kiosks, count)
    engine = open_engine(url)
    write(engine, lambda at: _fill(at, town))
    engine.dispose()
    return town


def _fill(at: Connection, town: Town) -> None:
    now, numbers = utc_now(), range(town.payments)
    sample.fill(at, load_region(), 4, 1, local_date(now), kiosk_ids=town.kiosks)
    remember_key(at, now, signer_for(at, None))
    enrol(at, town.trust, town.kiosks)
    at.execute(insert(people), [_person(number) for number in numbers])
    at.execute(insert(assessments), [_assessment(town, number) for number in numbers])
    at.execute(insert(month_locks), [_lock(town, number) for number in numbers])


def _person(number: int) -> dict[str, object]:
    return {
        "id": FIRST_PERSON + number,
        "id_number": f"999999{100_000_000_000 + number}",
        "name": "load",
        "city": "load",
        "flexible_employment": True,
    }


def _assessment(town: Town, number: int) -> dict[str, object]:
    return {
        "ref": assessment_ref(number),
        "kiosk_id": town.kiosk_of(number),
        "person_id": FIRST_PERSON + number,
        "scheme": "pension",
        "percent": PERCENT,
        "base_fen": BASE_FEN,
        "monthly_fen": AMOUNT.fen,
        "monthly_personal_fen": PERSONAL_FEN,
        "months": MONTH,
        "created_at": "2026-11-01T00:00:00Z",
        "expires_at": "2999-01-01T00:00:00Z",
        "state": "open",
    }


def _lock(town: Town, number: int) -> dict[str, object]:
    return {
        "kiosk_id": town.kiosk_of(number),
        "person_id": FIRST_PERSON + number,
        "scheme": "pension",
        "month": MONTH,
        "assessment_ref": assessment_ref(number),
    }


def assessment_ref(number: int) -> str:
    """Return the reference of the assessment that payment ``number`` pays."""
    return f"A{number}"


def record_of(number: int) -> TransactionRecord:
    """Return the approval of payment ``number``, as its kiosk's PIN pad would number it."""
    return TransactionRecord(
        AMOUNT, number % 9999 + 1, number % 999_999 + 1, "29001006", "1122", "175501", 0
    )


def report_of(town: Town, number: int) -> PaymentReport:
    """Return how its kiosk confirms payment ``number``."""
    ref, about = town.payment_ref(number), assessment_ref(number)
    return PaymentReport(ref, about, AMOUNT, PaymentState.CONFIRMED, record_of(number), AT)


def bodies_of(town: Town, number: int) -> tuple[bytes, bytes]:
    """Return what a kiosk tells of payment ``number``: that it is meant, and that it is made."""
    done = report_of(town, number)
    meant = replace(done, state=PaymentState.INTENDED, record=None)
    return encode(meant), encode(done)


def body_of(town: Town, number: int) -> bytes:
    """Return the bytes of ``report_of``."""
    return encode(report_of(town, number))
