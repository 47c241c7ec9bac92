"""What the centre has not heard yet: reports in the order they were written, and the chain's links.

Nothing here is synced: losing a note of a delivery only repeats an idempotent PUT.
"""

from collections.abc import Callable

from kioskd.domain.payment import PaymentRef
from kioskd.payments import journal_rows as rows
from kioskd.payments.chain import digest_of
from kioskd.payments.contract import ReportKind, Waiting
from kioskd.payments.journal import Journal
from kioskd.payments.store import Store
from kioskd.protocols.central import Posting
from kioskd.protocols.central_books import LINKS_MAX, ChainHead, ChainLinks


class Outbox:
    """The way out of the journal; every method raises JournalDamaged."""

    def __init__(self, store: Store, journal: Journal) -> None:
        self._store, self._journal = store, journal

    def listen(self, on_report: Callable[[], None]) -> None:
        """Call ``on_report`` after every commit that wrote a report; from any thread."""
        self._journal.listen(on_report)

    def next_report(self) -> Waiting | None:
        """Return the oldest report that the centre has not answered."""
        for row in self._store.read(rows.SELECT_WAITING):
            kind = ReportKind(row["kind"])
            return Waiting(row["seq"], kind, row["ref"], row["path"], row["body"])
        return None

    def undelivered(self) -> int:
        """Return how many reports the centre has not answered, without those set aside."""
        (found,) = self._store.read(rows.COUNT_WAITING)
        return int(found["waiting"])

    def mark_delivered(self, seq: int, posting: Posting | None = None) -> None:
        """Note the centre's answer, and what it says of a payment."""
        with self._store.commit(synced=False) as db:
            state = posting.state.value if posting else ""
            db.execute(rows.UPDATE_FATE, ("delivered", state, seq))
            if posting and posting.receipt_number:
                db.execute(rows.UPDATE_POSTED, rows.posted_columns(posting))

    def quarantine(self, seq: int, status: int, code: str) -> None:
        """Set a report aside that the centre refuses for good; never deleted."""
        with self._store.commit(synced=False) as db:
            db.execute(rows.UPDATE_FATE, ("quarantined", f"{status} {code}", seq))

    def next_links(self) -> ChainLinks | None:
        """Return the links after the last that the centre has witnessed, if there are any."""
        (about,) = self._store.read("SELECT links_sent FROM journal")
        found = self._store.read(rows.SELECT_ENTRIES_AFTER, about["links_sent"], LINKS_MAX)
        if not found:
            return None
        digests = tuple(digest_of(row["body"]) for row in found)
        return ChainLinks(self._store.series, found[0]["seq"], digests, found[-1]["link"])

    def mark_witnessed(self, head: ChainHead) -> None:
        """Note how far the centre knows the chain."""
        with self._store.commit(synced=False) as db:
            db.execute("UPDATE journal SET links_sent = ?", (head.seq,))

    def distrust(self, reason: str) -> None:
        """The centre has seen another journal of this series: take no more payments on this one."""
        self._store.distrust(reason)

    def answered(self, ref: PaymentRef) -> Posting | None:
        """Return the centre's posting of a payment, None until it has given a receipt number."""
        return self._journal.posting(ref)

    def refused(self, ref: PaymentRef) -> bool:
        """Tell whether a report of ``ref`` was set aside."""
        return self._journal.refused(ref)

    def tidy(self) -> None:
        """Do idle-time work on the file unless a payment is open."""
        if not self._journal.open_payments():
            self._store.tidy()
