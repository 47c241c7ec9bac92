"""The telephone menu's question: how a card stands, by ID number and query code.

The menu is a machine with a token of its own. Whether a number is unknown, has no code, is locked
or the code was wrong is one and the same answer: nobody learns by telephone who is on record.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from kiosk_central.api.operation import By, Operation
from kiosk_central.api.request import BEARER, answer, body_of, centre_of
from kiosk_central.applications import StoredApplication, coming_card
from kiosk_central.card_rows import StoredCard, present_card
from kiosk_central.card_states import ApplicationState
from kiosk_central.clock import local_date, stamp
from kiosk_central.counter.query_codes import begin_try, end_try
from kiosk_central.desk import Desk
from kiosk_central.problems import Refused
from kiosk_central.store.counter import ivr_questions, ivr_tokens
from kiosk_central.web.factors import is_password
from kiosk_central.web.limits import Limiter
from kioskd.domain.card import CardStatus
from kioskd.domain.secret import IdNumber
from kioskd.errors import KioskError
from kioskd.protocols.central import ProblemCode

STATUS_PATH = "/v1/ivr/status"
TOKEN_BYTES = 32
QUESTIONS, WITHIN = 60, timedelta(minutes=1)


class TokenExists(KioskError):
    """There is a menu of that name."""


@dataclass(frozen=True, slots=True)
class StatusQuestion:
    """What the caller keyed in."""

    id_number: IdNumber
    query_code: str


@dataclass(frozen=True, slots=True)
class StatusAnswer:
    """Values to be spoken; no name, no number of a card."""

    card: str
    """``none``, ``expired``, or the value of a CardStatus."""
    until: date | None
    """While pre-reported: the last day on which that holds."""
    application: str
    """State of an open application for a new card, else empty."""
    collect_from: date | None
    outlet: str
    fee_fen: int
    next: str
    """``none``, ``activate``, ``report``, ``decide`` (take back or make formal), ``exchange`` (it
    has expired), ``apply``, ``wait``, ``collect``."""


def make_token(connection: Connection, name: str, now_stamp: str) -> str:
    """Make the token of a telephone menu; only its hash is kept. Raises TokenExists."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = {"name": name, "token_hash": _hash(token), "made_at": now_stamp}
    try:
        connection.execute(insert(ivr_tokens).values(row))
    except IntegrityError:
        raise TokenExists(f"there is a telephone menu {name}") from None
    return token


def menu_of(connection: Connection, token: str) -> str:
    """Return whose token it is. Raises Refused(SESSION_UNKNOWN)."""
    query = select(ivr_tokens.c.name).where(ivr_tokens.c.token_hash == _hash(token))
    name: str | None = connection.execute(query).scalar_one_or_none()
    if name is None:
        raise Refused(ProblemCode.SESSION_UNKNOWN)
    return name


def status_of(connection: Connection, person_id: int, today: date) -> StatusAnswer:
    """Return how her present card stands, and what she may do next."""
    card = present_card(connection, person_id, today)
    if card is None:
        return StatusAnswer("none", None, "", None, "", 0, "none")
    status = card.status_on(today)
    until = date.fromisoformat(card.until) if status is CardStatus.PRE_REPORTED else None
    shown = status.value
    if status is CardStatus.ACTIVE and card.expires < today.isoformat():
        shown = "expired"
    coming = coming_card(connection, card.code)
    if coming is None:
        return StatusAnswer(shown, until, "", None, "", 0, _next(card, today, None))
    collect = coming.collect_on.day if coming.collect_on else None
    state = coming.state.value
    then = _next(card, today, coming)
    return StatusAnswer(shown, until, state, collect, coming.outlet, coming.fee.fen, then)


def _next(card: StoredCard, today: date, coming: StoredApplication | None) -> str:
    if coming is not None and coming.state is ApplicationState.READY:
        return "collect"
    if coming is not None and coming.state is not ApplicationState.COLLECTED:
        return "wait"
    status = card.status_on(today)
    if status is CardStatus.ACTIVE and card.expires < today.isoformat():
        return "exchange"
    return {
        CardStatus.INACTIVE: "activate",
        CardStatus.ACTIVE: "report",
        CardStatus.PRE_REPORTED: "decide",
        CardStatus.LOST: "apply",
        CardStatus.RETURNED: "apply",
    }[status]


def limiter() -> Limiter:
    """Return what counts the questions of each menu."""
    return Limiter(QUESTIONS, WITHIN)


async def post_status(request: Request) -> Response:
    """POST /v1/ivr/status."""
    centre = centre_of(request)
    header = request.headers.get("Authorization", "")
    token = header.removeprefix(BEARER) if header.startswith(BEARER) else ""
    menu = await centre.read(lambda at: menu_of(at, token))
    counted: Limiter = request.app.state.ivr_limiter
    if not counted.allows(menu, centre.now()):
        raise Refused(ProblemCode.TOO_MANY_TRIES)
    asked = await body_of(request, StatusQuestion)
    person_id, kept = await centre.write(lambda desk: begin_try(desk, asked.id_number.reveal()))
    right = await run_in_threadpool(is_password, kept, asked.query_code)
    if person_id is None or not right:
        outcome = "unknown" if person_id is None else "wrong or locked"
        await centre.write(lambda desk: _note(desk, menu, person_id, outcome))
        raise Refused(ProblemCode.PERSON_UNKNOWN)

    def tell(desk: Desk) -> StatusAnswer:
        end_try(desk, person_id, kept)
        _note(desk, menu, person_id, "told")
        return status_of(desk.connection, person_id, local_date(desk.now))

    return answer(await centre.write(tell))


def _note(desk: Desk, menu: str, person_id: int | None, outcome: str) -> None:
    row = {"token_name": menu, "person_id": person_id, "outcome": outcome, "at": stamp(desk.now)}
    desk.connection.execute(insert(ivr_questions).values(row))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


ROUTES = [
    Operation(
        "POST",
        STATUS_PATH,
        post_status,
        by=By.MENU,
        takes=StatusQuestion,
        gives=StatusAnswer,
        refuses=(ProblemCode.PERSON_UNKNOWN, ProblemCode.TOO_MANY_TRIES),
    )
]
