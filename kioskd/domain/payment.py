"""The words of paying: references, outcomes and what a PIN pad records."""

from dataclasses import dataclass
from enum import Enum
from typing import NewType

from kioskd.domain.money import Money

PaymentRef = NewType("PaymentRef", str)
"""Made once by the kiosk before the first byte: ``K0123-7KQ4-000457``: kiosk, series, number.

The idempotency key for ever. The series is made with each journal file, so that a kiosk with a new
disk never makes a reference again that is known to the centre.
"""

AssessmentRef = NewType("AssessmentRef", str)
"""Made by the kiosk for 核定单; a UUID as 32 hex digits."""


class Outcome(Enum):
    """How a call that moves money ended. Never an exception, never anything else."""

    APPROVED = "approved"
    DECLINED = "declined"
    NOT_STARTED = "not_started"
    UNKNOWN = "unknown"


class Decision(Enum):
    """The kiosk's word on an approval that the PIN pad has reported but not yet committed."""

    ACCEPT = "accept"
    WAIT = "wait"
    REFUSE = "refuse"
    """The journal cannot take it: the PIN pad must reverse."""


@dataclass(frozen=True, slots=True)
class TransactionRecord:
    """What the PIN pad says of one transaction; a card number is dropped at parsing."""

    amount: Money
    receipt: int
    """0..9999, wraps."""
    trace: int
    terminal_id: str
    date: str
    """MMDD by the PIN pad's clock, or empty."""
    time: str
    """HHMMSS by the PIN pad's clock, or empty."""
    result: int
    """00 is approved."""
    card_type: int | None = None
    transaction_id: bytes = b""
    """TLV 1F1F, verbatim; empty where the PIN pad has none."""

    @property
    def approved(self) -> bool:
        return self.result == 0


@dataclass(frozen=True, slots=True)
class AuthorisationResult:
    """The end of an authorisation at the PIN pad."""

    outcome: Outcome
    record: TransactionRecord | None = None
    code: int | None = None
    """The PIN pad's own result or error code, for the operator and for the words on the screen."""


class PinPadStep(Enum):
    """Whose turn it is while the PIN pad works; from its intermediate status."""

    PRESENT_CARD = "present_card"
    ENTER_PIN = "enter_pin"
    CONTACTING_BANK = "contacting_bank"
    REMOVE_CARD = "remove_card"
    WRONG_PIN = "wrong_pin"
    APPROVED = "approved"
    DECLINED = "declined"
    REVERSING = "reversing"
    WAIT = "wait"


class PaymentState(Enum):
    """Where a payment stands. The legal moves are in ``kioskd.payments.states``."""

    INTENDED = "intended"
    APPROVED = "approved"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    NOT_STARTED = "not_started"
    REVERSED = "reversed"
    UNKNOWN = "unknown"
    UNRESOLVED = "unresolved"
    REVERSING = "reversing"


class Printed(Enum):
    """Whether paper came out: the printer's own evidence, or nobody knows."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class ReversalOutcome(Enum):
    """How a reversal at the PIN pad ended."""

    REVERSED = "reversed"
    ALREADY = "already"
    """B4: it had been reversed before."""
    NOT_POSSIBLE = "not_possible"
    """B5, or the PIN pad does not know the transaction."""
    UNKNOWN = "unknown"
