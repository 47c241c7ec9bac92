"""The agent bank's answer to a transfer file: what left our account, and what did not.

Taking in is idempotent, by file and by transfer. A failed refund is owed as before and listed; a
failed transfer of a fund is in the next month's sum.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, insert, select, update

from kiosk_central.desk import Desk
from kiosk_central.differences import Difference, note
from kiosk_central.ledger import BANK, TRANSFERS, Entry, PostingKind, post_moved
from kiosk_central.month_end import transfer_leg
from kiosk_central.refunds import CLOSING_BOOK, RefundState
from kiosk_central.store.closing import bank_answers, refunds, transfers
from kiosk_central.store.locks import lock_alone
from kiosk_central.transfer_file import FAILED, PAID, Answer, TransferFileError, parse_answer
from kioskd.domain.money import Money
from kioskd.protocols.central_books import DifferenceKind


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What an answer brought."""

    paid: int
    failed: int
    known: int
    """That had been told before."""


def acknowledge(desk: Desk, name: str, data: bytes) -> Acknowledged:
    """Take in the bank's answer; the same again changes nothing.

    Raises TransferFileError: wrongly laid out, a transfer we did not order, or another answer than
    before; then nothing of the file counts.
    """
    answers, digest = parse_answer(data), sha256(data).digest()
    lock_alone(desk.connection, CLOSING_BOOK)
    known = select(bank_answers.c.name).where(bank_answers.c.sha256 == digest)
    if desk.connection.execute(known).one_or_none() is not None:
        return Acknowledged(0, 0, len(answers))
    row = {"sha256": digest, "name": name, "lines": len(answers), "imported_at": desk.stamp}
    desk.connection.execute(insert(bank_answers).values(row))
    told = [_take(desk, one) for one in answers]
    return Acknowledged(told.count(PAID), told.count(FAILED), told.count(""))


def _take(desk: Desk, answer: Answer) -> str:
    """Book one answer; return it, or empty where it was told before."""
    query = select(transfers).where(transfers.c.reference == answer.reference)
    row = desk.connection.execute(query).one_or_none()
    if row is None:
        raise TransferFileError(f"{answer.reference}: no transfer of ours")
    outcome = PAID if answer.paid else FAILED
    if row.outcome:
        if row.outcome != outcome:
            raise TransferFileError(f"{answer.reference}: was told to be {row.outcome} before")
        return ""
    posting_id = _post_paid(desk, row) if answer.paid else _post_failed(desk, row)
    values = {"outcome": outcome, "reason": answer.reason, "outcome_id": posting_id}
    own = transfers.c.reference == answer.reference
    desk.connection.execute(update(transfers).where(own).values(values))
    if not answer.paid:
        _list(desk, row, answer.reason)
    if row.refund_id is not None:
        state = RefundState.PAID if answer.paid else RefundState.DUE
        mine = update(refunds).where(refunds.c.id == row.refund_id)
        desk.connection.execute(mine.values(state=state.value))
    return outcome


def _post_paid(desk: Desk, row: Row[Any]) -> int:
    kind = PostingKind.TRANSFER_PAID if row.refund_id is None else PostingKind.REFUND_PAID
    return post_moved(desk, kind, Entry(TRANSFERS, Money(row.amount_fen)), BANK)


def _post_failed(desk: Desk, row: Row[Any]) -> int:
    account, person = transfer_leg(desk.connection, row.what, row.refund_id)
    to = Entry(TRANSFERS, Money(row.amount_fen), person)
    return post_moved(desk, PostingKind.TRANSFER_FAILED, to, account)


def _list(desk: Desk, row: Row[Any], reason: str) -> None:
    """List a failed transfer, for a person to ask for the right account."""
    query = select(refunds.c.payment_ref).where(refunds.c.id == row.refund_id)
    ref = desk.connection.execute(query).scalar_one_or_none() or ""
    place = f"transfer {row.reference}"
    kind = DifferenceKind.TRANSFER_FAILED
    note(desk, Difference(kind, "", row.amount_fen, ref, "", place, record=reason))
