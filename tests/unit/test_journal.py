"""The journal: references, uniqueness, idempotence, outbox, damage."""

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from kioskd.domain.money import Money
from kioskd.domain.payment import AssessmentRef, PaymentRef, PaymentState, Printed
from kioskd.domain.trouble import TroubleReason
from kioskd.errors import JournalDamaged
from kioskd.payments.contract import Baseline, Payment, PaymentInTheWay, RecordContradicts
from kioskd.payments.journal import Journal, new_assessment_ref
from kioskd.payments.states import IllegalMove, PaymentEvent
from kioskd.protocols import central
from kioskd.protocols.central import PaymentReport, Posting
from tests.fakes import AMOUNT, NOW, a_record

A = AssessmentRef("a" * 32)
B = AssessmentRef("b" * 32)
BASELINE = Baseline(17, (3, Money(90_000)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    opened = Journal(path, "K0123")
    yield opened
    opened.shut()


def intend(journal: Journal, assessment: AssessmentRef = A) -> Payment:
    return journal.intend(assessment, AMOUNT, BASELINE, NOW)


def decline(journal: Journal, ref: PaymentRef) -> Payment:
    return journal.close(ref, PaymentEvent.DECLINE, NOW, reason="Z-05")


def pay_whole(journal: Journal, assessment: AssessmentRef = A, receipt: int = 18) -> Payment:
    ref = intend(journal, assessment).ref
    journal.approve(ref, a_record(receipt), NOW)
    return journal.confirm(ref, NOW)


def test_references_count_up_and_survive_reopening(journal: Journal, path: Path) -> None:
    """References are kiosk id and a counter that never goes back, whatever became of payments."""
    first = intend(journal)
    decline(journal, first.ref)
    journal.shut()
    again = Journal(path, "K0123")
    second = intend(again)
    again.shut()
    assert (first.ref, second.ref) == ("K0123-000001", "K0123-000002")


def test_a_payment_is_read_back_as_it_was_written(journal: Journal) -> None:
    """Everything that recovery needs is in the row: baseline, record, amount."""
    ref = intend(journal).ref
    journal.approve(ref, a_record(), NOW)
    kept = journal.get(ref)
    assert kept == Payment(ref, A, AMOUNT, PaymentState.APPROVED, NOW, BASELINE, a_record())


def test_one_open_payment_per_kiosk(journal: Journal) -> None:
    """While a payment is open, or in doubt, the kiosk makes no other."""
    first = intend(journal)
    with pytest.raises(PaymentInTheWay) as caught:
        intend(journal, B)
    assert caught.value.ref == first.ref
    journal.close(first.ref, PaymentEvent.DOUBT, NOW)
    with pytest.raises(PaymentInTheWay):
        intend(journal, B)


def test_the_index_stands_behind_the_check(journal: Journal, path: Path) -> None:
    """The file itself refuses a second open payment, and a second one for a paid assessment."""
    pay_whole(journal, A)
    intend(journal, B)
    columns = "INSERT INTO payment (number, ref, assessment, fen, state, at, record) VALUES "
    with sqlite3.connect(path) as other:
        with pytest.raises(sqlite3.IntegrityError):
            other.execute(columns + "(8, 'x', 'c', 1, 'unknown', '', NULL)")
        with pytest.raises(sqlite3.IntegrityError):
            other.execute(columns + f"(9, 'y', '{A}', 1, 'confirmed', '', x'00')")
    other.close()


def test_a_paid_assessment_is_never_paid_again(journal: Journal) -> None:
    """A confirmed payment keeps its assessment for ever; a declined one does not."""
    pay_whole(journal, A)
    with pytest.raises(PaymentInTheWay):
        intend(journal, A)
    decline(journal, intend(journal, B).ref)
    assert intend(journal, B).state is PaymentState.INTENDED


def test_a_refused_intent_leaves_no_trace(journal: Journal) -> None:
    """An intent that is in the way uses up no reference."""
    first = intend(journal)
    with pytest.raises(PaymentInTheWay):
        intend(journal, B)
    decline(journal, first.ref)
    assert intend(journal, B).ref == "K0123-000002"


def test_the_same_approval_twice_is_one(journal: Journal) -> None:
    """A repeated status information (same receipt and trace) is answered again, not kept again."""
    ref = intend(journal).ref
    assert journal.approve(ref, a_record(), NOW) == journal.approve(ref, a_record(), NOW)


def test_another_approval_is_refused(journal: Journal) -> None:
    """A second receipt for the same payment, another amount or a decline are not its approval."""
    ref = intend(journal).ref
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


def test_confirmed_comes_with_its_report(journal: Journal) -> None:
    """State and outbox row are one commit; the row's bytes are the contract's."""
    woken: list[str] = []
    journal.listen(lambda: woken.append("woken"))
    payment = pay_whole(journal)
    waiting = journal.next_report()
    assert waiting is not None
    expected = PaymentReport(payment.ref, A, AMOUNT, PaymentState.CONFIRMED, a_record(), NOW)
    assert waiting.body == central.encode(expected)
    assert woken == ["woken"]


def test_outbox_keeps_order_and_gives_the_number(journal: Journal) -> None:
    """Reports wait in order; the official number comes with the centre's answer."""
    declined = decline(journal, intend(journal, B).ref)
    paid = pay_whole(journal)
    first = journal.next_report()
    assert first is not None
    assert first.ref == declined.ref
    journal.mark_delivered(first.seq, Posting(declined.ref, PaymentState.DECLINED))
    second = journal.next_report()
    assert second is not None
    assert second.ref == paid.ref
    assert journal.posting(paid.ref) is None
    posting = Posting(paid.ref, PaymentState.CONFIRMED, "R-1", NOW)
    journal.mark_delivered(second.seq, posting)
    assert journal.posting(paid.ref) == posting
    assert journal.get(paid.ref).receipt_number == "R-1"
    assert journal.next_report() is None


def test_quarantine_keeps_the_row(journal: Journal, path: Path) -> None:
    """A report set aside is not sent again and not lost."""
    decline(journal, intend(journal).ref)
    waiting = journal.next_report()
    assert waiting is not None
    journal.quarantine(waiting.seq, 409, "state_conflict")
    assert journal.next_report() is None
    with sqlite3.connect(path) as other:
        rows = other.execute("SELECT fate, answer, body FROM outbox").fetchall()
    other.close()
    assert rows == [("quarantined", "409 state_conflict", waiting.body)]


def test_printing_is_yes_no_unknown_or_never_tried(journal: Journal) -> None:
    """None until printing was tried, then the printer's own word."""
    ref = pay_whole(journal).ref
    assert journal.get(ref).printed is None
    journal.set_printed(ref, Printed.UNKNOWN)
    assert journal.get(ref).printed is Printed.UNKNOWN


def test_what_the_kiosk_last_knew(journal: Journal) -> None:
    """Last receipt and transaction id are those of the newest payment that has a record."""
    assert (journal.last_known_receipt(), journal.last_transaction_id()) == (None, b"")
    pay_whole(journal, A, receipt=9999)
    decline(journal, intend(journal, B).ref)
    assert journal.last_known_receipt() == 9999
    assert journal.last_transaction_id() == (9999).to_bytes(2, "big")


def test_knows_a_transaction_of_another_payment(journal: Journal) -> None:
    """A transaction is known by terminal, receipt, trace, amount and date, besides its own."""
    paid = pay_whole(journal)
    assert journal.knows(a_record(), besides=PaymentRef("K0123-000009"))
    assert not journal.knows(a_record(), besides=paid.ref)
    assert not journal.knows(a_record(19), besides=PaymentRef("K0123-000009"))


def test_doubt_is_a_trouble(journal: Journal) -> None:
    """The home screen can see that a payment is in doubt, and that it no longer is."""
    assert journal.trouble is None
    ref = intend(journal).ref
    journal.close(ref, PaymentEvent.DOUBT, NOW)
    assert journal.trouble is not None
    assert journal.trouble.reason is TroubleReason.PAYMENT_IN_DOUBT
    journal.close(ref, PaymentEvent.DECLINE, NOW)
    assert journal.trouble is None


def test_unknown_reference(journal: Journal) -> None:
    """A reference that was never made is a KeyError."""
    with pytest.raises(KeyError):
        journal.get(PaymentRef("K0123-999999"))


def test_history_is_kept(journal: Journal, path: Path) -> None:
    """Every move leaves an entry, in order."""
    pay_whole(journal)
    with sqlite3.connect(path) as other:
        rows = other.execute("SELECT state FROM entry ORDER BY seq").fetchall()
    other.close()
    assert rows == [("intended",), ("approved",), ("confirmed",)]


def test_garbage_is_not_a_journal(path: Path) -> None:
    """A file that is no database is refused, not overwritten."""
    path.write_bytes(b"not a database " * 1000)
    with pytest.raises(JournalDamaged):
        Journal(path, "K0123")
    assert path.read_bytes().startswith(b"not a database")


def test_a_torn_page_is_found_at_opening(journal: Journal, path: Path) -> None:
    """quick_check finds a page that was overwritten."""
    for number in range(40):
        pay_whole(journal, new_assessment_ref(), number)
    journal.shut()
    content = bytearray(path.read_bytes())
    content[5 * 4096 : 6 * 4096] = b"\xa5" * 4096
    path.write_bytes(bytes(content))
    with pytest.raises(JournalDamaged):
        Journal(path, "K0123")


def test_a_newer_schema_is_refused(journal: Journal, path: Path) -> None:
    """A journal written by a newer program is left alone."""
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 99")
    other.close()
    with pytest.raises(JournalDamaged, match="99"):
        Journal(path, "K0123")


def test_no_folder(tmp_path: Path) -> None:
    """A data partition that is not mounted is damage with a name, not a crash."""
    with pytest.raises(JournalDamaged):
        Journal(tmp_path / "missing" / "journal.db", "K0123")


def test_a_disk_that_refuses_writes(journal: Journal) -> None:
    """A failing write raises JournalDamaged from every step and leaves the state as it was."""
    ref = intend(journal).ref
    journal._db.execute("PRAGMA query_only = ON")
    with pytest.raises(JournalDamaged):
        journal.approve(ref, a_record(), NOW)
    journal._db.execute("PRAGMA query_only = OFF")
    assert journal.get(ref).state is PaymentState.INTENDED
    assert journal.approve(ref, a_record(), NOW).state is PaymentState.APPROVED


def _fill(journal: Journal) -> None:
    for number in range(500):
        decline(journal, intend(journal, AssessmentRef(f"{number:032x}")).ref)


def test_a_full_disk(journal: Journal) -> None:
    """A full disk refuses the next intent with JournalDamaged; what is there stays readable."""
    paid = pay_whole(journal)
    (pages,) = journal._db.execute("PRAGMA page_count").fetchone()
    journal._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(JournalDamaged):
        _fill(journal)
    assert journal.get(paid.ref).state is PaymentState.CONFIRMED


def test_tidy_shortens_the_log_but_never_while_paying(journal: Journal, path: Path) -> None:
    """The write-ahead log is checkpointed in idle time only."""
    log_file = Path(f"{path}-wal")
    for number in range(40):
        pay_whole(journal, new_assessment_ref(), number)
    before = log_file.stat().st_size
    assert before > 1 << 20
    last = intend(journal)
    journal.tidy()
    assert log_file.stat().st_size >= before
    decline(journal, last.ref)
    journal.tidy()
    assert log_file.stat().st_size < before / 10


def test_the_file_holds_nothing_personal(journal: Journal, path: Path) -> None:
    """No column could hold a name or a number of a person or a card."""
    names = {
        row[1]
        for table in ("payment", "entry", "outbox")
        for row in journal._db.execute(f"PRAGMA table_info({table})")
    }
    assert not {name for name in names if re.search("name|pan|card|person|id_number", name)}
