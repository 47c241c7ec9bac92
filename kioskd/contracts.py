"""What flows and payments may ask of the world. Drivers, relay, stage and journal fulfil these.

Every call ends: with a value, or with one of the errors named here. All async calls may be
cancelled by trio unless they say otherwise.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar

from kioskd.domain.contribution import Assessment, InsuranceView, Month, Offer, Scheme
from kioskd.domain.document import GenuinePages, PaperState, PrintEnd, PrintProgress, Receipt
from kioskd.domain.money import Money
from kioskd.domain.payment import (
    AuthorisationResult,
    Decision,
    PaymentRef,
    PinPadStep,
    Printed,
    ReversalOutcome,
    TransactionRecord,
)
from kioskd.domain.person import IdCardFacts, SocialCardFacts
from kioskd.domain.region import RegionPack
from kioskd.domain.secret import CardPin, SessionToken
from kioskd.domain.trouble import Trouble
from kioskd.errors import SessionEnded
from kioskd.protocols.central import Challenge, Login, PaymentReport, Posting
from kioskd.protocols.central_books import ReceiptCopy, ReceiptEntry
from kioskd.protocols.central_documents import (
    DocumentPrintReport,
    DocumentRequest,
    SealedDocument,
)
from kioskd.screens.contract import Screen

T = TypeVar("T")


class SocialCard(Protocol):
    """One inserted social security card. Every call raises CardRemoved once it is pulled."""

    async def read(self) -> SocialCardFacts:
        """Read EF05, EF06 and the ATR. Raises CardUnreadable, CardNotAccepted."""

    async def answer_challenge(self, challenge: bytes) -> bytes:
        """INTERNAL AUTHENTICATE with 16 bytes; return the card's raw 8 bytes for the server."""

    async def verify_pin(self, pin: CardPin) -> int | None:
        """Let the card check the PIN: None if right, else the tries left (0 = blocked)."""


class SocialCardReader(Protocol):
    """The slot for social security cards. Survives a restart of pcscd."""

    async def wait_inserted(self) -> None:
        """Return when a card is in the slot (at once if one is)."""

    async def wait_removed(self) -> None:
        """Return when the slot is empty (at once if it is)."""

    def session(self) -> AbstractAsyncContextManager[SocialCard]:
        """Connect to the card in the slot. Raises CardError, DeviceUnavailable."""

    @property
    def card_present(self) -> bool: ...

    @property
    def trouble(self) -> Trouble | None: ...


class IdReader(Protocol):
    """The resident ID reader."""

    async def wait_card(self) -> IdCardFacts:
        """Poll until a card is put down and read. Raises CardUnreadable; DeviceError when gone.

        A card that stays where it was is reported once; take it away to have it read again.
        """

    async def sam_id(self) -> str:
        """Return the reader's security module id, as registered at the centre."""

    @property
    def trouble(self) -> Trouble | None: ...


class PinPad(Protocol):
    """A bank's PIN pad that keeps card number and PIN to itself.

    Calls that move money return an outcome and never raise for what the peer did: cable pulled,
    silence and nonsense are ``UNKNOWN`` (or ``NOT_STARTED`` where that is certain).
    """

    async def register(self) -> None:
        """Log on; idempotent, done by the driver after each reconnect. Raises DeviceError."""

    async def status(self) -> int:
        """Return the terminal status byte (0 = ready). Raises DeviceError."""

    async def authorise(
        self,
        amount: Money,
        on_step: Callable[[PinPadStep], None],
        decide: Callable[[TransactionRecord], Awaitable[Decision]],
        transaction_id: bytes = b"",
    ) -> AuthorisationResult:
        """Charge once. ``decide`` is asked after approval, before the PIN pad commits.

        Never repeated by the driver. ``transaction_id`` is TLV 1F1F of the last transaction.
        """

    async def abort(self) -> None:
        """Ask the PIN pad to stop; the result still comes through ``authorise``."""

    async def last_transaction(self) -> TransactionRecord | None:
        """Return the last transaction (06 20), None if none is shown. Raises DeviceError."""

    async def totals(self) -> tuple[int, Money]:
        """Return count and sum since the last day-end (06 10), closing nothing. DeviceError."""

    async def reverse(self, record: TransactionRecord) -> ReversalOutcome:
        """Undo exactly this transaction, by receipt and amount and currency. Never repeated."""

    async def end_of_day(self) -> tuple[int, Money]:
        """Close the batch; return count and sum. Raises DeviceError."""

    async def diagnose(self) -> None:
        """Test the way to the bank's host. Raises DeviceError."""

    @property
    def trouble(self) -> Trouble | None: ...


class ReceiptPrinter(Protocol):
    """The slip printer."""

    async def print(self, receipt: Receipt) -> Printed:
        """Print and cut; YES and NO only on the printer's own evidence. Never raises."""

    async def paper(self) -> PaperState:
        """Ask the printer for its paper."""

    @property
    def trouble(self) -> Trouble | None: ...


class DocumentPrinter(Protocol):
    """The A4 printer. One print at a time; it may be printing what an earlier run had sent."""

    async def print(
        self,
        paper: GenuinePages,
        print_ref: str,
        on_progress: Callable[[PrintProgress], None],
    ) -> PrintEnd:
        """Print once, until the printer says how it ended or a limit is over. Never raises.

        Cancelling the call does not stop the printer; ``cancel`` does.
        """

    def cancel(self) -> None:
        """Ask the printer to stop; the truth still comes through ``print``."""

    @property
    def trouble(self) -> Trouble | None: ...


class SealChecker(Protocol):
    """Knows the centre's seal CA, and nothing else of the centre."""

    async def check(self, document: SealedDocument) -> GenuinePages:
        """Return the pages of a document that is what the centre sealed.

        Raises NotGenuine; DeviceUnavailable where there is no certificate to check against.
        """

    @property
    def trouble(self) -> Trouble | None:
        """DOCUMENT_SEAL_MISSING where there is no CA to check against."""


class PrintBook(Protocol):
    """What became of prints, until the centre knows: durable, with nothing personal in it."""

    def note(self, report: DocumentPrintReport) -> None:
        """Keep a report until it is delivered. Never raises."""

    def unreported(self) -> tuple[DocumentPrintReport, ...]:
        """Return what the centre does not know yet, oldest first."""

    def reported(self, print_ref: str) -> None:
        """Forget a report that the centre has. Never raises."""

    async def changed(self) -> None:
        """Return when there is something new to report."""


class Cabinet(Protocol):
    """Lamps at the slots, presence sensor, door contact."""

    def lamp(self, slot: str, lit: bool) -> None:
        """Switch the lamp at ``card``, ``id``, ``pinpad`` or ``receipt``, if there is one."""

    @property
    def somebody_there(self) -> bool:
        """Whether the presence sensor sees somebody; True where there is no sensor."""

    @property
    def door_open(self) -> bool: ...

    async def wait_change(self) -> None:
        """Return when presence or door has changed."""


class DocumentServices(Protocol):
    """The centre as composer of sealed papers. Every call raises ServerError."""

    async def document(
        self, token: SessionToken, ref: str, request: DocumentRequest
    ) -> SealedDocument:
        """Let the centre compose and seal; the same ``ref`` gets the same document."""

    async def report_document_print(self, report: DocumentPrintReport) -> DocumentPrintReport:
        """Tell what became of a print; idempotent by ``print_ref``. Needs no visit."""


class Central(DocumentServices, Protocol):
    """The central server. Every call raises ServerError."""

    async def region(self) -> RegionPack:
        """Fetch the region pack."""

    async def challenge(self) -> Challenge:
        """Ask for 16 fresh bytes, bound to this kiosk, single use."""

    async def login_by_card(
        self, challenge: Challenge, facts: SocialCardFacts, answer: bytes
    ) -> Login:
        """Let the server compare the card's raw answer. Codes: see protocols.central."""

    async def login_by_id_card(self, facts: IdCardFacts, sam_id: str) -> Login:
        """Log in with plain data; the server grants the lower assurance."""

    async def log_out(self, token: SessionToken) -> None:
        """End the session at the server."""

    async def insurance(self, token: SessionToken, year: int | None) -> InsuranceView:
        """Fetch enrolments and one year's contributions (None: the latest year)."""

    async def offers(self, token: SessionToken) -> tuple[Offer, ...]:
        """Fetch what this person may pay now."""

    async def assess(
        self, token: SessionToken, ref: str, scheme: Scheme, percent: int, months: tuple[Month, ...]
    ) -> Assessment:
        """Fix amount and lock months under the kiosk's ``ref``; idempotent."""

    async def release(self, ref: str) -> None:
        """Give the months of an assessment free again; idempotent, refused while paying."""

    async def report_payment(self, report: PaymentReport) -> Posting:
        """Report a state of a payment; idempotent by reference and state. See protocols.central."""

    async def payment(self, ref: PaymentRef) -> Posting:
        """Ask how the centre sees a payment of this kiosk."""

    async def receipts(self, token: SessionToken) -> tuple[ReceiptEntry, ...]:
        """Fetch her receipts, newest first."""

    async def copy(self, token: SessionToken, ref: str, print_ref: str) -> ReceiptCopy:
        """Ask for a receipt to print; the same ``print_ref`` gets the same answer."""

    @property
    def trouble(self) -> Trouble | None: ...


class Uplink(Protocol):
    """The way of reports from the journal to the centre."""

    async def delivered(self, ref: PaymentRef, within_s: float) -> Posting | None:
        """Wait for the centre's posting of ``ref``; None if it takes longer."""


class Followed(Protocol[T]):
    """A screen shown while something else is going on."""

    def update(self, screen: Screen[T]) -> None:
        """Show another state of it."""

    async def answered(self) -> T:
        """Wait until the visitor's touches lead to an answer."""


class Stage(Protocol):
    """The screen and the visitor's finger. The only source of SessionEnded."""

    def begin_visit(self) -> None:
        """Forget the last visit's end; the clock of inactivity starts."""

    def end_visit(self, why: SessionEnded) -> None:
        """Make the ``show`` that is waiting, or the next one, raise ``why``."""

    async def show(self, screen: Screen[T], time_limit_s: float | None = None) -> T:
        """Show a screen until it is answered. Raises SessionEnded.

        ``time_limit_s`` None is the configured limit of inactivity; the last part of it is a
        visible countdown. Outside a visit nothing is timed.
        """

    def follow(self, screen: Screen[T]) -> AbstractAsyncContextManager[Followed[T]]:
        """Show a screen while the block runs. Untimed, and never raises SessionEnded."""

    async def visit_ended(self) -> None:
        """Return when the visit has ended, at once if it has: for who must follow and hear it."""

    @property
    def shown(self) -> tuple[Screen[Any], str] | None:
        """The screen that is up, as her touches have left it, and its language."""

    @property
    def language(self) -> str: ...
