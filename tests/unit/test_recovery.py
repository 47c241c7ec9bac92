"""The decision table: every row, and everything that must not be a row."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from trio.testing import MockClock

from kioskd.domain.money import ZERO, Money
from kioskd.domain.payment import AssessmentRef, PaymentRef, PaymentState, TransactionRecord
from kioskd.payments.contract import Baseline, Payment
from kioskd.payments.desk import PaymentDesk
from kioskd.payments.evidence import (
    EVENTS,
    RESOLVES,
    Books,
    Counted,
    Evidence,
    Row,
    Shown,
    Verdict,
    events_for,
    follows,
    judge,
    row_for,
)
from kioskd.payments.journal import Journal
from kioskd.payments.recovery import recover_all
from kioskd.payments.states import OPEN, PaymentEvent, next_state
from tests.fakes import AMOUNT, NOW, FakeCentral, FakePinPad, a_record

BEFORE = (3, Money(90_000))
AFTER = (4, Money(90_000) + AMOUNT)
OURS = a_record(18)


BASELINE = Baseline(17, BEFORE)


def a_payment(approved: bool, baseline: Baseline = BASELINE) -> Payment:
    state = PaymentState.APPROVED if approved else PaymentState.INTENDED
    record = OURS if approved else None
    ref, assessment = PaymentRef("K0123-000001"), AssessmentRef("a" * 32)
    return Payment(ref, assessment, AMOUNT, state, NOW, baseline, record)


SHOWN: dict[Shown, TransactionRecord | None] = {
    Shown.OURS_APPROVED: OURS,
    Shown.OURS_REFUSED: replace(OURS, result=0x6C),
    Shown.EARLIER: a_record(17, Money(1)),
    Shown.NOTHING: None,
    Shown.OURS_AFTER_A_GAP: a_record(25),
    Shown.OTHER: a_record(25, AMOUNT + Money(1)),
}
COUNTED: dict[Counted, tuple[int, Money] | None] = {
    Counted.INCLUDED: AFTER,
    Counted.NOT_INCLUDED: BEFORE,
    Counted.UNTOLD: None,
    Counted.UNCLEAR: (0, ZERO),
}
CHARGED, NOT_CHARGED, UNKNOWN = Verdict.CHARGED, Verdict.NOT_CHARGED, Verdict.STILL_UNKNOWN
# Written out by hand from the facts (4.2, 4.3), apart from the program's own table.
# Columns: included, not included, untold, unclear.
EXPECTED = {
    (True, Shown.OURS_APPROVED): (CHARGED, NOT_CHARGED, CHARGED, UNKNOWN),
    (True, Shown.OURS_AFTER_A_GAP): (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    (True, Shown.OURS_REFUSED): (UNKNOWN, NOT_CHARGED, NOT_CHARGED, UNKNOWN),
    (True, Shown.EARLIER): (UNKNOWN, NOT_CHARGED, UNKNOWN, UNKNOWN),
    (True, Shown.NOTHING): (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    (True, Shown.OTHER): (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    (False, Shown.OURS_APPROVED): (CHARGED, NOT_CHARGED, UNKNOWN, UNKNOWN),
    (False, Shown.OURS_AFTER_A_GAP): (CHARGED, UNKNOWN, UNKNOWN, UNKNOWN),
    (False, Shown.OURS_REFUSED): (UNKNOWN, NOT_CHARGED, NOT_CHARGED, UNKNOWN),
    (False, Shown.EARLIER): (UNKNOWN, NOT_CHARGED, NOT_CHARGED, UNKNOWN),
    (False, Shown.NOTHING): (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
    (False, Shown.OTHER): (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN),
}


def same_twice(books: Books, known_elsewhere: bool = False) -> Evidence:
    return Evidence(books, books, known_elsewhere)


@pytest.mark.parametrize(
    ("approved", "shown", "counted"), list(product((True, False), SHOWN, Counted))
)
def test_every_row(approved: bool, shown: Shown, counted: Counted) -> None:
    """Each combination of journal, last transaction and batch gives the verdict of the facts."""
    payment = a_payment(approved)
    evidence = same_twice(Books(True, SHOWN[shown], COUNTED[counted]))
    if approved and shown is Shown.OURS_AFTER_A_GAP:
        shown_row = Shown.OTHER  # an approval that is kept is recognised exactly
    else:
        shown_row = shown
    assert row_for(payment, evidence) == Row(approved, shown_row, counted)
    expected = EXPECTED[approved, shown][list(COUNTED).index(counted)]
    assert judge(payment, evidence) is expected


def test_no_row_is_without_a_test() -> None:
    """Every row of the table is met by the combinations above or by the empty PIN pad's test."""
    met = {Row(a, s, c) for a, s, c in product((True, False), SHOWN, Counted)}
    assert set(RESOLVES) - met == {
        Row(approved, Shown.NOTHING_EVER, Counted.NOT_INCLUDED) for approved in (True, False)
    }


def test_a_pin_pad_that_has_never_done_anything() -> None:
    """Nothing before and after, with an empty batch before and after: nothing was charged."""
    payment = a_payment(False, Baseline(None, (0, ZERO)))
    approved = a_payment(True, Baseline(None, (0, ZERO)))
    assert judge(approved, same_twice(Books(True, None, (0, ZERO)))) is NOT_CHARGED
    assert judge(payment, same_twice(Books(True, None, (0, ZERO)))) is NOT_CHARGED
    assert judge(payment, same_twice(Books(True, None, (1, AMOUNT)))) is UNKNOWN
    assert judge(payment, same_twice(Books(True, OURS, (1, AMOUNT)))) is CHARGED


def test_a_pin_pad_without_repeat_receipt_stays_unknown() -> None:
    """A PIN pad that has worked but shows no last transaction proves nothing."""
    assert judge(a_payment(False), same_twice(Books(True, None, AFTER))) is UNKNOWN
    assert judge(a_payment(True), same_twice(Books(True, None, AFTER))) is UNKNOWN


@pytest.mark.parametrize("approved", [True, False])
def test_a_busy_pin_pad_proves_nothing(approved: bool) -> None:
    """While the PIN pad works it may still charge or reverse."""
    for last, totals in product(SHOWN.values(), COUNTED.values()):
        busy = same_twice(Books(False, last, totals))
        assert judge(a_payment(approved), busy) is UNKNOWN


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


def test_every_verdict_is_a_legal_move() -> None:
    """What a verdict does to any open payment is in the transition table, in that order."""
    assert set(EVENTS) == set(product(OPEN, Verdict))
    for (state, _), events in EVENTS.items():
        for event in events:
            state = next_state(state, event)  # noqa: PLW2901


def test_an_unknown_payment_that_was_approved_is_reversed() -> None:
    """What the journal held as approved and the books do not show is reversed, not declined."""
    unknown = replace(a_payment(True), state=PaymentState.UNKNOWN)
    assert events_for(unknown, NOT_CHARGED) == (PaymentEvent.REVERSE,)
    assert events_for(replace(unknown, record=None), NOT_CHARGED) == (PaymentEvent.DECLINE,)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal(tmp_path / "journal.db", "K0123")
    yield opened
    opened.shut()


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


async def test_recovery_with_a_dead_pin_pad(autojump_clock: MockClock, journal: Journal) -> None:
    """A PIN pad that does not answer at boot: UNKNOWN, kept, told to the centre once."""
    pad = FakePinPad(gone=True)
    ref = journal.intend(AssessmentRef("a" * 32), AMOUNT, Baseline(17, BEFORE), NOW).ref
    await recover_all(desk_with(pad, journal))
    await recover_all(desk_with(pad, journal))
    assert journal.get(ref).state is PaymentState.UNKNOWN
    first = journal.next_report()
    assert first is not None
    assert b'"unknown"' in first.body
    assert journal._db.execute("SELECT count(*) FROM outbox").fetchone()[0] == 1


async def test_recovery_asks_and_never_charges(autojump_clock: MockClock, journal: Journal) -> None:
    """Recovery uses only enquiries; without open payments it leaves the PIN pad alone."""
    pad = FakePinPad()
    await recover_all(desk_with(pad, journal))
    assert pad.calls == []
    journal.intend(AssessmentRef("a" * 32), AMOUNT, Baseline(17, BEFORE), NOW)
    await recover_all(desk_with(pad, journal))
    assert set(pad.calls) == {"status", "last_transaction", "totals"}
