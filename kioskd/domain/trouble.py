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
    CARD_NOT_ACTIVATED = "card_not_activated"
    CARD_ANOTHERS = "card_anothers"
    CARD_STATE = "card_state"
    """Something about the card has changed since she was shown it."""
    CARD_NONE = "card_none"
    CARD_IN_HAND = "card_in_hand"
    """Logged in by the very card that is to be reported lost."""
    CARD_LOST_FOR_GOOD = "card_lost_for_good"
    CARD_NOT_REPORTED = "card_not_reported"
    CARD_ACTIVE_ALREADY = "card_active_already"
    CANCEL_AT_OUTLET = "cancel_at_outlet"
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
    PROFILE_CHANGED = "profile_changed"
    """What is on file is not what she was shown."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A reason and the operator's code."""

    reason: TroubleReason
    code: str
