"""Every named fault has a reason a citizen can read; no end of a payment is called by another."""

import pytest

from kioskd.domain.money import Money
from kioskd.domain.payment import AssessmentRef, PaymentRef, PaymentState
from kioskd.domain.trouble import TroubleReason
from kioskd.errors import (
    CardNotAccepted,
    CardRejection,
    CardRemoved,
    CardUnreadable,
    DeviceTimeout,
    JournalDamaged,
    KioskError,
    OutcomeUnknown,
    ServerContractBroken,
    ServerRefused,
    ServerUnreachable,
    VisitorLeft,
)
from kioskd.flows.handling.end_of_payment import why_not_paid
from kioskd.flows.troubles import trouble_for
from kioskd.payments.contract import Payment
from kioskd.protocols.central import ProblemCode
from kioskd.screens.not_paid import NotPaidReason


@pytest.mark.parametrize("rejection", CardRejection)
def test_every_rejection_of_a_card_has_its_own_reason(rejection: CardRejection) -> None:
    """No two rejections are told alike: she must know what to do about hers."""
    reason = trouble_for(CardNotAccepted(rejection)).reason
    assert reason.value == f"card_{rejection.value}"


@pytest.mark.parametrize("code", ProblemCode)
def test_every_problem_code_is_told(code: ProblemCode) -> None:
    """Each of the centre's codes becomes a reason; the operator's code is kept."""
    trouble = trouble_for(ServerRefused(409, code.value))
    assert isinstance(trouble.reason, TroubleReason)
    assert trouble.code == "S-02"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (CardRemoved(), TroubleReason.CARD_REMOVED),
        (CardUnreadable("name"), TroubleReason.CARD_UNREADABLE),
        (ServerUnreachable(), TroubleReason.CENTRE_UNREACHABLE),
        (ServerContractBroken(), TroubleReason.CENTRE_BROKEN),
        (ServerRefused(409, "months_taken"), TroubleReason.MONTHS_TAKEN),
        (ServerRefused(418, "something_newer"), TroubleReason.CENTRE_REFUSED),
        (DeviceTimeout("pinpad"), TroubleReason.PIN_PAD_GONE),
        (DeviceTimeout("receipt_printer"), TroubleReason.RECEIPT_PRINTER_GONE),
        (OutcomeUnknown("K0123-000001"), TroubleReason.PAYMENT_IN_DOUBT),
        (JournalDamaged(), TroubleReason.JOURNAL_DAMAGED),
    ],
)
def test_fault_is_told_as_what_it_is(error: KioskError, reason: TroubleReason) -> None:
    """The reason says whose fault it was."""
    assert trouble_for(error).reason is reason


def test_end_of_a_visit_is_no_trouble() -> None:
    """Control flow that reaches here is our own mistake and is raised again, not shown."""
    with pytest.raises(VisitorLeft):
        trouble_for(VisitorLeft())


@pytest.mark.parametrize(
    ("state", "code", "why"),
    [
        (PaymentState.DECLINED, "Z-6C", NotPaidReason.CANCELLED),
        (PaymentState.DECLINED, "Z-05", NotPaidReason.DECLINED),
        (PaymentState.NOT_STARTED, "S-01", NotPaidReason.CENTRE_UNREACHABLE),
        (PaymentState.NOT_STARTED, "S-02", NotPaidReason.CENTRE_REFUSED),
        (PaymentState.NOT_STARTED, "D-01", NotPaidReason.PIN_PAD_FAULT),
        (PaymentState.NOT_STARTED, "", NotPaidReason.NOT_STARTED),
        (PaymentState.NOT_STARTED, "P-02", NotPaidReason.KIOSK_FAULT),
        (PaymentState.REVERSED, "Z-6C", NotPaidReason.REVERSED),
    ],
)
def test_why_nothing_was_charged(state: PaymentState, code: str, why: NotPaidReason) -> None:
    """A cancel is not called a decline, and a lost centre is not called a fault of the PIN pad."""
    at = "2026-11-22T10:00:00.000Z"
    ref, assessment = PaymentRef("K0123-000001"), AssessmentRef("a" * 32)
    payment = Payment(ref, assessment, Money(140000), state, at, reason=code)
    assert why_not_paid(payment) is why
