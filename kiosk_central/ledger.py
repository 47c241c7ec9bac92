"""The books: double entry, an official receipt number and a signed proof for each posting.

Debits are positive and credits negative; every posting sums to zero (``kiosk_central.laws``). What
a kiosk took at its PIN pad is owed to us by the bank (``bank-receivable``) until the bank's
settlement. Nothing is changed or deleted: what must be undone is posted the other way round.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from sqlalchemy import ColumnElement, Connection, exists

from kiosk_central.assessments import KnownAssessment
from kiosk_central.clock import local_date
from kiosk_central.desk import Desk
from kiosk_central.payment_refs import key_of, kiosk_in
from kiosk_central.receipt_numbers import next_receipt_number
from kiosk_central.store.books import entries, postings
from kiosk_central.store.looks import Line, Look
from kiosk_central.store.schema import contributions
from kiosk_central.store.sheet import Sheet, sheet_on
from kioskd.domain.contribution import Scheme
from kioskd.domain.money import Money, total
from kioskd.protocols.receipt_facts import ReceiptFacts, ReceiptKind, SignedFacts

BANK_RECEIVABLE = "bank-receivable"
BANK = "bank"
SUSPENSE = "suspense"
REFUNDS_PAYABLE = "refunds-payable"
TRANSFERS = "transfers"
POSTINGS = Look(postings.c.kiosk_id, postings.c.payment_ref)
ENTRIES = Look(entries.c.posting_id)


class PostingKind(Enum):
    """What a posting books."""

    CONTRIBUTION = "contribution"
    SUSPENSE = "suspense"
    """Taken, but the months cannot be booked: to be given back, or a person must look at it."""
    REVERSAL = "reversal"
    """Given back at the PIN pad: the posting of the payment the other way round."""
    BANK = "bank"
    """The bank has settled what it owed: no payment of its own, no receipt."""
    REFUND_DUE = "refund_due"
    """Two persons gave it back: what a payment had been booked on is owed to her again."""
    TRANSFER = "transfer"
    """Ordered at the agent bank at a month's end: not yet out of our account there."""
    TRANSFER_PAID = "transfer_paid"
    """Carried out: the money of a fund has left."""
    REFUND_PAID = "refund_paid"
    """Carried out: a refund has left."""
    TRANSFER_FAILED = "transfer_failed"
    """Not carried out: owed as before."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a posting."""

    account: str
    debit: Money
    """Negative for a credit."""
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """A posting of a payment."""

    id: int | None
    """None until its batch is written."""
    kind: PostingKind
    receipt_number: str
    posted_at: str
    proof: bytes


def personal_account(scheme: Scheme) -> str:
    """Return the name of the personal accounts of a scheme."""
    return f"{scheme.value}-personal"


def pool_account(scheme: Scheme) -> str:
    """Return the name of the pooled fund of a scheme."""
    return f"{scheme.value}-pool"


def paid_over_account(fund: str) -> str:
    """Return the account of what a fund's account here has been paid out to it."""
    return f"{fund}-paid-over"


FUNDS = tuple(name(scheme) for scheme in Scheme for name in (personal_account, pool_account))
"""The accounts whose money is transferred at a month's end."""


def post_contribution(desk: Desk, payment_ref: str, assessment: KnownAssessment) -> str:
    """Book the assessment as paid, months and all; return the receipt number.

    Raises IntegrityError if a month is paid or the payment is posted: the caller has looked.
    """
    content, person = assessment.content, assessment.person_id
    lines = [
        Entry(BANK_RECEIVABLE, content.amount),
        Entry(personal_account(content.scheme), -content.personal, person),
        Entry(pool_account(content.scheme), -content.pool),
    ]
    facts = _facts(desk, ReceiptKind.CONTRIBUTION, payment_ref, content.amount, assessment)
    posting = _post_signed(desk, PostingKind.CONTRIBUTION, facts, lines)
    for month in assessment.month_texts:
        desk.sheet.add(
            contributions,
            person_id=person,
            scheme=content.scheme.value,
            month=month,
            percent=content.grade.percent,
            base_fen=content.grade.base.fen,
            amount_fen=content.grade.monthly.fen,
            personal_fen=content.grade.personal.fen,
            pool_fen=content.grade.pool.fen,
            posting_id=posting,
        )
    return facts.receipt_number


def post_suspense(
    desk: Desk, payment_ref: str, amount: Money, assessment: KnownAssessment | None
) -> str:
    """Book money that was taken and cannot be booked on months; return the receipt number."""
    person = None if assessment is None else assessment.person_id
    lines = [Entry(BANK_RECEIVABLE, amount), Entry(SUSPENSE, -amount, person)]
    facts = _facts(desk, ReceiptKind.SUSPENSE, payment_ref, amount, assessment)
    _post_signed(desk, PostingKind.SUSPENSE, facts, lines)
    return facts.receipt_number


def post_reversal(desk: Desk, payment_ref: str) -> str:
    """Book the standing posting of a payment the other way round; return the receipt number."""
    desk.sheet.flush()  # so that what is undone has its id
    undone = find_posting(desk.sheet, payment_ref)
    assert undone is not None and undone.kind is PostingKind.SUSPENSE, "only suspense is given back"
    return _undo(desk, PostingKind.REVERSAL, undone, _turned(desk, undone))[1]


def post_refund_due(desk: Desk, payment_ref: str, person_id: int | None) -> tuple[int, str]:
    """Owe her what the standing posting of a payment had booked; return posting and receipt number.

    Its receipt says "given back", as that of a reversal. Raises IntegrityError the second time.
    """
    undone = find_posting(desk.sheet, payment_ref)
    assert undone is not None and undone.kind is not PostingKind.REVERSAL, "the caller has looked"
    lines = [
        Entry(REFUNDS_PAYABLE, line.debit, person_id) if line.account == BANK_RECEIVABLE else line
        for line in _turned(desk, undone)
    ]
    posting, number = _undo(desk, PostingKind.REFUND_DUE, undone, lines)
    return posting.id, number


def _turned(desk: Desk, undone: Posted) -> list[Entry]:
    return [
        Entry(row.account, Money(-row.debit_fen), row.person_id)
        for row in desk.sheet.rows(ENTRIES, undone.id)
    ]


def _undo(desk: Desk, kind: PostingKind, undone: Posted, lines: list[Entry]) -> tuple[Line, str]:
    number = next_receipt_number(desk.sheet, local_date(desk.now).year)
    facts = replace(
        SignedFacts.parse(undone.proof).facts,
        kind=ReceiptKind.REVERSAL,
        receipt_number=number,
        posted_at=desk.stamp,
    )
    return _post_signed(desk, kind, facts, lines, undone.id), number


def post_bank(desk: Desk, settled: Money) -> int:
    """Book what the bank has paid of what it owed; return the posting's id."""
    return post_moved(desk, PostingKind.BANK, Entry(BANK, settled), BANK_RECEIVABLE)


def post_moved(desk: Desk, kind: PostingKind, to: Entry, source: str) -> int:
    """Book what no payment is about, from one account to another; return the posting's id."""
    row = {"kind": kind.value, "posted_at": desk.stamp, "proof": b""}
    made = _post(desk.sheet, row, [to, Entry(source, -to.debit, to.person_id)])
    posting_id: int = made.id
    return posting_id


def _facts(
    desk: Desk, kind: ReceiptKind, payment_ref: str, amount: Money, about: KnownAssessment | None
) -> ReceiptFacts:
    number = next_receipt_number(desk.sheet, local_date(desk.now).year)
    if about is None:
        return ReceiptFacts(kind, number, desk.stamp, payment_ref, None, 0, (), amount)
    content = about.content
    scheme, percent, months = content.scheme, content.grade.percent, content.months
    return ReceiptFacts(kind, number, desk.stamp, payment_ref, scheme, percent, months, amount)


def _post_signed(
    desk: Desk,
    kind: PostingKind,
    facts: ReceiptFacts,
    lines: list[Entry],
    reverses: int | None = None,
) -> Line:
    row = {
        "kiosk_id": kiosk_in(facts.payment_ref),
        "payment_ref": facts.payment_ref,
        "receipt_number": facts.receipt_number,
        "kind": kind.value,
        "posted_at": facts.posted_at,
        "reverses": reverses,
        "proof": desk.signer.proof(facts),
    }
    return _post(desk.sheet, row, lines)


def _post(sheet: Sheet, row: Mapping[str, object], lines: list[Entry]) -> Line:
    assert not total([line.debit for line in lines]), "a posting balances"
    posting = sheet.add(postings, **row)
    for line in lines:
        if line.debit:
            sheet.add(
                entries,
                posting_id=posting,
                account=line.account,
                person_id=line.person_id,
                debit_fen=line.debit.fen,
            )
    return posting


def find_posting(at: Connection | Sheet, payment_ref: str) -> Posted | None:
    """Return the newest posting of a payment: its reversal, if it was given back at the PIN pad.

    A refund is between the person and us, and not the kiosk's: see ``kiosk_central.refunds``.
    """
    found = [
        row
        for row in sheet_on(at).rows(POSTINGS, *key_of(payment_ref))
        if row.kind != PostingKind.REFUND_DUE.value
    ]
    if not found:
        return None
    row = found[-1]
    return Posted(
        row.values.get("id"), PostingKind(row.kind), row.receipt_number, row.posted_at, row.proof
    )


def stands() -> ColumnElement[bool]:
    """Return the condition that no other posting has undone one of ``postings``."""
    undoing = postings.alias()
    return ~exists().where(undoing.c.reverses == postings.c.id)
