"""What people must still settle, by this kiosk's journal: every difference with its references.

The kiosk's side only. The centre compares the same days with its ledger and the bank's settlement
(``kiosk-central differences``).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from kioskd.domain.money import Money
from kioskd.domain.payment import PaymentState
from kioskd.payments import journal_rows as rows
from kioskd.payments.contract import Payment
from kioskd.payments.day_book import DayEnd, DayEndState, day_end_of, expected, payments_of
from kioskd.payments.store import Connection, Row, reading


class Matter(Enum):
    """Why something is listed."""

    IN_DOUBT = "in doubt: the PIN pad is being asked"
    UNRESOLVED = "unresolved: the PIN pad cannot say; the centre's reconciliation can"
    NOT_POSTED = "charged, not posted yet: the report has not been answered"
    SET_ASIDE = "set aside: the centre refuses the report for good"
    NOT_GIVEN_BACK = "was to be reversed, and was not"
    DAY_DIFFERS = "the PIN pad closed its batch with another sum than the journal's"
    DAY_UNCLEAR = "whether the batch was closed, and with what, cannot be said"


@dataclass(frozen=True, slots=True)
class Unsettled:
    """One thing to settle."""

    matter: Matter
    ref: str
    """Of a payment or a day-end."""
    amount: Money
    """Of the payment; of a day, what the PIN pad told beyond the journal."""
    detail: str = ""


def unsettled(path: Path) -> tuple[Unsettled, ...]:
    """Return all that is unsettled in the journal at ``path``. Raises JournalDamaged."""
    with reading(path) as db:
        return (*_payments(db), *_set_aside(db), *_day_ends(db))


def undelivered(path: Path) -> int:
    """Return how many reports the centre has not answered yet. Raises JournalDamaged."""
    with reading(path) as db:
        return int(db.execute(rows.COUNT_WAITING).fetchone()["waiting"])


def _payments(db: Connection) -> Iterator[Unsettled]:
    query = """
        SELECT * FROM payment
        WHERE state IN ('intended', 'approved', 'unknown', 'reversing', 'unresolved')
           OR (state = 'confirmed' AND (receipt_number = '' OR give_back = 1))
        ORDER BY number
    """
    for payment in map(rows.payment_of, db.execute(query)):
        yield Unsettled(_matter_of(payment), payment.ref, payment.amount, payment.reason)


def _matter_of(payment: Payment) -> Matter:
    if payment.state is PaymentState.UNRESOLVED:
        return Matter.UNRESOLVED
    if payment.state is not PaymentState.CONFIRMED:
        return Matter.IN_DOUBT
    return Matter.NOT_GIVEN_BACK if payment.give_back else Matter.NOT_POSTED


def _set_aside(db: Connection) -> Iterator[Unsettled]:
    query = """
        SELECT outbox.ref, outbox.kind, outbox.answer, payment.fen FROM outbox
        LEFT JOIN payment ON payment.ref = outbox.ref
        WHERE fate = 'quarantined' ORDER BY seq
    """
    for row in db.execute(query):
        amount = Money(row["fen"] or 0)
        yield Unsettled(Matter.SET_ASIDE, row["ref"], amount, f"{row['kind']} {row['answer']}")


def _day_ends(db: Connection) -> Iterator[Unsettled]:
    def read(query: str, *values: object) -> list[Row]:
        return db.execute(query, values).fetchall()

    for row in read("SELECT * FROM day_end WHERE state IN ('done', 'unclear') ORDER BY number"):
        day_end = day_end_of(row)
        if day_end.state is DayEndState.UNCLEAR:
            yield Unsettled(Matter.DAY_UNCLEAR, day_end.ref, day_end.before[1], day_end.at)
        else:
            yield from _difference(day_end, payments_of(read, day_end))


def _difference(day_end: DayEnd, payments: tuple[Payment, ...]) -> Iterator[Unsettled]:
    (count, fen), (our_count, ours) = day_end.totals, expected(payments)
    if fen == ours:
        return
    charged = [one.ref for one in payments if one.state is PaymentState.CONFIRMED]
    sums = f"told {count} / {fen}, journal {our_count} / {ours}"
    detail = f"{day_end.at}: {sums}: {' '.join(charged)}"
    yield Unsettled(Matter.DAY_DIFFERS, day_end.ref, fen - ours, detail)
