"""The decision table: every row, and everything that must not be a row."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from trio.testing import MockClock

from kioskd.domain.money import ZERO, Money
from kioskd.domain.payment import AssessmentRef, PaymentRef, PaymentState, TransactionRecord
from kioskd.payments import recovery
from kioskd.payments.contract import Baseline, Payment
from kioskd.payments.desk import PaymentDesk
from kioskd.payments.evidence import (
    EVENTS,
    RESOLVES,
    RETURNS,
    Books,
    Counted,
    Evidence,
    Row,
    Shown,
    TakenOut,
    Verdict,
    events_for,
    follows,
    judge,
    row_for,
    taken_out,
)
from kioskd.payments.journal import Journal
from kioskd.payments.outbox import Outbox
from kioskd.payments.recovery import recover_all
from kioskd.payments.states import OPEN, PaymentEvent, next_state
from kioskd.payments.store import Store
from tests.fakes import AMOUNT, NOW, FakeCentral, FakePinPad, a_record

BEFORE = (3, Money(90_000))
AFTER = (4, Money(90_000) + AMOUNT)
OURS = a_record(18)


BASELINE = Baseline(17, BEFORE)
EMPTY = (0, ZERO)


def a_payment(approved: bool, baseline: Baseline = BASELINE) -> Payment:
    state = PaymentState.APPROVED if approved else PaymentState.INTENDED
    record = OURS if approved else None
    ref, assessment = PaymentRef("K0123-7KQ4-000001"), AssessmentRef("a" * 32)
    return Payment(ref, assessment, AMOUNT, state, NOW, baseline, record)


SHOWN: dict[Shown, TransactionRecord | None] = {
    Shown.OURS_APPROVED: OURS,
    Shown.OURS_AFTER_A_GAP: a_record(25),
    Shown.OURS_REFUSED: replace(OURS, result=0x6C),
    Shown.EARLIER: a_record(17, Money(1)),
    Shown.NOTHING: None,
    Shown.OTHER: a_record(25, AMOUNT + Money(1)),
}
COUNTED: dict[Counted, tuple[tuple[int, Money] | None, tuple[int, Money] | None]] = {
    Counted.INCLUDED: (BEFORE, AFTER),
    Counted.NOT_INCLUDED: (BEFORE, BEFORE),
    Counted.AS_IF_CLOSED: (EMPTY, EMPTY),
    Counted.CLOSED: (BEFORE, EMPTY),
    Counted.UNTOLD: (BEFORE, None),
    Counted.UNCLEAR: (BEFORE, (4, Money(90_001) + AMOUNT)),
}
"""The batch before and now."""
CHARGED, NOT_CHARGED, UNKNOWN = Verdict.CHARGED, Verdict.NOT_CHARGED, Verdict.STILL_UNKNOWN
# Written out by hand from the facts (4.2, 4.3) and decision 0013, apart from the program's own
# table. Columns: included, not included, as if closed. For the others see ``expected``.
EXPECTED = {
    (True, Shown.OURS_APPROVED): (CHARGED, NOT_CHARGED, UNKNOWN),
    (True, Shown.OURS_AFTER_A_GAP): (UNKNOWN, UNKNOWN, UNKNOWN),
    (True, Shown.OURS_REFUSED): (UNKNOWN, NOT_CHARGED, NOT_CHARGED),
    (True, Shown.EARLIER): (UNKNOWN, NOT_CHARGED, UNKNOWN),
    (True, Shown.NOTHING): (UNKNOWN, UNKNOWN, UNKNOWN),
    (True, Shown.OTHER): (UNKNOWN, UNKNOWN, UNKNOWN),
    (False, Shown.OURS_APPROVED): (CHARGED, NOT_CHARGED, UNKNOWN),
    (False, Shown.OURS_AFTER_A_GAP): (CHARGED, UNKNOWN, UNKNOWN),
    (False, Shown.OURS_REFUSED): (UNKNOWN, NOT_CHARGED, NOT_CHARGED),
    (False, Shown.EARLIER): (UNKNOWN, NOT_CHARGED, NOT_CHARGED),
    (False, Shown.NOTHING): (UNKNOWN, UNKNOWN, UNKNOWN),
    (False, Shown.OTHER): (UNKNOWN, UNKNOWN, UNKNOWN),
}
COLUMNS = (Counted.INCLUDED, Counted.NOT_INCLUDED, Counted.AS_IF_CLOSED)
PLAIN_REFUSAL = (Shown.OURS_REFUSED, Counted.UNTOLD)
"""The only thing that is believed without totals."""


def expected(approved: bool, shown: Shown, counted: Counted) -> Verdict:
    if counted in COLUMNS:
        return EXPECTED[approved, shown][COLUMNS.index(counted)]
    return NOT_CHARGED if (shown, counted) == PLAIN_REFUSAL else UNKNOWN


def same_twice(books: Books, known_elsewhere: bool = False) -> Evidence:
    return Evidence(books, books, known_elsewhere)


@pytest.mark.parametrize(
    ("approved", "shown", "counted"), list(product((True, False), Shown, Counted))
)
def test_every_row(approved: bool, shown: Shown, counted: Counted) -> None:
    """Each combination of journal, last transaction and batch gives the verdict of the facts."""
    before, now = COUNTED[counted]
    payment = a_payment(approved, Baseline(17, before))
    evidence = same_twice(Books(True, SHOWN[shown], now))
    if approved and shown is Shown.OURS_AFTER_A_GAP:
        shown_row = Shown.OTHER  # an approval that is kept is recognised exactly
    else:
        shown_row = shown
    assert row_for(payment, evidence) == Row(approved, shown_row, counted)
    assert judge(payment, evidence) is expected(approved, shown, counted)


def test_the_table_has_no_other_row() -> None:
    """Every row that the program has is one that is expected above; the rest stays unknown."""
    for approved, shown, counted in product((True, False), Shown, Counted):
        verdict = RESOLVES.get(Row(approved, shown, counted), UNKNOWN)
        assert verdict is expected(approved, shown, counted), (approved, shown, counted)


def test_no_charge_is_believed_without_the_totals() -> None:
    """CHARGED always has the batch as its witness, NOT_CHARGED too but for a plain refusal."""
    for row, verdict in RESOLVES.items():
        if verdict is CHARGED:
            assert row.counted is Counted.INCLUDED
        elif row.counted is Counted.UNTOLD:
            assert row.shown is Shown.OURS_REFUSED


@pytest.mark.parametrize("approved", [True, False])
def test_one_charge_of_our_amount_before_and_now(approved: bool) -> None:
    """(1, our amount) twice may be the batch before, or a new one with our charge alone in it."""
    alone = (1, AMOUNT)
    payment = a_payment(approved, Baseline(17, alone))
    evidence = same_twice(Books(True, OURS, alone))
    assert row_for(payment, evidence).counted is Counted.AS_IF_CLOSED
    assert judge(payment, evidence) is UNKNOWN


def test_a_charge_and_its_reversal_both_counted() -> None:
    """Two transactions more and the same sum: the PIN pad has charged and reversed."""
    payment, shown = a_payment(True), replace(OURS, result=0x6C)
    counted = (BEFORE[0] + 2, BEFORE[1])
    assert judge(payment, same_twice(Books(True, shown, counted))) is NOT_CHARGED


def test_a_pin_pad_that_has_never_done_anything() -> None:
    """An empty batch that stays empty proves nothing; our charge alone in it is our charge."""
    payment = a_payment(False, Baseline(None, EMPTY))
    approved = a_payment(True, Baseline(None, EMPTY))
    assert judge(approved, same_twice(Books(True, None, EMPTY))) is UNKNOWN
    assert judge(payment, same_twice(Books(True, None, EMPTY))) is UNKNOWN
    assert judge(payment, same_twice(Books(True, None, (1, AMOUNT)))) is UNKNOWN
    assert judge(payment, same_twice(Books(True, OURS, (1, AMOUNT)))) is CHARGED


def test_a_pin_pad_without_repeat_receipt_stays_unknown() -> None:
    """A PIN pad that has worked but shows no last transaction proves nothing."""
    assert judge(a_payment(False), same_twice(Books(True, None, AFTER))) is UNKNOWN
    assert judge(a_payment(True), same_twice(Books(True, None, AFTER))) is UNKNOWN


@pytest.mark.parametrize("approved", [True, False])
def test_a_busy_pin_pad_proves_nothing(approved: bool) -> None:
    """While the PIN pad works it may still charge or reverse."""
    for last, (before, now) in product(SHOWN.values(), COUNTED.values()):
        busy = same_twice(Books(False, last, now))
        assert judge(a_payment(approved, Baseline(17, before)), busy) is UNKNOWN


def test_two_different_answers_prove_nothing() -> None:
    """A PIN pad that is still changing its books is asked again later."""
    now, then = Books(True, OURS, AFTER), Books(True, replace(OURS, result=0x6C), BEFORE)
    assert judge(a_payment(True), Evidence(now, then, known_elsewhere=False)) is UNKNOWN


def test_anothers_transaction_is_never_ours() -> None:
    """A next receipt with our amount that the journal knows of another payment is not taken."""
    evidence = same_twice(Books(True, OURS, AFTER), known_elsewhere=True)
    assert judge(a_payment(False), evidence) is UNKNOWN


@pytest.mark.parametrize(
    ("last", "why"),
    [
        (a_record(18, AMOUNT + Money(1)), "another amount"),
        (a_record(19), "a receipt skipped"),
        (a_record(16), "an older receipt than the one before ours"),
        (replace(OURS, trace=999), "another trace than the approved"),
        (replace(OURS, terminal_id="29009999"), "another terminal"),
    ],
)
def test_what_resembles_ours_is_not_ours(last: TransactionRecord, why: str) -> None:
    """Nearly ours is something else: an approval is recognised exactly."""
    evidence = same_twice(Books(True, last, AFTER))
    assert row_for(a_payment(True), evidence).shown is Shown.OTHER, why


@pytest.mark.parametrize(
    ("receipt", "earlier", "expected"),
    [
        (18, 17, True),
        (17, 17, False),
        (19, 17, False),
        (0, 9999, True),
        (1, 9999, True),
        (2, 9999, False),
        (9999, 9998, True),
        (1, 0, True),
        (0, 9998, False),
    ],
)
def test_receipts_wrap(receipt: int, earlier: int, expected: bool) -> None:
    """After 9999 comes 0 or 1, and nothing else."""
    assert follows(receipt, earlier) is expected


def test_a_late_approval_across_the_wrap() -> None:
    """Receipt 1 after 9999 is recognised as ours."""
    payment = a_payment(False, Baseline(9999, BEFORE))
    assert judge(payment, same_twice(Books(True, a_record(1), AFTER))) is CHARGED


WITH_OURS = (4, Money(90_000) + AMOUNT)
TAKEN: dict[tuple[tuple[int, Money] | None, tuple[int, Money] | None], TakenOut] = {
    (WITH_OURS, WITH_OURS): TakenOut.NOTHING,
    (WITH_OURS, BEFORE): TakenOut.OUR_AMOUNT,
    (WITH_OURS, (5, Money(90_000))): TakenOut.OUR_AMOUNT,  # the reversal counts as one more
    (WITH_OURS, EMPTY): TakenOut.UNCLEAR,
    ((1, AMOUNT), EMPTY): TakenOut.UNCLEAR,  # reversed, or closed: nobody can say
    (WITH_OURS, None): TakenOut.UNCLEAR,
    (None, BEFORE): TakenOut.UNCLEAR,
    (WITH_OURS, (5, Money(90_001) + AMOUNT)): TakenOut.UNCLEAR,
}


@pytest.mark.parametrize(("totals", "wanted"), TAKEN.items())
def test_a_reversal_whose_answer_was_lost(
    totals: tuple[tuple[int, Money] | None, tuple[int, Money] | None], wanted: TakenOut
) -> None:
    """Only the totals tell: less by our amount is reversed, the same is not; else unknown."""
    before, now = totals
    payment = replace(a_payment(True, Baseline(18, before)), state=PaymentState.REVERSING)
    assert taken_out(payment, Books(True, OURS, now)) is wanted
    expected_verdict = {
        TakenOut.OUR_AMOUNT: NOT_CHARGED,
        TakenOut.NOTHING: CHARGED,
        TakenOut.UNCLEAR: UNKNOWN,
    }[wanted]
    assert judge(payment, same_twice(Books(True, OURS, now))) is expected_verdict
    assert RETURNS.get(wanted, UNKNOWN) is expected_verdict


EXPECTED_EVENTS = {
    PaymentState.INTENDED: (["approve", "confirm"], ["not_start"], ["doubt"]),
    PaymentState.APPROVED: (["confirm"], ["reverse"], ["doubt"]),
    PaymentState.UNKNOWN: (["confirm"], ["decline"], []),
    PaymentState.REVERSING: (["stand"], ["reverse"], []),
}
"""Charged, not charged, still unknown."""


def test_every_verdict_is_a_legal_move() -> None:
    """What a verdict does to an open payment is as written above, and legal in that order."""
    assert set(EVENTS) == set(product(OPEN, Verdict))
    for (state, verdict), events in EVENTS.items():
        told = [event.value for event in events]
        assert told == EXPECTED_EVENTS[state][[CHARGED, NOT_CHARGED, UNKNOWN].index(verdict)]
        for event in events:
            state = next_state(state, event)  # noqa: PLW2901


def test_an_unknown_payment_that_was_approved_is_reversed() -> None:
    """What the journal held as approved and the books do not show is reversed, not declined."""
    unknown = replace(a_payment(True), state=PaymentState.UNKNOWN)
    assert events_for(unknown, NOT_CHARGED) == (PaymentEvent.REVERSE,)
    assert events_for(replace(unknown, record=None), NOT_CHARGED) == (PaymentEvent.DECLINE,)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "journal.db", "K0123")
    yield opened
    opened.shut()


@pytest.fixture
def journal(store: Store) -> Journal:
    return Journal(store)


def desk_with(pad: FakePinPad, journal: Journal) -> PaymentDesk:
    return PaymentDesk(pad, FakeCentral(), journal, lambda: NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize("keeps_charge", [True, False])
@pytest.mark.parametrize("approval_kept", [True, False])
async def test_after_a_crash(
    autojump_clock: MockClock, journal: Journal, keeps_charge: bool, approval_kept: bool
) -> None:
    """After a crash in any state the payment is what the PIN pad's books say it is."""
    pad = FakePinPad()
    ref = journal.intend(AssessmentRef("a" * 32), AMOUNT, Baseline(17, BEFORE), NOW).ref
    pad.last = OURS
    pad.charges.append(OURS)
    if approval_kept:
        journal.approve(ref, OURS, NOW)
    if not keeps_charge:
        pad.reverse_last()
    await recover_all(desk_with(pad, journal))
    not_charged = PaymentState.REVERSED if approval_kept else PaymentState.NOT_STARTED
    expected = PaymentState.CONFIRMED if keeps_charge else not_charged
    assert journal.get(ref).state is expected
    assert (journal.get(ref).record == OURS) is (keeps_charge or approval_kept)


async def test_recovery_with_a_dead_pin_pad(
    autojump_clock: MockClock, store: Store, journal: Journal
) -> None:
    """A PIN pad that does not answer: UNKNOWN, told to the centre once, never shelved."""
    pad = FakePinPad(gone=True)
    desk = desk_with(pad, journal)
    ref = journal.intend(AssessmentRef("a" * 32), AMOUNT, Baseline(17, BEFORE), NOW).ref
    for _ in range(recovery.INCONCLUSIVE_MAX + 1):
        await recover_all(desk)
    assert journal.get(ref).state is PaymentState.UNKNOWN
    outbox = Outbox(store, journal)
    first = outbox.next_report()
    assert first is not None
    assert b'"unknown"' in first.body
    outbox.mark_delivered(first.seq)
    assert outbox.next_report() is None


async def test_what_a_pin_pad_cannot_say_is_shelved(
    autojump_clock: MockClock, journal: Journal
) -> None:
    """Books that answer and say nothing of it, so many times: UNRESOLVED, and the kiosk is free."""
    pad = FakePinPad(tells_totals=False)
    desk = desk_with(pad, journal)
    ref = journal.intend(AssessmentRef("a" * 32), AMOUNT, Baseline(17, BEFORE), NOW).ref
    for _ in range(recovery.INCONCLUSIVE_MAX - 1):
        await recover_all(desk)
    assert journal.get(ref).state is PaymentState.UNKNOWN
    await recover_all(desk)
    assert journal.get(ref).state is PaymentState.UNRESOLVED
    assert not journal.open_payments()
    assert not desk.inconclusive


async def test_recovery_asks_and_never_charges(autojump_clock: MockClock, journal: Journal) -> None:
    """Recovery uses only enquiries; without open payments it leaves the PIN pad alone."""
    pad = FakePinPad()
    await recover_all(desk_with(pad, journal))
    assert pad.calls == []
    journal.intend(AssessmentRef("a" * 32), AMOUNT, Baseline(17, BEFORE), NOW)
    await recover_all(desk_with(pad, journal))
    assert set(pad.calls) == {"status", "last_transaction", "totals"}
