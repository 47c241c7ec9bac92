"""The laws of the books, as questions that find who breaks them; the answer is always nobody.

1. The entries of every posting sum to zero.
2. What the bank owes by a contribution or suspense posting is the payment's amount.
3. A reversal is its original the other way round, account by account.
4. A settlement by the bank books what the lines that it clears come to.
5. A payment has a posting that stands if and only if it is CONFIRMED.
"""

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, Row, select

from kiosk_central.ledger import BANK_RECEIVABLE, PostingKind
from kiosk_central.store.books import bank_lines, entries, payments, postings
from kioskd.domain.payment import PaymentState

Sums = dict[str, int]


def unbalanced(connection: Connection) -> tuple[int, ...]:
    """Return the ids of the postings that break law 1, 2, 3 or 4."""
    booked: dict[int, Sums] = defaultdict(dict)
    for row in connection.execute(select(entries)):
        booked[row.posting_id][row.account] = row.debit_fen
    cleared = _cleared(connection)
    query = select(postings, payments.c.amount_fen).outerjoin(payments).order_by(postings.c.id)
    return tuple(
        row.id for row in connection.execute(query) if not _is_lawful(row, booked, cleared)
    )


def _cleared(connection: Connection) -> dict[int, int]:
    """Return what the lines of the bank come to, by the posting that clears them."""
    sums: dict[int, int] = defaultdict(int)
    for row in connection.execute(select(bank_lines).where(bank_lines.c.posting_id.is_not(None))):
        sums[row.posting_id] += row.amount_fen if row.kind == "sale" else -row.amount_fen
    return sums


def _is_lawful(row: Row[Any], booked: dict[int, Sums], cleared: dict[int, int]) -> bool:
    own, kind = booked[row.id], PostingKind(row.kind)
    if sum(own.values()) != 0:
        return False
    if kind is PostingKind.REVERSAL:
        return own == {account: -debit_fen for account, debit_fen in booked[row.reverses].items()}
    owed_fen = -cleared[row.id] if kind is PostingKind.BANK else row.amount_fen
    return bool(own.get(BANK_RECEIVABLE, 0) == owed_fen)


def misposted(connection: Connection) -> tuple[str, ...]:
    """Return the references of the payments that break law 5."""
    undone = select(postings.c.reverses).where(postings.c.reverses.is_not(None))
    standing = select(postings.c.payment_ref).where(
        postings.c.kind != PostingKind.BANK.value,
        postings.c.reverses.is_(None),
        postings.c.id.not_in(undone),
    )
    stands = set(connection.execute(standing).scalars())
    query = select(payments.c.ref, payments.c.state).order_by(payments.c.ref)
    return tuple(
        row.ref
        for row in connection.execute(query)
        if (row.state == PaymentState.CONFIRMED.value) != (row.ref in stands)
    )
