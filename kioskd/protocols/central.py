"""The HTTP contract between kiosk and centre, version 1: types and codec, no HTTP.

The wire speaks domain values: dataclasses become JSON objects with their own field names, money
is ``{"fen": 280000}``, months ``{"year": 2026, "month": 10}``, secrets plain strings (over TLS),
enums their values, bytes base64. Decoding is strict: no number in a string, no unknown enum value.
Unknown *fields* are ignored, so that either side may be newer.

Kiosk identity: the client certificate (``central_trust``); a ``Kiosk-Id`` header must agree.
Visit: header ``Authorization: Bearer <token>``. Changes are PUT with a reference the kiosk made:
repeating one gives the stored answer; the same reference with another body is 422.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

import msgspec

from kioskd.domain.contribution import Month, Scheme
from kioskd.domain.money import Money
from kioskd.domain.payment import PaymentState, TransactionRecord
from kioskd.domain.person import IdCardKind, Person
from kioskd.domain.secret import CardCode, CardNumber, IdNumber, PersonName, Secret, SessionToken

T = TypeVar("T")

CONTRACT_VERSION = 1
CHALLENGE_BYTES = 16
CARD_ANSWER_BYTES = 8

TIME_PATH = "/v1/time"
REGION_PATH = "/v1/region"
CHALLENGES_PATH = "/v1/challenges"
CARD_LOGIN_PATH = "/v1/logins/card"
ID_CARD_LOGIN_PATH = "/v1/logins/id-card"
SESSION_PATH = "/v1/session"
INSURANCE_PATH = "/v1/me/insurance"
OFFERS_PATH = "/v1/me/offers"
ASSESSMENT_PATH = "/v1/assessments/{ref}"
PAYMENT_PATH = "/v1/payments/{ref}"
"""PUT a PaymentReport, GET how the centre sees it; both answer a Posting."""


class ProblemCode(Enum):
    """Codes in problem documents; the kiosk decides by these and by nothing else."""

    BAD_REQUEST = "bad_request"
    """400: the body does not fit the contract."""
    KIOSK_UNKNOWN = "kiosk_unknown"
    """401: no such kiosk, or it may not do this."""
    SESSION_UNKNOWN = "session_unknown"
    """401: no such visit, or it has ended."""
    ASSURANCE_TOO_LOW = "assurance_too_low"
    """403: this service wants the social security card."""
    CHALLENGE_UNKNOWN = "challenge_unknown"
    """403: never given to this kiosk, used before, or too old."""
    CARD_CLONED = "card_cloned"
    """403: the answer is not that of the card's key, or the records do not belong together."""
    CARD_UNKNOWN = "card_unknown"
    CARD_EXPIRED = "card_expired"
    CARD_LOST = "card_lost"
    """403: reported lost, for some days or for good."""
    CARD_NOT_ACTIVATED = "card_not_activated"
    """403: made and handed out, but its holder has not activated it yet."""
    PERSON_UNKNOWN = "person_unknown"
    NOT_FOUND = "not_found"
    """404."""
    MONTHS_TAKEN = "months_taken"
    """409: a month is paid, or locked by another assessment."""
    ASSESSMENT_CLOSED = "assessment_closed"
    """409: expired, released or paid: no charge may start on it."""
    CARD_STATE = "card_state"
    """409: the card is not, or is no longer, in a state for this."""
    STATE_CONFLICT = "state_conflict"
    """409: contradicts what the centre already knows of this payment."""
    CHAIN_BROKEN = "chain_broken"
    """409: the kiosk's journal is not the one the centre has seen before: changed, cut or old."""
    NOT_PRINTABLE = "not_printable"
    """409: a character of the paper is in no font of the centre; only an outlet can write it."""
    REFERENCE_REUSED = "reference_reused"
    """422: the reference is known with another body."""
    TEXT_NOT_ACCEPTED = "text_not_accepted"
    """422: a text that she typed is not taken; the detail is ``field:rule``."""
    PROFILE_CHANGED = "profile_changed"
    """409: what is on file is not what she was shown, or a change of it is being looked at."""
    UNAVAILABLE = "unavailable"
    """503: try again later."""
    MONTHS_NOT_OPEN = "months_not_open"
    """409: a month is not to be paid now: before enrolment, too far ahead, of another year."""
    EARLIER_FIRST = "earlier_first"
    """409: an earlier month of the year is to be paid first, or with it."""
    WHOLE_PERIODS_ONLY = "whole_periods_only"
    """409: the region takes whole quarters, half-years or years only."""
    TOO_FEW_MONTHS = "too_few_months"
    """409: the region takes more months in a row than these."""
    GRADE_FIXED = "grade_fixed"
    """409: the grade of this year is another one, and does not change within it."""
    KIOSK_HELD = "kiosk_held"
    """409: the kiosk's cabinet was opened; it takes no money until somebody releases it."""
    CERTIFICATE_NEEDED = "certificate_needed"
    """401: no certificate, or none that this centre gave and that is good now."""
    CERTIFICATE_REVOKED = "certificate_revoked"
    """401: the certificate was revoked."""
    KIOSK_OTHER = "kiosk_other"
    """403: the request names another kiosk than the certificate does."""
    CODE_UNKNOWN = "code_unknown"
    """403: no such enrolment code for this kiosk."""
    CODE_EXPIRED = "code_expired"
    CODE_USED = "code_used"
    """403: used for another key, or a newer code was made."""
    TOO_MANY_TRIES = "too_many_tries"
    """429: enrolment codes were tried too often from this address."""
    CSR_NOT_ACCEPTED = "csr_not_accepted"
    """422: not a request for a P-256 key that was signed with it."""
    SHEET_NOT_ACCEPTED = "sheet_not_accepted"
    """422: not an acceptance sheet that this kiosk has signed under this reference."""


class Problem(msgspec.Struct, frozen=True):
    """An RFC 9457 problem document; ``detail`` never holds personal data."""

    status: int
    code: ProblemCode
    title: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ServerTime:
    """GET /v1/time."""

    now: str
    """RFC 3339, UTC."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """POST /v1/challenges: 16 fresh bytes, bound to the kiosk, single use, about 30 s."""

    id: str
    challenge: bytes


@dataclass(frozen=True, slots=True)
class CardLogin:
    """POST /v1/logins/card: the raw answer of the card; the server compares."""

    challenge_id: str
    answer: bytes
    card_code: CardCode
    card_number: CardNumber
    card_version: str
    atr_history: bytes
    id_number: IdNumber
    name: PersonName


@dataclass(frozen=True, slots=True)
class IdCardLogin:
    """POST /v1/logins/id-card: plain data, so the lower assurance."""

    sam_id: str
    kind: IdCardKind
    id_number: IdNumber
    name: PersonName


@dataclass(frozen=True, slots=True)
class Login:
    """The answer to both logins."""

    token: SessionToken
    person: Person


@dataclass(frozen=True, slots=True)
class AssessmentRequest:
    """PUT /v1/assessments/{ref}; answered with an ``Assessment``. DELETE releases."""

    scheme: Scheme
    percent: int
    months: tuple[Month, ...]


@dataclass(frozen=True, slots=True)
class PaymentReport:
    """PUT /v1/payments/{ref}: what the kiosk knows of a payment now.

    INTENDED is reported before the PIN pad is asked: the centre then keeps the months locked until
    a final state is reported. UNKNOWN and UNRESOLVED keep them locked too. CONFIRMED posts to the
    ledger, once. DECLINED, NOT_STARTED and REVERSED give the months free. States are monotone; the
    one step back is REVERSED after a CONFIRMED that was answered with ``give_back``.
    """

    ref: str
    """``K0123-7KQ4-000017``: the kiosk that reports, its journal's series, the number there."""
    assessment: str
    amount: Money
    state: PaymentState
    record: TransactionRecord | None = None
    """The PIN pad's; always with CONFIRMED."""
    at: str = ""
    """RFC 3339, UTC, by the kiosk's clock."""
    reason: str = ""
    """An operator code where it did not succeed: ``Z-6C``; ``R-01``: was not undone."""


@dataclass(frozen=True, slots=True)
class Posting:
    """The answer to a payment report; ``receipt_number`` is empty until posted."""

    ref: str
    state: PaymentState
    receipt_number: str = ""
    posted_at: str = ""
    proof: bytes = b""
    """The signed facts of the receipt (``kioskd.protocols.receipt_facts``); empty until posted."""
    give_back: bool = False
    """Taken but not to be booked on its months: the kiosk shall reverse it at the PIN pad."""


class ContractBroken(Exception):
    """Bytes that are not the value asked for. Callers translate it to their own error."""


def _encode_hook(value: Any) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    raise NotImplementedError(f"no wire form for {type(value).__name__}")


def _decode_hook(wanted: type, value: Any) -> Any:
    if issubclass(wanted, Secret) and isinstance(value, str):
        return wanted(value)
    raise ValueError(f"no {wanted.__name__}")


_encoder = msgspec.json.Encoder(enc_hook=_encode_hook, order="deterministic")


def encode(value: object) -> bytes:
    """Encode a value of the contract as JSON; the same value always gives the same bytes."""
    return _encoder.encode(value)


def decode(data: bytes, wanted: type[T]) -> T:
    """Decode JSON strictly. Raises ContractBroken; its text names the place, not the value."""
    try:
        return msgspec.json.decode(data, type=wanted, dec_hook=_decode_hook)
    except (msgspec.DecodeError, ValueError) as broken:
        raise ContractBroken(str(broken)) from None
