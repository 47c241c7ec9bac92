"""The life of a payment as data: which event leads from which state to which. No I/O.

``docs/payments.md`` holds the diagram that ``kioskd.payments.diagram`` makes of the table.
What each state means for the visitor's money:

* INTENDED: the PIN pad may be asked from here on; whether it was is not known after a crash.
* APPROVED: the PIN pad has said yes and the journal has it; the PIN pad may not have our answer.
* CONFIRMED: charged, and the centre is told until it has posted it.
* DECLINED, NOT_STARTED, REVERSED: not charged.
* UNKNOWN: nobody knows. Only evidence leads out of here (``kioskd.payments.recovery``).
* UNRESOLVED: nobody knows and the PIN pad cannot say any more; the centre's reconciliation can.
* REVERSING: charged, and the PIN pad may be asked to give it back; a journalled intent of its own.
"""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import ClassVar, Final

from kioskd.domain.payment import PaymentState
from kioskd.errors import PaymentError


class PaymentEvent(Enum):
    """What can happen to a payment."""

    APPROVE = "approve"
    """The PIN pad reported an approval and waits for our answer."""
    CONFIRM = "confirm"
    """The charge stands: the PIN pad has finished, or its books show it."""
    DECLINE = "decline"
    """The PIN pad or the bank said no, or the PIN pad's books show no charge."""
    NOT_START = "not_start"
    """The PIN pad was certainly never asked, or its books show that nothing was begun."""
    REVERSE = "reverse"
    """An approval that did not last: the PIN pad has undone the charge."""
    DOUBT = "doubt"
    """Silence, nonsense, or a contradiction."""
    SHELVE = "shelve"
    """The PIN pad answers, but has nothing to say of this payment any more."""
    GIVE_BACK = "give_back"
    """The centre could not book it: the charge is to be reversed."""
    STAND = "stand"
    """The reversal was refused, or never came about: the charge stands."""


TRANSITIONS: Final[Mapping[tuple[PaymentState, PaymentEvent], PaymentState]] = MappingProxyType(
    {
        (PaymentState.INTENDED, PaymentEvent.APPROVE): PaymentState.APPROVED,
        (PaymentState.INTENDED, PaymentEvent.DECLINE): PaymentState.DECLINED,
        (PaymentState.INTENDED, PaymentEvent.NOT_START): PaymentState.NOT_STARTED,
        (PaymentState.INTENDED, PaymentEvent.DOUBT): PaymentState.UNKNOWN,
        (PaymentState.APPROVED, PaymentEvent.CONFIRM): PaymentState.CONFIRMED,
        (PaymentState.APPROVED, PaymentEvent.REVERSE): PaymentState.REVERSED,
        (PaymentState.APPROVED, PaymentEvent.DOUBT): PaymentState.UNKNOWN,
        (PaymentState.UNKNOWN, PaymentEvent.CONFIRM): PaymentState.CONFIRMED,
        (PaymentState.UNKNOWN, PaymentEvent.DECLINE): PaymentState.DECLINED,
        (PaymentState.UNKNOWN, PaymentEvent.NOT_START): PaymentState.NOT_STARTED,
        (PaymentState.UNKNOWN, PaymentEvent.REVERSE): PaymentState.REVERSED,
        (PaymentState.UNKNOWN, PaymentEvent.SHELVE): PaymentState.UNRESOLVED,
        (PaymentState.UNRESOLVED, PaymentEvent.CONFIRM): PaymentState.CONFIRMED,
        (PaymentState.UNRESOLVED, PaymentEvent.DECLINE): PaymentState.DECLINED,
        (PaymentState.CONFIRMED, PaymentEvent.GIVE_BACK): PaymentState.REVERSING,
        (PaymentState.REVERSING, PaymentEvent.REVERSE): PaymentState.REVERSED,
        (PaymentState.REVERSING, PaymentEvent.STAND): PaymentState.CONFIRMED,
    }
)

START: Final = PaymentState.INTENDED
ENDED: Final = frozenset(
    {
        PaymentState.CONFIRMED,
        PaymentState.DECLINED,
        PaymentState.NOT_STARTED,
        PaymentState.REVERSED,
    }
)
"""It is known whether money was taken."""
OPEN: Final = frozenset(
    {
        PaymentState.INTENDED,
        PaymentState.APPROVED,
        PaymentState.UNKNOWN,
        PaymentState.REVERSING,
    }
)
"""The PIN pad is asked about these: at most one such payment per kiosk, and none beside it."""
KEEPS_ASSESSMENT: Final = OPEN | {PaymentState.UNRESOLVED, PaymentState.CONFIRMED}
"""While a payment is in one of these, no other may be made for its assessment."""
TELLS_THE_CENTRE: Final = ENDED | {PaymentState.UNKNOWN, PaymentState.UNRESOLVED}
"""Entering one of these writes an outbox row in the same commit.

INTENDED is reported by ``pay`` itself, which must have the answer; APPROVED is not yet a fact, and
REVERSING is the centre's own wish.
"""


class IllegalMove(PaymentError):
    """An event that the table does not allow in this state. The payment stays as it was."""

    operator_code: ClassVar[str] = "P-04"

    def __init__(self, state: PaymentState, event: PaymentEvent) -> None:
        super().__init__(f"{event.value} in state {state.value}")
        self.state, self.event = state, event


def next_state(state: PaymentState, event: PaymentEvent) -> PaymentState:
    """Return the state that ``event`` leads to. Raises IllegalMove."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise IllegalMove(state, event) from None
