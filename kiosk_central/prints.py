"""The papers of a receipt: which came out, which copies were given, and what to print next.

A receipt is that of a contribution that stands. Its original is handed out a second time only if
every time it was tried it certainly did not come out; anything less gives a marked copy.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, insert, select, update

from kiosk_central.assessments import find_assessment
from kiosk_central.desk import Desk
from kiosk_central.ledger import PostingKind, stands
from kiosk_central.payment_refs import is_of, kiosk_in
from kiosk_central.payment_rows import ASSESSED, find_payment
from kiosk_central.problems import Refused
from kiosk_central.store.books import charges, payments, postings, prints
from kiosk_central.store.locks import lock_kiosk, lock_person
from kiosk_central.store.schema import assessments
from kioskd.domain.payment import Printed
from kioskd.protocols.central import ProblemCode, decode, encode
from kioskd.protocols.central_books import PrintReport, ReceiptCopy, ReceiptEntry

RECEIPTS_MAX = 24
COPY_MAX = 10**6


def receipts_of(connection: Connection, person_id: int) -> tuple[ReceiptEntry, ...]:
    """Return a person's receipts, newest first, at most ``RECEIPTS_MAX``."""
    query = _receipts(person_id).order_by(postings.c.id.desc()).limit(RECEIPTS_MAX)
    return tuple(_entry(connection, row) for row in connection.execute(query))


def _receipts(person_id: int, *only: ColumnElement[bool]) -> Select[Any]:
    """Select a person's receipts: posted on months, and standing; ``only`` some of her payments.

    Such a payment is confirmed (law ``state`` of the books). Her few payments are found first, and
    kept: SQLite would else look through all postings of her kiosks for hers.
    """
    hers = (
        select(payments.c.kiosk_id, payments.c.ref, payments.c.assessment_ref)
        .join(assessments, ASSESSED)
        .where(assessments.c.person_id == person_id, *only)
        .cte("hers")
        .prefix_with("MATERIALIZED")
    )
    own = (postings.c.kiosk_id == hers.c.kiosk_id) & (postings.c.payment_ref == hers.c.ref)
    return (
        select(hers, postings.c.receipt_number, postings.c.posted_at, postings.c.proof)
        .join(postings, own)
        .where(postings.c.kind == PostingKind.CONTRIBUTION.value, stands())
    )


def _entry(connection: Connection, row: Row[Any]) -> ReceiptEntry:
    about = find_assessment(connection, row.kiosk_id, row.assessment_ref)
    assert about is not None, "joined"
    papers = _papers(connection, row.ref)
    return ReceiptEntry(
        row.ref,
        row.receipt_number,
        row.posted_at,
        about.content.scheme,
        about.content.grade.percent,
        about.content.months,
        about.content.amount,
        about.content.personal,
        about.content.pool,
        _original([one.printed for one in papers if not one.copy]),
        sum(1 for one in papers if one.copy),
    )


def _papers(connection: Connection, payment_ref: str) -> list[Row[Any]]:
    query = select(prints.c.copy, prints.c.printed).where(is_of(prints, payment_ref))
    return list(connection.execute(query))


def _original(heard: Iterable[str]) -> Printed | None:
    """Say whether the original came out: YES once, NO only if always NO, else nobody knows."""
    told = set(heard)
    if not told:
        return None
    if Printed.YES.value in told:
        return Printed.YES
    return Printed.NO if told == {Printed.NO.value} else Printed.UNKNOWN


def give_copy(
    desk: Desk, kiosk_id: str, person_id: int, payment_ref: str, print_ref: str
) -> ReceiptCopy:
    """Hand out a receipt to print; the same ``print_ref`` gets the same answer for ever.

    Raises Refused: NOT_FOUND (no receipt of hers), REFERENCE_REUSED.
    """
    lock_kiosk(desk.connection, kiosk_id)
    lock_person(desk.connection, person_id)
    own_ref = (payments.c.kiosk_id == kiosk_in(payment_ref), payments.c.ref == payment_ref)
    query = _receipts(person_id, *own_ref)
    row = desk.connection.execute(query).one_or_none()
    if row is None:
        raise Refused(ProblemCode.NOT_FOUND, "receipt")
    own = _is_print(payment_ref, kiosk_id, print_ref)
    known = _find_print(desk.connection, own)
    if known is not None:
        if not known.answer:
            raise Refused(ProblemCode.REFERENCE_REUSED)
        return decode(known.answer, ReceiptCopy)
    copy = _next_copy(_papers(desk.connection, payment_ref))
    values = {
        "kiosk_id": row.kiosk_id,
        "payment_ref": payment_ref,
        "at_kiosk": kiosk_id,
        "print_ref": print_ref,
        "copy": copy,
        "printed": "",
        "at": "",
        "answer": b"",
    }
    desk.connection.execute(insert(prints).values(values))
    given = _copy(desk.connection, row, copy)
    desk.connection.execute(update(prints).where(own).values(answer=encode(given)))
    return given


def _next_copy(papers: list[Row[Any]]) -> int:
    """Return 0 if the original certainly never came out, else the next number of a copy."""
    if _original([one.printed for one in papers if not one.copy]) is Printed.NO:
        return 0
    return 1 + max((one.copy for one in papers), default=0)


def _copy(connection: Connection, row: Row[Any], copy: int) -> ReceiptCopy:
    query = select(charges).where(is_of(charges, row.ref))
    charge = connection.execute(query).one()
    entry = _entry(connection, row)
    return ReceiptCopy(entry, copy, row.proof, charge.terminal_id, charge.receipt)


def _is_print(payment_ref: str, at_kiosk: str, print_ref: str) -> ColumnElement[bool]:
    """Return the condition of one print: its reference is the kiosk's, of this payment."""
    there = (prints.c.at_kiosk == at_kiosk) & (prints.c.print_ref == print_ref)
    return is_of(prints, payment_ref) & there


def _find_print(connection: Connection, own: ColumnElement[bool]) -> Row[Any] | None:
    return connection.execute(select(prints).where(own)).one_or_none()


def take_print(desk: Desk, kiosk_id: str, report: PrintReport) -> PrintReport:
    """Keep whether a paper came out; the same report again changes nothing.

    A kiosk tells of the originals of its own payments, and of what it was given to print.
    Raises Refused: NOT_FOUND, REFERENCE_REUSED.
    """
    lock_kiosk(desk.connection, kiosk_id)
    own = _is_print(report.ref, kiosk_id, report.print_ref)
    known = _find_print(desk.connection, own)
    if known is None:
        return _keep_original(desk, kiosk_id, report)
    if known.copy != report.copy or known.printed not in ("", report.printed.value):
        raise Refused(ProblemCode.REFERENCE_REUSED)
    if not known.printed:
        values = {"printed": report.printed.value, "at": report.at}
        desk.connection.execute(update(prints).where(own).values(values))
    return report


def _keep_original(desk: Desk, kiosk_id: str, report: PrintReport) -> PrintReport:
    stored = find_payment(desk.connection, report.ref)
    if stored is None or stored.kiosk_id != kiosk_id or report.copy:
        raise Refused(ProblemCode.NOT_FOUND, "payment")
    values = {
        "kiosk_id": kiosk_id,
        "payment_ref": report.ref,
        "at_kiosk": kiosk_id,
        "print_ref": report.print_ref,
        "copy": 0,
        "printed": report.printed.value,
        "at": report.at,
        "answer": b"",
    }
    desk.connection.execute(insert(prints).values(values))
    return report
