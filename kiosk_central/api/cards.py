"""What a person may ask and have done about her social security card and her applications."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from kiosk_central.activation import activate, check_card
from kiosk_central.api.operation import By, Operation
from kiosk_central.api.request import (
    Centre,
    answer,
    body_of,
    centre_of,
    checked_text,
    reference_of,
    visit_of,
)
from kiosk_central.applications import card_applications
from kiosk_central.card_acts import Asked, CardAct, given_before
from kiosk_central.card_proof import Proof
from kiosk_central.clock import local_date
from kiosk_central.loss import Terms, cancel_loss, my_card, report_loss, request_reissue, terms_of
from kiosk_central.profile_applications import profile_applications
from kiosk_central.sessions import Visit
from kioskd.domain.card import Application, CardView, MyCard
from kioskd.protocols import central_cards
from kioskd.protocols.central import CardLogin, ProblemCode, encode
from kioskd.protocols.central_cards import Activation, ReissueRequest

CODE_HEX_DIGITS = 32
OUTLET_MAX = 60
SERVICES = ("my-card", "report-loss", "cancel-loss", "reissue-card", "activate-card")
"""Any of these may look at the card; the first that the region offers says with which login."""
SOURCES: tuple[Callable[[Connection, int, date], tuple[Application, ...]], ...] = (
    card_applications,
    profile_applications,
)
"""Whatever a person may apply for, each from where it is kept; newest first within each."""


@dataclass(frozen=True, slots=True)
class _At:
    """A visit that may use a service of this part, and the centre it is at."""

    centre: Centre
    visit: Visit
    terms: Terms

    def asked(self, ref: str, act: CardAct, body: bytes = b"") -> Asked:
        visit = self.visit
        return Asked(ref, act, visit.kiosk_id, visit.person_id, visit.assurance, body)


async def _at(request: Request, service: str) -> _At:
    visit, centre = await visit_of(request, service), centre_of(request)
    return _At(centre, visit, terms_of(centre.region, local_date(centre.now())))


def _looking(request: Request) -> str:
    offered = centre_of(request).region.services
    return next((one for one in SERVICES if one in offered), SERVICES[0])


async def get_my_card(request: Request) -> Response:
    """GET /v1/me/card."""
    at = await _at(request, _looking(request))
    return answer(
        await at.centre.read(lambda connection: my_card(connection, at.terms, at.visit.person_id))
    )


async def get_applications(request: Request) -> Response:
    """GET /v1/me/applications."""
    at = await _at(request, "applications")
    person_id, today = at.visit.person_id, at.terms.today

    def gather(connection: Connection) -> list[Application]:
        found = [one for source in SOURCES for one in source(connection, person_id, today)]
        return sorted(found, key=lambda one: one.opened, reverse=True)

    return answer(await at.centre.read(gather))


async def put_loss(request: Request) -> Response:
    """PUT /v1/me/card/losses/{ref}, without a body."""
    at = await _at(request, "report-loss")
    asked = at.asked(reference_of(request), CardAct.REPORT_LOSS)
    return answer(
        await at.centre.write(lambda desk: report_loss(desk, at.terms, asked), asked.kiosk_id)
    )


async def put_loss_cancellation(request: Request) -> Response:
    """PUT /v1/me/card/loss-cancellations/{ref}, without a body."""
    at = await _at(request, "cancel-loss")
    asked = at.asked(reference_of(request), CardAct.CANCEL_LOSS)
    return answer(
        await at.centre.write(lambda desk: cancel_loss(desk, at.terms, asked), asked.kiosk_id)
    )


async def put_reissue(request: Request) -> Response:
    """PUT /v1/me/card/reissues/{ref}."""
    at = await _at(request, "reissue-card")
    wanted = await body_of(request, ReissueRequest)
    checked_text(wanted.outlet, OUTLET_MAX)
    asked = at.asked(reference_of(request), CardAct.REISSUE, encode(wanted))
    return answer(
        await at.centre.write(
            lambda desk: request_reissue(desk, at.terms, asked, wanted), asked.kiosk_id
        )
    )


async def post_check(request: Request) -> Response:
    """POST /v1/me/card/checks: nothing is changed by it."""
    at = await _at(request, _looking(request))
    proof = _proof(at, await body_of(request, CardLogin))
    verifier, person_id = at.centre.verifier, at.visit.person_id
    return answer(
        await at.centre.read(
            lambda connection: check_card(connection, verifier, proof, person_id, at.terms.today)
        )
    )


async def put_activation(request: Request) -> Response:
    """PUT /v1/me/card/activations/{ref}; a challenge is good once, a repeat needs none."""
    at = await _at(request, "activate-card")
    shown = await body_of(request, CardLogin)
    asked = at.asked(reference_of(request), CardAct.ACTIVATE, encode(shown))
    before = await at.centre.read(lambda connection: given_before(connection, asked, Activation))
    if before is not None:
        return answer(before)
    proof = _proof(at, shown)
    verifier = at.centre.verifier
    return answer(
        await at.centre.write(lambda desk: activate(desk, verifier, asked, proof), asked.kiosk_id)
    )


def _proof(at: _At, shown: CardLogin) -> Proof:
    """Use the challenge up, before anything else is looked at."""
    given = at.centre.challenges.use(shown.challenge_id, at.visit.kiosk_id)
    code = checked_text(shown.card_code.reveal(), CODE_HEX_DIGITS).upper()
    return Proof(given, shown, code)


ROUTES = [
    Operation(
        "GET",
        central_cards.MY_CARD_PATH,
        get_my_card,
        by=By.VISIT,
        gives=MyCard,
        refuses=(ProblemCode.CARD_UNKNOWN,),
    ),
    Operation(
        "GET",
        central_cards.APPLICATIONS_PATH,
        get_applications,
        by=By.VISIT,
        gives=tuple[Application, ...],
    ),
    Operation(
        "PUT",
        central_cards.LOSS_PATH,
        put_loss,
        by=By.VISIT,
        gives=Application,
        refuses=(ProblemCode.CARD_UNKNOWN, ProblemCode.CARD_STATE, ProblemCode.REFERENCE_REUSED),
    ),
    Operation(
        "PUT",
        central_cards.LOSS_CANCEL_PATH,
        put_loss_cancellation,
        by=By.VISIT,
        gives=Application,
        refuses=(ProblemCode.CARD_UNKNOWN, ProblemCode.CARD_STATE, ProblemCode.REFERENCE_REUSED),
    ),
    Operation(
        "PUT",
        central_cards.REISSUE_PATH,
        put_reissue,
        by=By.VISIT,
        takes=ReissueRequest,
        gives=Application,
        refuses=(ProblemCode.CARD_UNKNOWN, ProblemCode.CARD_STATE, ProblemCode.REFERENCE_REUSED),
    ),
    Operation(
        "POST",
        central_cards.CARD_CHECK_PATH,
        post_check,
        by=By.VISIT,
        takes=CardLogin,
        gives=CardView,
        refuses=(ProblemCode.CHALLENGE_UNKNOWN, ProblemCode.CARD_CLONED, ProblemCode.CARD_UNKNOWN),
    ),
    Operation(
        "PUT",
        central_cards.ACTIVATION_PATH,
        put_activation,
        by=By.VISIT,
        takes=CardLogin,
        gives=Activation,
        refuses=(
            ProblemCode.CHALLENGE_UNKNOWN,
            ProblemCode.CARD_CLONED,
            ProblemCode.CARD_UNKNOWN,
            ProblemCode.CARD_LOST,
            ProblemCode.CARD_EXPIRED,
            ProblemCode.CARD_STATE,
            ProblemCode.REFERENCE_REUSED,
        ),
    ),
]
