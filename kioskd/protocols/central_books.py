"""The HTTP contract, version 1, of everything about money that is not a payment itself.

Prints and copies of receipts, the kiosk's day-ends, and the links of its journal's hash chain.
Codec and paths as in ``kioskd.protocols.central``. All are PUT under a reference the kiosk made.
"""

from dataclasses import dataclass
from enum import Enum
from hashlib import sha256

from kioskd.domain.contribution import Month, Scheme
from kioskd.domain.money import Money
from kioskd.domain.payment import PaymentState, Printed

RECEIPTS_PATH = "/v1/me/receipts"
"""GET, within a visit: her own receipts, newest first, as ``tuple[ReceiptEntry, ...]``."""
COPY_PATH = "/v1/me/receipts/{ref}/prints/{print_ref}"
"""PUT without a body, within a visit: a ``ReceiptCopy`` to print, at whatever kiosk she stands."""
PRINT_PATH = "/v1/payments/{ref}/prints/{print_ref}"
"""PUT a ``PrintReport``, visit or no visit; answered with the same."""
DAY_END_PATH = "/v1/day-ends/{ref}"
"""PUT a ``DayEndReport``; answered with a ``DayEndAnswer``."""
JOURNAL_PATH = "/v1/journals/{series}"
"""GET the ``ChainHead`` the centre has of this kiosk's journal; seq 0 if it has none."""
LINKS_PATH = "/v1/journals/{series}/links/{first}"
"""PUT ``ChainLinks``; answered with the new ``ChainHead``. 409 ``chain_broken``."""

LINKS_MAX = 500
DIGEST_BYTES = 32


@dataclass(frozen=True, slots=True)
class ReceiptEntry:
    """One receipt of hers and what became of its paper."""

    ref: str
    """The payment's."""
    receipt_number: str
    posted_at: str
    scheme: Scheme
    percent: int
    months: tuple[Month, ...]
    amount: Money
    personal: Money
    pool: Money
    original: Printed | None
    """Whether the original came out; None: nothing was heard of it."""
    copies: int
    """How many copies were given out."""


@dataclass(frozen=True, slots=True)
class ReceiptCopy:
    """What is to be printed; the same ``print_ref`` always gets the same answer."""

    entry: ReceiptEntry
    copy: int
    """0: the original, which certainly never came out; else to be marked "copy n"."""
    proof: bytes
    terminal_id: str
    """The PIN pad's, with its receipt number: what the bank knows the charge by."""
    pin_pad_receipt: int | None


@dataclass(frozen=True, slots=True)
class PrintReport:
    """Whether a paper came out of a receipt printer."""

    ref: str
    print_ref: str
    copy: int
    printed: Printed
    at: str


@dataclass(frozen=True, slots=True)
class DayPayment:
    """One payment in a kiosk's day."""

    ref: str
    state: PaymentState
    amount: Money
    receipt: int | None


@dataclass(frozen=True, slots=True)
class DayEndReport:
    """A closed batch: what the PIN pad told, and what the kiosk's journal has in it."""

    ref: str
    at: str
    terminal_id: str
    told: tuple[int, Money]
    """Count and sum by the PIN pad."""
    payments: tuple[DayPayment, ...]
    """Every payment begun since the last day-end, whatever became of it."""


class DifferenceKind(Enum):
    """In what two books do not agree; every difference names its references."""

    MONTHS_PAID_ELSEWHERE = "months_paid_elsewhere"
    """Charged, but the months had been paid by another payment: the money is in suspense."""
    MONTHS_LOCKED_ELSEWHERE = "months_locked_elsewhere"
    """The outcome is unknown and the months could not be kept for it."""
    ASSESSMENT_UNKNOWN = "assessment_unknown"
    """Charged for an assessment this centre never made at this kiosk: in suspense."""
    BODY = "body"
    """Charged, but with another amount or assessment than the centre has: nothing is booked."""
    STATE = "state"
    """A final state after another final state."""
    RECORD = "record"
    """The same state twice with two records of the PIN pad."""
    NEVER_ENDED = "never_ended"
    """Begun, and no end was ever reported: the kiosk has lost its journal, or is off."""
    OUTCOME_UNRESOLVED = "outcome_unresolved"
    """The kiosk cannot find out any more; a person settles it with the bank's file."""
    NOT_GIVEN_BACK = "not_given_back"
    """Was to be reversed, and the PIN pad could not."""
    TOTALS = "totals"
    """Day-end: the PIN pad's count or sum is not that of the kiosk's journal."""
    NOT_IN_JOURNAL = "not_in_journal"
    """Day-end: posted here for this kiosk, absent from its journal."""
    NOT_POSTED = "not_posted"
    """Day-end: charged by the kiosk's journal, not posted here."""
    NOT_AT_BANK = "not_at_bank"
    """Posted here, absent from the bank's settlement of that day."""
    NOT_IN_LEDGER = "not_in_ledger"
    """Settled by the bank, not posted here."""
    BANK_AMOUNT = "bank_amount"
    """Settled with another amount than posted."""
    BANK_TWICE = "bank_twice"
    """Settled twice by the bank."""
    TRANSFER_FAILED = "transfer_failed"
    """Ordered at the agent bank, and not carried out: it is owed as before."""
    CHAIN = "chain"
    """The kiosk's journal is not the one seen before."""


@dataclass(frozen=True, slots=True)
class DayDifference:
    """One difference of a day, with the payment it is about (empty: the whole day)."""

    kind: DifferenceKind
    ref: str
    amount: Money


@dataclass(frozen=True, slots=True)
class DayEndAnswer:
    """The day as the centre sees it."""

    ref: str
    differences: tuple[DayDifference, ...]


@dataclass(frozen=True, slots=True)
class ChainLinks:
    """The digests of consecutive journal entries, ``first`` and up; at most ``LINKS_MAX``."""

    series: str
    first: int
    digests: tuple[bytes, ...]
    """SHA-256 of each entry's body."""
    head: bytes
    """The chain's value after the last of them."""


@dataclass(frozen=True, slots=True)
class ChainHead:
    """How far a kiosk's journal is known."""

    series: str
    seq: int
    head: bytes


def first_link(kiosk_id: str, series: str) -> bytes:
    """Return the value that a journal's chain begins with."""
    return sha256(f"kioskd journal {kiosk_id} {series}".encode()).digest()


def next_link(before: bytes, digest: bytes) -> bytes:
    """Return the chain's value after an entry whose body has ``digest``."""
    return sha256(before + digest).digest()
