"""The books: double entry, one posting a payment, an official receipt number for each.

Debits are positive and credits negative; every posting sums to zero. What a kiosk took at its PIN
pad is owed to us by the bank (``bank-receivable``) until the bank's settlement.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sqlalchemy import Connection, func, insert, select, update

from kiosk_central.assessments import KnownAssessment
from kiosk_central.clock import local_date, stamp
from kiosk_central.store.schema import contributions, counters, entries, payments, postings
from kioskd.domain.contribution import Scheme
from kioskd.domain.money import Money, total

BANK_RECEIVABLE = "bank-receivable"
SUSPENSE = "suspense"
_CHECK_MODULUS = 97


class PostingKind(Enum):
    """What a posting books."""

    CONTRIBUTION = "contribution"
    SUSPENSE = "suspense"
    """Taken, but the months cannot be booked: a person must look at it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a posting."""

    account: str
    debit: Money
    """Negative for a credit."""
    person_id: int | None = None


def personal_account(scheme: Scheme) -> str:
    """Return the name of the personal accounts of a scheme."""
    return f"{scheme.value}-personal"


def pool_account(scheme: Scheme) -> str:
    """Return the name of the pooled fund of a scheme."""
    return f"{scheme.value}-pool"


def receipt_number(year: int, serial: int) -> str:
    """Return the official number: year, serial in eight digits, two check digits.

    ``2026-0000-0031-88``; the check is ISO 7064 MOD 97-10 over the digits before it.
    """
    digits = f"{year:04d}{serial:08d}"
    check = 98 - int(digits) * 100 % _CHECK_MODULUS
    return f"{digits[:4]}-{digits[4:8]}-{digits[8:]}-{check:02d}"


def receipt_number_is_right(text: str) -> bool:
    """Tell whether the check digits fit."""
    digits = text.replace("-", "")
    shape = len(text) == 17 and len(digits) == 14 and digits.isascii() and digits.isdigit()
    return shape and int(digits) % _CHECK_MODULUS == 1


def post_contribution(
    connection: Connection, now: datetime, payment_ref: str, assessment: KnownAssessment
) -> str:
    """Book the assessment as paid, months and all; return the receipt number.

    Raises IntegrityError if a month is paid or the payment is posted: the caller has looked.
    """
    content, person = assessment.content, assessment.person_id
    lines = [
        Entry(BANK_RECEIVABLE, content.amount),
        Entry(personal_account(content.scheme), -content.personal, person),
        Entry(pool_account(content.scheme), -content.pool),
    ]
    posting_id, number = _post(connection, now, payment_ref, PostingKind.CONTRIBUTION, lines)
    row = {
        "person_id": person,
        "scheme": content.scheme.value,
        "percent": content.grade.percent,
        "base_fen": content.grade.base.fen,
        "amount_fen": content.grade.monthly.fen,
        "personal_fen": content.grade.personal.fen,
        "pool_fen": content.grade.pool.fen,
        "posting_id": posting_id,
    }
    rows = [row | {"month": month} for month in assessment.month_texts]
    connection.execute(insert(contributions), rows)
    return number


def post_suspense(
    connection: Connection,
    now: datetime,
    payment_ref: str,
    amount: Money,
    person_id: int | None,
) -> str:
    """Book money that was taken and cannot be booked on months; return the receipt number."""
    lines = [Entry(BANK_RECEIVABLE, amount), Entry(SUSPENSE, -amount, person_id)]
    return _post(connection, now, payment_ref, PostingKind.SUSPENSE, lines)[1]


def _post(
    connection: Connection,
    now: datetime,
    payment_ref: str,
    kind: PostingKind,
    lines: list[Entry],
) -> tuple[int, str]:
    assert not total([line.debit for line in lines]), "a posting balances"
    number = _next_receipt_number(connection, local_date(now).year)
    row = {
        "payment_ref": payment_ref,
        "receipt_number": number,
        "kind": kind.value,
        "posted_at": stamp(now),
    }
    made = connection.execute(insert(postings).returning(postings.c.id), [row])
    posting_id: int = made.scalar_one()
    rows = [
        {
            "posting_id": posting_id,
            "account": line.account,
            "person_id": line.person_id,
            "debit_fen": line.debit.fen,
        }
        for line in lines
        if line.debit
    ]
    connection.execute(insert(entries), rows)
    return posting_id, number


def _next_receipt_number(connection: Connection, year: int) -> str:
    name, value = f"receipt-{year:04d}", counters.c.value
    raised = (
        update(counters).where(counters.c.name == name).values(value=value + 1).returning(value)
    )
    serial = connection.execute(raised).scalar_one_or_none()
    if serial is None:
        serial = 1
        connection.execute(insert(counters).values(name=name, value=serial))
    return receipt_number(year, serial)


@dataclass(frozen=True, slots=True)
class Posted:
    """What a payment report answers of the posting."""

    receipt_number: str
    posted_at: str


def find_posting(connection: Connection, payment_ref: str) -> Posted | None:
    """Return the posting of a payment, if there is one."""
    query = select(postings).where(postings.c.payment_ref == payment_ref)
    row = connection.execute(query).one_or_none()
    return None if row is None else Posted(row.receipt_number, row.posted_at)


def unbalanced(connection: Connection) -> tuple[int, ...]:
    """Return the postings that break a law of the books; there are none.

    The laws: entries sum to zero, and what the bank owes is the payment's amount.
    """
    query = (
        select(postings.c.id, payments.c.amount_fen, func.sum(entries.c.debit_fen).label("sum"))
        .join(payments, payments.c.ref == postings.c.payment_ref)
        .outerjoin(entries, entries.c.posting_id == postings.c.id)
        .group_by(postings.c.id, payments.c.amount_fen)
    )
    owed_query = select(entries.c.posting_id, entries.c.debit_fen).where(
        entries.c.account == BANK_RECEIVABLE
    )
    owed = {row.posting_id: row.debit_fen for row in connection.execute(owed_query)}
    return tuple(
        row.id
        for row in connection.execute(query)
        if row.sum != 0 or owed.get(row.id) != row.amount_fen
    )
