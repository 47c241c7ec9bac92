"""What stands in for a journal that cannot be opened: no payment, and the reason why.

The rest of the kiosk goes on working; what the damaged file holds is left as it is, for ``kioskd
journal salvage``.
"""

from collections.abc import Callable
from typing import NoReturn

from kioskd.domain.money import Money
from kioskd.domain.payment import AssessmentRef, PaymentRef, Printed, TransactionRecord
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import JournalDamaged
from kioskd.payments.contract import Baseline, Payment, Waiting
from kioskd.payments.states import PaymentEvent
from kioskd.protocols.central import Posting
from kioskd.protocols.central_books import ChainHead, ChainLinks, PrintReport


class ClosedJournal:
    """A journal and an outbox without a file: empty to read, JournalDamaged to write."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def _refuse(self) -> NoReturn:
        raise JournalDamaged(self._reason)

    def intend(
        self, assessment: AssessmentRef, amount: Money, baseline: Baseline, at: str
    ) -> Payment:
        self._refuse()

    def approve(self, ref: PaymentRef, record: TransactionRecord, at: str) -> Payment:
        self._refuse()

    def confirm(self, ref: PaymentRef, at: str, record: TransactionRecord | None = None) -> Payment:
        self._refuse()

    def close(
        self,
        ref: PaymentRef,
        event: PaymentEvent,
        at: str,
        record: TransactionRecord | None = None,
        reason: str = "",
    ) -> Payment:
        self._refuse()

    def give_back(self, ref: PaymentRef, baseline: Baseline, at: str) -> Payment:
        self._refuse()

    def settle(self, posting: Posting, at: str) -> Payment:
        self._refuse()

    def get(self, ref: PaymentRef) -> Payment:
        raise KeyError(ref)

    def open_payments(self) -> tuple[Payment, ...]:
        return ()

    def unresolved(self) -> tuple[Payment, ...]:
        return ()

    def to_give_back(self) -> tuple[Payment, ...]:
        return ()

    def last_known_receipt(self) -> int | None:
        return None

    def last_transaction_id(self) -> bytes:
        return b""

    def knows(self, record: TransactionRecord, besides: PaymentRef) -> bool:
        return False

    def posting(self, ref: PaymentRef) -> Posting | None:
        return None

    def refused(self, ref: PaymentRef) -> bool:
        return False

    def set_printed(self, ref: PaymentRef, printed: Printed) -> None:
        self._refuse()

    def report_print(self, report: PrintReport) -> None:
        self._refuse()

    def listen(self, on_report: Callable[[], None]) -> None:
        """Nothing is ever reported."""

    def next_report(self) -> Waiting | None:
        return None

    def undelivered(self) -> int:
        return 0

    def mark_delivered(self, seq: int, posting: Posting | None = None) -> None:
        self._refuse()

    def quarantine(self, seq: int, status: int, code: str) -> None:
        self._refuse()

    def answered(self, ref: PaymentRef) -> Posting | None:
        return None

    def next_links(self) -> ChainLinks | None:
        return None

    def mark_witnessed(self, head: ChainHead) -> None:
        self._refuse()

    def distrust(self, reason: str) -> None:
        """It is not trusted anyway."""

    def tidy(self) -> None:
        """There is nothing to tidy."""

    @property
    def trouble(self) -> Trouble:
        return Trouble(TroubleReason.JOURNAL_DAMAGED, JournalDamaged.operator_code)
