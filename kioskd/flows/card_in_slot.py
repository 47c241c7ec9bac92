"""A card in the slot beside a visit: asked for, read, and judged by the centre to be hers."""

from kioskd.contracts import SocialCard
from kioskd.domain.card import CardStatus, CardView
from kioskd.domain.person import SocialCardFacts
from kioskd.errors import CardNotAccepted, CardRejection
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.protocols.central import Challenge
from kioskd.race import first_of
from kioskd.screens.busy import BusyWith
from kioskd.screens.put_card import PutCard, PutWhat


async def card_in_slot(kiosk: Kiosk, what: PutWhat) -> bool:
    """Ask for a card where none is in the slot; False if she goes back. Raises SessionEnded."""
    if kiosk.social_cards.card_present:
        return True

    async def back() -> bool:
        await kiosk.stage.show(PutCard(what))
        return False

    async def card() -> bool:
        await kiosk.social_cards.wait_inserted()
        return True

    kiosk.cabinet.lamp("card", lit=True)
    try:
        return await first_of(back, card)
    finally:
        kiosk.cabinet.lamp("card", lit=False)


async def judged(kiosk: Kiosk, visit: Visit, card: SocialCard) -> tuple[SocialCardFacts, CardView]:
    """Read the card and let the centre judge it, before she types anything.

    Raises CardNotAccepted (another person's, copied, lost...), CardError, ServerError.
    """
    facts = await kiosk.while_busy(BusyWith.READING_CARD, card.read)
    if facts.id_number != visit.person.id_number:
        raise CardNotAccepted(CardRejection.ANOTHERS)

    async def ask_the_centre() -> CardView:
        challenge, answer = await prove(kiosk, card)
        return await kiosk.central.check_card(visit.token, challenge, facts, answer)

    view = await kiosk.while_busy(BusyWith.CHECKING_CARD, ask_the_centre)
    if view.status in (CardStatus.LOST, CardStatus.PRE_REPORTED):
        raise CardNotAccepted(CardRejection.LOST)
    if view.status is CardStatus.RETURNED:
        raise CardNotAccepted(CardRejection.EXPIRED)
    return facts, view


async def prove(kiosk: Kiosk, card: SocialCard) -> tuple[Challenge, bytes]:
    """Let the card answer a fresh challenge of the centre. Raises CardError, ServerError."""
    challenge = await kiosk.central.challenge()
    return challenge, await card.answer_challenge(challenge.challenge)
