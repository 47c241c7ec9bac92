"""What the PIN pad's books say about a payment in doubt, and the verdict: a table, as data.

Pure: values in, verdict out; ``kioskd.payments.recovery`` does the asking. The books count only
when the PIN pad is idle and has said the same twice (``Evidence.settled``). The pad's own reversal
of an unanswered approval is never assumed, only seen; a transaction is recognised by receipt and
amount, never by time: the PIN pad's clock may be anything.
Source: facts, pin-pad-and-payments 4.2, 4.3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from kioskd.domain.money import ZERO, Money
from kioskd.domain.payment import PaymentState, TransactionRecord
from kioskd.payments.contract import Payment
from kioskd.payments.states import PaymentEvent

LAST_RECEIPT: Final = 9999
"""Receipt numbers have four digits; after this one comes 0 or 1."""
GAP_MAX: Final = 50
"""Receipts that declines and reversals may have used up unseen since the last one shown."""


class Shown(Enum):
    """What the PIN pad's last transaction (06 20) is."""

    OURS_APPROVED = "ours, approved"
    OURS_AFTER_A_GAP = "our amount, approved, some receipts later"
    """A PIN pad that counts declines and reversals but does not show them."""
    OURS_REFUSED = "ours, not approved"
    EARLIER = "the one before ours"
    NOTHING = "nothing"
    """It does not repeat receipts, or has done nothing ever: which, nobody can say."""
    OTHER = "something else"


class Counted(Enum):
    """What the open batch (06 10) did since just before the payment."""

    INCLUDED = "one more, by our amount"
    NOT_INCLUDED = "the same count and sum"
    AS_IF_CLOSED = "as before: empty, or one charge of just our amount"
    """Nothing was added; or the PIN pad has closed its batch since, before our charge or after."""
    CLOSED = "less than before"
    """The PIN pad has closed its batch since: what was in it, it does not say any more."""
    UNTOLD = "not told, now or before"
    UNCLEAR = "neither: somebody else's"


class Verdict(Enum):
    """What is to be done."""

    CHARGED = "charged"
    NOT_CHARGED = "not charged"
    STILL_UNKNOWN = "still unknown"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the decision table; ``approved`` is whether the journal holds an approval."""

    approved: bool
    shown: Shown
    counted: Counted


RESOLVES: Final[Mapping[Row, Verdict]] = MappingProxyType(
    {
        # The journal holds an approval: did it last?
        Row(True, Shown.OURS_APPROVED, Counted.INCLUDED): Verdict.CHARGED,
        Row(True, Shown.OURS_APPROVED, Counted.NOT_INCLUDED): Verdict.NOT_CHARGED,
        Row(True, Shown.OURS_REFUSED, Counted.NOT_INCLUDED): Verdict.NOT_CHARGED,
        Row(True, Shown.OURS_REFUSED, Counted.AS_IF_CLOSED): Verdict.NOT_CHARGED,
        Row(True, Shown.OURS_REFUSED, Counted.UNTOLD): Verdict.NOT_CHARGED,
        Row(True, Shown.EARLIER, Counted.NOT_INCLUDED): Verdict.NOT_CHARGED,
        # It holds none: was there a charge that we were not told of?
        Row(False, Shown.OURS_APPROVED, Counted.INCLUDED): Verdict.CHARGED,
        Row(False, Shown.OURS_APPROVED, Counted.NOT_INCLUDED): Verdict.NOT_CHARGED,
        Row(False, Shown.OURS_AFTER_A_GAP, Counted.INCLUDED): Verdict.CHARGED,
        Row(False, Shown.OURS_REFUSED, Counted.NOT_INCLUDED): Verdict.NOT_CHARGED,
        Row(False, Shown.OURS_REFUSED, Counted.AS_IF_CLOSED): Verdict.NOT_CHARGED,
        Row(False, Shown.OURS_REFUSED, Counted.UNTOLD): Verdict.NOT_CHARGED,
        Row(False, Shown.EARLIER, Counted.NOT_INCLUDED): Verdict.NOT_CHARGED,
        Row(False, Shown.EARLIER, Counted.AS_IF_CLOSED): Verdict.NOT_CHARGED,
    }
)
"""The rows that end a doubt. Every row that is not here leaves it to the centre's reconciliation.

Without the batch's totals only a plain refusal of our own receipt is believed: a PIN pad may show
an older receipt, or a charge that it has undone. A batch that may have been closed meanwhile proves
nothing against a charge that is shown, or that we hold the approval of.
"""


class TakenOut(Enum):
    """What the open batch did since just before a reversal was asked for."""

    OUR_AMOUNT = "less by our amount"
    NOTHING = "the same count and sum"
    UNCLEAR = "not told, closed, or somebody else's"


RETURNS: Final[Mapping[TakenOut, Verdict]] = MappingProxyType(
    {
        TakenOut.OUR_AMOUNT: Verdict.NOT_CHARGED,
        TakenOut.NOTHING: Verdict.CHARGED,
    }
)
"""The rows that end a reversal whose answer was lost. A PIN pad is never asked for it again."""

EVENTS: Final[Mapping[tuple[PaymentState, Verdict], tuple[PaymentEvent, ...]]] = MappingProxyType(
    {
        (PaymentState.INTENDED, Verdict.CHARGED): (PaymentEvent.APPROVE, PaymentEvent.CONFIRM),
        (PaymentState.INTENDED, Verdict.NOT_CHARGED): (PaymentEvent.NOT_START,),
        (PaymentState.INTENDED, Verdict.STILL_UNKNOWN): (PaymentEvent.DOUBT,),
        (PaymentState.APPROVED, Verdict.CHARGED): (PaymentEvent.CONFIRM,),
        (PaymentState.APPROVED, Verdict.NOT_CHARGED): (PaymentEvent.REVERSE,),
        (PaymentState.APPROVED, Verdict.STILL_UNKNOWN): (PaymentEvent.DOUBT,),
        (PaymentState.UNKNOWN, Verdict.CHARGED): (PaymentEvent.CONFIRM,),
        (PaymentState.UNKNOWN, Verdict.NOT_CHARGED): (PaymentEvent.DECLINE,),
        (PaymentState.UNKNOWN, Verdict.STILL_UNKNOWN): (),
        (PaymentState.REVERSING, Verdict.CHARGED): (PaymentEvent.STAND,),
        (PaymentState.REVERSING, Verdict.NOT_CHARGED): (PaymentEvent.REVERSE,),
        (PaymentState.REVERSING, Verdict.STILL_UNKNOWN): (),
    }
)
"""What a verdict does to a payment; see ``events_for`` for the one exception."""


@dataclass(frozen=True, slots=True)
class Books:
    """One look into the PIN pad's books."""

    idle: bool
    last: TransactionRecord | None
    totals: tuple[int, Money] | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Two looks, some time apart, and what the journal adds to them."""

    first: Books
    second: Books
    known_elsewhere: bool
    """The last transaction shown belongs to another payment in the journal."""

    @property
    def settled(self) -> bool:
        return self.first.idle and self.first == self.second


def judge(payment: Payment, evidence: Evidence) -> Verdict:
    """Return the table's verdict on ``payment``."""
    if not evidence.settled:
        return Verdict.STILL_UNKNOWN
    if payment.state is PaymentState.REVERSING:
        return RETURNS.get(taken_out(payment, evidence.second), Verdict.STILL_UNKNOWN)
    return RESOLVES.get(row_for(payment, evidence), Verdict.STILL_UNKNOWN)


def row_for(payment: Payment, evidence: Evidence) -> Row:
    """Find the table's row for this payment and these books."""
    books = evidence.second
    return Row(
        approved=approval_of(payment) is not None,
        shown=_shown(payment, books, evidence.known_elsewhere),
        counted=_counted(payment, books),
    )


def taken_out(payment: Payment, books: Books) -> TakenOut:
    """Compare the open batch with the one before the reversal of ``payment``."""
    before, now = payment.baseline.totals, books.totals
    if before is None or now is None:
        return TakenOut.UNCLEAR
    if now == before:
        return TakenOut.NOTHING
    closed_perhaps = now == (0, ZERO)
    less = now[1] == before[1] - payment.amount
    return TakenOut.OUR_AMOUNT if less and not closed_perhaps else TakenOut.UNCLEAR


def approval_of(payment: Payment) -> TransactionRecord | None:
    """Return the approval that the journal holds, None if there is none."""
    return payment.record if payment.record and payment.record.approved else None


def events_for(payment: Payment, verdict: Verdict) -> tuple[PaymentEvent, ...]:
    """Return what the verdict does; what was approved is reversed, not declined."""
    events = EVENTS[payment.state, verdict]
    if events == (PaymentEvent.DECLINE,) and approval_of(payment):
        return (PaymentEvent.REVERSE,)
    return events


def follows(receipt: int, earlier: int) -> bool:
    """Tell whether ``receipt`` is the number after ``earlier``."""
    return receipt in ((0, 1) if earlier == LAST_RECEIPT else (earlier + 1,))


def _shown(payment: Payment, books: Books, known_elsewhere: bool) -> Shown:
    if books.last is None:
        return Shown.NOTHING
    if known_elsewhere or books.last.receipt == payment.baseline.receipt:
        is_before = books.last.receipt == payment.baseline.receipt
        return Shown.EARLIER if is_before else Shown.OTHER
    if not _has_our_receipt(payment, books.last):
        return Shown.OURS_AFTER_A_GAP if _may_be_ours(payment, books.last) else Shown.OTHER
    if not books.last.approved:
        return Shown.OURS_REFUSED
    return Shown.OURS_APPROVED if _is_our_approval(payment, books.last) else Shown.OTHER


def _has_our_receipt(payment: Payment, last: TransactionRecord) -> bool:
    approval = approval_of(payment)
    if approval is not None:
        return (last.terminal_id, last.receipt) == (approval.terminal_id, approval.receipt)
    before = payment.baseline.receipt
    return before is None or follows(last.receipt, before)


def _is_our_approval(payment: Payment, last: TransactionRecord) -> bool:
    approval = approval_of(payment)
    return last.amount == payment.amount and (approval is None or last.trace == approval.trace)


def _may_be_ours(payment: Payment, last: TransactionRecord) -> bool:
    before = payment.baseline.receipt
    if before is None or approval_of(payment) is not None:
        return False
    skipped = (last.receipt - before) % LAST_RECEIPT
    return skipped <= GAP_MAX and last.approved and last.amount == payment.amount


def _counted(payment: Payment, books: Books) -> Counted:
    before, now = payment.baseline.totals, books.totals
    if before is None or now is None:
        return Counted.UNTOLD
    if now == (before[0] + 1, before[1] + payment.amount):
        return Counted.INCLUDED
    if now == before:
        perhaps_closed = now in ((0, ZERO), (1, payment.amount))
        return Counted.AS_IF_CLOSED if perhaps_closed else Counted.NOT_INCLUDED
    if now[1] == before[1] and now[0] > before[0]:
        return Counted.NOT_INCLUDED  # a charge and its reversal, both counted
    return Counted.CLOSED if now[0] < before[0] else Counted.UNCLEAR
