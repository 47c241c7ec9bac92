"""Logging in and out. The server compares the card's answer; the kiosk only carries it."""

import logging

from starlette.requests import Request
from starlette.responses import Response

from kiosk_central.api.operation import By, Operation
from kiosk_central.api.request import (
    Centre,
    answer,
    body_of,
    centre_of,
    checked_text,
    kiosk_of,
    no_content,
    token_of,
)
from kiosk_central.card_proof import Proof
from kiosk_central.clock import local_date
from kiosk_central.people import Kiosk, KnownPerson, find_by_id_card, find_card
from kiosk_central.problems import Refused
from kioskd.domain.person import Assurance
from kioskd.protocols import central
from kioskd.protocols.central import (
    CardLogin,
    Challenge,
    IdCardLogin,
    Login,
    ProblemCode,
)

CODE_HEX_DIGITS = 32
ID_NUMBER_MAX = 18
_log = logging.getLogger("kiosk_central.logins")


async def challenge(request: Request) -> Response:
    """POST /v1/challenges."""
    kiosk = await kiosk_of(request)
    return answer(centre_of(request).challenges.give(kiosk.id), 201)


async def by_card(request: Request) -> Response:
    """POST /v1/logins/card."""
    kiosk, centre = await kiosk_of(request), centre_of(request)
    login = await body_of(request, CardLogin)
    given = centre.challenges.use(login.challenge_id, kiosk.id)
    code = checked_text(login.card_code.reveal(), CODE_HEX_DIGITS).upper()
    card = await centre.read(lambda connection: find_card(connection, code))
    if not Proof(given, login, code).is_of(card, centre.verifier):
        _log.warning("card refused as cloned at kiosk %s", kiosk.id)
        raise Refused(ProblemCode.CARD_CLONED)
    card.refuse_if_not_valid(local_date(centre.now()))
    return _begin(centre, kiosk, card.holder, Assurance.SOCIAL_CARD)


async def by_id_card(request: Request) -> Response:
    """POST /v1/logins/id-card: what a reader reports, which no server can verify."""
    kiosk, centre = await kiosk_of(request), centre_of(request)
    login = await body_of(request, IdCardLogin)
    if kiosk.sam_id not in ("", login.sam_id):
        _log.warning("resident ID reader of kiosk %s is not the registered one", kiosk.id)
        raise Refused(ProblemCode.KIOSK_UNKNOWN, "resident ID reader")
    checked_text(login.id_number.reveal(), ID_NUMBER_MAX)
    person = await centre.read(lambda connection: find_by_id_card(connection, login))
    return _begin(centre, kiosk, person, Assurance.ID_CARD)


def _begin(centre: Centre, kiosk: Kiosk, person: KnownPerson, assurance: Assurance) -> Response:
    token = centre.visits.begin(person.id, kiosk.id, assurance)
    return answer(Login(token, person.logged_in(assurance)), 201)


async def log_out(request: Request) -> Response:
    """DELETE /v1/session; safe to repeat."""
    kiosk = await kiosk_of(request)
    centre_of(request).visits.end(token_of(request), kiosk.id)
    return no_content()


ROUTES = [
    Operation("POST", central.CHALLENGES_PATH, challenge, by=By.KIOSK, gives=Challenge, status=201),
    Operation(
        "POST",
        central.CARD_LOGIN_PATH,
        by_card,
        by=By.KIOSK,
        takes=CardLogin,
        gives=Login,
        status=201,
        refuses=(
            ProblemCode.CHALLENGE_UNKNOWN,
            ProblemCode.CARD_CLONED,
            ProblemCode.CARD_UNKNOWN,
            ProblemCode.CARD_LOST,
            ProblemCode.CARD_EXPIRED,
            ProblemCode.CARD_NOT_ACTIVATED,
        ),
    ),
    Operation(
        "POST",
        central.ID_CARD_LOGIN_PATH,
        by_id_card,
        by=By.KIOSK,
        takes=IdCardLogin,
        gives=Login,
        status=201,
        refuses=(ProblemCode.PERSON_UNKNOWN,),
    ),
    Operation(
        "DELETE",
        central.SESSION_PATH,
        log_out,
        by=By.KIOSK,
        refuses=(ProblemCode.SESSION_UNKNOWN,),
    ),
]
