"""What a person decides of a payment whose outcome the kiosk cannot find out any more.

She decides with the bank's settlement file: charged, and then it is this line of it; or not
charged, and then no line of it may be the one. Jobs for a transaction.
"""

from sqlalchemy import insert, update

from kiosk_central.assessments import find_assessment, lock_payer
from kiosk_central.bank import BANK_BOOK, settle_with_bank
from kiosk_central.bank_match import BankLine, candidates_for, find_line, line_is_free
from kiosk_central.booking import book, not_charged
from kiosk_central.desk import Desk
from kiosk_central.differences import Claim, NotToBeSettled, decide, explain
from kiosk_central.payment_refs import kiosk_in
from kiosk_central.payment_rows import Decided, StoredPayment, find_payment
from kiosk_central.store.books import charges, payments
from kiosk_central.store.locks import lock_alone, lock_kiosk
from kioskd.domain.money import Money
from kioskd.domain.payment import PaymentState
from kioskd.protocols.central import PaymentReport
from kioskd.protocols.central_books import DifferenceKind

UNDECIDED = (
    PaymentState.INTENDED,
    PaymentState.APPROVED,
    PaymentState.UNKNOWN,
    PaymentState.UNRESOLVED,
)
"""A person may settle these; of the others it is known whether money was taken."""


def settle_as_charged(desk: Desk, ref: str, bank_line_id: int, by: str, why: str) -> None:
    """Book the payment as the charge that the bank settled by this line.

    Raises NotToBeSettled where payment and line do not fit, or the line is another payment's.
    """
    stored = _undecided(desk, ref)
    line = find_line(desk.connection, bank_line_id)
    if line is None or not line_is_free(desk.connection, line):
        raise NotToBeSettled(f"bank line {bank_line_id} is no charge that is still to be explained")
    fitting = candidates_for(desk.connection, stored, in_time=False)
    if line.id not in {one.id for one in fitting}:
        raise NotToBeSettled(f"bank line {bank_line_id} is not of this amount, PIN pad and day")
    _keep_bank_charge(desk, ref, line)
    decide(
        desk.connection,
        desk.now,
        by,
        "payment settled as charged",
        ref,
        f"bank line {bank_line_id}: {why}",
    )
    _set_decided(desk, ref, PaymentState.CONFIRMED, Decided.CHARGED)
    _explain(desk, by, why, ref)
    claim = _claim(stored, PaymentState.CONFIRMED)
    book(desk, claim, find_assessment(desk.connection, stored.kiosk_id, stored.assessment_ref))
    settle_with_bank(desk, {line.key})


def settle_as_not_charged(desk: Desk, ref: str, by: str, why: str) -> None:
    """Give the months free; nothing was charged.

    Raises NotToBeSettled where a line of the bank may be this payment.
    """
    stored = _undecided(desk, ref)
    for line in candidates_for(desk.connection, stored, in_time=True):
        raise NotToBeSettled(f"bank line {line.id} may be this payment: settle it as charged")
    decide(desk.connection, desk.now, by, "payment settled as not charged", ref, why)
    _set_decided(desk, ref, PaymentState.DECLINED, Decided.NOT_CHARGED)
    _explain(desk, by, why, ref)
    about = find_assessment(desk.connection, stored.kiosk_id, stored.assessment_ref)
    not_charged(desk, ref, PaymentState.DECLINED, about)


def _undecided(desk: Desk, ref: str) -> StoredPayment:
    known = find_payment(desk.connection, ref)
    if known is None:
        raise NotToBeSettled(f"there is no payment {ref}")
    lock_kiosk(desk.connection, known.kiosk_id)
    lock_payer(desk.connection, desk.now, known.kiosk_id, known.assessment_ref)
    lock_alone(desk.connection, BANK_BOOK)
    stored = find_payment(desk.connection, ref)
    assert stored is not None, "payments are never deleted"
    if PaymentState(stored.state) not in UNDECIDED:
        raise NotToBeSettled(f"{ref} is {stored.state}: there is nothing to decide")
    return stored


def _keep_bank_charge(desk: Desk, ref: str, line: BankLine) -> None:
    row = {
        "kiosk_id": kiosk_in(ref),
        "payment_ref": ref,
        "terminal_id": line.terminal_id,
        "receipt": line.receipt,
        "trace": line.trace,
        "day": line.day,
    }
    desk.connection.execute(insert(charges).values(row))


def _set_decided(desk: Desk, ref: str, state: PaymentState, decided: Decided) -> None:
    values = {"state": state.value, "decided": decided.value, "changed_at": desk.stamp}
    own = (payments.c.kiosk_id == kiosk_in(ref), payments.c.ref == ref)
    desk.connection.execute(update(payments).where(*own).values(values))


def _claim(stored: StoredPayment, state: PaymentState) -> Claim:
    amount = Money(stored.amount_fen)
    return Claim(stored.kiosk_id, PaymentReport(stored.ref, stored.assessment_ref, amount, state))


def _explain(desk: Desk, by: str, why: str, ref: str) -> None:
    kinds = (
        DifferenceKind.OUTCOME_UNRESOLVED,
        DifferenceKind.MONTHS_LOCKED_ELSEWHERE,
        DifferenceKind.NOT_POSTED,
    )
    explain(desk, why, kinds, ref, by=by)
