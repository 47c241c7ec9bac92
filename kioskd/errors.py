"""Every error kioskd can raise, drawn as one tree.

    KioskError
    ├── ConfigError                a file that a technician can correct
    ├── DeviceError                a machine on this kiosk
    │   ├── DeviceUnavailable      not there, or gone (unplugged, switched off)
    │   ├── DeviceTimeout          there, but did not answer in time
    │   ├── DeviceRefused          answered, and said no (``code`` is the device's own)
    │   └── ProtocolViolation      answered with bytes its specification forbids: the peer's fault
    ├── CardError                  the card in the visitor's hand
    │   ├── CardRemoved            pulled or swapped while it was needed
    │   ├── CardUnreadable         damaged record, no answer
    │   └── CardNotAccepted        readable, but not good for this kiosk (``reason``)
    ├── ServerError                the central server
    │   ├── ServerUnreachable      no connection, or no answer in time
    │   ├── ServerRefused          a problem document (``code``, ``status``)
    │   └── ServerContractBroken   an answer that the contract forbids
    ├── NotGenuine                 a document that is not what the centre sealed (``fault``)
    ├── PackNotBelieved            a region pack that the centre did not mean for us (``fault``)
    ├── UpdateRefused              software that this kiosk does not install or keep (``fault``)
    ├── PaymentError               money
    │   ├── OutcomeUnknown         nobody knows yet whether the card was charged
    │   └── JournalDamaged         the journal cannot be trusted: no payment may start
    ├── TookTooLong                a wait behind a busy screen came to its limit
    └── SessionEnded               control flow, not faults: raised by the stage and nowhere else
        ├── VisitorCancelled       she touched "end" or "cancel"
        ├── VisitorLeft            her card was pulled, or the presence sensor lost her
        └── SessionTimedOut        nobody touched the screen for the time allowed

No error derives from a built-in, so that a stray ``except ValueError`` cannot eat a card error.
Facts are attributes; messages carry no personal data. Each class states whether repeating the
call that raised it is safe (``retry``) and which code an operator finds in the runbook.
"""

from enum import Enum
from typing import ClassVar


class Retry(Enum):
    """Whether the call that raised the error may be repeated."""

    SAFE = "safe"
    AFTER_ENQUIRY = "after enquiry"
    USELESS = "useless"


class KioskError(Exception):
    """The root: catching it means "anything kioskd names"."""

    retry: ClassVar[Retry] = Retry.USELESS
    operator_code: ClassVar[str] = "K-00"


class ConfigError(KioskError):
    """A configuration file is wrong; ``file`` and ``key`` say where."""

    operator_code = "K-01"

    def __init__(self, file: str, key: str, reason: str) -> None:
        super().__init__(f"{file}: {key}: {reason}")
        self.file, self.key, self.reason = file, key, reason


class DeviceError(KioskError):
    """A device failed; ``device`` is its role on the health board (``pinpad``, ``card``...)."""

    operator_code = "D-00"

    def __init__(self, device: str, detail: str = "") -> None:
        super().__init__(f"{device}: {detail or type(self).__name__}")
        self.device, self.detail = device, detail


class DeviceUnavailable(DeviceError):
    """The device is not there or has gone."""

    retry = Retry.SAFE
    operator_code = "D-01"


class DeviceTimeout(DeviceError):
    """The device did not answer in time."""

    retry = Retry.AFTER_ENQUIRY
    operator_code = "D-02"


class DeviceRefused(DeviceError):
    """The device answered no; ``code`` is its own code."""

    operator_code = "D-03"

    def __init__(self, device: str, code: int, detail: str = "") -> None:
        super().__init__(device, f"refused with {code:02X} {detail}".strip())
        self.code = code


class ProtocolViolation(DeviceError):
    """The peer sent bytes that its specification forbids."""

    retry = Retry.AFTER_ENQUIRY
    operator_code = "D-04"


class CardError(KioskError):
    """Something about the card in the visitor's hand."""

    operator_code = "C-00"


class CardRemoved(CardError):
    """The card was pulled, or another one is in its place."""

    retry = Retry.SAFE
    operator_code = "C-01"


class CardUnreadable(CardError):
    """The card does not answer or a record on it is damaged; ``item`` names the record."""

    retry = Retry.SAFE
    operator_code = "C-02"

    def __init__(self, item: str = "") -> None:
        super().__init__(f"unreadable: {item}" if item else "unreadable")
        self.item = item


class CardRejection(Enum):
    """Why a readable card is not accepted."""

    FOREIGN = "foreign"
    """Not a social security card."""
    BLANK = "blank"
    """A social security card that was never personalised."""
    EXPIRED = "expired"
    CLONED = "cloned"
    """The key on the card is not the key of the card it claims to be."""
    UNKNOWN = "unknown"
    """The central server has no such card."""
    LOST = "lost"
    """Reported lost."""
    ANOTHERS = "anothers"
    """Another person's than the one who is logged in."""
    PIN_BLOCKED = "pin_blocked"
    NEEDS_AUTHENTICATION = "needs_authentication"
    """A record wants external authentication, which this kiosk does not have."""


class CardNotAccepted(CardError):
    """The card is readable but not good for this; ``reason`` says why."""

    operator_code = "C-03"

    def __init__(self, reason: CardRejection) -> None:
        super().__init__(reason.value)
        self.reason = reason


class ServerError(KioskError):
    """The central server."""

    operator_code = "S-00"


class ServerUnreachable(ServerError):
    """No connection, or no answer in time. A change may or may not have been made."""

    retry = Retry.SAFE
    operator_code = "S-01"


class ServerRefused(ServerError):
    """The server answered with a problem document (RFC 9457)."""

    operator_code = "S-02"

    def __init__(self, status: int, code: str, detail: str = "") -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code, self.detail = status, code, detail


class ServerContractBroken(ServerError):
    """The server's answer does not fit the contract."""

    operator_code = "S-03"


class NoIdentity(ServerError):
    """No certificate of its own that is good now: it was not enrolled, or was off too long."""

    retry = Retry.SAFE
    operator_code = "S-04"


class IdentityRefused(ServerError):
    """The centre does not, or no longer, accept this kiosk's certificate."""

    retry = Retry.SAFE
    operator_code = "S-05"


class SealFault(Enum):
    """Why a document is not taken for what the centre sealed; the value is the operator's code."""

    NOT_A_PDF = "A-01"
    OTHER_BYTES = "A-02"
    """Its hash is not the one that came with it."""
    NOT_SIGNED = "A-03"
    BROKEN_SIGNATURE = "A-04"
    """It was changed after it was signed."""
    NOT_WHOLE = "A-05"
    """The signature does not cover the whole file."""
    STRANGER = "A-06"
    """Not signed under the pinned seal CA, or its certificate is not valid now."""
    OTHER_PAGES = "A-07"
    """It has another number of pages than it should."""
    OTHER_NUMBER = "A-08"
    """It does not carry its number."""


class NotGenuine(KioskError):
    """A document is not what the centre sealed; ``fault`` says how. It is not printed."""

    operator_code = "A-00"

    def __init__(self, fault: SealFault) -> None:
        super().__init__(fault.name.lower())
        self.fault = fault


class PackFault(Enum):
    """Why a region pack is not believed; the value is the operator's code."""

    NOT_SIGNED = "G-01"
    """It came without a proof, or with one that cannot be read."""
    STRANGER = "G-02"
    """Signed under another CA than the pinned one, by a key for something else, or out of date."""
    BROKEN_SIGNATURE = "G-03"
    ANOTHER_KIND = "G-04"
    """Soundly signed, but no region pack."""
    ANOTHER_KIOSK = "G-05"
    OTHER_BYTES = "G-06"
    """Not those that were signed: changed on the way, or on the disk."""
    OLDER = "G-07"
    """The centre has since wanted another one."""
    AHEAD = "G-08"
    """Of a day that has not come yet: the clock of the centre or of this kiosk is wrong."""
    NOT_READABLE = "G-09"
    """What was signed does not fit the contract."""


class PackNotBelieved(KioskError):
    """A region pack is not what the centre means this kiosk to have. The last good one stays."""

    retry = Retry.SAFE
    operator_code = "G-00"

    def __init__(self, fault: PackFault) -> None:
        super().__init__(fault.name.lower())
        self.fault = fault


class UpdateFault(Enum):
    """Why software is not installed or not kept; the value is the operator's code."""

    NO_SLOTS = "U-01"
    """This machine was not started from one of the image's two slots."""
    NO_BUNDLE = "U-02"
    """Bytes that are no bundle, or another format of one."""
    STRANGER = "U-03"
    """Not signed by a release key that this image pins."""
    OTHER_MACHINE = "U-04"
    """Made for another kind of machine."""
    OLDER = "U-05"
    """Not newer than what runs, and without a signed permission to replace that."""
    DAMAGED = "U-06"
    """A piece has not the hash that was signed."""
    NO_ROOM = "U-07"
    """Larger than the slot."""
    NOT_WRITTEN = "U-08"
    """What is read back from the card is not what was written, or it cannot be written."""
    NOT_UP = "U-09"
    """Its trial did not come up."""
    NOT_WELL = "U-10"
    """Its trial came up, and the kiosk was not well."""
    NOT_OFFERED = "U-11"
    """The centre wants it and does not have it."""
    ON_TRIAL = "U-12"
    """What runs is itself on trial: the slot beside it is the way back."""


class UpdateRefused(KioskError):
    """Software is not installed or not kept; ``fault`` says why. The running slot is untouched."""

    operator_code = "U-00"

    def __init__(self, fault: UpdateFault, detail: str = "") -> None:
        super().__init__(f"{fault.value} {fault.name.lower()} {detail}".strip())
        self.fault, self.detail = fault, detail


class PaymentError(KioskError):
    """Something about money."""

    operator_code = "P-00"


class OutcomeUnknown(PaymentError):
    """Nobody knows yet whether the card was charged. Never a decline, never a reason to retry."""

    retry = Retry.AFTER_ENQUIRY
    operator_code = "P-01"

    def __init__(self, ref: str) -> None:
        super().__init__(f"outcome of {ref} is unknown")
        self.ref = ref


class JournalDamaged(PaymentError):
    """The journal cannot be read, written or trusted. No payment may start."""

    operator_code = "P-02"


class TookTooLong(KioskError):
    """A wait behind a busy screen came to its limit; ``what`` was waited for."""

    retry = Retry.SAFE
    operator_code = "K-03"

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} took too long")
        self.what = what


class SessionEnded(KioskError):
    """The visit is over. Control flow, never logged as an error."""


class VisitorCancelled(SessionEnded):
    """The visitor chose to end."""


class VisitorLeft(SessionEnded):
    """The visitor's card was pulled or nobody stands before the kiosk."""


class SessionTimedOut(SessionEnded):
    """Nobody touched the screen for the time allowed."""
