"""What flows and payments may ask of the world. Drivers, relay, stage and journal fulfil these.

Every call ends: with a value, or with one of the errors named here. All async calls may be
cancelled by trio unless they say otherwise.
"""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar

from kioskd.domain.account import MedicalAccount, MyPayment, PensionAccount
from kioskd.domain.card import Application, CardView, MyCard
from kioskd.domain.contribution import Assessment, InsuranceView, Month, Offer, Scheme
from kioskd.domain.document import PaperState, Receipt
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
from kioskd.domain.profile import Profile
from kioskd.domain.region import RegionPack
from kioskd.domain.secret import CardPin, SessionToken
from kioskd.domain.trouble import Trouble
from kioskd.errors import SessionEnded
from kioskd.protocols.central import Challenge, Login, PaymentReport, Posting
from kioskd.protocols.central_books import ReceiptCopy, ReceiptEntry
from kioskd.protocols.central_cards import Activation
from kioskd.protocols.central_documents import PaperCheck
from kioskd.protocols.central_profile import ProfileChange, ProfileChanged
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

    async def change_pin(self, old: CardPin, new: CardPin) -> int | None:
        """Let the card take a new PIN: None if it has, else the tries left for the old one."""


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


class CardServices(Protocol):
    """What the centre does about social security cards. Every call raises ServerError.

    Changes carry a reference that the kiosk made: once more, they give the same answer.
    """

    async def my_card(self, token: SessionToken) -> MyCard:
        """Fetch her present card, and what she may do about it today."""

    async def applications(self, token: SessionToken) -> tuple[Application, ...]:
        """Fetch everything she has applied for, newest first."""

    async def report_loss(self, token: SessionToken, ref: str) -> Application:
        """Stop the settlement of her card for some days."""

    async def cancel_loss(self, token: SessionToken, ref: str) -> Application:
        """Take the standing report back."""

    async def reissue(self, token: SessionToken, ref: str, outlet: str) -> Application:
        """Take her card out of use for good and apply for a new one, to be fetched there."""

    async def check_card(
        self, token: SessionToken, challenge: Challenge, facts: SocialCardFacts, answer: bytes
    ) -> CardView:
        """Let the centre judge whether the card in the slot is genuine, and hers."""

    async def activate(
        self,
        token: SessionToken,
        ref: str,
        challenge: Challenge,
        facts: SocialCardFacts,
        answer: bytes,
    ) -> Activation:
        """Make the card in the slot active."""


class ProfileServices(Protocol):
    """Personal information at the centre. Every call raises ServerError."""

    async def profile(self, token: SessionToken) -> Profile:
        """Fetch what is on file to reach her by."""

    async def change_profile(
        self, token: SessionToken, ref: str, change: ProfileChange
    ) -> ProfileChanged:
        """Change it under the kiosk's ``ref``; idempotent. Codes: see protocols.central_profile."""


class AccountServices(Protocol):
    """Her accounts and payments at the centre, and papers. Every call raises ServerError."""

    async def pension_account(self, token: SessionToken) -> PensionAccount:
        """Fetch the pension personal account, year by year."""

    async def medical_account(self, token: SessionToken, year: int | None) -> MedicalAccount:
        """Fetch one year of the medical personal account (None: the latest)."""

    async def my_payments(self, token: SessionToken) -> tuple[MyPayment, ...]:
        """Fetch her payments at all kiosks, newest first."""

    async def check_paper(self, code: str) -> PaperCheck:
        """Ask whether the paper with this number or QR text is genuine; needs no visit."""


class Central(AccountServices, CardServices, ProfileServices, Protocol):
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

    @property
    def shown(self) -> tuple[Screen[Any], str] | None:
        """The screen that is up, as her touches have left it, and its language."""

    @property
    def language(self) -> str: ...
