"""Why something cannot be done now: the reason a citizen reads, the code an operator reads."""

from dataclasses import dataclass
from enum import Enum


class TroubleReason(Enum):
    """Each has its words in ``kioskd/locale`` under ``trouble.<value>``."""

    CENTRE_UNREACHABLE = "centre_unreachable"
    CENTRE_REFUSED = "centre_refused"
    CENTRE_BROKEN = "centre_broken"
    CARD_READER_GONE = "card_reader_gone"
    ID_READER_GONE = "id_reader_gone"
    PIN_PAD_GONE = "pin_pad_gone"
    PIN_PAD_BUSY = "pin_pad_busy"
    PIN_PAD_MISCONFIGURED = "pin_pad_misconfigured"
    RECEIPT_PRINTER_GONE = "receipt_printer_gone"
    RECEIPT_PAPER_OUT = "receipt_paper_out"
    RECEIPT_COVER_OPEN = "receipt_cover_open"
    JOURNAL_DAMAGED = "journal_damaged"
    PAYMENT_IN_DOUBT = "payment_in_doubt"
    """An earlier payment at this kiosk is not yet resolved: no new one may start."""
    DOOR_OPEN = "door_open"
    NEEDS_SOCIAL_CARD = "needs_social_card"
    NEEDS_LOGIN = "needs_login"
    NOT_OFFERED = "not_offered"

    CARD_FOREIGN = "card_foreign"
    CARD_BLANK = "card_blank"
    CARD_EXPIRED = "card_expired"
    CARD_CLONED = "card_cloned"
    CARD_UNKNOWN = "card_unknown"
    CARD_LOST = "card_lost"
    CARD_PIN_BLOCKED = "card_pin_blocked"
    CARD_PIN_LAST_TRY = "card_pin_last_try"
    CARD_NEEDS_AUTHENTICATION = "card_needs_authentication"
    CARD_UNREADABLE = "card_unreadable"
    CARD_REMOVED = "card_removed"
    ID_CARD_UNREADABLE = "id_card_unreadable"
    ID_CARD_EXPIRED = "id_card_expired"
    PERSON_UNKNOWN = "person_unknown"

    MONTHS_TAKEN = "months_taken"
    """Another assessment holds one of the months."""
    ASSESSMENT_EXPIRED = "assessment_expired"
    NOTHING_TO_PAY = "nothing_to_pay"

    DOCUMENT_PRINTER_NONE = "document_printer_none"
    """This kiosk has no A4 printer."""
    DOCUMENT_PRINTER_GONE = "document_printer_gone"
    DOCUMENT_PRINTER_BUSY = "document_printer_busy"
    """It prints for somebody else, or still finishes what was sent earlier."""
    DOCUMENT_PRINTER_STOPPED = "document_printer_stopped"
    """It stands still, and does not say why in words we know."""
    DOCUMENT_PAPER_OUT = "document_paper_out"
    DOCUMENT_PAPER_JAM = "document_paper_jam"
    DOCUMENT_PRINTER_OPEN = "document_printer_open"
    DOCUMENT_TONER_EMPTY = "document_toner_empty"
    DOCUMENT_TRAY_FULL = "document_tray_full"
    DOCUMENT_SEAL_MISSING = "document_seal_missing"
    """No seal CA to check papers against: none is printed."""
    DOCUMENT_NOT_GENUINE = "document_not_genuine"
    """What the centre's line gave is not what the centre sealed."""
    DOCUMENT_NONE = "document_none"
    """There is nothing that such a document could be about."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A reason and the operator's code."""

    reason: TroubleReason
    code: str
