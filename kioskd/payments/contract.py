"""A payment as the journal keeps it, and what paying asks of a journal. No sqlite3 here."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar, Protocol

from kioskd.domain.money import Money
from kioskd.domain.payment import (
    AssessmentRef,
    PaymentRef,
    PaymentState,
    Printed,
    TransactionRecord,
)
from kioskd.domain.trouble import Trouble
from kioskd.errors import PaymentError
from kioskd.payments.states import ENDED, PaymentEvent
from kioskd.protocols.central import Posting
from kioskd.protocols.central_books import PrintReport


class PaymentInTheWay(PaymentError):
    """Another payment (``ref``) is open on this kiosk, or already holds this assessment."""

    operator_code: ClassVar[str] = "P-03"

    def __init__(self, ref: str, state: PaymentState) -> None:
        super().__init__(f"{ref} is {state.value}")
        self.ref, self.state = ref, state


class RecordContradicts(PaymentError):
    """The PIN pad's record is not of this payment: other amount, or a second receipt."""

    operator_code: ClassVar[str] = "P-05"


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the PIN pad's books showed just before a payment: what recovery compares with."""

    receipt: int | None = None
    """Of its last transaction; None if it has never shown one to this kiosk."""
    totals: tuple[int, Money] | None = None
    """Count and sum of the open batch; None if the PIN pad would not tell."""


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment reference and everything the kiosk knows of it. Nothing personal."""

    ref: PaymentRef
    assessment: AssessmentRef
    amount: Money
    state: PaymentState
    at: str
    """When it was intended: RFC 3339, UTC."""
    baseline: Baseline = Baseline()
    record: TransactionRecord | None = None
    """The PIN pad's: once approved, or the last thing it said of a payment that was not."""
    reason: str = ""
    """An operator code where it did not succeed: ``S-01``, or ``Z-6C`` from the PIN pad."""
    receipt_number: str = ""
    """The centre's official number; empty until posted."""
    give_back: bool = False
    """The centre could not book it on its months and wants it reversed."""
    printed: Printed | None = None
    """None: printing was never tried."""

    @property
    def final(self) -> bool:
        return self.state in ENDED

    def local_time(self) -> str:
        """Return when it was intended by the clock on the wall: ``2026-11-22 17:55``."""
        return datetime.fromisoformat(self.at).astimezone().strftime("%Y-%m-%d %H:%M")


class ReportKind(Enum):
    """What the centre is told of."""

    PAYMENT = "payment"
    """A ``PaymentReport``, answered with a ``Posting``."""
    PRINT = "print"
    """A ``PrintReport``, answered with the same."""
    DAY_END = "day_end"
    """A ``DayEndReport``, answered with a ``DayEndAnswer``."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An outbox row: a report the centre has not answered yet."""

    seq: int
    kind: ReportKind
    ref: str
    path: str
    body: bytes
    """To be PUT exactly so, however often."""


class PaymentJournal(Protocol):
    """The durable memory of money. Plain calls: nothing can come between. Raise JournalDamaged.

    *Synced* calls return when the disk has it. Every move is checked against the transition table
    (IllegalMove).
    """

    def intend(
        self, assessment: AssessmentRef, amount: Money, baseline: Baseline, at: str
    ) -> Payment:
        """Make a reference and a payment. Synced (commit A). Raises PaymentInTheWay."""

    def approve(self, ref: PaymentRef, record: TransactionRecord, at: str) -> Payment:
        """Keep an approval. Synced (commit B); the same receipt and trace again changes nothing.

        Raises RecordContradicts.
        """

    def confirm(self, ref: PaymentRef, at: str, record: TransactionRecord | None = None) -> Payment:
        """Keep that the charge stands, with the report to the centre. Synced (commit C).

        ``record`` is needed where no approval was kept. Raises RecordContradicts.
        """

    def close(
        self,
        ref: PaymentRef,
        event: PaymentEvent,
        at: str,
        record: TransactionRecord | None = None,
        reason: str = "",
    ) -> Payment:
        """Keep any other event, with the report to the centre. Synced."""

    def give_back(self, ref: PaymentRef, baseline: Baseline, at: str) -> Payment:
        """Keep the intent to reverse a confirmed charge, and the books before it. Synced."""

    def settle(self, posting: Posting, at: str) -> Payment:
        """Keep what the centre's reconciliation found out of an unresolved payment. Synced."""

    def get(self, ref: PaymentRef) -> Payment:
        """Return a payment. Raises KeyError."""

    def open_payments(self) -> tuple[Payment, ...]:
        """Return those that the PIN pad must be asked about: at most one."""

    def unresolved(self) -> tuple[Payment, ...]:
        """Return those that only the centre's reconciliation can resolve, oldest first."""

    def to_give_back(self) -> tuple[Payment, ...]:
        """Return the charges that the centre wants reversed and that have not been tried."""

    def last_known_receipt(self) -> int | None:
        """Return the receipt number of the newest payment that has one."""

    def last_transaction_id(self) -> bytes:
        """Return TLV 1F1F of the newest payment; empty if it has none, or if it is unresolved.

        Mirroring an older one would make the PIN pad undo the newest (facts 1.10 item 4).
        """

    def knows(self, record: TransactionRecord, besides: PaymentRef) -> bool:
        """Tell whether another payment holds this very transaction."""

    def posting(self, ref: PaymentRef) -> Posting | None:
        """Return the centre's posting, None until it has given a receipt number."""

    def refused(self, ref: PaymentRef) -> bool:
        """Tell whether the newest report was set aside: the centre refuses it for good."""

    def set_printed(self, ref: PaymentRef, printed: Printed) -> None:
        """Note whether paper came out. Not synced."""

    def report_print(self, report: PrintReport) -> None:
        """Queue for the centre whether an official receipt came out, of whichever kiosk. Lazy."""

    @property
    def trouble(self) -> Trouble | None: ...
