"""``ledger verify``: everything is worked out again from the rows, and what disagrees is named.

The laws are asked in SQL; proofs and the statements of closed months are worked out here, row by
row in constant memory. Whoever calls this reads one snapshot.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Text, cast, func, literal, select, text

from kiosk_central.ledger import PostingKind
from kiosk_central.ledger_checks import LAWS, WRITTEN_OFF
from kiosk_central.month_statement import credits_of_month, month_statement
from kiosk_central.signing import Verdict, judge, known_keys
from kiosk_central.store.books import entries, payments, postings
from kiosk_central.store.closing import month_ends, personal_credits
from kiosk_central.transfer_file import file_is_whole
from kioskd.domain.contribution import Month
from kioskd.protocols.receipt_facts import ReceiptFormatError, ReceiptKind, SignedFacts

ROWS_AT_ONCE = 1000
KINDS = {
    PostingKind.CONTRIBUTION.value: ReceiptKind.CONTRIBUTION,
    PostingKind.SUSPENSE.value: ReceiptKind.SUSPENSE,
    PostingKind.REVERSAL.value: ReceiptKind.REVERSAL,
    PostingKind.REFUND_DUE.value: ReceiptKind.REVERSAL,
}
"""What the receipt of a posting says it is; the other postings have none."""
KEYS = "look which key was in use that day; a receipt that was changed is a forgery"
MONTH = "compare with the statement that was printed; nothing may be booked in a closed month"


@dataclass(frozen=True, slots=True)
class Finding:
    """One breach: which law, where, what is there, what should be, and what to do now."""

    law: str
    place: str
    found: str
    wanted: str
    next_step: str


def verify(connection: Connection, proofs: bool = True) -> Iterator[Finding]:
    """Yield every breach of the laws; nothing where the books are right.

    ``proofs``: also each signature, which takes most of the time.
    """
    for law in LAWS:
        for row in connection.execute(text(law.question)):
            yield Finding(law.name, row.place, str(row.found), str(row.wanted), law.next_step)
    yield from _accounts(connection)
    if proofs:
        yield from _proofs(connection)
    yield from _month_ends(connection)


def _accounts(connection: Connection) -> Iterator[Finding]:
    """The whole of the books sums to zero, and every kind of posting is one we know."""
    balance = connection.execute(select(func.coalesce(func.sum(entries.c.debit_fen), 0)))
    whole = int(balance.scalar_one())
    if whole:
        yield Finding("total", "all accounts", str(whole), "0", WRITTEN_OFF)
    known = [kind.value for kind in PostingKind]
    odd = select(postings.c.id, postings.c.kind).where(postings.c.kind.not_in(known))
    for row in connection.execute(odd):
        yield Finding("kind", f"posting {row.id}", row.kind, "a kind of ours", WRITTEN_OFF)


def _proofs(connection: Connection) -> Iterator[Finding]:
    keys = known_keys(connection)
    query = select(postings, payments.c.amount_fen).outerjoin(payments).order_by(postings.c.id)
    for row in connection.execute(query.execution_options(yield_per=ROWS_AT_ONCE)):
        found = _proof_says(row, keys)
        if found:
            yield Finding("proof", f"posting {row.id}", found, "a genuine proof of it", KEYS)


def _proof_says(row: Row[Any], keys: dict[bytes, bytes]) -> str:
    """Return what is wrong with the proof of a posting; empty if nothing is."""
    wanted = KINDS.get(row.kind)
    if wanted is None:
        return "a proof of what has none" if row.proof or row.receipt_number else ""
    try:
        signed = SignedFacts.parse(row.proof)
    except ReceiptFormatError:
        return "no proof"
    facts = signed.facts
    said = (facts.kind, facts.receipt_number, facts.posted_at, facts.payment_ref, facts.amount.fen)
    if said != (wanted, row.receipt_number, row.posted_at, row.payment_ref, row.amount_fen):
        return "other facts than the posting's"
    verdict = judge(signed, keys)
    return "" if verdict is Verdict.GENUINE else verdict.value


def _month_ends(connection: Connection) -> Iterator[Finding]:
    """What was stated and credited at the end of each month is still what the rows come to."""
    for row in connection.execute(select(month_ends).order_by(month_ends.c.month)).all():
        month = Month.parse(row.month)
        now = json.dumps(month_statement(connection, month))
        if now != row.statement:
            yield Finding("month", f"month {month}", now, row.statement, MONTH)
        if not file_is_whole(row.file):
            yield Finding("month", f"transfer file {month}", "damaged", "whole", MONTH)
        yield from _credits(connection, month)


def _credits(connection: Connection, month: Month) -> Iterator[Finding]:
    """The month's personal credits are what the postings of the month say, person by person."""
    booked = credits_of_month(month).subquery()
    kept = select(personal_credits).where(personal_credits.c.month == str(month)).subquery()
    both = booked.join(
        kept,
        (booked.c.account == kept.c.account) & (booked.c.person_id == kept.c.person_id),
        full=True,
    )
    person = func.coalesce(booked.c.person_id, kept.c.person_id)
    place = literal("credit of person ") + cast(person, Text)
    query = (
        select(place.label("place"), kept.c.amount_fen, booked.c.fen)
        .select_from(both)
        .where(booked.c.fen.is_distinct_from(kept.c.amount_fen))
    )
    for row in connection.execute(query):
        where = f"{row.place}, {month}"
        yield Finding("credits", where, str(row.amount_fen), str(row.fen), MONTH)
