"""Faults planted in the real kioskd, to see that the crash matrix finds them.

Each function changes the program from inside, in a process that the matrix has started for it.
"""

from typing import Any

from kioskd import daemon  # noqa: F401 - everything is loaded before something is changed
from kioskd.domain.payment import Decision, Outcome, PaymentState, PinPadStep, TransactionRecord
from kioskd.payments import journal, recovery
from kioskd.payments.evidence import Verdict
from kioskd.payments.states import PaymentEvent


def doubt_is_no_charge() -> None:
    """Recovery takes whatever it does not know for "not charged"."""
    recovery.judge = lambda payment, evidence: Verdict.NOT_CHARGED  # type: ignore[assignment]


def starts_the_payment_again() -> None:
    """Recovery does what public advice says: the state is unknown, so start the payment again."""

    async def resolve(desk: Any, payment: Any) -> Any:
        result = await desk.pin_pad.authorise(payment.amount, _ignore, _accept)
        if result.outcome is Outcome.APPROVED and payment.state is PaymentState.APPROVED:
            return desk.journal.confirm(payment.ref, desk.now())
        if result.outcome is Outcome.APPROVED:
            return desk.journal.confirm(payment.ref, desk.now(), result.record)
        return desk.journal.close(payment.ref, PaymentEvent.DOUBT, desk.now())

    recovery.resolve = resolve


def _ignore(step: PinPadStep) -> None:
    """Show nobody whose turn it is."""


async def _accept(record: TransactionRecord) -> Decision:
    return Decision.ACCEPT


def forgets_to_tell_the_centre() -> None:
    """The commit that makes a payment CONFIRMED writes no outbox row."""
    journal.TELLS_THE_CENTRE = journal.TELLS_THE_CENTRE - {PaymentState.CONFIRMED}  # type: ignore[misc]
