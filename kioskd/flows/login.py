"""Log in: by social security card (its key answers the centre, the PIN opens it) or by ID card."""

import trio

from kioskd import log
from kioskd.contracts import SocialCard
from kioskd.domain.person import IdCardFacts, SocialCardFacts
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import CardNotAccepted, CardRejection, KioskError, ServerError
from kioskd.flows.card_pin import ask_until_open
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.protocols.central import Login
from kioskd.screens.busy import BusyWith
from kioskd.screens.enter_pin import PinPurpose
from kioskd.screens.problem import Problem

LOG_OUT_LIMIT_S = 5.0


async def log_in_by_card(kiosk: Kiosk) -> Visit | None:
    """Log in with the card in the slot; None if she cancelled at the PIN.

    The centre judges the card before she types anything: a copied, lost or unknown card is
    refused without asking for its PIN. Raises CardError, ServerError, SessionEnded.
    """
    async with kiosk.social_cards.session() as card:
        facts = await kiosk.while_busy(BusyWith.READING_CARD, card.read)
        _refuse_expired(kiosk, facts)
        login = await kiosk.while_busy(
            BusyWith.CHECKING_CARD, lambda: _let_the_centre_judge(kiosk, card, facts)
        )
        try:
            opened = await ask_until_open(kiosk, card, PinPurpose.LOGIN)
        except KioskError:
            await log_out(kiosk, login)
            raise
    if opened is None:
        await log_out(kiosk, login)
        return None
    log.event("login.done", by="social_card")
    return Visit(login.person, login.token)


async def log_in_by_id_card(kiosk: Kiosk, facts: IdCardFacts) -> Visit | None:
    """Log in with what the resident ID reader has read; the lower assurance. Raises ServerError."""
    if facts.is_expired(kiosk.today()):
        await kiosk.stage.show(Problem(Trouble(TroubleReason.ID_CARD_EXPIRED, "C-03")))
        return None

    async def ask_the_centre() -> Login:
        return await kiosk.central.login_by_id_card(facts, await kiosk.id_reader.sam_id())

    login = await kiosk.while_busy(BusyWith.READING_ID_CARD, ask_the_centre)
    log.event("login.done", by="id_card")
    return Visit(login.person, login.token)


async def log_out(kiosk: Kiosk, visit: Visit | Login) -> None:
    """End the visit at the centre; a centre that cannot be reached forgets it by itself."""
    with trio.move_on_after(LOG_OUT_LIMIT_S, shield=True):
        try:
            await kiosk.central.log_out(visit.token)
        except ServerError as error:
            log.event("logout.unconfirmed", code=error.operator_code)


def _refuse_expired(kiosk: Kiosk, facts: SocialCardFacts) -> None:
    if facts.is_expired(kiosk.today()):
        raise CardNotAccepted(CardRejection.EXPIRED)


async def _let_the_centre_judge(kiosk: Kiosk, card: SocialCard, facts: SocialCardFacts) -> Login:
    challenge = await kiosk.central.challenge()
    answer = await card.answer_challenge(challenge.challenge)
    return await kiosk.central.login_by_card(challenge, facts, answer)
