"""A journal in a folder, and payments brought to a state by the moves that lead there."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from kioskd.domain.money import Money
from kioskd.domain.payment import AssessmentRef, PaymentRef, PaymentState
from kioskd.payments.contract import Baseline, Payment
from kioskd.payments.day_book import DayBook
from kioskd.payments.journal import Journal, new_assessment_ref
from kioskd.payments.outbox import Outbox
from kioskd.payments.states import PaymentEvent
from kioskd.payments.store import Store
from kioskd.protocols.central import Posting
from tests.fakes import AMOUNT, NOW, a_record

KIOSK = "K0123"
BASELINE = Baseline(17, (3, Money(90_000)))


@dataclass(frozen=True)
class Books:
    """One open journal file and everything that writes to it."""

    path: Path
    store: Store
    journal: Journal
    outbox: Outbox

    @property
    def day_book(self) -> DayBook:
        return DayBook(self.store, self.journal.tell)

    def ref(self, number: int) -> str:
        return f"{KIOSK}-{self.store.series}-{number:06d}"

    def intend(self, assessment: AssessmentRef | None = None) -> Payment:
        return self.journal.intend(assessment or new_assessment_ref(), AMOUNT, BASELINE, NOW)

    def approved(self, receipt: int = 18, assessment: AssessmentRef | None = None) -> Payment:
        ref = self.intend(assessment).ref
        return self.journal.approve(ref, a_record(receipt), NOW)

    def confirmed(self, receipt: int = 18, assessment: AssessmentRef | None = None) -> Payment:
        return self.journal.confirm(self.approved(receipt, assessment).ref, NOW)

    def declined(self, assessment: AssessmentRef | None = None) -> Payment:
        ref = self.intend(assessment).ref
        return self.journal.close(ref, PaymentEvent.DECLINE, NOW, reason="Z-05")

    def unknown(self, assessment: AssessmentRef | None = None) -> Payment:
        return self.journal.close(self.intend(assessment).ref, PaymentEvent.DOUBT, NOW)

    def unresolved(self, assessment: AssessmentRef | None = None) -> Payment:
        return self.journal.close(self.unknown(assessment).ref, PaymentEvent.SHELVE, NOW)

    def to_give_back(self, receipt: int = 18) -> Payment:
        """A charge that the centre has answered with ``give_back``; all reports are delivered."""
        ref = self.confirmed(receipt).ref
        posting = Posting(ref, PaymentState.CONFIRMED, "R-1", NOW, b"proof", give_back=True)
        self.deliver_all(posting)
        return self.journal.get(ref)

    def deliver_all(self, posting: Posting | None = None) -> list[str]:
        """Take every waiting report for delivered; return the references, oldest first."""
        refs = []
        while (waiting := self.outbox.next_report()) is not None:
            refs.append(waiting.ref)
            answer = posting if posting and posting.ref == waiting.ref else None
            self.outbox.mark_delivered(waiting.seq, answer)
        return refs

    def states(self, ref: PaymentRef) -> list[str]:
        """What the entries of a reference say, oldest first."""
        query = "SELECT json_extract(body, '$.now') FROM entry WHERE ref = ? ORDER BY seq"
        return [row[0] for row in self.store.read(query, ref)]

    def tamper(self, statement: str, *values: object) -> None:
        """Change the file behind the program's back."""
        tamper(self.path, statement, *values)


def tamper(path: Path, statement: str, *values: object) -> None:
    """Change a file that is in use or at rest."""
    with closing(sqlite3.connect(path)) as other:
        other.execute(statement, values)
        other.commit()


def opened(path: Path) -> Books:
    """Open, or create, the file. Raises JournalDamaged."""
    store = Store(path, KIOSK)
    journal = Journal(store)
    return Books(path, store, journal, Outbox(store, journal))


@contextmanager
def lent(folder: Path) -> Iterator[Books]:
    """Open a journal in ``folder`` and shut it afterwards."""
    books = opened(folder / "journal.db")
    try:
        yield books
    finally:
        books.store.shut()
