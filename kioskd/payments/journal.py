"""The payment journal: one synced commit per durable step, three per approved payment.

Knows no PIN pad, no HTTP and no clock; the file is ``kioskd.payments.store``'s. Every step writes
one entry of the hash chain (``chain``), the payment's row, and the report to the centre where the
step is one that the centre is told of: all in the same commit.
"""

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from kioskd import log
from kioskd.domain.money import Money
from kioskd.domain.payment import (
    AssessmentRef,
    PaymentRef,
    PaymentState,
    Printed,
    TransactionRecord,
)
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import JournalDamaged
from kioskd.payments import journal_rows as rows
from kioskd.payments.chain import Entry, StoredEntry, breaks_after, entry_of, linked
from kioskd.payments.contract import (
    Baseline,
    Payment,
    PaymentInTheWay,
    RecordContradicts,
    ReportKind,
)
from kioskd.payments.states import START, TELLS_THE_CENTRE, PaymentEvent, next_state
from kioskd.payments.store import Connection, Store
from kioskd.protocols import central
from kioskd.protocols.central import Posting
from kioskd.protocols.central_books import PRINT_PATH, PrintReport, first_link

TAIL: Final = 64
"""So many of the newest entries are checked at opening; the whole chain in ``audit``."""
_DAMAGED: Final = Trouble(TroubleReason.JOURNAL_DAMAGED, JournalDamaged.operator_code)


def new_assessment_ref() -> AssessmentRef:
    """Make a reference for an assessment; no counter, so it may be made before anything else."""
    return AssessmentRef(uuid.uuid4().hex)


class Journal:
    """One kiosk's payments; fulfils ``contract.PaymentJournal``, whose docstrings hold here."""

    def __init__(self, store: Store) -> None:
        """Check the newest entries. Raises JournalDamaged where their chain is broken."""
        self._store = store
        self._on_report: Callable[[], None] = lambda: None
        self._check_tail()

    def listen(self, on_report: Callable[[], None]) -> None:
        """Call ``on_report`` after every commit that wrote an outbox row; from any thread."""
        self._on_report = on_report

    def tell(self) -> None:
        """Call who listens: something was written for the centre."""
        self._on_report()

    def intend(
        self, assessment: AssessmentRef, amount: Money, baseline: Baseline, at: str
    ) -> Payment:
        with self._store.commit(synced=True) as db:
            for row in db.execute(rows.SELECT_IN_THE_WAY, (assessment,)):
                raise PaymentInTheWay(row["ref"], PaymentState(row["state"]))
            (number,) = db.execute(rows.NEXT_NUMBER).fetchone()
            ref = PaymentRef(f"{self._store.kiosk_id}-{self._store.series}-{number:06d}")
            payment = Payment(ref, assessment, amount, START, at, baseline)
            db.execute(rows.INSERT_PAYMENT, rows.row_of(payment) | {"number": number})
            self._enter(db, payment, at)
        return self._done(payment)

    def approve(self, ref: PaymentRef, record: TransactionRecord, at: str) -> Payment:
        payment = self.get(ref)
        if payment.state is PaymentState.APPROVED and _is_of(payment, record):
            return payment  # a repeat: our answer was lost on the wire
        return self._move(ref, PaymentEvent.APPROVE, at, record)

    def confirm(self, ref: PaymentRef, at: str, record: TransactionRecord | None = None) -> Payment:
        return self._move(ref, PaymentEvent.CONFIRM, at, record)

    def close(
        self,
        ref: PaymentRef,
        event: PaymentEvent,
        at: str,
        record: TransactionRecord | None = None,
        reason: str = "",
    ) -> Payment:
        assert event not in (PaymentEvent.APPROVE, PaymentEvent.CONFIRM, PaymentEvent.GIVE_BACK)
        return self._move(ref, event, at, record, reason)

    def give_back(self, ref: PaymentRef, baseline: Baseline, at: str) -> Payment:
        return self._move(ref, PaymentEvent.GIVE_BACK, at, baseline=baseline)

    def settle(self, posting: Posting, at: str) -> Payment:
        charged = posting.state is PaymentState.CONFIRMED
        event = PaymentEvent.CONFIRM if charged else PaymentEvent.DECLINE
        return self._move(PaymentRef(posting.ref), event, at, posting=posting)

    def get(self, ref: PaymentRef) -> Payment:
        for row in self._store.read(rows.SELECT_PAYMENT, ref):
            return rows.payment_of(row)
        raise KeyError(ref)

    def open_payments(self) -> tuple[Payment, ...]:
        return self._payments(rows.SELECT_OPEN)

    def unresolved(self) -> tuple[Payment, ...]:
        return self._payments(rows.SELECT_UNRESOLVED)

    def to_give_back(self) -> tuple[Payment, ...]:
        return self._payments(rows.SELECT_TO_GIVE_BACK)

    def last_known_receipt(self) -> int | None:
        found = self._store.read(rows.SELECT_NEWEST_RECORD)
        return int(found[0]["receipt"]) if found else None

    def last_transaction_id(self) -> bytes:
        found = self._store.read(rows.SELECT_NEWEST_RECORD)
        number = found[0]["number"] if found else 0
        if not found or self._store.read(rows.SELECT_CHARGED_UNSEEN, number):
            return b""
        record = rows.record_of(found[0]["record"])
        return record.transaction_id if record else b""

    def knows(self, record: TransactionRecord, besides: PaymentRef) -> bool:
        key = (record.terminal_id, record.receipt, record.trace)
        others = self._payments(rows.SELECT_TRANSACTION, *key)
        return any(_is_of(other, record) for other in others if other.ref != besides)

    def posting(self, ref: PaymentRef) -> Posting | None:
        query = "SELECT * FROM payment WHERE ref = ? AND receipt_number != ''"
        for row in self._store.read(query, ref):
            return rows.posting_of(row)
        return None

    def refused(self, ref: PaymentRef) -> bool:
        query = "SELECT fate FROM outbox WHERE ref = ? AND kind = ? ORDER BY seq DESC LIMIT 1"
        newest = self._store.read(query, ref, ReportKind.PAYMENT.value)
        return bool(newest) and newest[0]["fate"] == "quarantined"

    def set_printed(self, ref: PaymentRef, printed: Printed) -> None:
        with self._store.commit(synced=False) as db:
            db.execute("UPDATE payment SET printed = ? WHERE ref = ?", (printed.value, ref))

    def report_print(self, report: PrintReport) -> None:
        path = PRINT_PATH.format(ref=report.ref, print_ref=report.print_ref)
        body = central.encode(report)
        with self._store.commit(synced=False) as db:
            db.execute(rows.INSERT_REPORT, (ReportKind.PRINT.value, report.ref, path, body))
        self.tell()

    @property
    def trouble(self) -> Trouble | None:
        """JOURNAL_DAMAGED, PAYMENT_IN_DOUBT (one is being enquired into), or None."""
        try:
            in_doubt = any(one.state is PaymentState.UNKNOWN for one in self.open_payments())
        except JournalDamaged:
            return _DAMAGED
        if self._store.failing:
            return _DAMAGED
        return Trouble(TroubleReason.PAYMENT_IN_DOUBT, "P-01") if in_doubt else None

    def _payments(self, query: str, *values: object) -> tuple[Payment, ...]:
        return tuple(rows.payment_of(row) for row in self._store.read(query, *values))

    def _move(
        self,
        ref: PaymentRef,
        event: PaymentEvent,
        at: str,
        record: TransactionRecord | None = None,
        reason: str = "",
        baseline: Baseline | None = None,
        posting: Posting | None = None,
    ) -> Payment:
        """Make one move of the transition table, with its report, in one synced commit.

        With a ``posting`` the move is the centre's own finding, and not reported back.
        """
        with self._store.commit(synced=True) as db:
            found = db.execute(rows.SELECT_PAYMENT, (ref,)).fetchone()
            if found is None:
                raise KeyError(ref)
            before = rows.payment_of(found)
            after = replace(
                before,
                state=next_state(before.state, event),
                record=_agreed_record(before, event, record),
                reason=reason,
                baseline=baseline or before.baseline,
            )
            db.execute(rows.UPDATE_PAYMENT, rows.row_of(after))
            self._enter(db, after, at)
            if posting is not None:
                db.execute(rows.UPDATE_POSTED, rows.posted_columns(posting))
            elif after.state in TELLS_THE_CENTRE:
                report = rows.report_of(after, at)
                path = central.PAYMENT_PATH.format(ref=ref)
                columns = (ReportKind.PAYMENT.value, ref, path, central.encode(report))
                db.execute(rows.INSERT_REPORT, columns)
        return self._done(after)

    def _enter(self, db: Connection, payment: Payment, at: str) -> None:
        append(db, self._store, lambda seq: entry_of(seq, payment, at))

    def _done(self, payment: Payment) -> Payment:
        log.event("journal.synced", ref=payment.ref, state=payment.state, reason=payment.reason)
        if payment.state in TELLS_THE_CENTRE:
            self.tell()
        return payment

    def _check_tail(self) -> None:
        """Raises JournalDamaged."""
        query = "SELECT * FROM (SELECT * FROM entry ORDER BY seq DESC LIMIT ?) ORDER BY seq"
        tail = [rows.stored_entry(row) for row in self._store.read(query, TAIL + 1)]
        link, seq = _genesis(self._store), 1
        if len(tail) > TAIL:
            link, seq, tail = tail[0].link, tail[0].seq + 1, tail[1:]
        for broken in breaks_after(link, seq, tail):
            self._store.distrust(f"entry {broken.seq}: {broken.why}")
            raise JournalDamaged(f"entry {broken.seq}: {broken.why}")


def append(db: Connection, store: Store, make: Callable[[int], Entry]) -> None:
    """Add an entry to the chain, inside a commit."""
    last = db.execute(rows.LAST_ENTRY).fetchone()
    seq, link = (last["seq"], last["link"]) if last else (0, _genesis(store))
    row: StoredEntry = linked(make(seq + 1), link)
    db.execute(rows.INSERT_ENTRY, (row.seq, row.ref, row.body, row.link))


def _genesis(store: Store) -> bytes:
    return first_link(store.kiosk_id, store.series)


def _agreed_record(
    payment: Payment, event: PaymentEvent, record: TransactionRecord | None
) -> TransactionRecord | None:
    """Return the record to keep: the approved one for ever. Raises RecordContradicts."""
    if record is not None and event in (PaymentEvent.APPROVE, PaymentEvent.CONFIRM):
        _check_approval(payment, record)
    if payment.record is None or not payment.record.approved:
        return record or payment.record
    if event is PaymentEvent.CONFIRM and record is not None and not _is_of(payment, record):
        raise RecordContradicts(f"{payment.ref}: another receipt than the one approved")
    return payment.record


def _check_approval(payment: Payment, record: TransactionRecord) -> None:
    if record.amount != payment.amount or not record.approved:
        raise RecordContradicts(f"{payment.ref}: not an approval of its amount")


def _is_of(payment: Payment, record: TransactionRecord) -> bool:
    kept = payment.record
    return kept is not None and (
        (kept.terminal_id, kept.receipt, kept.trace, kept.amount, kept.date)
        == (record.terminal_id, record.receipt, record.trace, record.amount, record.date)
    )
