"""The journal: references, uniqueness, idempotence, what is entered and reported, and damage."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kioskd.domain.money import Money
from kioskd.domain.payment import AssessmentRef, PaymentRef, PaymentState, Printed
from kioskd.domain.trouble import TroubleReason
from kioskd.errors import JournalDamaged
from kioskd.payments.chain import breaks, read_entry
from kioskd.payments.contract import (
    Baseline,
    Payment,
    PaymentInTheWay,
    RecordContradicts,
    ReportKind,
)
from kioskd.payments.journal import Journal
from kioskd.payments.journal_rows import stored_entry
from kioskd.payments.states import IllegalMove, PaymentEvent
from kioskd.protocols import central
from kioskd.protocols.central import PaymentReport, Posting
from kioskd.protocols.central_books import PrintReport
from tests.fakes import AMOUNT, NOW, a_record
from tests.journals import BASELINE, KIOSK, Books, lent, opened

A = AssessmentRef("a" * 32)
B = AssessmentRef("b" * 32)


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    with lent(tmp_path) as books:
        yield books


@pytest.fixture
def journal(books: Books) -> Journal:
    return books.journal


def test_references_count_up_and_survive_reopening(books: Books) -> None:
    """References are kiosk id, series and a counter that never goes back."""
    first = books.declined()
    books.store.shut()
    again = opened(books.path)
    second = again.intend()
    again.store.shut()
    assert (first.ref, second.ref) == (books.ref(1), books.ref(2))
    assert re.fullmatch(rf"{KIOSK}-[2-9A-HJKMNP-TV-Z]{{4}}-000001", first.ref)


def test_a_payment_is_read_back_as_it_was_written(journal: Journal, books: Books) -> None:
    """Everything that recovery needs is in the row: baseline, record, amount."""
    ref = books.approved(assessment=A).ref
    kept = journal.get(ref)
    assert kept == Payment(ref, A, AMOUNT, PaymentState.APPROVED, NOW, BASELINE, a_record())


def test_one_open_payment_per_kiosk(journal: Journal, books: Books) -> None:
    """While a payment is open, or in doubt, the kiosk makes no other."""
    first = books.intend(A)
    with pytest.raises(PaymentInTheWay) as caught:
        books.intend(B)
    assert caught.value.ref == first.ref
    journal.close(first.ref, PaymentEvent.DOUBT, NOW)
    with pytest.raises(PaymentInTheWay):
        books.intend(B)


def test_unresolved_blocks_its_assessment_only(journal: Journal, books: Books) -> None:
    """What only the centre can settle keeps its own months, not the kiosk."""
    first = books.unresolved(A)
    with pytest.raises(PaymentInTheWay) as caught:
        books.intend(A)
    assert caught.value.ref == first.ref
    assert books.confirmed(assessment=B).state is PaymentState.CONFIRMED
    assert (journal.unresolved(), journal.open_payments()) == ((first,), ())
    assert journal.trouble is None


def test_no_payment_beside_a_day_end(journal: Journal, books: Books) -> None:
    """While it is not known how a day-end ended, a charge could be in either batch."""
    day_end = books.day_book.intend((3, Money(90_000)), NOW)
    with pytest.raises(PaymentInTheWay) as caught:
        books.intend()
    assert caught.value.ref == day_end.ref
    assert journal.open_payments() == ()


def test_the_index_stands_behind_the_check(books: Books) -> None:
    """The file itself refuses a second open payment, and a second one for a paid assessment."""
    books.confirmed(assessment=A)
    books.intend(B)
    columns = "INSERT INTO payment (number, ref, assessment, fen, state, at, record) VALUES "
    with pytest.raises(sqlite3.IntegrityError):
        books.tamper(columns + "(8, 'x', 'c', 1, 'unknown', '', NULL)")
    for state in ("confirmed", "unresolved"):
        with pytest.raises(sqlite3.IntegrityError):
            books.tamper(columns + f"(9, 'y', '{A}', 1, '{state}', '', x'00')")


def test_a_paid_assessment_is_never_paid_again(books: Books) -> None:
    """A confirmed payment keeps its assessment for ever; a declined one does not."""
    books.confirmed(assessment=A)
    with pytest.raises(PaymentInTheWay):
        books.intend(A)
    books.declined(B)
    assert books.intend(B).state is PaymentState.INTENDED


def test_a_refused_intent_leaves_no_trace(journal: Journal, books: Books) -> None:
    """An intent that is in the way uses up no reference and enters nothing."""
    first = books.intend()
    with pytest.raises(PaymentInTheWay):
        books.intend()
    journal.close(first.ref, PaymentEvent.DECLINE, NOW)
    assert books.intend().ref == books.ref(2)
    assert len(books.store.read("SELECT seq FROM entry")) == 3


def test_the_same_approval_twice_is_one(journal: Journal, books: Books) -> None:
    """A repeated status information (same receipt and trace) changes nothing at all."""
    first = books.approved(18)
    assert journal.approve(first.ref, a_record(18), "2027-01-01T00:00:00Z") == first
    assert books.states(first.ref) == ["intended", "approved"]


def test_another_approval_is_refused(journal: Journal, books: Books) -> None:
    """A second receipt for the same payment, another amount or a decline are not its approval."""
    ref = books.intend().ref
    with pytest.raises(RecordContradicts):
        journal.approve(ref, a_record(amount=Money(1)), NOW)
    with pytest.raises(RecordContradicts):
        journal.approve(ref, a_record(result=5), NOW)
    journal.approve(ref, a_record(18), NOW)
    with pytest.raises(IllegalMove):
        journal.approve(ref, a_record(19), NOW)
    journal.close(ref, PaymentEvent.DOUBT, NOW)
    with pytest.raises(RecordContradicts):
        journal.confirm(ref, NOW, a_record(19))
    assert journal.get(ref).record == a_record(18)
    assert books.states(ref) == ["intended", "approved", "unknown"]


def test_confirmed_comes_with_its_report(journal: Journal, books: Books) -> None:
    """State, entry and outbox row are one commit; the row's bytes are the contract's."""
    woken: list[str] = []
    journal.listen(lambda: woken.append("woken"))
    payment = books.confirmed(assessment=A)
    waiting = books.outbox.next_report()
    assert waiting is not None
    expected = PaymentReport(payment.ref, A, AMOUNT, PaymentState.CONFIRMED, a_record(), NOW)
    assert (waiting.kind, waiting.body) == (ReportKind.PAYMENT, central.encode(expected))
    assert waiting.path == f"/v1/payments/{payment.ref}"
    assert woken == ["woken"]


def test_every_move_is_entered_once_and_chained(books: Books) -> None:
    """Each step leaves one entry that says what the payment was then; the chain holds."""
    paid, doubtful = books.confirmed(assessment=A), books.unresolved(B)
    found = [stored_entry(row) for row in books.store.read("SELECT * FROM entry ORDER BY seq")]
    told = [(entry.ref, entry.now) for entry in map(read_entry, found)]
    first = [(paid.ref, now) for now in ("intended", "approved", "confirmed")]
    assert told == [*first, *((doubtful.ref, now) for now in ("intended", "unknown", "unresolved"))]
    approval = read_entry(found[1])
    assert (approval.record, approval.baseline) == (a_record(), BASELINE)
    assert (approval.amount, approval.assessment) == (AMOUNT, A)
    assert list(breaks(KIOSK, books.store.series, found)) == []


def test_giving_back_is_an_intent_of_its_own(journal: Journal, books: Books) -> None:
    """The books before the reversal are kept; nothing is reported, and nothing else may begin."""
    payment = books.to_give_back()
    assert journal.to_give_back() == (payment,)
    baseline = Baseline(21, (7, Money(1)))
    reversing = journal.give_back(payment.ref, baseline, NOW)
    assert (reversing.state, reversing.baseline) == (PaymentState.REVERSING, baseline)
    assert reversing.record == a_record(18)
    assert journal.to_give_back() == ()
    assert journal.open_payments() == (reversing,)
    assert books.outbox.next_report() is None
    with pytest.raises(PaymentInTheWay):
        books.intend()


def test_a_charge_that_was_given_back_is_reported(journal: Journal, books: Books) -> None:
    """REVERSED goes to the centre with the record, gives the months free, and is the end."""
    payment = books.to_give_back()
    journal.give_back(payment.ref, BASELINE, NOW)
    ended = journal.close(payment.ref, PaymentEvent.REVERSE, NOW)
    assert books.intend(payment.assessment).state is PaymentState.INTENDED
    waiting = books.outbox.next_report()
    assert waiting is not None
    report = central.decode(waiting.body, PaymentReport)
    assert (report.state, report.record) == (PaymentState.REVERSED, a_record(18))
    assert (ended.final, journal.to_give_back()) == (True, ())


def test_a_charge_that_stands_is_not_tried_again(journal: Journal, books: Books) -> None:
    """Back in CONFIRMED with its reason, told to the centre, never in the list again."""
    payment = books.to_give_back()
    journal.give_back(payment.ref, BASELINE, NOW)
    stands = journal.close(payment.ref, PaymentEvent.STAND, NOW, reason="R-01")
    assert (stands.state, stands.reason) == (PaymentState.CONFIRMED, "R-01")
    waiting = books.outbox.next_report()
    assert waiting is not None
    report = central.decode(waiting.body, PaymentReport)
    assert (report.state, report.reason) == (PaymentState.CONFIRMED, "R-01")
    posting = Posting(payment.ref, PaymentState.CONFIRMED, "R-1", NOW, give_back=True)
    books.outbox.mark_delivered(waiting.seq, posting)
    assert journal.to_give_back() == ()


@pytest.mark.parametrize(
    ("said", "state", "number"),
    [
        (PaymentState.CONFIRMED, PaymentState.CONFIRMED, "R-9"),
        (PaymentState.DECLINED, PaymentState.DECLINED, ""),
        (PaymentState.NOT_STARTED, PaymentState.DECLINED, ""),
        (PaymentState.REVERSED, PaymentState.DECLINED, ""),
    ],
)
def test_settled_by_the_centre(
    journal: Journal, books: Books, said: PaymentState, state: PaymentState, number: str
) -> None:
    """What the centre found out is entered, with its number, and not reported back to it."""
    payment = books.unresolved()
    books.deliver_all()
    settled = journal.settle(Posting(payment.ref, said, number, NOW if number else ""), NOW)
    assert (settled.state, journal.get(payment.ref).receipt_number) == (state, number)
    assert books.states(payment.ref)[-1] == state.value
    assert books.outbox.next_report() is None
    assert journal.unresolved() == ()


def test_settled_once(journal: Journal, books: Books) -> None:
    """The centre's second thought does not move a payment that has ended."""
    payment = books.unresolved()
    journal.settle(Posting(payment.ref, PaymentState.CONFIRMED, "R-9", NOW), NOW)
    with pytest.raises(IllegalMove):
        journal.settle(Posting(payment.ref, PaymentState.DECLINED), NOW)
    assert journal.get(payment.ref).receipt_number == "R-9"


def test_printing_is_yes_no_unknown_or_never_tried(journal: Journal, books: Books) -> None:
    """None until printing was tried, then the printer's own word."""
    ref = books.confirmed().ref
    assert journal.get(ref).printed is None
    journal.set_printed(ref, Printed.UNKNOWN)
    assert journal.get(ref).printed is Printed.UNKNOWN


@pytest.mark.parametrize("ref", ["", "K0099-ABCD-000001"])
def test_what_was_printed_is_reported(journal: Journal, books: Books, ref: str) -> None:
    """A print waits for the centre, also of a receipt that another kiosk's payment earned."""
    payment_ref = ref or books.declined().ref
    books.deliver_all()
    woken: list[str] = []
    journal.listen(lambda: woken.append("woken"))
    report = PrintReport(payment_ref, "f" * 32, 1, Printed.YES, NOW)
    journal.report_print(report)
    waiting = books.outbox.next_report()
    assert waiting is not None
    assert (waiting.kind, waiting.ref) == (ReportKind.PRINT, payment_ref)
    assert waiting.path == f"/v1/payments/{payment_ref}/prints/{'f' * 32}"
    assert central.decode(waiting.body, PrintReport) == report
    assert woken == ["woken"]


def test_what_the_kiosk_last_knew(journal: Journal, books: Books) -> None:
    """Last receipt and transaction id are those of the newest payment that has a record."""
    assert (journal.last_known_receipt(), journal.last_transaction_id()) == (None, b"")
    books.confirmed(9999)
    books.declined()
    assert journal.last_known_receipt() == 9999
    assert journal.last_transaction_id() == (9999).to_bytes(2, "big")


def test_no_older_transaction_is_mirrored(journal: Journal, books: Books) -> None:
    """Behind a charge that we have no record of, an older id would make the PIN pad undo it."""
    books.confirmed(17)
    payment = books.unresolved()
    assert journal.last_transaction_id() == b""
    journal.settle(Posting(payment.ref, PaymentState.CONFIRMED, "R-9", NOW), NOW)
    assert journal.last_transaction_id() == b""
    books.confirmed(19)
    assert journal.last_transaction_id() == (19).to_bytes(2, "big")


def test_knows_a_transaction_of_another_payment(journal: Journal, books: Books) -> None:
    """A transaction is known by terminal, receipt, trace, amount and date, besides its own."""
    paid = books.confirmed(18)
    other = PaymentRef(books.ref(9))
    assert journal.knows(a_record(18), besides=other)
    assert not journal.knows(a_record(18), besides=paid.ref)
    assert not journal.knows(a_record(19), besides=other)
    assert not journal.knows(a_record(18, Money(1)), besides=other)


def test_doubt_is_a_trouble(journal: Journal, books: Books) -> None:
    """The home screen can see that a payment is in doubt, and that it no longer is."""
    assert journal.trouble is None
    ref = books.unknown().ref
    assert journal.trouble is not None
    assert journal.trouble.reason is TroubleReason.PAYMENT_IN_DOUBT
    journal.close(ref, PaymentEvent.DECLINE, NOW)
    assert journal.trouble is None


def test_distrust_is_a_trouble(journal: Journal, books: Books) -> None:
    """A journal that is not believed any more greys paying instead of raising on the screen."""
    books.store.distrust("quick_check: torn")
    assert journal.trouble is not None
    assert journal.trouble.reason is TroubleReason.JOURNAL_DAMAGED


def test_unknown_reference(journal: Journal) -> None:
    """A reference that was never made is a KeyError, and nothing is written for it."""
    never = PaymentRef("K0123-AAAA-999999")
    with pytest.raises(KeyError):
        journal.get(never)
    with pytest.raises(KeyError):
        journal.confirm(never, NOW)


def test_a_disk_that_refuses_writes(journal: Journal, books: Books) -> None:
    """A failing write raises JournalDamaged and leaves payment, entries and outbox as they were."""
    ref = books.intend().ref
    books.store._writer.execute("PRAGMA query_only = ON")
    with pytest.raises(JournalDamaged):
        journal.approve(ref, a_record(), NOW)
    books.store._writer.execute("PRAGMA query_only = OFF")
    assert journal.get(ref).state is PaymentState.INTENDED
    assert books.states(ref) == ["intended"]
    assert journal.approve(ref, a_record(), NOW).state is PaymentState.APPROVED


"""A cut-off end is for the audit and the centre."""


def test_a_row_without_sense_is_damage(journal: Journal, books: Books) -> None:
    """A record that cannot be read is damage with a name, not a crash."""
    ref = books.confirmed().ref
    books.tamper("UPDATE payment SET record = x'7b' WHERE ref = ?", ref)
    with pytest.raises(JournalDamaged, match="record"):
        journal.get(ref)


def test_the_file_holds_nothing_personal(books: Books) -> None:
    """No column could hold a name or a number of a person or a card."""
    own = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    with closing(sqlite3.connect(books.path)) as db:
        tables = [row[0] for row in db.execute(own)]
        names = {row[1] for table in tables for row in db.execute(f"PRAGMA table_info({table})")}
    assert {"payment", "entry", "outbox", "day_end", "journal"} <= set(tables)
    assert not {name for name in names if re.search("name|pan|card|person|id_number", name)}
