"""What stands in for a journal that cannot be opened: no payment, the reason, and no crash."""

from collections.abc import Callable
from inspect import signature

import pytest
from trio.testing import MockClock

from kioskd.domain.payment import AssessmentRef, PaymentRef, PaymentState, Printed
from kioskd.domain.trouble import TroubleReason
from kioskd.errors import JournalDamaged
from kioskd.payments.closed_journal import ClosedJournal
from kioskd.payments.contract import Baseline
from kioskd.payments.desk import PaymentDesk
from kioskd.payments.give_back import give_back_all
from kioskd.payments.journal import Journal
from kioskd.payments.outbox import Outbox
from kioskd.payments.pay import pay
from kioskd.payments.recovery import recover_all
from kioskd.payments.settlement import follow_up
from kioskd.payments.states import PaymentEvent
from kioskd.protocols.central import Posting
from kioskd.protocols.central_books import ChainHead, PrintReport
from tests.fakes import AMOUNT, NOW, FakeCentral, FakePinPad, a_record, an_assessment

REF = PaymentRef("K0123-7KQ4-000001")
POSTING = Posting(REF, PaymentState.CONFIRMED, "R-1", NOW)
WRITES: dict[str, Callable[[ClosedJournal], object]] = {
    "intend": lambda it: it.intend(AssessmentRef("a" * 32), AMOUNT, Baseline(), NOW),
    "approve": lambda it: it.approve(REF, a_record(), NOW),
    "confirm": lambda it: it.confirm(REF, NOW),
    "close": lambda it: it.close(REF, PaymentEvent.DOUBT, NOW),
    "give_back": lambda it: it.give_back(REF, Baseline(), NOW),
    "settle": lambda it: it.settle(POSTING, NOW),
    "set_printed": lambda it: it.set_printed(REF, Printed.YES),
    "report_print": lambda it: it.report_print(PrintReport(REF, "f" * 32, 0, Printed.YES, NOW)),
    "mark_delivered": lambda it: it.mark_delivered(1, POSTING),
    "quarantine": lambda it: it.quarantine(1, 409, "x"),
    "mark_witnessed": lambda it: it.mark_witnessed(ChainHead("7KQ4", 1, b"")),
}


@pytest.fixture
def journal() -> ClosedJournal:
    return ClosedJournal("quick_check: torn")


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_every_write_is_refused(
    journal: ClosedJournal, write: Callable[[ClosedJournal], object]
) -> None:
    """Nothing is lost silently: each write says why it cannot be."""
    with pytest.raises(JournalDamaged, match="torn"):
        write(journal)


def test_everything_that_is_read_is_empty(journal: ClosedJournal) -> None:
    """Recovery, uplink and screens find nothing to do."""
    assert journal.open_payments() == journal.unresolved() == journal.to_give_back() == ()
    assert journal.next_report() is journal.next_links() is journal.last_known_receipt() is None
    assert journal.posting(REF) is journal.answered(REF) is None
    assert not journal.refused(REF)
    assert not journal.knows(a_record(), besides=REF)
    assert journal.last_transaction_id() == b""
    with pytest.raises(KeyError):
        journal.get(REF)
    assert journal.trouble.reason is TroubleReason.JOURNAL_DAMAGED


@pytest.mark.parametrize("real", [Journal, Outbox])
def test_it_can_stand_in(real: type[Journal] | type[Outbox]) -> None:
    """It takes the same calls as the journal and the outbox."""
    inside = {"tell", "series"}  # for who shares the file
    names = {name for name in vars(real) if not name.startswith("_")} - inside
    for name in names:
        expected, given = getattr(real, name), getattr(ClosedJournal, name)
        if callable(expected):
            assert list(signature(given).parameters) == list(signature(expected).parameters)


async def test_nobody_can_pay_and_nothing_falls(
    autojump_clock: MockClock, journal: ClosedJournal
) -> None:
    """Paying ends as not started with the journal's code; the caretaker's errands do nothing."""
    pad = FakePinPad()
    desk = PaymentDesk(pad, FakeCentral(), journal, lambda: NOW)  # type: ignore[arg-type]
    payment = await pay(desk, an_assessment(), lambda ref, step: None)
    assert (payment.state, payment.ref, payment.reason) == (PaymentState.NOT_STARTED, "", "P-02")
    assert "authorise" not in pad.calls
    pad.calls.clear()
    await recover_all(desk)
    await give_back_all(desk)
    await follow_up(desk)
    assert pad.calls == []
