"""Activate a new card: it lies in the slot, its key answers the centre, its PIN opens it.

She logs in by ID card, for the new card logs nobody in yet. The card is judged before she types
its PIN; once it is active she may give it a PIN of her own.
"""

from kioskd import log
from kioskd.contracts import SocialCard
from kioskd.domain.card import CardStatus
from kioskd.domain.person import IdCardFacts, SocialCardFacts
from kioskd.domain.secret import CardPin
from kioskd.domain.trouble import TroubleReason
from kioskd.errors import CardError, CardUnreadable
from kioskd.flows.card_deeds import change_once, tell, tell_done
from kioskd.flows.card_in_slot import card_in_slot, judged, prove
from kioskd.flows.card_pin import ask_until_open, set_new_pin
from kioskd.flows.kiosk import Kiosk, Visit
from kioskd.protocols.central_cards import Activation
from kioskd.race import first_of
from kioskd.screens.card_done import CardDeed, CardDone
from kioskd.screens.card_terms import CardTerms, Kind, Point, TermsOf
from kioskd.screens.enter_pin import PinPurpose
from kioskd.screens.put_card import PutCard, PutWhat
from kioskd.screens.said import Word

PIN_CHANGED, PIN_KEPT, PIN_UNSURE = (
    Word(f"card_pin_now.{now}") for now in ("changed", "kept", "unsure")
)


async def activate_card(kiosk: Kiosk, visit: Visit) -> bool:
    """Return True to go home again, False to end the visit.

    Raises CardError, ServerError, SessionEnded.
    """
    if not await card_in_slot(kiosk, PutWhat.NEW_CARD):
        return True
    async with kiosk.social_cards.session() as card:
        facts, view = await judged(kiosk, visit, card)
        if view.status is CardStatus.ACTIVE:
            return await tell(kiosk, TroubleReason.CARD_ACTIVE_ALREADY)
        pin = await ask_until_open(kiosk, card, PinPurpose.FIRST)
        if pin is None:
            return True
        activation = await _activate(kiosk, visit, card, facts)
        log.event("card.activated")
        said = await _offer_own_pin(kiosk, visit, card, pin)
    number = (("application", activation.application),) if activation.application else ()
    done = CardDone(CardDeed.ACTIVATED, (*number, ("card", activation.card.number), ("pin", said)))
    return await tell_done(kiosk, visit, done)


async def _activate(
    kiosk: Kiosk, visit: Visit, card: SocialCard, facts: SocialCardFacts
) -> Activation:
    challenge, answer = await prove(kiosk, card)
    return await change_once(
        kiosk, lambda ref: kiosk.central.activate(visit.token, ref, challenge, facts, answer)
    )


async def _offer_own_pin(kiosk: Kiosk, visit: Visit, card: SocialCard, pin: CardPin) -> Word:
    """Return what became of its PIN: the card is active, whatever goes wrong here."""
    points = (Point("active", Kind.WORKS), Point("own", Kind.CARE))
    if not await kiosk.stage.show(CardTerms(TermsOf.OWN_PIN, points)):
        return PIN_KEPT
    try:
        changed = await set_new_pin(kiosk, card, pin, visit.person.id_number)
    except CardError as error:
        log.warning("card.pin_unsure", error=type(error).__name__)
        return PIN_UNSURE
    return PIN_CHANGED if changed else PIN_KEPT


async def ask_for_id_card(kiosk: Kiosk) -> IdCardFacts | None:
    """A new card is in the slot: ask for the ID card; None if she goes back.

    Raises DeviceError, SessionEnded.
    """

    async def back() -> IdCardFacts | None:
        await kiosk.stage.show(PutCard(PutWhat.ID_CARD_FIRST))
        return None

    kiosk.cabinet.lamp("id", lit=True)
    try:
        return await first_of(back, lambda: _id_card(kiosk))
    finally:
        kiosk.cabinet.lamp("id", lit=False)


async def _id_card(kiosk: Kiosk) -> IdCardFacts | None:
    while True:
        try:
            return await kiosk.id_reader.wait_card()
        except CardUnreadable:
            log.event("id_card.unreadable")  # the screen still asks for it
