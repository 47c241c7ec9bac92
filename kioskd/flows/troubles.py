"""From an error to the words a citizen reads and the code an operator reads."""

from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import (
    CardError,
    CardNotAccepted,
    CardRejection,
    CardRemoved,
    DeviceError,
    IdentityRefused,
    JournalDamaged,
    KioskError,
    NoIdentity,
    NotGenuine,
    OutcomeUnknown,
    ServerContractBroken,
    ServerRefused,
    ServerUnreachable,
    TookTooLong,
)
from kioskd.protocols.central import ProblemCode

_CARD_REASONS = {
    CardRejection.FOREIGN: TroubleReason.CARD_FOREIGN,
    CardRejection.BLANK: TroubleReason.CARD_BLANK,
    CardRejection.EXPIRED: TroubleReason.CARD_EXPIRED,
    CardRejection.CLONED: TroubleReason.CARD_CLONED,
    CardRejection.UNKNOWN: TroubleReason.CARD_UNKNOWN,
    CardRejection.LOST: TroubleReason.CARD_LOST,
    CardRejection.ANOTHERS: TroubleReason.CARD_ANOTHERS,
    CardRejection.PIN_BLOCKED: TroubleReason.CARD_PIN_BLOCKED,
    CardRejection.NEEDS_AUTHENTICATION: TroubleReason.CARD_NEEDS_AUTHENTICATION,
}
_SERVER_REASONS = {
    ProblemCode.CARD_CLONED.value: TroubleReason.CARD_CLONED,
    ProblemCode.CARD_UNKNOWN.value: TroubleReason.CARD_UNKNOWN,
    ProblemCode.CARD_EXPIRED.value: TroubleReason.CARD_EXPIRED,
    ProblemCode.CARD_LOST.value: TroubleReason.CARD_LOST,
    ProblemCode.CARD_NOT_ACTIVATED.value: TroubleReason.CARD_NOT_ACTIVATED,
    ProblemCode.CARD_STATE.value: TroubleReason.CARD_STATE,
    ProblemCode.PERSON_UNKNOWN.value: TroubleReason.PERSON_UNKNOWN,
    ProblemCode.ASSURANCE_TOO_LOW.value: TroubleReason.NEEDS_SOCIAL_CARD,
    ProblemCode.SESSION_UNKNOWN.value: TroubleReason.NEEDS_LOGIN,
    ProblemCode.MONTHS_TAKEN.value: TroubleReason.MONTHS_TAKEN,
    ProblemCode.PROFILE_CHANGED.value: TroubleReason.PROFILE_CHANGED,
    ProblemCode.ASSESSMENT_CLOSED.value: TroubleReason.ASSESSMENT_EXPIRED,
    ProblemCode.MONTHS_NOT_OPEN.value: TroubleReason.MONTHS_NOT_OPEN,
    ProblemCode.EARLIER_FIRST.value: TroubleReason.EARLIER_FIRST,
    ProblemCode.WHOLE_PERIODS_ONLY.value: TroubleReason.WHOLE_PERIODS_ONLY,
    ProblemCode.TOO_FEW_MONTHS.value: TroubleReason.TOO_FEW_MONTHS,
    ProblemCode.GRADE_FIXED.value: TroubleReason.GRADE_FIXED,
    ProblemCode.UNAVAILABLE.value: TroubleReason.CENTRE_BUSY,
    ProblemCode.KIOSK_HELD.value: TroubleReason.PAYMENTS_HELD,
}
_DEVICE_REASONS = {
    "card_reader": TroubleReason.CARD_READER_GONE,
    "id_reader": TroubleReason.ID_READER_GONE,
    "pinpad": TroubleReason.PIN_PAD_GONE,
    "receipt_printer": TroubleReason.RECEIPT_PRINTER_GONE,
    "document_printer": TroubleReason.DOCUMENT_PRINTER_GONE,
    "seal": TroubleReason.DOCUMENT_SEAL_MISSING,
}


def trouble_for(error: KioskError) -> Trouble:
    """Return what to tell the citizen about ``error``; the code is the error's own."""
    if isinstance(error, NotGenuine):
        return Trouble(TroubleReason.DOCUMENT_NOT_GENUINE, error.fault.value)
    return Trouble(_reason(error), error.operator_code)


def _reason(error: KioskError) -> TroubleReason:
    match error:
        case CardNotAccepted(reason=reason):
            return _CARD_REASONS[reason]
        case CardRemoved():
            return TroubleReason.CARD_REMOVED
        case CardError():
            return TroubleReason.CARD_UNREADABLE
        case ServerRefused(code=code):
            return _SERVER_REASONS.get(code, TroubleReason.CENTRE_REFUSED)
        case ServerUnreachable():
            return TroubleReason.CENTRE_UNREACHABLE
        case NoIdentity():
            return TroubleReason.IDENTITY_NONE
        case IdentityRefused():
            return TroubleReason.IDENTITY_REFUSED
        case ServerContractBroken():
            return TroubleReason.CENTRE_BROKEN
        case DeviceError(device=device):
            return _DEVICE_REASONS.get(device, TroubleReason.CARD_READER_GONE)
        case OutcomeUnknown():
            return TroubleReason.PAYMENT_IN_DOUBT
        case TookTooLong():
            return TroubleReason.TOOK_TOO_LONG
        case JournalDamaged():
            return TroubleReason.JOURNAL_DAMAGED
    raise error
