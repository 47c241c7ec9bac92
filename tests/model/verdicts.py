"""The kiosk's real tables, asked with the model's values: nothing is decided here."""

from functools import cache

from kioskd.domain.money import Money
from kioskd.domain.payment import AssessmentRef, PaymentRef, PaymentState, TransactionRecord
from kioskd.payments import evidence, give_back
from kioskd.payments.contract import Baseline, Payment
from kioskd.payments.evidence import Books, Evidence, Verdict
from kioskd.payments.states import PaymentEvent
from tests.fakes import AMOUNT, NOW, a_record
from tests.model.world import Kept, Look

REFUSED_RESULT = 0x6C


@cache
def verdict_on(
    kept: Kept, first: Look, second: Look, known_elsewhere: bool
) -> tuple[Verdict, tuple[PaymentEvent, ...], bool]:
    """Return the real verdict, what it does, and whether the books were settled."""
    payment = _payment(kept)
    seen = Evidence(_books(first), _books(second), known_elsewhere)
    verdict = evidence.judge(payment, seen)
    return verdict, evidence.events_for(payment, verdict), seen.settled


@cache
def events_of_silence(kept: Kept) -> tuple[PaymentEvent, ...]:
    """Return what a PIN pad that does not answer does to a payment."""
    return evidence.events_for(_payment(kept), Verdict.STILL_UNKNOWN)


@cache
def may_be_reversed(kept: Kept, look: Look) -> bool:
    """Ask the real rule whether the PIN pad's last transaction is this very charge."""
    return give_back._is_last(_payment(kept), _books(look))


def forget() -> None:
    """Ask anew from here on: a table was changed."""
    for function in (verdict_on, events_of_silence, may_be_reversed):
        function.cache_clear()


def _payment(kept: Kept) -> Payment:
    baseline = Baseline(kept.base_receipt, _totals(kept.base_totals))
    record = None if kept.receipt is None else a_record(kept.receipt)
    ref, assessment = PaymentRef("K0123-7KQ4-000001"), AssessmentRef("a" * 32)
    return Payment(ref, assessment, AMOUNT, PaymentState(kept.state), NOW, baseline, record)


def _books(look: Look) -> Books:
    return Books(look.idle, _record(look.last), _totals(look.totals))


def _record(last: tuple[int, bool] | None) -> TransactionRecord | None:
    if last is None:
        return None
    receipt, good = last
    return a_record(receipt, result=0 if good else REFUSED_RESULT)


def _totals(totals: tuple[int, int] | None) -> tuple[int, Money] | None:
    return None if totals is None else (totals[0], AMOUNT * totals[1])
