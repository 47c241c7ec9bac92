"""Log in: by social security card (its key answers the centre, the PIN opens it) or by ID card."""

import random
from functools import partial

import trio

from kioskd import log
from kioskd.contracts import SocialCard
from kioskd.domain.person import IdCardFacts, SocialCardFacts
from kioskd.domain.trouble import Trouble, TroubleReason
from kioskd.errors import CardNotAccepted, CardRejection, KioskError, ServerError
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.protocols.central import Login
from kioskd.screens.busy import BusyWith
from kioskd.screens.enter_pin import EnterPin
from kioskd.screens.problem import Problem

LOG_OUT_LIMIT_S = 5.0
_digits = random.SystemRandom()


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
            opened = await _ask_pin(kiosk, card)
        except KioskError:
            await log_out(kiosk, login)
            raise
    if not opened:
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


async def _ask_pin(kiosk: Kiosk, card: SocialCard) -> bool:
    """Ask until the card is opened; False if she cancelled or the last try must not be risked."""
    tries_left: int | None = None
    while True:
        order = tuple(_digits.sample(range(10), 10))
        pin = await kiosk.stage.show(EnterPin(order=order, tries_left=tries_left))
        if pin is None:
            return False
        tries_left = await kiosk.while_busy(BusyWith.CHECKING_PIN, partial(card.verify_pin, pin))
        if tries_left is None:
            return True
        log.event("login.wrong_pin", tries_left=tries_left)
        if tries_left == 0:
            raise CardNotAccepted(CardRejection.PIN_BLOCKED)
        if tries_left <= kiosk.region.card_pin_tries_warning:
            await kiosk.stage.show(Problem(Trouble(TroubleReason.CARD_PIN_LAST_TRY, "C-04")))
            return False
