"""What flows, payments and the relay may ask of the central server; relay fulfils these."""

from typing import Protocol, TypeVar

from kioskd.domain.account import MedicalAccount, MyPayment, PensionAccount
from kioskd.domain.card import Application, CardView, MyCard
from kioskd.domain.contribution import Assessment, InsuranceView, Month, Offer, Scheme
from kioskd.domain.payment import (
    PaymentRef,
)
from kioskd.domain.person import IdCardFacts, SocialCardFacts
from kioskd.domain.profile import Profile
from kioskd.domain.secret import SessionToken
from kioskd.domain.trouble import Trouble
from kioskd.protocols.central import Challenge, Login, PaymentReport, Posting
from kioskd.protocols.central_books import ReceiptCopy, ReceiptEntry
from kioskd.protocols.central_cabinet import CabinetEvent, Hold
from kioskd.protocols.central_cards import Activation
from kioskd.protocols.central_documents import (
    DocumentPrintReport,
    DocumentRequest,
    IssuedDocument,
    PaperCheck,
    SealedDocument,
)
from kioskd.protocols.central_profile import ProfileChange, ProfileChanged

T = TypeVar("T")


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


class CabinetServices(Protocol):
    """What is told and asked of the cabinet. Every call raises ServerError."""

    async def tell_event(self, event: CabinetEvent) -> Hold:
        """Tell what happened; idempotent by reference."""

    async def hold(self) -> Hold:
        """Ask whether the centre holds this kiosk's payments."""


class DocumentServices(Protocol):
    """The centre as composer of sealed papers. Every call raises ServerError."""

    async def document(
        self, token: SessionToken, ref: str, request: DocumentRequest
    ) -> SealedDocument:
        """Let the centre compose and seal; the same ``ref`` gets the same document."""

    async def my_documents(self, token: SessionToken) -> tuple[IssuedDocument, ...]:
        """Fetch her latest documents that are still good, newest first."""

    async def report_document_print(self, report: DocumentPrintReport) -> DocumentPrintReport:
        """Tell what became of a print; idempotent by ``print_ref``. Needs no visit."""


class Central(
    AccountServices, CabinetServices, CardServices, DocumentServices, ProfileServices, Protocol
):
    """The central server. Every call raises ServerError."""

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
