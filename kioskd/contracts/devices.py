"""What flows and payments may ask of the devices; drivers fulfil these."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol, TypeVar

from kioskd.domain.document import GenuinePages, PaperState, PrintEnd, PrintProgress, Receipt
from kioskd.domain.money import Money
from kioskd.domain.payment import (
    AuthorisationResult,
    Decision,
    PinPadStep,
    Printed,
    ReversalOutcome,
    TransactionRecord,
)
from kioskd.domain.person import IdCardFacts, SocialCardFacts
from kioskd.domain.secret import CardPin
from kioskd.domain.trouble import Trouble
from kioskd.protocols.central_cabinet import CabinetEventKind
from kioskd.protocols.central_documents import (
    DocumentPrintReport,
    SealedDocument,
)

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


class Described(Protocol):
    """A device that a technician can ask what it is."""

    async def describe(self) -> Mapping[str, str]:
        """Return what it says of itself and where it hangs, as far as its wire tells.

        By the word for it: ``model``, ``firmware``, ``serial``, ``port``. Raises DeviceError.
        """


class SocialCardReader(Described, Protocol):
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


class IdReader(Described, Protocol):
    """The resident ID reader."""

    async def wait_card(self) -> IdCardFacts:
        """Poll until a card is put down and read. Raises CardUnreadable; DeviceError when gone.

        A card that stays where it was is reported once; take it away to have it read again.
        """

    async def sam_id(self) -> str:
        """Return the reader's security module id, as registered at the centre."""

    @property
    def trouble(self) -> Trouble | None: ...


class PinPad(Described, Protocol):
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

    async def show(self, lines: tuple[str, ...], seconds: int) -> None:
        """Show a text of ASCII, outside any payment. Raises DeviceError."""

    async def diagnose(self) -> None:
        """Test the way to the bank's host. Raises DeviceError."""

    @property
    def trouble(self) -> Trouble | None: ...


class ReceiptPrinter(Described, Protocol):
    """The slip printer."""

    async def print(self, receipt: Receipt) -> Printed:
        """Print and cut; YES and NO only on the printer's own evidence. Never raises."""

    async def paper(self) -> PaperState:
        """Ask the printer for its paper."""

    @property
    def trouble(self) -> Trouble | None: ...


class DocumentPrinter(Described, Protocol):
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
        """Switch the lamp at a slot, if there is one.

        Slots: ``card``, ``id``, ``pinpad``, ``receipt``, ``document`` (A4 paper).
        """

    def blink(self, slot: str) -> None:
        """Let the lamp at a slot blink until it is switched: something was left there."""

    def is_lit(self, slot: str) -> bool:
        """Tell whether the lamp at a slot was switched on, or blinks, lamp or no lamp."""

    @property
    def fitted(self) -> frozenset[str]:
        """What is wired: the slots that have lamps, ``presence``, ``door``, ``earphones``."""

    @property
    def somebody_there(self) -> bool:
        """Whether the presence sensor sees somebody; True where there is no sensor."""

    @property
    def door_open(self) -> bool:
        """Whether the door is open, or its tamper contact; False where there is neither."""

    @property
    def earphones(self) -> bool:
        """Whether earphones are plugged in; False where there is no jack."""

    async def wait_change(self) -> None:
        """Return when presence, door or earphones have changed."""


class CabinetBook(Protocol):
    """What is kept of the cabinet across a power cut. No call fails."""

    @property
    def held(self) -> bool:
        """Whether payments are held."""

    @property
    def all_told(self) -> bool:
        """Whether the centre knows every event."""

    async def note(self, kind: CabinetEventKind) -> None:
        """Keep that something happened and tell the centre; OPENED holds payments at once."""

    async def release(self) -> None:
        """Let payments start again."""


@dataclass(frozen=True, slots=True)
class Saying:
    """A sentence for the voice; its key of the catalogue where a recording may have it."""

    text: str
    key: str = ""


class Voice(Protocol):
    """Sentences spoken aloud. No call fails, and none waits."""

    @property
    def fitted(self) -> bool:
        """Whether this kiosk is made to speak."""

    def say(self, sayings: Sequence[Saying], language: str) -> None:
        """Say them, now, instead of what is being said."""

    def hush(self) -> None:
        """Stop speaking, in mid-word."""

    def louder(self) -> None:
        """Take the next volume; after the loudest the softest."""

    def usual_volume(self) -> None:
        """Take the volume that every visit begins with."""
