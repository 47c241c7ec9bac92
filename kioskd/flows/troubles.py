"""From an error to the words a citizen reads and the code an operator reads."""

from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import (
    CardError,
    CardNotAccepted,
    CardRejection,
    CardRemoved,
    DeviceError,
    JournalDamaged,
    KioskError,
    OutcomeUnknown,
    ServerContractBroken,
    ServerRefused,
    ServerUnreachable,
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
}
_DEVICE_REASONS = {
    "card_reader": TroubleReason.CARD_READER_GONE,
    "id_reader": TroubleReason.ID_READER_GONE,
    "pinpad": TroubleReason.PIN_PAD_GONE,
    "receipt_printer": TroubleReason.RECEIPT_PRINTER_GONE,
}


def trouble_for(error: KioskError) -> Trouble:
    """Return what to tell the citizen about ``error``; the code is the error's own."""
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
        case ServerContractBroken():
            return TroubleReason.CENTRE_BROKEN
        case DeviceError(device=device):
            return _DEVICE_REASONS.get(device, TroubleReason.CARD_READER_GONE)
        case OutcomeUnknown():
            return TroubleReason.PAYMENT_IN_DOUBT
        case JournalDamaged():
            return TroubleReason.JOURNAL_DAMAGED
    raise error
