"""The way out of the journal: reports in order, what is set aside, and the chain's links."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from kioskd.domain.payment import PaymentState, Printed
from kioskd.errors import JournalDamaged
from kioskd.payments.contract import Baseline, ReportKind
from kioskd.payments.states import PaymentEvent
from kioskd.protocols.central import Posting
from kioskd.protocols.central_books import LINKS_MAX, ChainHead, PrintReport, first_link, next_link
from tests.fakes import NOW, a_record
from tests.journals import KIOSK, Books, lent, opened


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    with lent(tmp_path) as books:
        yield books


def fates(books: Books) -> list[tuple[str, str]]:
    rows = books.store.read("SELECT fate, answer FROM outbox ORDER BY seq")
    return [(row["fate"], row["answer"]) for row in rows]


def test_reports_keep_their_order_and_give_the_number(books: Books) -> None:
    """Reports wait in order; number, time and proof come with the centre's answer."""
    declined, paid = books.declined(), books.confirmed()
    first = books.outbox.next_report()
    assert first is not None
    assert first.ref == declined.ref
    books.outbox.mark_delivered(first.seq, Posting(declined.ref, PaymentState.DECLINED))
    second = books.outbox.next_report()
    assert second is not None
    assert second.ref == paid.ref
    assert books.outbox.answered(paid.ref) is None
    posting = Posting(paid.ref, PaymentState.CONFIRMED, "R-1", NOW, b"proof", give_back=True)
    books.outbox.mark_delivered(second.seq, posting)
    assert books.outbox.answered(paid.ref) == posting
    assert books.journal.get(paid.ref).receipt_number == "R-1"
    assert books.outbox.next_report() is None
    assert fates(books) == [("delivered", "declined"), ("delivered", "confirmed")]


def test_a_later_answer_without_a_number_takes_none_away(books: Books) -> None:
    """What the centre has once posted stays known, whatever it answers to other reports."""
    paid = books.to_give_back()
    books.journal.give_back(paid.ref, Baseline(), NOW)
    books.journal.close(paid.ref, PaymentEvent.REVERSE, NOW)
    books.deliver_all(Posting(paid.ref, PaymentState.REVERSED))
    known = books.outbox.answered(paid.ref)
    assert known is not None
    assert (known.receipt_number, known.proof) == ("R-1", b"proof")


def test_quarantine_keeps_the_row(books: Books) -> None:
    """A report set aside is not sent again and not lost; whoever waits for it is told."""
    payment = books.declined()
    waiting = books.outbox.next_report()
    assert waiting is not None
    assert not books.outbox.refused(payment.ref)
    books.outbox.quarantine(waiting.seq, 409, "state_conflict")
    assert books.outbox.next_report() is None
    assert books.outbox.refused(payment.ref)
    assert fates(books) == [("quarantined", "409 state_conflict")]
    (row,) = books.store.read("SELECT body FROM outbox")
    assert row["body"] == waiting.body


def test_only_the_newest_report_of_a_payment_tells_of_a_refusal(books: Books) -> None:
    """A doubt or a print set aside is no refusal of the charge that is reported after it."""
    payment = books.unknown()
    doubt = books.outbox.next_report()
    assert doubt is not None
    books.outbox.quarantine(doubt.seq, 409, "state_conflict")
    assert books.outbox.refused(payment.ref)
    books.journal.confirm(payment.ref, NOW, a_record())
    assert not books.outbox.refused(payment.ref)
    books.deliver_all()
    books.journal.report_print(PrintReport(payment.ref, "f" * 32, 0, Printed.YES, NOW))
    printed = books.outbox.next_report()
    assert printed is not None
    books.outbox.quarantine(printed.seq, 404, "not_found")
    assert not books.outbox.refused(payment.ref)


def test_what_waits_survives_reopening(books: Books) -> None:
    """After a restart the same report, with the same bytes, is next."""
    books.confirmed()
    before = books.outbox.next_report()
    books.store.shut()
    again = opened(books.path)
    assert before == again.outbox.next_report() is not None
    again.store.shut()


def test_every_kind_is_told_apart(books: Books) -> None:
    """A payment and a print of it wait as what they are, each under its own address."""
    paid = books.confirmed()
    books.journal.report_print(PrintReport(paid.ref, "f" * 32, 0, Printed.YES, NOW))
    seen = []
    while (waiting := books.outbox.next_report()) is not None:
        seen.append((waiting.kind, waiting.path))
        books.outbox.mark_delivered(waiting.seq)
    assert seen == [
        (ReportKind.PAYMENT, f"/v1/payments/{paid.ref}"),
        (ReportKind.PRINT, f"/v1/payments/{paid.ref}/prints/{'f' * 32}"),
    ]


def test_links_are_what_the_centre_can_check(books: Books) -> None:
    """From digests alone the centre comes to the same head as the journal, from the first on."""
    assert books.outbox.next_links() is None
    books.confirmed()
    links = books.outbox.next_links()
    assert links is not None
    assert (links.series, links.first, len(links.digests)) == (books.store.series, 1, 3)
    bodies = [row["body"] for row in books.store.read("SELECT body FROM entry ORDER BY seq")]
    assert links.digests == tuple(sha256(body).digest() for body in bodies)
    link = first_link(KIOSK, books.store.series)
    for digest in links.digests:
        link = next_link(link, digest)
    assert link == links.head


def test_links_go_on_after_the_last_witnessed(books: Books) -> None:
    """What the centre has witnessed is not sent again, also not after a restart."""
    books.confirmed()
    links = books.outbox.next_links()
    assert links is not None
    books.outbox.mark_witnessed(ChainHead(links.series, 3, links.head))
    assert books.outbox.next_links() is None
    books.declined()
    books.store.shut()
    again = opened(books.path)
    more = again.outbox.next_links()
    assert more is not None
    assert (more.first, len(more.digests)) == (4, 2)
    again.store.shut()


def test_many_links_are_sent_in_pieces(books: Books) -> None:
    """A long chain that nobody has witnessed yet goes in pieces of a bounded size."""
    books.declined()
    row = books.store.read("SELECT * FROM entry WHERE seq = 2")[0]
    fill = "INSERT INTO entry (seq, ref, body, link) VALUES (?, ?, ?, ?)"
    with books.store.commit(synced=False) as db:
        for seq in range(3, LINKS_MAX + 3):
            db.execute(fill, (seq, row["ref"], row["body"], row["link"]))
    links = books.outbox.next_links()
    assert links is not None
    assert len(links.digests) == LINKS_MAX
    books.outbox.mark_witnessed(ChainHead(links.series, LINKS_MAX, links.head))
    rest = books.outbox.next_links()
    assert rest is not None
    assert (rest.first, len(rest.digests)) == (LINKS_MAX + 1, 2)


def test_distrust_stops_payments(books: Books) -> None:
    """If the centre has seen another journal, nothing is written to this one any more."""
    books.outbox.distrust("the centre knows another journal")
    with pytest.raises(JournalDamaged, match="knows another"):
        books.intend()
    with pytest.raises(JournalDamaged, match="knows another"):
        books.outbox.next_report()
