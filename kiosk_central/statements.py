"""Statements of a person and of a day, as the books have them: opening + movements = closing.

Of a person: her money with us, so what she has is positive. Of a day: accounts as an auditor reads
them, a debit is positive. Both are values; the command line and the staff's pages show them.
"""

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, func, select, true

from kiosk_central.ledger import BANK_RECEIVABLE, REFUNDS_PAYABLE, SUSPENSE, PostingKind
from kiosk_central.month_statement import PERSONAL, AccountTotals, account_totals, moments
from kiosk_central.store.books import entries, postings
from kiosk_central.store.schema import contributions, fen_sum
from kioskd.domain.contribution import Scheme
from kioskd.domain.money import ZERO, Money, total

OF_PERSONS = (*PERSONAL, SUSPENSE, REFUNDS_PAYABLE)
"""The accounts that have a part for each person."""


@dataclass(frozen=True, slots=True)
class DaySpan:
    """Citizens' days, from the first to the last."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Movement:
    """One posting on an account of hers."""

    posted_at: str
    kind: PostingKind
    receipt_number: str
    """Empty where the posting has no receipt."""
    amount: Money
    """Negative: it left her account."""


@dataclass(frozen=True, slots=True)
class PersonAccount:
    """What moved on one of her accounts."""

    account: str
    opening: Money
    movements: tuple[Movement, ...]

    @property
    def closing(self) -> Money:
        return self.opening + total([one.amount for one in self.movements])


@dataclass(frozen=True, slots=True)
class PersonStatement:
    """A person's accounts within some days."""

    person_id: int
    span: DaySpan
    taken_over: dict[Scheme, Money]
    """Personal parts paid before this ledger began: beside it, in no account below."""
    accounts: tuple[PersonAccount, ...]


@dataclass(frozen=True, slots=True)
class DayPosting:
    """One posting of a day."""

    posting_id: int
    posted_at: str
    kind: PostingKind
    kiosk_id: str
    payment_ref: str
    receipt_number: str
    """Empty, as kiosk and payment, where no payment is meant."""
    charged: Money
    """What the bank owes us by it; negative if it was given back or the bank has settled it."""


@dataclass(frozen=True, slots=True)
class DayStatement:
    """Everything that was posted on a day, at all kiosks or at one."""

    day: date
    kiosk_id: str | None
    postings: tuple[DayPosting, ...]
    accounts: tuple[AccountTotals, ...]

    @property
    def charged(self) -> Money:
        return total([one.charged for one in self.postings])


def person_statement(connection: Connection, person_id: int, span: DaySpan) -> PersonStatement:
    """Return the statement of a person; accounts that never moved are left out."""
    begin, end = moments(span.first, span.last)
    query = (
        select(entries.c.account, entries.c.debit_fen, postings)
        .join(postings, postings.c.id == entries.c.posting_id)
        .where(
            entries.c.person_id == person_id,
            entries.c.account.in_(OF_PERSONS),
            postings.c.posted_at < end,
        )
        .order_by(entries.c.account, postings.c.posted_at, postings.c.id)
    )
    accounts = []
    for account, rows in groupby(connection.execute(query), lambda row: str(row.account)):
        opening, movements = ZERO, []
        for row in rows:
            amount = Money(-row.debit_fen)
            if row.posted_at < begin:
                opening = opening + amount
            else:
                kind, number = PostingKind(row.kind), row.receipt_number or ""
                movements.append(Movement(row.posted_at, kind, number, amount))
        accounts.append(PersonAccount(account, opening, tuple(movements)))
    return PersonStatement(person_id, span, _taken_over(connection, person_id), tuple(accounts))


def _taken_over(connection: Connection, person_id: int) -> dict[Scheme, Money]:
    paid = contributions.c
    query = (
        select(paid.scheme, fen_sum(paid.personal_fen).label("fen"))
        .where(paid.person_id == person_id, paid.posting_id.is_(None))
        .group_by(paid.scheme)
        .order_by(paid.scheme)
    )
    return {Scheme(row.scheme): Money(row.fen) for row in connection.execute(query)}


def day_statement(connection: Connection, day: date, kiosk_id: str | None = None) -> DayStatement:
    """Return the statement of a day; of one kiosk's payments alone if it is named."""
    begin, end = moments(day, day)
    owed = select(func.coalesce(fen_sum(entries.c.debit_fen), 0)).where(
        entries.c.posting_id == postings.c.id, entries.c.account == BANK_RECEIVABLE
    )
    query = (
        select(postings, owed.scalar_subquery().label("charged"))
        .where(
            postings.c.posted_at >= begin,
            postings.c.posted_at < end,
            true() if kiosk_id is None else postings.c.kiosk_id == kiosk_id,
        )
        .order_by(postings.c.id)
    )
    posted = tuple(
        DayPosting(
            row.id,
            row.posted_at,
            PostingKind(row.kind),
            row.kiosk_id or "",
            row.payment_ref or "",
            row.receipt_number or "",
            Money(row.charged),
        )
        for row in connection.execute(query)
    )
    return DayStatement(day, kiosk_id, posted, account_totals(connection, day, day, kiosk_id))


def person_as_data(found: PersonStatement) -> dict[str, Any]:
    """Return the statement as JSON takes it, in whole fen."""
    return {
        "person_id": found.person_id,
        "from": found.span.first.isoformat(),
        "to": found.span.last.isoformat(),
        "taken_over_fen": {scheme.value: one.fen for scheme, one in found.taken_over.items()},
        "accounts": [
            {
                "account": one.account,
                "opening_fen": one.opening.fen,
                "movements": [
                    {
                        "posted_at": moved.posted_at,
                        "kind": moved.kind.value,
                        "receipt_number": moved.receipt_number,
                        "amount_fen": moved.amount.fen,
                    }
                    for moved in one.movements
                ],
                "closing_fen": one.closing.fen,
            }
            for one in found.accounts
        ],
    }
