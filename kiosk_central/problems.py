"""Why the centre says no: one exception, one table of statuses (RFC 9457; central.ProblemCode)."""

from kioskd.protocols.central import Problem, ProblemCode

STATUS: dict[ProblemCode, int] = {
    ProblemCode.BAD_REQUEST: 400,
    ProblemCode.KIOSK_UNKNOWN: 401,
    ProblemCode.SESSION_UNKNOWN: 401,
    ProblemCode.ASSURANCE_TOO_LOW: 403,
    ProblemCode.CHALLENGE_UNKNOWN: 403,
    ProblemCode.CARD_CLONED: 403,
    ProblemCode.CARD_UNKNOWN: 403,
    ProblemCode.CARD_EXPIRED: 403,
    ProblemCode.CARD_LOST: 403,
    ProblemCode.CARD_NOT_ACTIVATED: 403,
    ProblemCode.PERSON_UNKNOWN: 403,
    ProblemCode.NOT_FOUND: 404,
    ProblemCode.MONTHS_TAKEN: 409,
    ProblemCode.ASSESSMENT_CLOSED: 409,
    ProblemCode.CARD_STATE: 409,
    ProblemCode.STATE_CONFLICT: 409,
    ProblemCode.CHAIN_BROKEN: 409,
    ProblemCode.NOT_PRINTABLE: 409,
    ProblemCode.REFERENCE_REUSED: 422,
    ProblemCode.TEXT_NOT_ACCEPTED: 422,
    ProblemCode.PROFILE_CHANGED: 409,
    ProblemCode.UNAVAILABLE: 503,
    ProblemCode.MONTHS_NOT_OPEN: 409,
    ProblemCode.EARLIER_FIRST: 409,
    ProblemCode.WHOLE_PERIODS_ONLY: 409,
    ProblemCode.TOO_FEW_MONTHS: 409,
    ProblemCode.GRADE_FIXED: 409,
    ProblemCode.KIOSK_HELD: 409,
    ProblemCode.CERTIFICATE_NEEDED: 401,
    ProblemCode.CERTIFICATE_REVOKED: 401,
    ProblemCode.KIOSK_OTHER: 403,
    ProblemCode.CODE_UNKNOWN: 403,
    ProblemCode.CODE_EXPIRED: 403,
    ProblemCode.CODE_USED: 403,
    ProblemCode.TOO_MANY_TRIES: 429,
    ProblemCode.CSR_NOT_ACCEPTED: 422,
    ProblemCode.SHEET_NOT_ACCEPTED: 422,
}


class Refused(Exception):
    """The centre refuses, for a reason the kiosk can act on. ``detail`` holds no personal data.

    Raised inside a writer job it undoes what the job wrote; returned as a value it does not.
    """

    def __init__(self, code: ProblemCode, detail: str = "") -> None:
        super().__init__(code.value)
        self.code, self.detail = code, detail


def problem(code: ProblemCode, detail: str = "", status: int | None = None) -> Problem:
    """Return the problem document of ``code``."""
    title = code.value.replace("_", " ")
    return Problem(STATUS[code] if status is None else status, code, title, detail)
